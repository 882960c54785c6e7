"""Small requests stay small: nobody fills the memory with what no form of the studio sends."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consent.errors import Refusal
from studio.ui.guard import SAFE_METHODS
from studio.ui.refusals import form_too_large, status_of
from studio.ui.uploads import read_body

MOST = 64 * 1024  # bytes; the largest form is a passkey's answer
UPLOADS = frozenset({"/api/selfies", "/api/verify"})  # they limit themselves while they stream


class SmallBodies:
    """ASGI middleware that reads a small body before anybody works on it, or refuses it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request with its body in hand."""
        acts = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if not acts or scope["path"] in UPLOADS:
            await self.app(scope, receive, send)
            return
        try:
            body = await _whole(scope, receive)
        except ClientDisconnect:
            return
        except Refusal as refusal:
            await JSONResponse(refusal.parts(), status_of(refusal))(scope, receive, send)
            return
        held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return held.pop() if held else await receive()

        await self.app(scope, replay, send)


async def _whole(scope: Scope, receive: Receive) -> bytes:
    """Return the body; raises Refusal when it is too large or stalls."""
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdigit() and int(declared) > MOST:
        raise form_too_large(MOST)
    return await read_body(Request(scope, receive), MOST, refusal=form_too_large)
