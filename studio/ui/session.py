"""The browser session: one cookie, read-only to scripts, sent to this site's own pages only."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie

from starlette.requests import HTTPConnection

from studio.service import StudioService
from studio.ui.refusals import no_session
from studio.ui.settings import UiSettings

SECONDS_PER_DAY = 86_400
MAX_TOKEN = 200  # characters; a token has 43

TokenOf = Callable[[HTTPConnection], str]


def session_reader(service: StudioService, settings: UiSettings) -> TokenOf:
    """Return a function that gives a connection's session token or raises Refusal."""

    def token_of(connection: HTTPConnection) -> str:
        token = connection.cookies.get(settings.cookie_name, "")
        if not token or len(token) > MAX_TOKEN or not service.has_session(token):
            raise no_session()
        return token

    return token_of


def session_cookie(token: str, settings: UiSettings) -> str:
    """Return the Set-Cookie value for a token."""
    cookie: SimpleCookie = SimpleCookie()
    cookie[settings.cookie_name] = token
    morsel = cookie[settings.cookie_name]
    morsel["path"] = "/"
    morsel["max-age"] = settings.cookie_days * SECONDS_PER_DAY
    morsel["httponly"] = True
    morsel["samesite"] = "Strict"
    if settings.cookie_secure:
        morsel["secure"] = True
    return morsel.OutputString()
