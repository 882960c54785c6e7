"""One-time, unpredictable liveness challenges, and the book that takes each one back once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from consent.errors import LivenessRefused
from consent.flash import draw_sequence
from consent.profiles import STANDARD_LIVENESS, LivenessProfile
from consent.types import Action, Challenge, Colour, Pace

_ASSENT_GESTURES = (Action.SMILE, Action.MOUTH_OPEN)
_EXPRESSIONS = (Action.SMILE, Action.BLINK, Action.MOUTH_OPEN)
_TURNS = (Action.TURN_LEFT, Action.TURN_RIGHT, Action.LOOK_UP)
_RECENT = 12  # colour sequences of anybody that the next one must differ from
_REMEMBERED = timedelta(hours=1)  # how long a used or expired nonce still gets its own sentence


def issue_challenge(  # noqa: PLR0913 - what a challenge is bound to, each by name
    subject_id: str,
    record_id: str,
    *,
    rng: Random,
    now: datetime,
    pace: Pace = Pace.STANDARD,
    earlier: Iterable[Sequence[Colour]] = (),
    profile: LivenessProfile = STANDARD_LIVENESS,
) -> Challenge:
    """Draw a challenge bound to a subject and a consent record.

    Args:
        subject_id: whom it is for.
        record_id: the record that the subject gave before.
        rng: unpredictable in use (`random.SystemRandom`); seeded in tests.
        now: aware UTC.
        pace: how fast its colours change.
        earlier: colour sequences that were shown before and may have been filmed.
        profile: how long it lives.

    Returns:
        One assent gesture, then in random order three turns (at least one each way), the colours,
        and sometimes an expression that differs from the assent.
    """
    assent = rng.choice(_ASSENT_GESTURES)
    expressions = [action for action in _EXPRESSIONS if action is not assent]
    actions = [Action.TURN_LEFT, Action.TURN_RIGHT, rng.choice(_TURNS), Action.COLOURS]
    actions += rng.sample(expressions, rng.choice((0, 1)))
    rng.shuffle(actions)
    return Challenge(
        nonce=f"{rng.getrandbits(128):032x}",
        subject_id=subject_id,
        record_id=record_id,
        assent=assent,
        actions=tuple(actions),
        colours=draw_sequence(rng, earlier, max_likeness=profile.flash.max_likeness),
        pace=pace,
        issued_at=now,
        expires_at=now + profile.time_to_live,
    )


class ChallengeBook:
    """Open challenges, in memory; safe between threads.

    A restart forgets open challenges, which is right: whoever sits there starts again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[str, Challenge] = {}
        self._used: dict[str, datetime] = {}
        self._recent: deque[tuple[Colour, ...]] = deque(maxlen=_RECENT)

    @property
    def recent_colours(self) -> Sequence[tuple[Colour, ...]]:
        """The newest sequences that were shown to anybody: a film of one may be around."""
        with self._lock:
            return tuple(self._recent)

    def issue(self, challenge: Challenge, *, now: datetime) -> Challenge:
        """Enter a challenge and return it."""
        with self._lock:
            self._forget(now)
            self._open[challenge.nonce] = challenge
            self._recent.append(challenge.colours)
        return challenge

    def take(self, nonce: str, *, subject_id: str, now: datetime) -> Challenge:
        """Hand out an open challenge, once.

        Raises:
            LivenessRefused: `challenge_unknown`, `challenge_used`, `challenge_foreign` or
                `expired`.
        """
        with self._lock:
            if nonce in self._used:
                raise _nonce_refused("challenge_used", "This challenge was already used.")
            challenge = self._open.get(nonce)
            if challenge is None:
                raise _nonce_refused("challenge_unknown", "This challenge is not one of ours.")
            if challenge.subject_id != subject_id:
                raise _nonce_refused(
                    "challenge_foreign", "This challenge was given to somebody else."
                )
            del self._open[nonce]
            self._used[nonce] = now
            if not challenge.issued_at <= now < challenge.expires_at:
                raise expired()
        return challenge

    def _forget(self, now: datetime) -> None:
        """Drop what is too old to matter, so that the book cannot grow without end."""
        for nonce in [n for n, c in self._open.items() if now - c.expires_at > _REMEMBERED]:
            del self._open[nonce]
        for nonce in [n for n, at in self._used.items() if now - at > _REMEMBERED]:
            del self._used[nonce]


def expired() -> LivenessRefused:
    """Return the refusal of a challenge whose time is over."""
    return LivenessRefused(
        "expired",
        "The time for this check ran out.",
        why="A check lives one minute, so that nobody can prepare a film for it.",
        next_step="Start a new check when you are ready.",
    )


def _nonce_refused(code: str, what: str) -> LivenessRefused:
    return LivenessRefused(
        code,
        what,
        why="Each check is made for one person and works once, so that no recording can pass.",
        next_step="Start a new check.",
    )
