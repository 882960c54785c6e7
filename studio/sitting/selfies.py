"""Selfies: judged by quality, matched 1:1 to the capture, kept sealed under the subject's key."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from consent.deletions import Found
from consent.errors import QualityRefused
from consent.quality import StillEvidence, require_usable
from consent.types import Look
from outputs.objects import ObjectMissing
from studio.face.meter import smile
from studio.face.quality import REC709, eye_light, measure_quality, side_light, skin_samples

if TYPE_CHECKING:
    from datetime import datetime

    from outputs.objects import SealedObjects
    from studio.face.meter import FaceMeter
    from studio.face.types import Face

FOLDER = "selfies"
KIND = "selfie"  # in the seal's associated data
WORDS = ("selfie", "selfies")


class SelfieVault:
    """Sealed selfies, one object each."""

    def __init__(self, objects: SealedObjects) -> None:
        self._objects = objects

    def put(self, subject_id: str, probe_id: str, jpeg: bytes) -> None:
        """Seal and store one selfie."""
        self._objects.put(_key(subject_id, probe_id), jpeg, subject_id=subject_id, kind=KIND)

    def read(self, subject_id: str, probe_id: str) -> bytes:
        """Return the JPEG bytes of one selfie.

        Raises:
            QualityRefused: `selfie_missing`.
        """
        try:
            return self._objects.get(_key(subject_id, probe_id), subject_id=subject_id, kind=KIND)
        except ObjectMissing as error:
            raise QualityRefused(
                "selfie_missing",
                "The picture of you is gone.",
                why="An avatar is drawn from a picture that was matched to you.",
                next_step="Look into the camera once more.",
            ) from error

    def remove(self, subject_id: str, probe_id: str) -> None:
        """Delete one selfie; idempotent."""
        self._objects.objects.delete(_key(subject_id, probe_id))

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many selfies of a subject there are (consent.ports.Purger)."""
        there = self._objects.objects.list_prefix(f"{FOLDER}/{subject_id}")
        return [Found(len(there), *WORDS)]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete all selfies of a subject (consent.ports.Purger)."""
        gone = self._objects.objects.delete_prefix(f"{FOLDER}/{subject_id}")
        return [Found(gone, *WORDS)]

    def sweep_orphans(self, known: Callable[[], Container[str]], *, before: datetime) -> int:
        """Delete selfies without a probe and return how many went.

        Args:
            known: returns the ids of all probes; asked after the objects were listed.
            before: only objects last written before this time: a selfie is written a moment
                before its probe.
        """
        there = self._objects.objects.list_prefix(FOLDER)
        old = [item.key for item in there if item.modified_at < before]
        kept = known()
        found = [key for key in old if key.rpartition("/")[2] not in kept]
        for key in found:
            self._objects.objects.delete(key)
        return len(found)


def _key(subject_id: str, probe_id: str) -> str:
    return f"{FOLDER}/{subject_id}/{probe_id}"


@dataclass(frozen=True, slots=True)
class Sight:
    """One picture of exactly one face that can be used."""

    image: NDArray[np.uint8]  # (H, W, 3) sRGB
    face: Face
    evidence: StillEvidence
    look: Look


def look_at(meter: FaceMeter, image: NDArray[np.uint8]) -> Sight:
    """Measure an (H, W, 3) uint8 sRGB picture, without embedding it.

    Raises:
        QualityRefused: not a usable picture of exactly one face; tells which and what to do.
    """
    faces = meter.faces(image)
    evidence = require_usable(still_evidence(image, faces))
    return Sight(image, faces[0], evidence, look_of(image, faces[0], evidence.sharpness))


def still_evidence(image: NDArray[np.uint8], faces: Sequence[Face]) -> StillEvidence | None:
    """Return the numbers of a picture and its faces, largest first, in consent's words."""
    if not faces:
        return None
    face, quality = faces[0], measure_quality(image, faces[0])
    return StillEvidence(
        faces=len(faces),
        inter_eye=quality.inter_eye,
        yaw=face.pose.yaw,
        pitch=face.pose.pitch,
        luma=quality.luma,
        sharpness=quality.sharpness,
        occlusion=quality.occlusion,
        eye_light=eye_light(image, face),
    )


def look_of(image: NDArray[np.uint8], face: Face, sharpness: float) -> Look:
    """Return what tells this picture of a person from another."""
    luma = skin_samples(image, face).astype(np.float32) @ REC709
    return Look(
        yaw=face.pose.yaw,
        pitch=face.pose.pitch,
        luma=float(luma.mean()),
        side_light=side_light(image, face),
        smile=smile(face.blendshapes),
        sharpness=sharpness,
    )
