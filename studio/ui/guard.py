"""Who may knock: known hosts, own pages, and only the doors that are needed.

A page on another site, or on another port of this computer, must be able to neither act nor read:
the session cookie alone does not see to that, since ports share it (RFC 6265, 8.5).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consent.errors import Refusal
from studio.ui.refusals import broken, not_here, status_of, wrong_host, wrong_origin
from studio.ui.settings import UiSettings

SAFE_METHODS = frozenset({"GET", "HEAD"})
OWN = ("/api/", "/parts/")
OWN_EXACT = frozenset({"/healthz", "/favicon.ico"})
PAGES = ("/", "/gallery", "/consent", "/verify", "/check", "/models", "/privacy")
# What gradio's page needs. Everything else of it stays shut: uploads, files, proxies, run history,
# monitoring, API pages, recordings, its queue, calls by name.
GRADIO_GET = ("/assets/", "/static/")
GRADIO_GET_EXACT = frozenset({"/theme.css"})
GRADIO_POST_EXACT = frozenset({"/gradio_api/run/predict"})
# Programs that are no browsers send no Origin; this door knows no session and changes nothing.
FOR_PROGRAMS = frozenset({"/api/verify"})
WS_POLICY_VIOLATION = 1008


class Guard:
    """ASGI middleware that lets through what the studio's own pages need, and nothing else."""

    def __init__(self, app: ASGIApp, settings: UiSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on one connection; unexpected errors become a plain sentence."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = examine(scope, self.settings)
        if refusal is not None:
            await _turn_away(refusal, scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception as error:  # noqa: BLE001 - the last door: no traceback reaches a person
            refusal = broken(error)
            if not started:
                await _turn_away(refusal, scope, receive, send)


def examine(scope: Scope, settings: UiSettings) -> Refusal | None:
    """Return why a connection is turned away, or None when it may pass."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if _name_of(host) not in settings.allowed_hosts:
        return wrong_host()
    path = str(scope["path"])
    is_socket = scope["type"] == "websocket"
    acts = is_socket or scope["method"] not in SAFE_METHODS
    origin = headers.get("origin")
    is_program = origin is None and path in FOR_PROGRAMS
    if acts and not is_program and not _own_origin(origin, host, settings):
        return wrong_origin()
    fetched_from = headers.get("sec-fetch-site", "none")
    if path.startswith("/api/") and fetched_from not in {"same-origin", "none"}:
        return wrong_origin()
    if not _door_exists(path, acts=acts, is_socket=is_socket):
        return not_here()
    return None


def _name_of(host: str) -> str:
    """Return the host's name without its port; IPv6 names keep their brackets."""
    if host.startswith("["):
        return host.split("]", maxsplit=1)[0] + "]"
    return host.rsplit(":", 1)[0].lower()


def _own_origin(origin: str | None, host: str, settings: UiSettings) -> bool:
    """Tell whether the acting page is the studio's own; browsers always send Origin when acting."""
    if not origin:
        return False
    if origin in settings.allowed_origins:
        return True
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == host


def _door_exists(path: str, *, acts: bool, is_socket: bool) -> bool:
    """Tell whether the studio serves this path at all."""
    if path.startswith(OWN) or path in OWN_EXACT:
        return True
    if is_socket:
        return False
    if acts:
        return path in GRADIO_POST_EXACT
    return path in PAGES or path in GRADIO_GET_EXACT or path.startswith(GRADIO_GET)


async def _turn_away(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the refusal's three parts; a socket is closed before it is accepted."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": WS_POLICY_VIOLATION})
        return
    response = JSONResponse(refusal.parts(), status_of(refusal))
    await response(scope, receive, send)
