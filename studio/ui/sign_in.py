"""A shared server: what is open to everybody, and what only to whoever has signed in."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from studio.service import StudioService
from studio.ui.guard import PAGES, WS_POLICY_VIOLATION
from studio.ui.refusals import sign_in_needed, status_of
from studio.ui.session import MAX_TOKEN
from studio.ui.settings import UiSettings

# They show the sign-in part instead.
CLOSED_PAGES = frozenset({"/", "/gallery", "/consent", "/models"})
OPEN_PAGES = frozenset(PAGES) - CLOSED_PAGES
OPEN = ("/parts/", "/assets/", "/static/", "/api/passkeys/", "/api/log/")
OPEN_EXACT = frozenset(
    {
        "/healthz",
        "/favicon.ico",
        "/theme.css",
        "/api/session",
        "/api/passkeys",
        "/api/verify",
        "/api/verify/keys",
        "/api/verify/openapi.json",
        "/api/reports",
    }
)


class SignInGate:
    """ASGI middleware that refuses, on a shared server, whoever has not signed in.

    Pages pass: what they show instead is the page shell's affair.
    """

    def __init__(self, app: ASGIApp, service: StudioService, settings: UiSettings) -> None:
        self.app = app
        self.service = service
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on one connection."""
        is_known = scope["type"] in {"http", "websocket"}
        if not is_known or is_open(scope["path"]) or scope["path"] in CLOSED_PAGES:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if await run_in_threadpool(is_outside, self.service, self.settings, connection):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": WS_POLICY_VIOLATION})
                return
            refusal = sign_in_needed()
            await JSONResponse(refusal.parts(), status_of(refusal))(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_open(path: str) -> bool:
    """Tell whether an address is there for everybody, on a shared server too."""
    return path in OPEN_PAGES or path in OPEN_EXACT or path.startswith(OPEN)


def is_outside(service: StudioService, settings: UiSettings, connection: HTTPConnection) -> bool:
    """Tell whether a browser must sign in before anything personal is shown."""
    if not service.accounts.required:
        return False
    token = connection.cookies.get(settings.cookie_name, "")
    return not token or len(token) > MAX_TOKEN or not service.accounts.signed_in(token)
