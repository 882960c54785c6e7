"""Selfies: judged by quality, matched 1:1 to the capture, kept sealed under the subject's key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from consent.errors import QualityRefused
from consent.quality import StillEvidence, require_usable
from outputs.objects import ObjectMissing
from studio.sitting.images import decode_photo, encode_still

if TYPE_CHECKING:
    from outputs.objects import SealedObjects
    from studio.face.meter import FaceMeter, Selfie

FOLDER = "selfies"
KIND = "selfie"  # in the seal's associated data


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

    def purge(self, subject_id: str) -> Sequence[str]:
        """Delete all selfies of a subject (consent.ports.Purger)."""
        gone = self._objects.objects.delete_prefix(f"{FOLDER}/{subject_id}")
        return [f"{gone} selfies"] if gone else []


def _key(subject_id: str, probe_id: str) -> str:
    return f"{FOLDER}/{subject_id}/{probe_id}"


def examine(meter: FaceMeter, data: bytes) -> tuple[Selfie, bytes]:
    """Decode and measure an uploaded selfie; return it with clean JPEG bytes to keep.

    Raises:
        QualityRefused: not a usable picture of exactly one face; tells which and what to do.
    """
    image = decode_photo(data)
    selfie = meter.selfie(image)
    require_usable(still_evidence(selfie))
    if selfie is None:
        raise RuntimeError("a picture without a face was found usable")
    return selfie, encode_still(image)


def still_evidence(selfie: Selfie | None) -> StillEvidence | None:
    """Return the numbers of a measured picture in consent's words."""
    if selfie is None:
        return None
    pose, quality = selfie.faces[0].pose, selfie.quality
    return StillEvidence(
        faces=len(selfie.faces),
        inter_eye=quality.inter_eye,
        yaw=pose.yaw,
        pitch=pose.pitch,
        luma=quality.luma,
        sharpness=quality.sharpness,
        occlusion=quality.occlusion,
    )
