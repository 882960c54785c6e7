"""Headers that every answer carries."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.ui.settings import UiSettings

# gradio compiles the templates of gr.HTML with `new Function`, hence 'unsafe-eval'; its components
# set style attributes, hence 'unsafe-inline' for styles only. Scripts need the page's nonce.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'none'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
RECEIPT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
}
FINGERPRINTED = "/assets/"  # gradio's file names carry a hash of their contents
REVALIDATED = ("/parts/", "/static/", "/theme.css")


class SecurityHeaders:
    """ASGI middleware that adds them; what is personal is never stored by a browser or proxy."""

    def __init__(self, app: ASGIApp, settings: UiSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add headers to the response of one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers[name] = value
                headers.setdefault("content-security-policy", DATA_POLICY)
                headers["cache-control"] = caching_of(str(scope["path"]), message["status"])
                if self.settings.cookie_secure:
                    headers["strict-transport-security"] = "max-age=31536000"
            await send(message)

        await self.app(scope, receive, with_headers)


def caching_of(path: str, status: int) -> str:
    """Return the Cache-Control value of an answer: `no-store` unless it is our own code."""
    if status in {200, 304}:
        if path.startswith(FINGERPRINTED):
            return "public, max-age=31536000, immutable"
        if path.startswith(REVALIDATED):
            return "no-cache"
    return "no-store"
