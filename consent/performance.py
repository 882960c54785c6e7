"""One action of a challenge: begun after it was asked for, seen for long enough, no other."""

from __future__ import annotations

from consent.directions import FURTHER_HINT, HINTS, RELAX_FIRST_HINT, Obstacle, refused
from consent.gestures import EXPRESSIONS, HEAD_ACTIONS, Rest, light_obstacle, rises, shown
from consent.profiles import LivenessProfile
from consent.types import Action, FrameEvidence

_BACK_HINT = "A little back again."


class Performance:
    """Watches for one action against the person's own rest."""

    def __init__(
        self, asked: Action, rest: Rest, profile: LivenessProfile, *, before: FrameEvidence
    ) -> None:
        """Start watching.

        Args:
            asked: the action.
            rest: the person's face at rest.
            profile: thresholds.
            before: the frame at which the action was asked for.
        """
        self._asked = asked
        self._rest = rest
        self._profile = profile
        self._needed = 1 if asked is Action.BLINK else profile.action_frames  # a blink is short
        self._streak = 0
        self._wrong_since: dict[Action, float] = {}  # page ms
        # An action counts, rightly or wrongly, only if it began after it was asked for: a smile
        # may linger from before.
        self._absent = set(Action) - shown(before, rest, profile)
        self.peak = 0.0  # degrees, or score above rest
        self.seen: frozenset[Action] = frozenset()
        self.done = False  # seen for long enough; stays so, whatever follows
        self.embeddable = False  # the last frame performs, and the embedding is reliable on it

    def watch(self, frame: FrameEvidence) -> str | None:
        """Take the next frame and return a hint, if one helps.

        Raises:
            LivenessRefused: `wrong_action`.
        """
        self.seen = shown(frame, self._rest, self._profile)
        measured = rises(frame, self._rest)
        self.embeddable = False
        if frame.faces != 1:
            self._streak = 0
            return HINTS[Obstacle.NO_FACE if frame.faces == 0 else Obstacle.TWO_FACES]
        self._absent |= set(measured) - self.seen
        if self._asked in self.seen and self._asked in self._absent:
            self._streak += 1
            self.peak = max(self.peak, measured[self._asked])
        else:
            self._streak = 0
        self.done = self.done or self._streak >= self._needed
        self.embeddable = self._is_embeddable(frame, measured[self._asked])
        if self.done:
            return self._hint_when_done(frame)
        self._check_wrong(frame)
        return self._hint(measured)

    def _is_embeddable(self, frame: FrameEvidence, rise: float) -> bool:
        """Return whether the action shows, but not so far that one's own face looks strange.

        A face that looks up looks strange already where the action counts, so it is taken on the
        way.
        """
        profile = self._profile
        if self._asked not in self._absent or light_obstacle(frame, profile) is not None:
            return False
        if self._asked is Action.LOOK_UP:
            return profile.embed_look_up_from <= rise <= profile.embed_look_up_to
        if self._asked in HEAD_ACTIONS:
            return profile.turn_degrees <= rise <= profile.embed_turn_degrees
        return self._asked in self.seen

    def _check_wrong(self, frame: FrameEvidence) -> None:
        """Refuse a clear other action that is held.

        Blinking is never wrong, nor is any expression during a movement of the head, nor anything
        while the asked action is seen as well: people laugh.
        """
        wrong: frozenset[Action] = frozenset()
        if self._asked not in self.seen:
            wrong = self.seen & _wrong_for(self._asked) & self._absent
        for action in set(self._wrong_since) - wrong:
            del self._wrong_since[action]
        profile = self._profile
        for action in wrong:
            since = self._wrong_since.setdefault(action, frame.client_ms)
            is_head = action in HEAD_ACTIONS
            most = profile.wrong_turn_seconds if is_head else profile.wrong_expression_seconds
            if (frame.client_ms - since) / 1000 >= most:
                raise refused("wrong_action")

    def _hint_when_done(self, frame: FrameEvidence) -> str | None:
        """Help towards a frame whose embedding can be taken."""
        if self.embeddable or self._asked not in self.seen:
            return None
        light = light_obstacle(frame, self._profile)
        return _BACK_HINT if light is None else HINTS[light]

    def _hint(self, measured: dict[Action, float]) -> str | None:
        if self._asked in self.seen:
            return None if self._asked in self._absent else RELAX_FIRST_HINT
        halfway = measured[self._asked] > self._profile.centre_degrees
        return FURTHER_HINT if self._asked in HEAD_ACTIONS and halfway else None


def _wrong_for(asked: Action) -> frozenset[Action]:
    others = HEAD_ACTIONS if asked in HEAD_ACTIONS else HEAD_ACTIONS | EXPRESSIONS
    return others - {asked}
