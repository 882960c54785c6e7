"""Passkeys: making one, signing in and out, and what a page may know of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey of the session's account."""

    id: str  # base64url
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AccountView:
    """What a browser session may know of passkeys."""

    signed_in: bool
    required: bool  # this is a shared server: nothing works without signing in
    invitation_needed: bool  # to make a passkey here
    passkeys: tuple[PasskeyView, ...]  # of the account that signed in last; oldest first


class AccountService(Protocol):
    """Passkeys: making one, signing in and out.

    `origin` is that of the page that asks, checked before: a passkey belongs to its host name.
    """

    @property
    def required(self) -> bool:
        """Tell whether this is a shared server: nothing works without signing in."""
        ...

    def signed_in(self, token: str) -> bool:
        """Tell whether a browser session is signed in now; an unknown one is not."""
        ...

    def view(self, token: str) -> AccountView:
        """Return what the session may know."""
        ...

    def register_options(
        self, token: str, *, origin: str, invitation: str = ""
    ) -> Mapping[str, object]:
        """Return what a browser needs to make a passkey: creation options as JSON.

        A session that is signed in adds a passkey to its account. Raises Refusal.
        """
        ...

    def register(self, token: str, credential: Mapping[str, object]) -> str:
        """Keep a passkey that was made, sign in with it, and return the session's new token."""
        ...

    def sign_in_options(self, token: str, *, origin: str) -> Mapping[str, object]:
        """Return what a browser needs to sign in: request options as JSON. Raises Refusal."""
        ...

    def sign_in(self, token: str, credential: Mapping[str, object]) -> str:
        """Sign in, open what was signed for last, and return the session's new token."""
        ...

    def sign_out(self, token: str) -> None:
        """Sign out and close what is open."""
        ...

    def remove(self, token: str, passkey_id: str) -> None:
        """Forget one passkey of the account; the last one stays while it opens anything."""
        ...
