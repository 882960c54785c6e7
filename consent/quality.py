"""Whether a still picture of a face can be used: numbers in, one sentence out.

And whether it is good enough to say "not you" by: a poor picture of oneself lies far from one's
template too, and nobody is accused on the strength of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consent.errors import IdentityRefused, QualityRefused

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
    eye_light: float  # luma around the eyes as a share of the face's


@dataclass(frozen=True, slots=True)
class QualityProfile:
    """Named limits for a still picture.

    Those of `clear_` are what "this is somebody else" may be said by. Measured by spoiling 67
    people's pictures (docs/calibration.md): within them, 95 % of one's own distances grow by less
    than .08; beside each limit stands by how much they grow beyond it.
    """

    min_inter_eye: float = 70.0  # pixels; ISO/IEC 29794-5 recommends 90, a webcam gives 70
    min_sharpness: float = 8.0  # grey levels squared; measured: identity holds down to it
    min_luma: float = 35.0  # 0 to 255; measured: strangers pass below, none above
    max_luma: float = 225.0  # 0 to 255; measured: growth .128 above
    max_yaw: float = 30.0  # degrees; beyond, half of the face is hidden; provisional
    max_pitch: float = 25.0  # degrees; provisional
    max_occlusion: float = 0.35  # of 16 points; measured: bare faces 0, a cloth mask from .375
    min_eye_light: float = 0.40  # of the face; measured: bare eyes from .66, dark glasses to .33
    clear_min_sharpness: float = 20.0  # grey levels squared; measured: growth .156 below 12
    clear_min_luma: float = 45.0  # 0 to 255; measured: strangers' lowest .456 above
    clear_max_luma: float = 200.0  # 0 to 255; measured: growth .081 up to 225, .128 above
    clear_max_occlusion: float = 0.13  # two of 16 points; measured: growth .183 from three on
    clear_min_eye_light: float = 0.62  # of the face; measured: tinted glasses to .61, growth .268
    clear_max_yaw: float = 20.0  # degrees; measured: growth .03 up to 25, on baked subjects
    clear_max_pitch: float = 10.0  # degrees; measured: growth .086 at 10 to 15, on baked subjects


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


def tell(refusal: IdentityRefused, evidence: StillEvidence) -> IdentityRefused:
    """Return an identity refusal as fairly as the picture allows.

    Args:
        refusal: what the comparison of the faces came to.
        evidence: how good the picture is.

    Returns:
        `retry` with what to improve, in place of `not_you` or of a `retry` without a cause, where
        the picture is too poor to be certain; else the refusal itself.
    """
    if refusal.code not in {"not_you", "retry"}:
        return refusal
    flaw = next(_flaws(evidence, STANDARD), None)
    if flaw is None:
        return refusal
    what, next_step = flaw
    return IdentityRefused(
        "retry",
        f"We cannot be certain that this picture shows you: {what}.",
        why="A face that only resembles yours must not pass, and a poor picture is no proof "
        "against you.",
        next_step=next_step,
    )


def _flaws(evidence: StillEvidence, profile: QualityProfile) -> Iterator[tuple[str, str]]:
    """Yield what keeps a usable picture from being a clear one, and what to do.

    Dark comes before blurred: there is little contrast in the dark to measure sharpness by.
    """
    if not evidence.occlusion <= profile.clear_max_occlusion:
        yield "something covers part of your face", "Show all of your face."
    if not evidence.eye_light >= profile.clear_min_eye_light:
        yield "something dark covers your eyes", "Take off dark glasses."
    if not evidence.luma >= profile.clear_min_luma:
        yield "it is rather dark", "Turn towards a window or a lamp and try again."
    if not evidence.luma <= profile.clear_max_luma:
        yield "it is very bright", "Step out of the strong light and try again."
    if not evidence.sharpness >= profile.clear_min_sharpness:
        yield "it is a little blurred", "Wipe the lens, hold still and try a sharper one."
    turned = not abs(evidence.yaw) <= profile.clear_max_yaw
    if turned or not abs(evidence.pitch) <= profile.clear_max_pitch:
        yield "your head is turned far", "Look more towards the camera."


def _require_visible(evidence: StillEvidence, profile: QualityProfile) -> None:
    if not evidence.luma >= profile.min_luma:
        raise _refusal("too_dark", "This picture is too dark.", "Choose one with more light.")
    if not evidence.luma <= profile.max_luma:
        raise _refusal("too_bright", "This picture is too bright.", "Choose one with less light.")
    if not evidence.sharpness >= profile.min_sharpness:
        if evidence.luma < profile.clear_min_luma:  # a dim picture has little contrast to measure
            raise _refusal("too_dark", "This picture is too dark.", "Choose one with more light.")
        raise _refusal("blurred", "This picture is blurred.", "Choose a sharper one.")
    if not evidence.occlusion <= profile.max_occlusion:
        raise _refusal(
            "covered", "Part of your face is covered.", "Choose one that shows all of it."
        )
    if not evidence.eye_light >= profile.min_eye_light:
        raise _refusal(
            "covered", "Something dark covers your eyes.", "Choose one without dark glasses."
        )


def _refusal(code: str, what: str, next_step: str) -> QualityRefused:
    return QualityRefused(code, what, why=WHY, next_step=next_step)
