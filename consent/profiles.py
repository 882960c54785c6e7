"""Named thresholds: each states its unit and where its value comes from.

The comment behind a field is where both are written; docs/calibration.md is read from it, and a
test fails without them. Sources:
    measured: the project's measurements on real and simulated media; re-fit before quoting.
    attack lab: what attacks and honest sittings came to in docs/liveness.md.
    protocol: fixed by the design of the check, for the reasons in docs/adr/0006-liveness.md.
    provisional: chosen for this version; a calibration table replaces it.
    ISO/IEC, WCAG: the standard that asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

RETENTION_OPTIONS_DAYS = (30, 90, 365)  # offered on the consent screen
MAX_RETENTION_DAYS = 365  # the studio's promise in its notice
# A longer or wider consent waits so long for the face before the camera; then it counts no more.
ASSENT_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FlashProfile:
    """How the colours are shown, and what the answer of the skin is held to.

    Amplitudes are root mean squares of logarithms of channel ratios: 0.01 is one per cent.
    """

    slot_seconds: float = 0.40  # of a colour: 2.5 changes a second; WCAG 2.3.1 allows 3 flashes
    gentle_slot_seconds: float = 1.25  # 0.8 changes a second; protocol
    gentle_fade_seconds: float = 0.9  # of these, from one colour to the next; provisional
    lead_seconds: float = 0.8  # to read "Hold still" before the first colour; provisional
    max_lag_seconds: float = 0.45  # network, screen and camera together; protocol
    max_likeness: float = 0.35  # correlation with an earlier sequence; protocol
    min_amplitude: float = 0.006  # of the skin; attack lab: dark skin answers half as much
    faint_amplitude: float = 0.020  # of the skin; below, blame the room's light; attack lab
    min_correlation: float = 0.75  # of the skin with what was shown; attack lab
    min_decoded: int = 7  # of ten colours recognised in the answer; protocol
    min_contrast: float = 1.5  # skin over background; protocol
    min_spread: float = 1.5  # most over least light added to parts of the face; attack lab
    min_relief: float = 1.25  # strongest part of the face over the weakest; attack lab
    embeddings: int = 4  # frames under colours that are compared with the template; provisional


@dataclass(frozen=True, slots=True)
class LivenessProfile:
    """What a capture is held to.

    `max_embeddings`: five enrol, up to six returns to the middle and up to five actions are each
    compared, and four frames under the colours; the rest are taken now and then between.
    """

    turn_degrees: float = 20.0  # |yaw|; attack lab: flat paper reads 12.3 at most, bent 19.9
    look_up_degrees: float = 20.0  # pitch above the person's rest; protocol: as the turns
    centre_degrees: float = 10.0  # |yaw|, and pitch from the rest; protocol
    tilt_degrees: float = 15.0  # |roll|, and |pitch| at the start: a laptop looks up; provisional
    embed_turn_degrees: float = 35.0  # farthest turn that is embedded; measured to 29
    embed_look_up_from: float = 10.0  # pitch above rest: a face that looks up is...; measured
    embed_look_up_to: float = 25.0  # ...embedded part way; measured: own .40 there, .51 at 32
    smile_rise: float = 0.30  # blendshape score above the person's own rest; provisional
    mouth_open_rise: float = 0.30  # as above
    blink_rise: float = 0.35  # as above; measured: closed eyes .55 to .8, narrow eyes rest at .3
    rest_ceiling: float = 0.60  # a rest above this leaves a gesture no room to rise; provisional
    min_inter_eye: float = 70.0  # pixels, frontal; ISO/IEC 29794-5 asks for 90 in a passport
    min_face_height: float = 112.0  # pixels; provisional: the embedding's own input is 150
    min_luma: float = 35.0  # 0 to 255; measured: 60 would turn away dark skin in dim rooms
    max_luma: float = 200.0  # 0 to 255; measured: skin clips above
    time_to_live: timedelta = timedelta(seconds=60)  # of a challenge; protocol
    hold_seconds: float = 1.0  # frontal, still, at the start; protocol
    centre_hold_seconds: float = 0.3  # back at the middle between actions; provisional
    enrolment_frames: int = 5  # embeddings averaged into the template; protocol
    max_embeddings: int = 26  # of a capture, 80 ms each; protocol: see above
    embedding_seconds: float = 1.0  # between continuity checks of frontal frames; protocol
    stills: int = 5  # full-resolution selfies inside the challenge; protocol
    action_frames: int = 2  # consecutive frames that show the action; provisional
    positioning_seconds: float = 25.0  # to find the first frontal second; provisional
    reaction_seconds: float = 8.0  # to do an action or come back; provisional
    still_seconds: float = 2.0  # for a full-resolution still before it is asked again; provisional
    still_again_seconds: float = 0.7  # after one that could not be kept, the next; provisional
    still_move: float = 0.25  # face heights between a still and a frame beside it; provisional
    still_growth: float = 0.15  # of the logarithm of its height, between the same; provisional
    still_background: float = 0.03  # of its background's chroma, between the same; provisional
    wrong_turn_seconds: float = 0.6  # the head is held the wrong way this long; provisional
    wrong_expression_seconds: float = 1.5  # another expression is held; provisional
    first_face_seconds: float = 10.0  # to sit down in front of the camera; provisional
    no_face_seconds: float = 2.0  # without a face before enrolment, then...; provisional
    unseen_seconds: float = 0.4  # ...without one after it; protocol: a gap between frames
    bad_light_seconds: float = 6.0  # too dark or bright before the capture ends; provisional
    two_faces_frames: int = 3  # frames with a second face...; provisional
    two_faces_window: int = 10  # ...among this many; provisional
    max_gap_seconds: float = 0.4  # between frames by the page's clock; protocol
    min_fps: float = 9.5  # mean over the capture; protocol
    max_clock_drift_seconds: float = 0.3  # page against server, by the least delay; protocol
    max_degrees_per_second: float = 230.0  # of a head; protocol
    max_heights_per_second: float = 4.0  # of the face's place, in its own heights; provisional
    max_growth_per_second: float = 3.5  # of the logarithm of its height; provisional
    max_failures: int = 5  # within `failure_window`, of a session or a subject; protocol
    failure_window: timedelta = timedelta(minutes=3)  # protocol
    max_origin_failures: int = 20  # of an address, which a team may share; provisional
    origin_failure_window: timedelta = timedelta(minutes=10)  # provisional
    lockout: timedelta = timedelta(minutes=30)  # protocol
    flash: FlashProfile = FlashProfile()


@dataclass(frozen=True, slots=True)
class IdentityProfile:
    """When two embeddings (128 numbers, Euclidean distance) count as one person."""

    accept_distance: float = 0.45  # up to it, it is you; measured: strangers from .456, own to .486
    retry_distance: float = 0.55  # up to it, try again; measured: above, strangers pass z as well
    max_z: float = -3.5  # normalised by a cohort; below is accepted; measured: own -5.3 at most
    continuity_distance: float = 0.50  # frames to their template; measured: own up to .41
    cohort_nearest: int = 15  # K of adaptive score normalisation; protocol
    z_required: bool = True  # no match without a cohort of at least K; protocol


@dataclass(frozen=True, slots=True)
class GateProfile:
    """What the gate asks of time."""

    capture_max_age: timedelta = timedelta(hours=12)  # a private machine's working day; provisional
    grant_life: timedelta = timedelta(minutes=5)  # longer than any one step; provisional


STANDARD_LIVENESS = LivenessProfile()
STANDARD_IDENTITY = IdentityProfile()
STANDARD_GATE = GateProfile()
