"""The one gate to the network: what else goes out asks `allow`, and what is no repository (images, sounds) comes through `fetch`."""

import time
from urllib.parse import urlsplit

from triform.errors import HubError, InputError
from triform.hub import settings

SCHEMES = ("http", "https")
CHUNK = 2**16
PATIENCE = 30  # times the timeout: as long as all of a download may take


def allow(purpose: str) -> None:
    """Raises HubError where the network is off limits. `purpose` starts the message: "x is not fetched"."""
    reason = settings.offline()
    if reason:
        raise HubError(f"{purpose}: the network is off limits, because {reason}.")


def fetch(url: str, *, max_bytes: int = 256 * 2**20, timeout: float = 10.0) -> bytes:
    """What lies at an http(s) address.

    Args:
        max_bytes: more is refused, and not read.
        timeout: seconds without a byte; all of it may take PATIENCE times as long.

    Raises: InputError for another kind of address; HubError where the network is off limits, the server refuses, too much or too
        little comes, or it takes too long. Messages name the address without its password and query.
    """
    shown = _shown(url)
    allow(f"{shown} is not fetched")
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class HttpOnly(HTTPRedirectHandler):
        def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
            if urlsplit(newurl).scheme not in SCHEMES:
                raise HubError(f"{shown} leads to {urlsplit(newurl).scheme}:…, to what is no http(s) address.")
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    until = time.monotonic() + PATIENCE * timeout
    try:
        with build_opener(HttpOnly).open(Request(url, headers={"User-Agent": "triform"}), timeout=timeout) as answer:
            announced = answer.headers.get("Content-Length")
            if announced is not None and announced.isdecimal() and int(announced) > max_bytes:
                raise HubError(f"{shown} has {int(announced):,} bytes; at most {max_bytes:,} are taken.")
            data = bytearray()
            while chunk := answer.read1(CHUNK):
                data += chunk
                if len(data) > max_bytes:
                    raise HubError(f"{shown} has more than {max_bytes:,} bytes, and was not read further.")
                if time.monotonic() > until:
                    raise HubError(f"{shown} took longer than {PATIENCE * timeout:g} seconds; {len(data):,} bytes came.")
    except HubError:
        raise
    except HTTPError as error:
        with error:
            if 300 <= error.code < 400:  # urllib follows what may be followed
                raise HubError(f"{shown} leads in a circle, or to what is no http(s) address.") from None
            raise HubError(f"{shown}: the server answered {error.code} {error.reason}.") from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise HubError(f"{shown} could not be fetched: {_reason(error)}.") from None
    if announced is not None and announced.isdecimal() and len(data) != int(announced):
        raise HubError(f"{shown}: {len(data):,} of {int(announced):,} bytes came before the connection ended. Try again.")
    return bytes(data)


def _shown(url: str) -> str:
    """An address as messages may show it. Raises InputError where it is none."""
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except (ValueError, TypeError, AttributeError):
        parts, place = None, ""
    if parts is None or parts.scheme not in SCHEMES or not place:
        raise InputError(f"{str(url).split('?')[0].rpartition('@')[2][:100]!r} is no http(s) address.")
    return f"{parts.scheme}://{place}{parts.path}"[:200]


def _reason(error: Exception) -> str:
    """Why, without the address, which urllib's own texts repeat."""
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if not isinstance(cause, Exception):
        return str(cause)
    return f"{type(cause).__name__}: {getattr(cause, 'strerror', None) or 'no HTTP, or cut short'}"
