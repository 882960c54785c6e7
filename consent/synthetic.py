"""The verdict on a baked subject who played a challenge: SyntheticCapture, never LiveCapture."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from consent.challenge import expired
from consent.directions import refused
from consent.errors import ConsentRefused, LivenessRefused
from consent.records import ConsentRecord
from consent.types import Action, Challenge, SubjectKind, SyntheticCapture, Template


@dataclass(frozen=True, slots=True)
class SyntheticPlay:
    """How the server itself played a baked subject."""

    baked_subject: str
    actions: tuple[Action, ...]  # assent first, then the challenge's actions, as played
    frame_hashes: tuple[str, ...]  # SHA-256 of every frame that was used, hex
    template: Template


def synthetic_verdict(
    challenge: Challenge,
    record: ConsentRecord,
    play: SyntheticPlay,
    *,
    pinned: AbstractSet[str],
    now: datetime,
    capture_id: str,
) -> SyntheticCapture:
    """Return the verdict on a baked subject's play.

    Args:
        challenge: taken from the book, like anybody's.
        record: the consent record of kind synthetic that it is bound to.
        play: what was shown.
        pinned: SHA-256 of all baked frames, from the manifest pinned in code.
        now: aware UTC.
        capture_id: random identifier of the capture.

    Raises:
        ConsentRefused: `wrong_kind` for a person's record, `other_subject` for another record.
        LivenessRefused: `not_baked` when any frame is not pinned or there is none,
            `wrong_action`, or `expired`.
    """
    if record.kind is not SubjectKind.SYNTHETIC:
        raise ConsentRefused(
            "wrong_kind",
            "This consent is a person's.",
            why="A subject who is nobody must never stand in for a person.",
            next_step="Look into the camera yourself, or choose a subject who is nobody.",
        )
    if (challenge.record_id, challenge.subject_id) != (record.record_id, record.subject_id):
        raise ConsentRefused(
            "other_subject",
            "This challenge belongs to another consent.",
            why="Each check is made for one consent.",
            next_step="Start a new check.",
        )
    if not challenge.issued_at <= now < challenge.expires_at:
        raise expired()
    if not play.frame_hashes or not set(play.frame_hashes) <= pinned:
        raise LivenessRefused(
            "not_baked",
            "This picture is not one of the subjects who are nobody.",
            why="Otherwise anybody's picture could be passed off as nobody's.",
            next_step="Choose one of the subjects that come with the studio.",
        )
    if play.actions != (challenge.assent, *challenge.actions):
        raise refused("wrong_action")
    return SyntheticCapture(
        id=capture_id,
        subject_id=challenge.subject_id,
        record_id=challenge.record_id,
        nonce=challenge.nonce,
        captured_at=now,
        baked_subject=play.baked_subject,
        template=play.template,
        frame_hashes=play.frame_hashes,
    )
