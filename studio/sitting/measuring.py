"""Measuring what a camera sent: frames and stills become evidence, and answers for the page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.flash import screen_hex
from consent.types import NO_CHROMA, FrameEvidence, Look, Template
from studio.face.meter import FaceMeter, eyes_closed, mouth_open, smile
from studio.face.quality import measure_quality
from studio.face.skin import background_chroma, region_chromas, region_lights, skin_chroma
from studio.service import CaptureUpdate
from studio.sitting.images import encode_still
from studio.sitting.selfies import look_of

if TYPE_CHECKING:
    from datetime import datetime

    from consent.directions import Directive
    from consent.liveness import CaptureReview
    from studio.face.types import Face

FRAME_WIDTH = 640  # pixels: what a frame is measured at, whatever the camera sends


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
