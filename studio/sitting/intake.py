"""Selfie intake: pictures and videos of oneself, judged, matched 1:1, kept sealed.

Each file is judged by itself. Of a picture one selfie is kept; of a video the few frames that add
most to what is there. Every kept picture was verified against the capture's template.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from consent.errors import IdentityRefused, QualityRefused, Refusal
from consent.identity import Cohort, MatchEvidence, verify_probe
from consent.quality import tell
from consent.types import Capture, Look, Origin, Probe
from studio.face.meter import eyes_closed, mouth_open
from studio.service import SelfieVerdict, Upload
from studio.sitting.changes import require_standing
from studio.sitting.coverage import choose_next
from studio.sitting.generated import GeneratedFilter
from studio.sitting.images import decode_photo, encode_still
from studio.sitting.selfies import SelfieVault, Sight, look_at
from studio.sitting.video import frames, is_video

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger
    from studio.face.meter import FaceMeter

MAX_SELFIES = 24  # kept of one capture
MAX_FROM_VIDEO = 6  # of one video
HELD_FRAMES = 24  # candidates of a video in memory; 6 MB each at 1080p
_CLOSED_EYES = 0.5  # blendshape score: no portrait begins with a blink


@dataclass(frozen=True, slots=True)
class Matched:
    """A picture that was verified and is about to be kept."""

    jpeg: bytes = field(repr=False)  # without metadata
    sha256: str
    match: MatchEvidence
    look: Look
    merit: float


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes files of the person who was captured."""

    ledger: Ledger
    clock: Clock
    meter: FaceMeter
    selfies: SelfieVault
    cohort: Cohort
    rng: Random
    generated: GeneratedFilter

    def add(self, capture: Capture, uploads: Sequence[Upload]) -> Sequence[SelfieVerdict]:
        """Judge each file by itself; a refused one loses no other."""
        return [self._judge(capture, upload) for upload in uploads]

    def _judge(self, capture: Capture, upload: Upload) -> SelfieVerdict:
        try:
            kept = self._take(capture, upload.data)
        except Refusal as refusal:
            return SelfieVerdict(upload.name, accepted=False, refusal=refusal.parts())
        return SelfieVerdict(upload.name, accepted=True, refusal=None, kept=kept)

    def _take(self, capture: Capture, data: bytes) -> int:
        with self.ledger.reading() as unit:
            known = [p for p in unit.captures.probes(capture.subject_id) if _of(capture, p)]
        if len(known) >= MAX_SELFIES:
            raise _enough()
        origin = self.generated.require_camera(data)
        if is_video(data):
            matched = self._from_video(capture, data, known)
        else:
            matched = [self._from_picture(capture, data)]
        return self._keep(capture, matched, origin)

    def _from_picture(self, capture: Capture, data: bytes) -> Matched:
        sight = look_at(self.meter, decode_photo(data))
        return self._match(capture, sight)

    def _from_video(self, capture: Capture, data: bytes, known: Sequence[Probe]) -> list[Matched]:
        """Return the frames worth keeping, best first.

        Raises:
            QualityRefused: no frame can be used (the commonest reason), or none adds anything.
            IdentityRefused: `not_you` when a chosen frame clearly shows somebody else, and
                `retry` when all of them are doubtful.
        """
        candidates = self._candidates(data)
        chosen = [probe.look for probe in known if probe.look is not None]
        matched: list[Matched] = []
        doubt: IdentityRefused | None = None
        most = min(MAX_FROM_VIDEO, MAX_SELFIES - len(known))
        while candidates and len(matched) < most:
            looks = [sight.look for sight in candidates]
            index = choose_next(looks, [merit(sight) for sight in candidates], chosen)
            if index < 0:
                break
            sight = candidates.pop(index)
            try:
                matched.append(self._match(capture, sight))
            except IdentityRefused as refusal:
                if refusal.code != "retry":
                    raise
                doubt = refusal
                continue
            chosen.append(sight.look)
        if not matched:
            raise doubt or _nothing_new()
        return matched

    def _candidates(self, data: bytes) -> list[Sight]:
        """Return the best usable frame of each kind of look."""
        best: dict[tuple[int, ...], Sight] = {}
        reasons: Counter[str] = Counter()
        refusals: dict[str, Refusal] = {}
        with closing(frames(data)) as stream:
            for image in stream:
                try:
                    sight = look_at(self.meter, image)
                except QualityRefused as refusal:
                    reasons[refusal.code] += 1
                    refusals[refusal.code] = refusal
                    continue
                kind = _kind(sight.look)
                if kind not in best or merit(sight) > merit(best[kind]):
                    best[kind] = sight
                if len(best) > HELD_FRAMES:
                    del best[min(best, key=lambda kind: merit(best[kind]))]
        if not best:
            raise _unusable(refusals[reasons.most_common(1)[0][0]])
        return list(best.values())

    def _match(self, capture: Capture, sight: Sight) -> Matched:
        """Verify a picture 1:1.

        Raises:
            QualityRefused: `generated` when it bears this studio's label.
            IdentityRefused: as `consent.identity.verify_probe` says, told by the picture's quality.
        """
        self.generated.require_unlabelled(sight.image, sight.face)
        embedding = self.meter.embed(sight.image, sight.face)
        try:
            match = verify_probe(embedding, capture.template, self.cohort)
        except IdentityRefused as refusal:
            raise tell(refusal, sight.evidence) from refusal
        jpeg = encode_still(sight.image)
        digest = hashlib.sha256(jpeg).hexdigest()
        return Matched(jpeg, digest, match, sight.look, merit(sight))

    def _keep(self, capture: Capture, matched: Sequence[Matched], origin: Origin) -> int:
        """Store what was matched, the best last: the newest selfie is the one that is drawn from.

        Raises:
            ConsentRefused: the consent has ended meanwhile.
            QualityRefused: `enough`, or `duplicate` when all of it is there already.
        """
        with self.ledger.transaction() as unit:
            require_standing(unit, capture.record_id, self.clock.now())
            known = [p for p in unit.captures.probes(capture.subject_id) if _of(capture, p)]
            room = MAX_SELFIES - len(known)
            if room <= 0:
                raise _enough()
            there = {probe.sha256 for probe in known}
            new = [found for found in matched if found.sha256 not in there][:room]
            if not new:
                raise _duplicate()
            for found in sorted(new, key=lambda found: found.merit):
                probe = Probe(
                    id=f"{self.rng.getrandbits(128):032x}",
                    subject_id=capture.subject_id,
                    capture_id=capture.id,
                    sha256=found.sha256,
                    distance=found.match.distance,
                    z=found.match.z,
                    verified_at=self.clock.now(),
                    look=found.look,
                    origin=origin,
                )
                self.selfies.put(capture.subject_id, probe.id, found.jpeg)
                unit.captures.add_probe(probe)
        return len(new)


def merit(sight: Sight) -> float:
    """Return how good a picture is to draw from: sharp, towards the camera, eyes open."""
    shapes, look = sight.face.blendshapes, sight.look
    turned = (abs(look.yaw) + abs(look.pitch) + abs(sight.face.pose.roll)) / 20
    blink = 4.0 if eyes_closed(shapes) >= _CLOSED_EYES else 0.0
    return float(np.log1p(look.sharpness)) - turned - blink - mouth_open(shapes)


def _of(capture: Capture, probe: Probe) -> bool:
    return probe.capture_id == capture.id


def _kind(look: Look) -> tuple[int, ...]:
    """Return a coarse key: frames of one kind are the same picture, and the best stands for all."""
    return (
        round(look.yaw / 8),
        round(look.pitch / 8),
        round(look.luma / 30),
        round(look.side_light / 0.12),
        round(look.smile / 0.5),
    )


def _unusable(commonest: Refusal) -> QualityRefused:
    return QualityRefused(
        commonest.code,
        f"No moment of this video can be used. Mostly: {commonest.what}",
        why=commonest.why,
        next_step="Record yourself alone, close to the camera, slowly turning, in even light.",
    )


def _nothing_new() -> QualityRefused:
    return QualityRefused(
        "nothing_new",
        "This video shows nothing that is not here already.",
        why="A few different pictures say more than many alike.",
        next_step="Record another one with other views of your face, or another light.",
    )


def _duplicate() -> QualityRefused:
    return QualityRefused(
        "duplicate",
        "This picture is here already.",
        why="A few different pictures say more than many alike.",
        next_step="Choose another one.",
    )


def _enough() -> QualityRefused:
    return QualityRefused(
        "enough",
        f"There are {MAX_SELFIES} pictures of you here already.",
        why="No more is kept of your face than its drawing needs.",
        next_step="Go on to the styles.",
    )
