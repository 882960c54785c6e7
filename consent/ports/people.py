"""Subjects, the browsers they sit at, and their passkeys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from consent.passkeys import Passkey
    from consent.types import Subject


class SessionState(NamedTuple):
    """Whom a browser session is bound to now, and whether it may see what is theirs."""

    subject_id: str | None
    is_open: bool


class SignIn(NamedTuple):
    """Who signed in last in a browser session with a passkey."""

    account_id: str | None
    until: datetime | None  # from then on it counts no more


class BoundSession(NamedTuple):
    """When a browser session began, was bound to a subject, and until when theirs is open."""

    created_at: datetime
    bound_at: datetime
    opened_until: datetime | None


class Subjects(Protocol):
    """Subjects and the browser sessions bound to them."""

    def add(self, subject: Subject) -> None:
        """Store a new subject."""
        ...

    def load(self, subject_id: str) -> Subject:
        """Return the subject, or raise ConsentRefused."""
        ...

    def ended(self, now: datetime) -> Sequence[str]:
        """Return subjects whose records are all over but whose data key still exists."""
        ...

    def holds_data(self, subject_id: str) -> bool:
        """Tell whether the subject's data key still exists."""
        ...


class Sessions(Protocol):
    """Browser sessions, known by the hash of their token only."""

    def create(self, token_hash: str, *, now: datetime) -> None:
        """Store a new session."""
        ...

    def bind(
        self, token_hash: str, subject_id: str, opened_until: datetime | None, *, now: datetime
    ) -> None:
        """Bind the session to a subject, from now on; `opened_until` opens what is theirs."""
        ...

    def current(self, token_hash: str, *, now: datetime) -> SessionState:
        """Return the subject bound last; nobody for an unknown session."""
        ...

    def known(self, token_hash: str) -> bool:
        """Tell whether a session of that token was created."""
        ...

    def subjects_of(self, token_hash: str) -> Sequence[str]:
        """Return all subjects the session was ever bound to, newest first."""
        ...

    def bound_at(self, token_hash: str, subject_id: str) -> datetime | None:
        """Return when the session was last bound to a subject, or None."""
        ...

    def lock(self, token_hash: str) -> None:
        """Close what is open in this session."""
        ...

    def close_subject(self, subject_id: str) -> None:
        """Close what is open of this subject, in whatever session."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[BoundSession]:
        """Return the sessions that were ever bound to a subject, oldest first."""
        ...

    def prune(self, *, unbound_before: datetime, created_before: datetime, now: datetime) -> int:
        """Delete sessions that nobody can come back to, and return how many.

        Args:
            unbound_before: those made before, and bound to nobody until now.
            created_before: those made before, whose cookie is over, whoever they are bound to.
            now: who is signed in until later stays.
        """
        ...


class Passkeys(Protocol):
    """Accounts: which passkeys belong together, where they are signed in, what they signed."""

    def add_account(self, account_id: str, *, now: datetime) -> None:
        """Store a new account."""
        ...

    def add(self, passkey: Passkey) -> None:
        """Store a passkey of an account, or raise ConsentRefused when it is known already."""
        ...

    def load(self, credential_id: str) -> Passkey:
        """Return a passkey, or raise ConsentRefused."""
        ...

    def of_account(self, account_id: str) -> Sequence[Passkey]:
        """Return an account's passkeys, oldest first."""
        ...

    def count(self, credential_id: str, sign_count: int) -> None:
        """Note what a passkey's counter said."""
        ...

    def remove(self, credential_id: str) -> None:
        """Forget a passkey."""
        ...

    def link(self, subject_id: str, credential_id: str) -> None:
        """Note whose passkey signed a subject's consent; only the first time counts.

        One that was forgotten meanwhile opens nothing.
        """
        ...

    def account_of(self, subject_id: str) -> str | None:
        """Return whose passkey signed for a subject."""
        ...

    def subjects_of(self, account_id: str) -> Sequence[str]:
        """Return the subjects an account signed for, newest first, of whom anything is held."""
        ...

    def sign_in_of(self, token_hash: str) -> SignIn:
        """Return who signed in last in a browser session, and until when that counts."""
        ...

    def sign_in(
        self, old: str, new: str, account_id: str, until: datetime, *, now: datetime
    ) -> None:
        """Sign an account in under a fresh token, whose hash takes the old one's place."""
        ...

    def sign_out(self, token_hash: str) -> None:
        """Forget who signed in."""
        ...

    def end_account(self, account_id: str) -> int:
        """Forget an account and return how many passkeys went with it."""
        ...
