"""Passkeys: making one, signing in and out, and signing a consent with one."""

from __future__ import annotations

from collections.abc import Mapping

from studio.service import StudioService
from studio.ui.handlers.consent import read_choice
from studio.ui.refusals import unreadable
from studio.ui.views import Json, plain

MAX_TEXT = 200  # characters of an invitation, or of a draft's id


def view(service: StudioService, token: str) -> Json:
    """Return what this browser may know of passkeys."""
    return plain(service.accounts.view(token))


def offer(service: StudioService, token: str) -> Json:
    """Return what the consent step must know: must a passkey sign, and is one known.

    A browser without a session has none.
    """
    has = service.has_session(token) and bool(service.accounts.view(token).passkeys)
    return {"required": service.accounts.required, "has": has}


def register_options(
    service: StudioService, token: str, origin: str, body: Mapping[str, object]
) -> Json:
    """Return what the browser needs to make a passkey; raises Refusal."""
    invitation = _text(body.get("invitation", ""))
    return plain(service.accounts.register_options(token, origin=origin, invitation=invitation))


def register(service: StudioService, token: str, body: Mapping[str, object]) -> str:
    """Keep a passkey and return the session's new token; raises Refusal."""
    return service.accounts.register(token, _credential(body))


def sign_in(service: StudioService, token: str, body: Mapping[str, object]) -> str:
    """Sign in and return the session's new token; raises Refusal."""
    return service.accounts.sign_in(token, _credential(body))


def draft(service: StudioService, token: str, origin: str, body: Mapping[str, object]) -> Json:
    """Return a consent for a passkey to sign; raises Refusal."""
    return plain(service.draft_consent(token, read_choice(service, body), origin=origin))


def sign(service: StudioService, token: str, body: Mapping[str, object]) -> Json:
    """Store a consent that a passkey signed; raises Refusal."""
    draft_id = _text(body.get("draft_id"))
    return plain(service.sign_consent(token, draft_id, _credential(body)))


def _credential(body: Mapping[str, object]) -> Mapping[str, object]:
    credential = body.get("credential")
    if not isinstance(credential, dict):
        raise unreadable()
    return credential


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise unreadable()
    return value
