"""One capture in memory: frames are measured, consent decides, and nothing touches a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.types import FrameEvidence, Template
from studio.face.meter import FaceMeter, eyes_closed, mouth_open, smile
from studio.face.quality import measure_quality
from studio.service import CaptureUpdate, SittingView
from studio.sitting.images import decode_frame, encode_still

if TYPE_CHECKING:
    from consent.liveness import CaptureReview, Directive
    from consent.ports import Clock
    from studio.face.types import Face

FRAME_WIDTH = 640  # pixels: what a frame is measured at, whatever the camera sends
ASSENT_TEXT = "You, in front of the camera, agree to this."


@dataclass(frozen=True, slots=True)
class Still:
    """One full-resolution still that the review accepted; a selfie once the verdict stands."""

    jpeg: bytes  # without metadata
    sha256: str
    embedding: Template
    merit: float  # higher = sharper, more frontal, eyes open


@dataclass(frozen=True, slots=True)
class Measured:
    """A frame's evidence with what is needed to embed it later."""

    evidence: FrameEvidence
    image: NDArray[np.uint8]
    face: Face | None


class LiveCaptureSession:
    """Feeds camera frames to the review; see `studio.service.CaptureSession`."""

    def __init__(
        self,
        meter: FaceMeter,
        review: CaptureReview,
        clock: Clock,
        enrol: Callable[[CaptureReview, tuple[Still, ...]], SittingView],
    ) -> None:
        self._meter = meter
        self._review = review
        self._clock = clock
        self._enrol = enrol
        self._stills: list[Still] = []
        self._last: CaptureUpdate | None = None

    @property
    def assent_text(self) -> str:
        """The sentence that the gesture agrees to."""
        return ASSENT_TEXT

    def frame(self, sequence: int, client_ms: float, data: bytes) -> CaptureUpdate:
        """Measure one JPEG frame and say what comes next; raises Refusal."""
        image = decode_frame(data)
        digest = hashlib.sha256(data).hexdigest()
        return self.observe(self.measure(sequence, client_ms, image, digest))

    def measure(
        self, sequence: int, client_ms: float, image: NDArray[np.uint8], sha256: str
    ) -> Measured:
        """Return the numbers of one frame, (H, W, 3) uint8 sRGB, brought to 640 pixels wide."""
        image = _shrink(image)
        faces = self._meter.faces(image)
        face = faces[0] if faces else None
        return Measured(
            evidence=FrameEvidence(
                sequence=sequence,
                client_ms=client_ms,
                arrived_at=self._clock.now(),
                sha256=sha256,
                faces=len(faces),
                face_height=face.box.height if face else 0.0,
                inter_eye=face.inter_eye if face else 0.0,
                luma=self._meter.luma(image, face) if face else 0.0,
                yaw=face.pose.yaw if face else 0.0,
                pitch=face.pose.pitch if face else 0.0,
                roll=face.pose.roll if face else 0.0,
                smile=smile(face.blendshapes) if face else 0.0,
                mouth_open=mouth_open(face.blendshapes) if face else 0.0,
                eyes_closed=eyes_closed(face.blendshapes) if face else 0.0,
            ),
            image=image,
            face=face,
        )

    def observe(self, measured: Measured) -> CaptureUpdate:
        """Let the review judge one measured frame; embeds it when the review asks."""
        directive = self._review.observe(measured.evidence)
        if directive.wants_embedding and measured.face is not None:
            embedding = self._meter.embed(measured.image, measured.face)
            self._review.add_embedding(measured.evidence.sequence, embedding)
        self._last = _update(measured.evidence.sequence, directive)
        return self._last

    def still(self, sequence: int, client_ms: float, data: bytes) -> CaptureUpdate:
        """Take one full-resolution JPEG still; raises Refusal."""
        image = decode_frame(data)
        return self.add_still(sequence, client_ms, image)

    def add_still(self, sequence: int, client_ms: float, image: NDArray[np.uint8]) -> CaptureUpdate:
        """Measure one still, (H, W, 3) uint8 sRGB, and offer it to the review."""
        jpeg = encode_still(image)
        digest = hashlib.sha256(jpeg).hexdigest()
        measured = self.measure(sequence, client_ms, image, digest)
        faces = self._meter.faces(image)
        if faces:
            face = faces[0]
            embedding = self._meter.embed(image, face)
            self._review.add_still(digest, embedding, measured.evidence)
            quality = measure_quality(image, face)
            merit = _merit(measured.evidence, quality.sharpness)
            self._stills.append(Still(jpeg, digest, embedding, merit))
        if self._last is None:
            raise RuntimeError("a still cannot come before the first frame")
        return self._last

    def finish(self) -> SittingView:
        """Judge, enrol and store; raises Refusal."""
        return self._enrol(self._review, self.stills)

    @property
    def stills(self) -> tuple[Still, ...]:
        """The accepted stills, best first."""
        return tuple(sorted(self._stills, key=lambda still: -still.merit))


def _merit(evidence: FrameEvidence, sharpness: float) -> float:
    """Rank a still: frontal, open eyes and sharpness count; a closed eye spoils a portrait."""
    turned = (abs(evidence.yaw) + abs(evidence.pitch) + abs(evidence.roll)) / 10
    return float(np.log1p(sharpness)) - turned - 4 * evidence.eyes_closed - evidence.mouth_open


def _shrink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    if width <= FRAME_WIDTH:
        return image
    size = (FRAME_WIDTH, round(height * FRAME_WIDTH / width))
    small: NDArray[np.uint8] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return small


def _update(sequence: int, directive: Directive) -> CaptureUpdate:
    return CaptureUpdate(
        sequence=sequence,
        instruction="done" if directive.finished else directive.instruction.value,
        text=directive.text,
        hint=directive.hint,
        progress=directive.progress,
        wants_still=directive.wants_still,
        finished=directive.finished,
    )
