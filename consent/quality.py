"""Whether a still picture of a face can be used: numbers in, one sentence out."""

from __future__ import annotations

from dataclasses import dataclass

from consent.errors import QualityRefused

WHY = "An avatar is drawn from a clear picture of your own face only."


@dataclass(frozen=True, slots=True)
class StillEvidence:
    """Numbers measured on one still picture."""

    faces: int
    inter_eye: float  # pixels between the eyes' centres
    yaw: float  # degrees
    pitch: float  # degrees
    luma: float  # mean luma of the face's skin, 0 to 255
    sharpness: float  # variance of the Laplacian over the face at 256 px, grey levels squared
    occlusion: float  # 0 = all of the face is seen, 1 = none of it


@dataclass(frozen=True, slots=True)
class QualityProfile:
    """Named limits for a still picture."""

    min_inter_eye: float = 70.0  # pixels; ISO/IEC 29794-5 recommends 90, a webcam gives 70
    min_sharpness: float = 12.0  # grey levels squared; sharp webcam stills measure above 40
    min_luma: float = 45.0  # below, features drown in noise
    max_luma: float = 225.0  # above, skin burns out
    max_yaw: float = 30.0  # degrees; beyond, half of the face is hidden
    max_pitch: float = 25.0  # degrees
    max_occlusion: float = 0.35  # of 16 points; measured: bare faces 0, a cloth mask from .375


STANDARD = QualityProfile()


def require_usable(
    evidence: StillEvidence | None, profile: QualityProfile = STANDARD
) -> StillEvidence:
    """Return the evidence of a usable picture of exactly one face.

    Args:
        evidence: what was measured; None when no face was found.
        profile: the limits.

    Raises:
        QualityRefused: `no_face`, `two_faces`, `too_small`, `profile`, `too_dark`, `too_bright`,
            `blurred` or `covered`.
    """
    if evidence is None or evidence.faces < 1:
        raise _refusal("no_face", "No face was found in this picture.", "Choose one of your face.")
    if evidence.faces > 1:
        raise _refusal(
            "two_faces", "More than one face is in this picture.", "Choose one of you alone."
        )
    if not evidence.inter_eye >= profile.min_inter_eye:
        raise _refusal(
            "too_small", "Your face is too small in this picture.", "Choose a closer picture."
        )
    if not (abs(evidence.yaw) <= profile.max_yaw and abs(evidence.pitch) <= profile.max_pitch):
        raise _refusal(
            "profile", "Your face is turned away in this picture.", "Choose one from the front."
        )
    _require_visible(evidence, profile)
    return evidence


def _require_visible(evidence: StillEvidence, profile: QualityProfile) -> None:
    if not evidence.luma >= profile.min_luma:
        raise _refusal("too_dark", "This picture is too dark.", "Choose one with more light.")
    if not evidence.luma <= profile.max_luma:
        raise _refusal("too_bright", "This picture is too bright.", "Choose one with less light.")
    if not evidence.sharpness >= profile.min_sharpness:
        raise _refusal("blurred", "This picture is blurred.", "Choose a sharper one.")
    if not evidence.occlusion <= profile.max_occlusion:
        raise _refusal(
            "covered", "Part of your face is covered.", "Choose one that shows all of it."
        )


def _refusal(code: str, what: str, next_step: str) -> QualityRefused:
    return QualityRefused(code, what, why=WHY, next_step=next_step)
