"""A server on loopback that plays the Hub: commits and branches, large files behind a redirect, uploads, and faults on demand."""

import base64
import contextlib
import hashlib
import json
import socket
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

FILES = {
    "config.json": b'{"model_type": "bert", "hidden_size": 12}',
    "model.safetensors": bytes(range(256)) * 40,
    "sub/config.json": b'{"model_type": "bert", "hidden_size": 24}',
}

LARGE = (".safetensors", ".bin")  # kept apart from the repository, by their SHA-256, as git-lfs does
REQUEST = {
    "title": "", "num": 1, "author": {"name": "me"}, "createdAt": "2024-01-01T00:00:00.000Z", "status": "draft", "isPullRequest": True,
    "changes": {"base": "refs/heads/main"}, "filesWithConflicts": [], "events": [],
}  # fmt: skip
FIRST, SECOND = "a" * 40, "b" * 40


class Hub:
    """One repository.

    Attributes:
        commits: commit → files. refs: branch → commit. token: what a reader must present. gated: terms have not been accepted.
        asked: how often each "METHOD file" was asked for. authorizations: the headers of that name, in order.
        delay: seconds before each answer to a GET of a file. uploads: branch → files.
    """

    def __init__(self, files: dict[str, bytes], repo: str = "org/model") -> None:
        self.repo, self.commits, self.refs = repo, {FIRST: files}, {"main": FIRST}
        self.token: str | None = None
        self.gated, self.delay = False, 0.0
        self.asked: Counter[str] = Counter()
        self.authorizations: list[str | None] = []
        self.uploads: dict[str, dict[str, bytes]] = {}
        self._faults: list[list] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        handler = type("Handler", (Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.server.request_queue_size = 100
        self.server.socket.listen(100)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.elsewhere = f"http://localhost:{self.server.server_port}"  # the same machine, but by name another host

    def fail(self, kind: str, *, on: str = "", times: int = 10**9) -> None:
        """Faults to come: of "METHOD file" that starts with `on`, so many times. Kinds: a status, dropped, short, altered, slow."""
        self._faults.append([kind, on, times])

    def heal(self) -> None:
        self._faults.clear()

    def fault(self, what: str) -> str | None:
        with self._lock:
            for entry in self._faults:
                if what.startswith(entry[1]) and entry[2] > 0:
                    entry[2] -= 1
                    return entry[0]
        return None

    def push(self, files: dict[str, bytes], commit: str = SECOND, branch: str = "main") -> None:
        """A new commit on a branch."""
        self.commits[commit], self.refs[branch] = files, commit

    def count(self, what: str) -> None:
        with self._lock:
            self.asked[what] += 1

    def close(self) -> None:
        """Down: nobody is let in, and who is in is cut off."""
        self.server.shutdown()
        self.server.server_close()
        with self._lock:
            for connection in list(self._open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """The addresses that huggingface_hub asks for."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def setup(self) -> None:
        super().setup()
        with self.hub._lock:
            self.hub._open.add(self.connection)

    def finish(self) -> None:
        with self.hub._lock:
            self.hub._open.discard(self.connection)
        super().finish()

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._get()

    def do_GET(self) -> None:
        self._get()

    def say(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say_json(self, data: object) -> None:
        self.say(200, json.dumps(data).encode(), Content_Type="application/json")

    def _get(self) -> None:
        path = unquote(urlsplit(self.path).path)
        what = f"{self.command} {path.rsplit('/', 1)[-1]}"
        self.hub.count(what)
        self.hub.authorizations.append(self.headers.get("Authorization"))
        fault = self.hub.fault(what)
        if fault is not None and fault.isdecimal():
            return self.say(int(fault), b"{}", **({"Retry_After": "7"} if fault == "429" else {}))
        if fault == "slow":
            time.sleep(1.0)
        if path.startswith("/cdn/"):
            return self._file(self._by_hash(path.split("/")[2]), fault)
        if not path.startswith((f"/api/models/{self.hub.repo}", f"/{self.hub.repo}/resolve/")):
            return self.say(404, X_Error_Code="RepoNotFound")
        if self.hub.token is not None and self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            message = {"X_Error_Message": "Invalid credentials in Authorization header"} if self.headers.get("Authorization") else {}
            return self.say(401, **message)
        if self.hub.gated:
            return self.say(403, X_Error_Code="GatedRepo", X_Error_Message="Access is restricted")
        rest = path.removeprefix(f"/api/models/{self.hub.repo}").removeprefix(f"/{self.hub.repo}/resolve/")
        if rest.startswith("/discussions/"):
            return self.say_json({**REQUEST, "repo": {"name": self.hub.repo, "type": "model"}})
        if path.startswith("/api/"):
            commit = self._commit(rest.removeprefix("/revision/") or "main")
            if commit is None:
                return self.say(404, X_Error_Code="RevisionNotFound")
            names = [{"rfilename": name} for name in self.hub.commits[commit]]
            return self.say_json({"id": self.hub.repo, "sha": commit, "siblings": names})
        parts = rest.split("/")
        width = 3 if parts[0] == "refs" else 1  # refs/pr/N is one name
        revision, name = "/".join(parts[:width]), "/".join(parts[width:])
        commit = self._commit(revision)
        if commit is None:
            return self.say(404, X_Error_Code="RevisionNotFound")
        body = self.hub.commits[commit].get(name)
        if body is None:
            return self.say(404, X_Error_Code="EntryNotFound", X_Repo_Commit=commit)
        if name.endswith(LARGE):
            digest = hashlib.sha256(body).hexdigest()
            linked = {"X_Linked_Size": str(len(body)), "X_Linked_ETag": f'"{digest}"', "X_Repo_Commit": commit}
            return self.say(302, Location=f"{self.hub.elsewhere}/cdn/{digest}/{name}", **linked)
        git = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
        self._file(body, fault, ETag=f'"{git}"', X_Repo_Commit=commit)

    def _commit(self, revision: str) -> str | None:
        commit = revision if revision in self.hub.commits else self.hub.refs.get(revision)
        return commit if commit in self.hub.commits else None

    def _by_hash(self, digest: str) -> bytes:
        files = [body for commit in self.hub.commits.values() for body in commit.values()]
        return next(body for body in files if hashlib.sha256(body).hexdigest() == digest)

    def _file(self, body: bytes, fault: str | None, **headers: str) -> None:
        if self.command == "GET":
            time.sleep(self.hub.delay)
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        code, part = (206, body[start:]) if start else (200, body)
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        if fault == "altered":
            part = part[:-1] + bytes([part[-1] ^ 1])
        if fault == "short":
            part = part[:-1]
        if fault != "dropped" or self.command == "HEAD":
            return self.say(code, part, **headers)
        self.send_response(code)
        for name, value in {"Content-Length": str(len(part)), **{key.replace("_", "-"): v for key, v in headers.items()}}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(part[: len(part) // 2])
        self.close_connection = True

    def do_POST(self) -> None:
        """Uploads: a repository, a branch, a commit with its files in base64."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        what = f"POST {self.path.rsplit('/', 1)[-1]}"
        self.hub.count(what)
        self.hub.authorizations.append(self.headers.get("Authorization"))
        fault = self.hub.fault(what)
        branch = unquote(urlsplit(self.path).path.rsplit("/", 1)[-1])
        if fault is not None:
            return self.say(int(fault), b"{}")
        if self.path.endswith("/api/repos/create"):
            return self.say_json({"url": f"{self.hub.address}/{self.hub.repo}", "name": self.hub.repo})
        if self.path.endswith("/discussions"):  # the later line opens a pull request by itself, and commits to it
            return self.say_json({"num": 1})
        if "/branch/" in self.path:
            self.hub.refs[branch] = self.hub.refs["main"]
            return self.say_json({})
        if self._commit(branch) is None and not branch.startswith("refs/pr/"):
            return self.say(404, X_Error_Code="RevisionNotFound")
        if "/preupload/" in self.path:
            modes = [{"path": file["path"], "uploadMode": "regular", "shouldIgnore": False} for file in json.loads(body)["files"]]
            return self.say_json({"files": modes})
        if "/commit/" in self.path:
            taken = self.hub.uploads.setdefault(branch, {})
            for entry in map(json.loads, body.splitlines()):
                if entry["key"] == "file":
                    taken[entry["value"]["path"]] = base64.b64decode(entry["value"]["content"])
            made = {"commitUrl": f"{self.hub.address}/{self.hub.repo}/commit/{'d' * 40}", "commitOid": "d" * 40}
            request = {"pullRequestUrl": f"{self.hub.address}/{self.hub.repo}/discussions/1"} if "create_pr=1" in self.path else {}
            return self.say_json({**made, **request})
        self.say(404, b"{}")
