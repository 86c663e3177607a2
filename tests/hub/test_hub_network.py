"""The gate: http(s) only, so much and so long, and nothing beside it."""

import ast
import socket
import threading
import time
from pathlib import Path

import pytest

import triform
from triform.errors import HubError, InputError
from triform.hub import fetch, network

SOURCE = Path(triform.__file__).parent
TO_THE_NETWORK = {"socket", "ssl", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "urllib3", "huggingface_hub"}
NO_ADDRESSES = (
    "file:///etc/passwd",
    "ftp://example.org/x",
    "data:,x",
    "x.png",
    "",
    "http://",
    "http:///x",
    "http://[::1",
    "http://h:99999/",
)


def imported(body: list[ast.stmt] | list[ast.AST]) -> set[str]:
    """The modules of the network that some statements import."""
    names = [alias.name for node in body if isinstance(node, ast.Import) for alias in node.names]
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names += [f"{node.module}.{alias.name}" for alias in node.names] + [node.module or ""]
    return {name for name in names if name.split(".")[0] in TO_THE_NETWORK or name.startswith("urllib.request")}


@pytest.fixture()
def raw(online):
    """A function that serves one connection with a list of bytes and pauses, and gives its address."""
    opened = []

    def serve(*answer: bytes | float) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        opened.append(listener)

        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                try:
                    for part in answer:
                        time.sleep(part) if isinstance(part, float) else connection.sendall(part)
                except OSError:  # the other side has had enough
                    pass

        threading.Thread(target=run, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/picture.png"

    yield serve
    for listener in opened:
        listener.close()


def test_bytes(raw):
    assert fetch(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345")) == b"12345"
    assert fetch(raw(b"HTTP/1.1 200 OK\r\n\r\n", b"12", 0.05, b"345")) == b"12345"
    assert fetch(raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n0\r\n\r\n")) == b"12345"
    assert fetch(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) == b""


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234"], "4 of 9 bytes came"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n1234"], "could not be fetched: IncompleteRead"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"], "99,999 bytes; at most 100 are taken"),
        ([b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101], "more than 100 bytes"),
        ([b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"], "the server answered 404 Not Found"),
        ([b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"], "to what is no http"),
        ([b"HTTP/1.1 302 Found\r\nLocation: ftp://example.org/x\r\nContent-Length: 0\r\n\r\n"], "to what is no http"),
        ([b"nonsense\r\n\r\n"], "could not be fetched: BadStatusLine"),
        ([], "could not be fetched"),
        ([1.0], "no answer in time"),
    ],
)
def test_what_goes_wrong(raw, answer, match):
    with pytest.raises(HubError, match=match):
        fetch(raw(*answer), max_bytes=100, timeout=0.3)


def test_a_server_that_drips_is_left(raw, monkeypatch):
    monkeypatch.setattr(network, "PATIENCE", 2)
    address = raw(b"HTTP/1.1 200 OK\r\n\r\n", *[part for _ in range(40) for part in (b"x", 0.1)])
    started = time.monotonic()
    with pytest.raises(HubError, match=r"took longer than 0\.6 seconds"):
        fetch(address, timeout=0.3)
    assert time.monotonic() - started < 2


def test_redirects_between_http_addresses(raw):
    there = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    assert fetch(raw(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode())) == b"ok"


@pytest.mark.parametrize("address", [*NO_ADDRESSES, None, b"http://x/"])
def test_what_is_no_address(online, address):
    with pytest.raises(InputError, match="no http"):
        fetch(address)


def test_secrets_of_an_address_stay_out_of_messages(online):
    with pytest.raises(HubError) as caught:
        fetch("http://me:hunter2@127.0.0.1:9/x.png?signature=abcdef", timeout=1)
    assert "127.0.0.1:9/x.png" in str(caught.value) and "hunter2" not in str(caught.value) and "abcdef" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        fetch("ftp://me:hunter2@example.org/x?signature=abcdef")
    assert "hunter2" not in str(caught.value) and "abcdef" not in str(caught.value)


def test_nothing_else_imports_what_opens_sockets():
    outside = [path for path in SOURCE.rglob("*.py") if not path.is_relative_to(SOURCE / "hub")]
    trees = {path: list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in outside}
    assert not {str(path): found for path, nodes in trees.items() if (found := imported(nodes))}


def test_inside_the_hub_it_is_imported_in_functions_only():
    paths = list((SOURCE / "hub").glob("*.py"))
    assert not {path.name: found for path in paths if (found := imported(ast.parse(path.read_text(encoding="utf-8")).body))}
    assert any(imported(list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))) for path in paths)
