"""The one gate to the network for anything that is no repository: images, sounds."""

from urllib.parse import urlsplit

from triform.errors import HubError, InputError
from triform.hub import settings


def fetch(url: str, *, max_bytes: int = 256 * 2**20, timeout: float = 10.0) -> bytes:
    """What lies at an http(s) address.

    Args:
        max_bytes: more is refused, and not read.
        timeout: seconds without an answer.

    Raises: InputError for another kind of address; HubError where the network is off limits, the server refuses, or too much comes.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{url[:100]!r} is no http(s) address.")
    if settings.offline():
        raise HubError(f"{url[:200]} is not fetched: the network is off limits (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE).")
    from urllib.error import URLError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class HttpOnly(HTTPRedirectHandler):
        def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
            if urlsplit(newurl).scheme not in ("http", "https"):
                raise HubError(f"{url[:200]} leads to {newurl[:100]!r}, which is no http(s) address.")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    try:
        with build_opener(HttpOnly).open(Request(url, headers={"User-Agent": "triform"}), timeout=timeout) as answer:
            data = answer.read(max_bytes + 1)
    except (URLError, OSError, ValueError) as error:
        if isinstance(error, HubError):
            raise
        raise HubError(f"{url[:200]} could not be fetched: {error}") from None
    if len(data) > max_bytes:
        raise HubError(f"{url[:200]} is larger than {max_bytes:,} bytes, and was not read further.")
    return data
