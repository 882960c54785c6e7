"""The document around gradio's application: header, navigation and footer are there at once.

Gradio's own document waits for half a megabyte of script before it paints, names outside addresses
in its meta tags and carries inline scripts. Its configuration and entry script are taken over into
`parts/shell.html`; the rest is left behind.
"""

from __future__ import annotations

import html
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from string import Template

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consent.errors import Refusal
from studio.service import StudioService
from studio.ui.allowance import Allowance
from studio.ui.guard import PAGES
from studio.ui.headers import PAGE_POLICY
from studio.ui.origin import origin_of
from studio.ui.session import MAX_TOKEN, session_cookie
from studio.ui.settings import UiSettings
from studio.ui.sign_in import CLOSED_PAGES, is_outside

PARTS = Path(__file__).parent / "parts"
NAVIGATION = (("/", "Create"), ("/gallery", "Gallery"), ("/consent", "My consent"))
VERIFY = ("/verify", "Verify")
MODELS = ("/models", "Models")
CHECK = ("/check", "How to check a picture")
QUERY = frozenset({"open", "job", "nobody", "extend", "agree"})  # see handlers/sitting.py
_CONFIG = re.compile(r"<script>(window\.gradio_config = .*?)</script>", re.DOTALL)
_API = re.compile(r"<script>(window\.gradio_api_info = .*?)</script>", re.DOTALL)
_ENTRY = re.compile(r'<script type="module" crossorigin src="\./(assets/[\w.-]+\.js)"></script>')
_STYLE = re.compile(r'<link rel="stylesheet" crossorigin href="\./(assets/[\w.-]+\.css)">')


class ShellError(RuntimeError):
    """Gradio's document does not look as the pinned version's does."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is taken over from gradio's document."""

    config: str  # script text that sets window.gradio_config
    api: str  # script text that sets window.gradio_api_info
    entry: str  # path of the module that starts the application
    style: str  # path of its style sheet


def take_apart(document: str) -> Pieces:
    """Return the pieces of gradio's document.

    Raises:
        ShellError: a piece is missing, so the installed gradio is not the pinned one.
    """
    found: list[str] = []
    for pattern in (_CONFIG, _API, _ENTRY, _STYLE):
        match = pattern.search(document)
        if match is None:
            raise ShellError(f"gradio's document has no {pattern.pattern!r}")
        found.append(match.group(1))
    return Pieces(*found)


def application_head(pieces: Pieces, nonce: str) -> str:
    """Return what starts gradio's application."""
    template = Template(_read("application_head.html"))
    return template.substitute(
        nonce=nonce,
        config=pieces.config,
        api=pieces.api,
        entry=pieces.entry,
        style=pieces.style,
    )


def build_document(head: str, main: str, path: str, version: str) -> str:
    """Return the studio's own document around a head's and a body's main part."""
    current = dict((*NAVIGATION, VERIFY, CHECK, MODELS)).get(path, "Privacy")
    return Template(_read("shell.html")).substitute(
        title="Selfsame" if path == "/" else f"{current} · Selfsame",
        head=head,
        main=main,
        navigation="".join(_link(*item, path) for item in (*NAVIGATION, VERIFY, MODELS)),
        version=html.escape(version),
    )


def _read(part: str) -> str:
    return (PARTS / part).read_text(encoding="utf-8")


def _link(path: str, label: str, current: str) -> str:
    mark = ' aria-current="page"' if path == current else ""
    return f'<a href="{path}"{mark}>{label}</a>'


class PageShell:
    """ASGI middleware: own document and session cookie on page loads; all else passes through."""

    def __init__(
        self, app: ASGIApp, service: StudioService, settings: UiSettings, sessions: Allowance
    ) -> None:
        self.app = app
        self.sessions = sessions
        self.service = service
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one page, or pass the connection on."""
        is_page = scope["type"] == "http" and scope["path"] in PAGES
        if not is_page or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if not QUERY.issuperset(request.query_params):
            # The framework has settings and API pages of its own behind queries.
            await RedirectResponse(scope["path"], 303)(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        if await run_in_threadpool(self._must_sign_in, request):
            head, main = _read("sign_in_head.html"), _read("sign_in.html")
        else:
            status, document = await self._document(scope, receive)
            if status != 200:
                await HTMLResponse(document, status)(scope, receive, send)
                return
            head = application_head(take_apart(document), nonce)
            main = _read("application.html")
        text = build_document(head, main, scope["path"], self.settings.version)
        response = HTMLResponse(text)
        response.headers["content-security-policy"] = PAGE_POLICY.format(nonce=nonce)
        cookie = await run_in_threadpool(self._new_cookie, request)
        if cookie is not None:
            response.headers["set-cookie"] = cookie
        await response(scope, receive, send)

    async def _document(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        """Return status and text of gradio's answer, asked for without compression."""
        plain_scope = dict(scope)
        plain_scope["headers"] = [
            (name, value) for name, value in scope["headers"] if name != b"accept-encoding"
        ]
        status = 500
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await self.app(plain_scope, receive, collect)
        return status, b"".join(chunks).decode("utf-8")

    def _must_sign_in(self, request: Request) -> bool:
        path = str(request.scope["path"])
        return path in CLOSED_PAGES and is_outside(self.service, self.settings, request)

    def _new_cookie(self, request: Request) -> str | None:
        """Return a cookie for a browser that has none.

        A strict cookie does not travel with a click on another site's link: setting a new one then
        would throw the person out of their sitting.
        """
        if request.headers.get("sec-fetch-site", "none") in {"cross-site", "same-site"}:
            return None
        token = request.cookies.get(self.settings.cookie_name, "")
        if token and len(token) <= MAX_TOKEN and self.service.has_session(token):
            return None
        try:
            self.sessions.spend(origin_of(request))
        except Refusal:
            return None  # the page is shown; what it asks next is refused in words
        return session_cookie(self.service.new_session(), self.settings)
