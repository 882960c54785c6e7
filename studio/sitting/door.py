"""Who stands before the studio: a browser session, the subject it is bound to, open or closed.

A session's token is known to the browser alone; the studio keeps its hash. A session that is bound
to a subject stays closed until the face before the camera was matched, and for twelve hours after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger

OPEN_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One browser session now."""

    token_hash: str
    subject_id: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier sitting in this browser; nothing but its time is told."""

    subject_id: str
    bound_at: datetime


class Door:
    """Issues sessions and tells what they may see."""

    def __init__(self, ledger: Ledger, clock: Clock, make_token: Callable[[], str]) -> None:
        self._ledger = ledger
        self._clock = clock
        self.make_token = make_token

    def new_session(self) -> str:
        """Return the token of a fresh session."""
        token = self.make_token()
        with self._ledger.transaction() as unit:
            unit.sessions.create(token_hash(token), now=self._clock.now())
        return token

    def has_session(self, token: str) -> bool:
        """Tell whether this studio issued the token."""
        with self._ledger.reading() as unit:
            return unit.sessions.known(token_hash(token))

    def visitor(self, token: str) -> Visitor:
        """Return the session's subject and whether it is open now.

        Raises:
            ConsentRefused: `no_session`.
        """
        digest = token_hash(token)
        with self._ledger.reading() as unit:
            if not unit.sessions.known(digest):
                raise ConsentRefused(
                    "no_session",
                    "This page has lost its place.",
                    why="What you make is shown to your browser only.",
                    next_step="Load the page again.",
                )
            found = unit.sessions.current(digest, now=self._clock.now())
        return Visitor(digest, found.subject_id, found.is_open)

    def open_subject(self, token: str) -> str:
        """Return the subject whose gallery is open in this session.

        Raises:
            ConsentRefused: `closed` until the face was matched.
        """
        visitor = self.visitor(token)
        if visitor.subject_id is None or not visitor.is_open:
            raise ConsentRefused(
                "closed",
                "This is closed until the camera has seen you.",
                why="Only the person in the pictures may see them.",
                next_step="Look into the camera to open it.",
            )
        return visitor.subject_id

    def bind(self, token: str, subject_id: str) -> None:
        """Bind the session to a subject, closed."""
        with self._ledger.transaction() as unit:
            unit.sessions.bind(token_hash(token), subject_id, None, now=self._clock.now())

    def open(self, token: str, subject_id: str) -> None:
        """Open the session for a subject who was matched just now."""
        now = self._clock.now()
        with self._ledger.transaction() as unit:
            unit.sessions.bind(token_hash(token), subject_id, now + OPEN_FOR, now=now)

    def earlier(self, token: str) -> tuple[Earlier, ...]:
        """Return the sittings ever made in this browser, newest first."""
        digest = token_hash(token)
        with self._ledger.reading() as unit:
            found = [
                (subject_id, unit.sessions.bound_at(digest, subject_id))
                for subject_id in unit.sessions.subjects_of(digest)
            ]
        return tuple(Earlier(subject_id, at) for subject_id, at in found if at is not None)

    def lock(self, token: str) -> None:
        """Close the session until the next match."""
        with self._ledger.transaction() as unit:
            unit.sessions.lock(token_hash(token))


def token_hash(token: str) -> str:
    """Return what the studio keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()
