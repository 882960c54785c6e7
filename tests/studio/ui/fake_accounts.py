"""Passkeys in memory: whoever sends any answer is believed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from studio.service.accounts import AccountView, PasskeyView

if TYPE_CHECKING:
    from tests.studio.ui.fakes import FakeStudio

MADE_AT = datetime(2026, 11, 22, 10, 4, tzinfo=UTC)


class FakeAccounts:
    """The part of the fake studio that passkeys are about."""

    def __init__(self, studio: FakeStudio) -> None:
        self.studio = studio
        self.required = False
        self.invitation = ""
        self.inside: set[str] = set()  # tokens that are signed in
        self.known: list[PasskeyView] = []
        self.origins: list[str] = []

    def signed_in(self, token: str) -> bool:
        return token in self.inside

    def view(self, token: str) -> AccountView:
        is_inside = token in self.inside
        keys = tuple(self.known) if is_inside else ()
        return AccountView(is_inside, self.required, bool(self.invitation) and not is_inside, keys)

    def register_options(
        self, token: str, *, origin: str, invitation: str = ""
    ) -> Mapping[str, object]:
        self.origins.append(origin)
        if invitation != self.invitation:
            raise ConsentRefused(
                "invitation_wrong",
                "This is not the invitation.",
                why="Whoever runs this decides who comes in.",
                next_step="Ask for it.",
            )
        return {"challenge": "AAAA", "user": {"id": "AAAA"}, "excludeCredentials": []}

    def register(self, token: str, credential: Mapping[str, object]) -> str:
        self.known.append(PasskeyView(secrets.token_urlsafe(8), MADE_AT))
        return self.sign_in(token, credential)

    def sign_in_options(self, token: str, *, origin: str) -> Mapping[str, object]:
        self.origins.append(origin)
        return {"challenge": "AAAA", "allowCredentials": []}

    def sign_in(self, token: str, credential: Mapping[str, object]) -> str:
        fresh = self.studio.new_session()
        self.studio.tokens[fresh] = self.studio.tokens.pop(token)
        self.inside.add(fresh)
        return fresh

    def sign_out(self, token: str) -> None:
        self.inside.discard(token)

    def remove(self, token: str, passkey_id: str) -> None:
        self.known = [key for key in self.known if key.id != passkey_id]
