"""Plays the hub on this machine: its addresses, its headers, and what can go wrong with it."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CACHE = "/api/resolve-cache/models"  # small files are redirected there, on the hub itself
LARGE = (".safetensors", ".model")  # lie elsewhere; the hub redirects there


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class TinyHub:
    """What the hub has, how it behaves, and what it was asked."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)  # by repository and path
    commit: str | None = COMMIT
    cut_after: list[int] = field(default_factory=list)  # bytes after which answers break, in order
    statuses: list[int] = field(default_factory=list)  # of the next answers instead of 200
    bends: dict[str, bytes] = field(default_factory=dict)  # what is sent instead, by path
    midway: tuple[int, Callable[[], None]] | None = None  # what to do after so many bytes
    takes_ranges: bool = True
    tells_hashes: bool = True
    redirects_to: str = ""  # instead of the storage of large files
    extra: dict[str, str] = field(default_factory=dict)  # headers of every answer
    before: Callable[[Asked], None] = lambda asked: None
    asked: list[Asked] = field(default_factory=list)
    address: str = ""

    def paths(self, method: str = "GET") -> list[str]:
        """Return the files that were asked for, storage left out."""
        asked = [each.path for each in self.asked if each.method == method]
        return [
            path.split("/", 5)[5]
            for path in asked
            if not path.startswith(CACHE) and "/resolve/" in path
        ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub: TinyHub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub = hub

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def tiny_hub(**chosen: object) -> Iterator[TinyHub]:
    """Serve a hub on a free port of this machine."""
    hub = TinyHub(**chosen)  # type: ignore[arg-type]
    server = _Server(hub)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request as the hub would."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        asked = Asked(self.command, unquote(self.path), dict(self.headers))
        self.server.hub.asked.append(asked)
        self.server.hub.before(asked)
        if self.server.hub.statuses:
            self._send(self.server.hub.statuses.pop(0), {}, b"")
            return
        path = asked.path.removeprefix(CACHE)
        match = re.fullmatch(r"/([^/]+/[^/]+)/(resolve|storage)/([^/]+)/(.+)", path)
        data = self.server.hub.files.get(match[1], {}).get(match[4]) if match else None
        if match is None or data is None:
            self._send(404, {"X-Error-Code": "EntryNotFound"}, b"Entry not found")
        elif match[2] == "storage":
            self._content(self.server.hub.bends.get(match[4], data))
        elif match[3] not in {"main", self.server.hub.commit}:
            self._send(404, {"X-Error-Code": "RevisionNotFound"}, b"Revision not found")
        else:
            self._resolve(match[1], match[4], data)

    def _resolve(self, repo: str, path: str, data: bytes) -> None:
        headers = {"X-Repo-Commit": self.server.hub.commit} if self.server.hub.commit else {}
        if path.endswith(LARGE):
            headers["X-Linked-Size"] = str(len(data))
            if self.server.hub.tells_hashes:
                headers["X-Linked-ETag"] = f'"{hashlib.sha256(data).hexdigest()}"'
            place = (
                self.server.hub.redirects_to
                or f"{self.server.hub.address}/{repo}/storage/{self.server.hub.commit}/{path}"
            )
            self._send(302, {**headers, "Location": place}, b"Found")
            return
        if not self.path.startswith(CACHE):
            self._send(307, {**headers, "Location": CACHE + self.path}, b"Temporary Redirect")
            return
        if self.server.hub.tells_hashes:
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
            headers["ETag"] = f'"{blob.hexdigest()}"'
        self._content(self.server.hub.bends.get(path, data), headers)

    def _content(self, data: bytes, headers: dict[str, str] | None = None) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        headers = dict(headers or {})
        if asked is None or not self.server.hub.takes_ranges:
            self._send(200, headers, data)
            return
        start = int(asked[1])
        if start >= len(data):
            self._send(416, {"Content-Range": f"bytes */{len(data)}"}, b"")
            return
        headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self._send(206, headers, data[start:])

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        headers = {**headers, **self.server.hub.extra}
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        is_content = status in {200, 206}
        if is_content and self.server.hub.cut_after:
            self.wfile.write(body[: self.server.hub.cut_after.pop(0)])
            self.close_connection = True
            return
        if is_content and self.server.hub.midway and len(body) > self.server.hub.midway[0]:
            count, act = self.server.hub.midway
            self.wfile.write(body[:count])
            act()
            self.close_connection = True
            return
        self.wfile.write(body)
