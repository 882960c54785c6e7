"""Time stamps of signatures from the one authority that the operator named (RFC 3161).

c2pa fetches a time stamp by itself while it signs, but it heeds no list of allowed hosts there,
follows redirects and waits without end. So it is given an address of this process, open for one
signature: what it sends there is passed on to the operator's address and to no other, once, within
a time, and without redirects or proxies.
"""

from __future__ import annotations

import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from outputs.errors import OutputError

SECONDS = 5.0  # that the authority has for an answer
REST_SECONDS = 60.0  # after a failure: a studio whose authority is down waits once a minute
MOST_REQUEST = 4096  # bytes; a request has about 70
MOST_ANSWER = 64 * 1024  # bytes; an answer with its chain has 2 000 to 7 000
OWN_ADDRESS = "127.0.0.1"
REQUEST_TYPE = "application/timestamp-query"
ANSWER_TYPE = "application/timestamp-reply"


@dataclass
class Relay:
    """Where c2pa sends its request, and what went wrong with it."""

    url: str
    trouble: str = "the authority was not asked"


class _QuietServer(HTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of whoever hangs up: the signer tells what did not come."""


class TimeStamping:
    """Asks one authority. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float = SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the address.

        Args:
            url: Of the authority: http or https, without a name or a password.
            seconds: That it has for an answer.
            monotonic: Seconds; tells when to ask again after a failure.

        Raises:
            OutputError: the address is none, or a proxy is set for this process.
        """
        _require_direct()
        self._url = require_address(url)
        self._seconds = seconds
        self._monotonic = monotonic
        self._again_at = monotonic()

    def is_due(self) -> bool:
        """Tell whether to ask: not within a minute of a failure."""
        return self._monotonic() >= self._again_at

    def rest(self) -> None:
        """Ask nobody for a minute."""
        self._again_at = self._monotonic() + REST_SECONDS

    @contextmanager
    def relay(self) -> Iterator[Relay]:
        """Yield an address of this process that passes requests on; it closes with the context."""
        path = f"/{secrets.token_urlsafe(16)}"  # other programs on this machine do not know it
        server = _QuietServer((OWN_ADDRESS, 0), BaseHTTPRequestHandler)
        relay = Relay(f"http://{OWN_ADDRESS}:{server.server_address[1]}{path}")
        server.RequestHandlerClass = self._handler(relay, path)
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="time stamp"
        )
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _handler(self, relay: Relay, path: str) -> type[BaseHTTPRequestHandler]:
        stamping = self

        class Handler(BaseHTTPRequestHandler):
            timeout = SECONDS

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if self.path != path or not length.isdecimal() or int(length) > MOST_REQUEST:
                    self.send_error(404)
                    return
                relay.trouble = "the authority gave no answer in time"
                try:
                    answer = stamping.ask(self.rfile.read(int(length)))
                except OutputError as error:
                    relay.trouble = str(error)
                    self.send_error(502)
                    return
                relay.trouble = "the authority's answer is no time stamp"
                self.send_response(200)
                self.send_header("Content-Type", ANSWER_TYPE)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
                """Say nothing: the signer tells."""

        return Handler

    def ask(self, request: bytes) -> bytes:
        """Return what the authority answers to a request.

        Raises:
            OutputError: it cannot be reached, or answers otherwise than a time stamp is answered.
        """
        try:
            return self._post(request)
        except (OSError, HTTPException, ValueError) as error:
            raise OutputError(f"{self._url} gave no time stamp: {error}") from error

    def _post(self, request: bytes) -> bytes:
        parts = urlsplit(self._url)
        host, seconds = parts.hostname or "", self._seconds
        connection = (
            HTTPSConnection(host, parts.port, timeout=seconds, context=ssl.create_default_context())
            if parts.scheme == "https"
            else HTTPConnection(host, parts.port, timeout=seconds)
        )
        # A time of the socket begins anew with every byte: the whole exchange has one.
        deadline = threading.Timer(seconds, _hang_up, [connection])
        deadline.start()
        try:
            path = parts.path or "/"
            target = f"{path}?{parts.query}" if parts.query else path
            connection.request("POST", target, request, {"Content-Type": REQUEST_TYPE})
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(f"it answers {response.status}")
            return self._read(response)
        finally:
            deadline.cancel()
            connection.close()

    def _read(self, response: HTTPResponse) -> bytes:
        """Read an answer that may come in drops, but neither for ever nor without end."""
        until = self._monotonic() + self._seconds
        answer = b""
        while piece := response.read1(MOST_ANSWER):
            answer += piece
            if len(answer) > MOST_ANSWER:
                raise ValueError("its answer is too large")
            if self._monotonic() > until:
                raise ValueError("its answer takes too long")
        return answer


def _hang_up(connection: HTTPConnection) -> None:
    """End an exchange that another thread waits for."""
    if connection.sock is not None:
        with suppress(OSError):  # it has ended by itself
            connection.sock.shutdown(socket.SHUT_RDWR)


def _require_direct() -> None:
    """Refuse a proxy between c2pa and the relay: c2pa would send it every request.

    Raises:
        OutputError: the system's settings name one, also for this machine's own address.
    """
    proxies = getproxies()
    if (proxies.get("http") or proxies.get("all")) and not proxy_bypass(OWN_ADDRESS):
        raise OutputError(
            "a proxy is set for this process, and time stamps are asked for without one; "
            f"set no_proxy to {OWN_ADDRESS}"
        )


def require_address(url: str) -> str:
    """Return the address of an authority.

    Raises:
        OutputError: it is not one of http or https with a host, or it holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OutputError(f"{url!r} is not an address.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise OutputError(f"{url!r} is not an address that begins with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise OutputError("The address of a time stamp authority holds no name and no password.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise OutputError(f"{url!r} is not an address in plain letters.")
    return url
