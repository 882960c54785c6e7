"""One capture in memory: frames are measured, consent decides, and nothing touches a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.directions import refused
from consent.errors import Refusal
from consent.flash import screen_hex
from consent.types import NO_CHROMA, Action, FrameEvidence, Look, Template
from studio.face.meter import FaceMeter, eyes_closed, mouth_open, smile
from studio.face.quality import measure_quality
from studio.face.skin import background_chroma, region_chromas, region_lights, skin_chroma
from studio.service import CaptureUpdate
from studio.sitting.images import MAX_STILL_PIXELS, decode_frame, encode_still
from studio.sitting.later import Later
from studio.sitting.selfies import look_of

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import datetime

    from consent.directions import Directive
    from consent.liveness import CaptureReview
    from consent.ports import Clock
    from studio.face.types import Face
    from studio.sitting.memory import FrameMemory

FRAME_WIDTH = 640  # pixels: what a frame is measured at, whatever the camera sends
ASSENT_TEXT = "You, in front of the camera, agree to this."


@dataclass(frozen=True, slots=True)
class Still:
    """One full-resolution still that the review accepted; a selfie once the verdict stands."""

    jpeg: bytes = field(repr=False)  # without metadata
    sha256: str
    embedding: Template = field(repr=False)  # biometric: keep it out of logs
    merit: float  # higher = sharper, more frontal, eyes open
    look: Look | None = None
    passive: float | None = None  # 0 to 1, 1 = alive; None without a passive model


@dataclass(frozen=True, slots=True)
class Ends:
    """What happens when a capture ends well or badly."""

    enrol: Callable[[CaptureReview, tuple[Still, ...]], None]
    failed: Callable[[], None]
    told: Callable[[str], None] = lambda _outcome: None  # "passed", "left", or a refusal's code


@dataclass(frozen=True, slots=True)
class Measured:
    """A frame's evidence with what is needed to embed it later."""

    evidence: FrameEvidence
    image: NDArray[np.uint8]
    face: Face | None


@dataclass(frozen=True, slots=True)
class MeasuredStill:
    """A still and the evidence on which the review decides."""

    still: Still
    evidence: FrameEvidence


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and as what a frame came."""

    sequence: int
    client_ms: float  # the page's clock, milliseconds
    arrived_at: datetime
    sha256: str


class LiveCaptureSession:
    """Feeds camera frames to the review; see `studio.service.CaptureSession`."""

    def __init__(
        self,
        meter: FaceMeter,
        review: CaptureReview,
        clock: Clock,
        memory: FrameMemory,
        ends: Ends,
        *,
        helpers: Executor | None = None,
    ) -> None:
        """Start.

        Args:
            meter: measures.
            review: judges.
            clock: tells when an answer leaves.
            memory: knows the frames of earlier captures.
            ends: what happens at the end.
            helpers: threads that embed and measure stills, so that no frame waits for it.
        """
        self._meter = meter
        self._review = review
        self._clock = clock
        self._memory = memory
        self._ends = ends
        self._later = Later(helpers)
        self._stills: list[Still] = []
        self._stills_due = 0  # asked for and not yet received
        self._last: CaptureUpdate | None = None
        self._ended = False
        self._acted = False  # whether an action was asked for

    @property
    def assent_text(self) -> str:
        """The sentence that the gesture agrees to."""
        return ASSENT_TEXT

    def frame(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        """Measure one JPEG frame and say what comes next; raises Refusal."""
        with self._counting_failure():
            digest = hashlib.sha256(data).hexdigest()
            self._memory.add(digest)
            image = shrink(decode_frame(data))
            measured = measure(self._meter, image, Stamp(sequence, client_ms, arrived_at, digest))
            self._later.take_up()
            directive = self._review.observe(measured.evidence, now=self._now())
            if directive.wants_embedding and measured.face is not None:
                self._later.do(
                    partial(self._meter.embed, measured.image, measured.face),
                    partial(self._review.add_embedding, sequence),
                )
            self._last = update_of(directive, sequence)
            self._stills_due += self._last.wants_still
            self._acted = self._acted or self._last.instruction != Action.CENTRE.value
            return self._last

    def still(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        """Take one full-resolution JPEG still; raises Refusal."""
        with self._counting_failure():
            image = decode_frame(data, most=MAX_STILL_PIXELS)
            if self._last is None or not self._stills_due:
                raise refused("out_of_order")
            self._stills_due -= 1
            stamp = Stamp(sequence, client_ms, arrived_at, "")
            self._later.do(partial(measure_still, self._meter, image, stamp), self._offer)
            # The page waits for an answer to this very picture before it sends another still.
            return replace(self._last, sequence=sequence, wants_still=False)

    def finish(self) -> None:
        """Judge, enrol and store; raises Refusal."""
        with self._counting_failure():
            self._later.take_up(wait=True)
            self._ends.enrol(self._review, best_first(self._stills))
            self._ended = True
            self._ends.told("passed")

    def abandon(self) -> None:
        """Count a capture that was left once an action was shown; a look at the page is free."""
        self._later.forget()
        if self._acted and not self._ended:
            self._fail("left")

    def _offer(self, measured: MeasuredStill | None) -> None:
        if measured is not None and offer_still(self._review, measured):
            self._stills.append(measured.still)

    def _now(self) -> datetime:
        return self._clock.now()

    @contextmanager
    def _counting_failure(self) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            if not self._ended:
                self._fail(refusal.code)
            raise

    def _fail(self, outcome: str) -> None:
        self._ended = True
        self._ends.failed()
        self._ends.told(outcome)


def measure(meter: FaceMeter, image: NDArray[np.uint8], stamp: Stamp) -> Measured:
    """Return the numbers of one frame, (H, W, 3) uint8 sRGB."""
    faces = meter.faces(image)
    face = faces[0] if faces else None
    return Measured(
        evidence=FrameEvidence(
            sequence=stamp.sequence,
            client_ms=stamp.client_ms,
            arrived_at=stamp.arrived_at,
            sha256=stamp.sha256,
            faces=len(faces),
            face_x=(face.box.left + face.box.right) / 2 if face else 0.0,
            face_y=(face.box.top + face.box.bottom) / 2 if face else 0.0,
            face_height=face.box.height if face else 0.0,
            inter_eye=face.inter_eye if face else 0.0,
            luma=meter.luma(image, face) if face else 0.0,
            yaw=face.pose.yaw if face else 0.0,
            pitch=face.pose.pitch if face else 0.0,
            roll=face.pose.roll if face else 0.0,
            smile=smile(face.blendshapes) if face else 0.0,
            mouth_open=mouth_open(face.blendshapes) if face else 0.0,
            eyes_closed=eyes_closed(face.blendshapes) if face else 0.0,
            skin_chroma=skin_chroma(image, face) if face else NO_CHROMA,
            background_chroma=background_chroma(image, face) if face else NO_CHROMA,
            region_chromas=region_chromas(image, face) if face else (),
            region_lights=region_lights(image, face) if face else (),
        ),
        image=image,
        face=face,
    )


def observe(meter: FaceMeter, review: CaptureReview, measured: Measured) -> CaptureUpdate:
    """Let the review judge one measured frame; embeds it when the review asks."""
    directive = review.observe(measured.evidence)
    if directive.wants_embedding and measured.face is not None:
        embedding = meter.embed(measured.image, measured.face)
        review.add_embedding(measured.evidence.sequence, embedding)
    return update_of(directive, measured.evidence.sequence)


def update_of(directive: Directive, sequence: int) -> CaptureUpdate:
    """Return what a page is told after a frame."""
    return CaptureUpdate(
        sequence=sequence,
        instruction="done" if directive.finished else directive.instruction.value,
        text=directive.text,
        hint=directive.hint,
        progress=directive.progress,
        wants_still=directive.wants_still,
        finished=directive.finished,
        colour=screen_hex(directive.colour) if directive.colour else None,
        fade_seconds=directive.fade_seconds,
    )


def measure_still(meter: FaceMeter, image: NDArray[np.uint8], stamp: Stamp) -> MeasuredStill | None:
    """Measure one still, (H, W, 3) uint8 sRGB at full resolution; None without a face."""
    faces = meter.faces(image)
    if not faces:
        return None
    jpeg = encode_still(image)
    digest = hashlib.sha256(jpeg).hexdigest()
    evidence = measure(meter, shrink(image), replace(stamp, sha256=digest)).evidence
    embedding = meter.embed(image, faces[0])
    sharpness = measure_quality(image, faces[0]).sharpness
    look = look_of(image, faces[0], sharpness)
    passive = meter.passive(image, faces[0])
    return MeasuredStill(
        Still(jpeg, digest, embedding, _merit(evidence, sharpness), look, passive), evidence
    )


def offer_still(review: CaptureReview, measured: MeasuredStill) -> bool:
    """Offer one still to the review and return whether it was taken."""
    still = measured.still
    review.add_still(still.sha256, still.embedding, measured.evidence)
    return any(kept.sha256 == still.sha256 for kept in review.stills)


def best_first(stills: Sequence[Still]) -> tuple[Still, ...]:
    """Return stills in the order in which they make good portraits."""
    return tuple(sorted(stills, key=lambda still: -still.merit))


def shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an (H, W, 3) image at most 640 pixels wide: what frames are measured at."""
    height, width = image.shape[:2]
    if width <= FRAME_WIDTH:
        return image
    size = (FRAME_WIDTH, max(1, round(height * FRAME_WIDTH / width)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _merit(evidence: FrameEvidence, sharpness: float) -> float:
    """Rank a still: frontal, open eyes and sharpness count; a closed eye spoils a portrait."""
    turned = (abs(evidence.yaw) + abs(evidence.pitch) + abs(evidence.roll)) / 10
    return float(np.log1p(sharpness)) - turned - 4 * evidence.eyes_closed - evidence.mouth_open
