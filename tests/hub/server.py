"""A server on loopback that plays the Hub: enough of its addresses for huggingface_hub to download from it."""

import base64
import hashlib
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMITS = {"main": "a" * 40, "next": "b" * 40}


class Hub:
    """Files of one repository, the faults that are wanted, and what was asked for."""

    def __init__(self, files: dict[str, bytes], repo: str = "org/model") -> None:
        self.repo, self.files = repo, files
        self.refs = dict(COMMITS)
        self.fault: str | None = None
        self.asked: Counter[str] = Counter()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                pass

            def do_HEAD(self) -> None:
                hub.answer(self, False)

            def do_GET(self) -> None:
                hub.answer(self, True)

            def do_POST(self) -> None:
                hub.take(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def say(
        self, handler: BaseHTTPRequestHandler, code: int, body: bytes = b"", headers: dict[str, str] | None = None, send: bool = True
    ) -> None:
        handler.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if send:
            handler.wfile.write(body)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """An upload: small files come inside the commit, in base64."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if self.fault:
            self.say(handler, 403, b"{}")
            return
        if handler.path.endswith("/api/repos/create"):
            made = {"url": f"{self.address}/{self.repo}", "name": self.repo}
            self.say(handler, 200, json.dumps(made).encode(), {"Content-Type": "application/json"})
        elif "/preupload/" in handler.path:
            asked = json.loads(body)["files"]
            modes = {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in asked]}
            self.say(handler, 200, json.dumps(modes).encode(), {"Content-Type": "application/json"})
        elif "/commit/" in handler.path:
            for line in body.splitlines():
                entry = json.loads(line)
                if entry["key"] == "file":
                    self.files[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
            made = {"commitUrl": f"{self.address}/{self.repo}/commit/{'d' * 40}", "commitOid": "d" * 40}
            self.say(handler, 200, json.dumps(made).encode(), {"Content-Type": "application/json"})
        else:
            self.say(handler, 404, b"{}")

    def answer(self, handler: BaseHTTPRequestHandler, get: bool) -> None:
        path = unquote(urlsplit(handler.path).path)
        self.asked[f"{'GET' if get else 'HEAD'} {path.rsplit('/', 1)[-1]}"] += 1
        codes = {"401": 401, "403": 403, "429": 429, "500": 500}
        if self.fault in codes:
            self.say(handler, codes[self.fault], b"{}", {"Retry-After": "7"} if self.fault == "429" else None, get)
            return
        if self.fault == "gated":
            self.say(handler, 403, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": "gated"}, get)
            return
        if self.fault == "slow":
            threading.Event().wait(1.5)
        if path.startswith(f"/api/models/{self.repo}"):
            commit = self.refs.get(path.rsplit("/", 1)[-1], self.refs["main"])
            data = {"id": self.repo, "sha": commit, "siblings": [{"rfilename": name} for name in self.files]}
            if "/tree/" in path:
                entries = [{"type": "file", "path": n, "size": len(b), "oid": hashlib.sha1(b).hexdigest()} for n, b in self.files.items()]
                self.say(handler, 200, json.dumps(entries).encode(), {"Content-Type": "application/json"}, get)
                return
            self.say(handler, 200, json.dumps(data).encode(), {"Content-Type": "application/json"}, get)
            return
        if not path.startswith(f"/{self.repo}/resolve/"):
            self.say(handler, 404, b"", {"X-Error-Code": "RepoNotFound"}, get)
            return
        revision, name = path.removeprefix(f"/{self.repo}/resolve/").split("/", 1)
        commit = revision if revision in self.refs.values() else self.refs.get(revision)
        if commit is None:
            self.say(handler, 404, b"", {"X-Error-Code": "RevisionNotFound"}, get)
            return
        if name not in self.files:
            self.say(handler, 404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit}, get)
            return
        body = self.files[name]
        headers = {"ETag": f'"{hashlib.sha1(body).hexdigest()}"', "X-Repo-Commit": commit, "Accept-Ranges": "none"}
        if get and self.fault == "dropped":
            handler.send_response(200)
            for key, value in {**headers, "Content-Length": str(len(body))}.items():
                handler.send_header(key, value)
            handler.end_headers()
            handler.wfile.write(body[: len(body) // 2])
            handler.wfile.flush()
            handler.close_connection = True
            return
        if self.fault == "short" and get:
            body = body[:-1]
        self.say(handler, 200, body, headers, get)
