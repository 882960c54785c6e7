"""Questions to passkeys: each is answered once, by the browser that asked, within minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from consent.credentials import RelyingParty, client_data_of, encoded, relying_party
from consent.errors import ConsentRefused
from consent.passkeys import CHALLENGE_BYTES
from studio.sitting.pending import Pending

if TYPE_CHECKING:
    from consent.ports import Clock

CEREMONY_TIME = timedelta(minutes=5)  # from the question to the passkey's answer
CEREMONIES = 3  # open questions of one browser session: a few windows


@dataclass(frozen=True, slots=True)
class Ceremony:
    """A question to a passkey."""

    party: RelyingParty
    challenge: bytes
    makes: bool  # a passkey, rather than signing in
    account_id: str | None = None  # to which it will be added; None: a new one


class Ceremonies:
    """Asks, and knows what was asked."""

    def __init__(self, clock: Clock, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._asked: Pending[Ceremony] = Pending(clock, CEREMONY_TIME, per_session=CEREMONIES)

    def ask(
        self, session: str, origin: str, *, makes: bool, account_id: str | None = None
    ) -> Ceremony:
        """Return a question with a challenge of its own.

        Raises:
            ConsentRefused: `passkey_needs_name`.
        """
        challenge = self._entropy(CHALLENGE_BYTES)
        asked = Ceremony(relying_party(origin), challenge, makes, account_id)
        self._asked.put(session, encoded(challenge), asked)
        return asked

    def answered(self, session: str, credential: Mapping[str, object], *, makes: bool) -> Ceremony:
        """Return the question that an answer belongs to, and forget it.

        Raises:
            ConsentRefused: `passkey_unreadable` or `passkey_stale`.
        """
        asked = self._asked.take(session, str(client_data_of(credential).get("challenge")))
        if asked is None or asked.makes is not makes:
            raise late()
        return asked


def late() -> ConsentRefused:
    """Return the refusal of an answer that nobody waits for: late, repeated or of another page."""
    return ConsentRefused(
        "passkey_stale",
        "This answer came too late, or for the second time.",
        why="A passkey's answer counts once, so that nobody can use it again.",
        next_step="Try again. Nothing has been agreed to or opened.",
    )
