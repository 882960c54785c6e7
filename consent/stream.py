"""The stream of frames as such: in order, fast enough, never twice, one face, no jumps."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta

from consent.challenge import expired
from consent.directions import Obstacle, refused
from consent.gestures import light_obstacle
from consent.profiles import LivenessProfile
from consent.types import Challenge, FrameEvidence

_RATE_AFTER_SECONDS = 5.0  # a mean needs a few seconds before it says something
_DELAY_WINDOW_SECONDS = 2.0  # one frame of these came without waiting anywhere
_SHORTEST_STEP_SECONDS = 0.1  # a busy page's times jitter by a frame, which must not read as speed


class FrameStream:
    """Admits one frame after the other, or refuses the capture."""

    def __init__(self, challenge: Challenge, profile: LivenessProfile) -> None:
        self._challenge = challenge
        self._profile = profile
        self._hashes: set[str] = set()
        self._faces: deque[int] = deque(maxlen=profile.two_faces_window)
        self._first: FrameEvidence | None = None
        self._last: FrameEvidence | None = None
        self._last_posed: FrameEvidence | None = None
        self._dark_or_bright: tuple[Obstacle, float] | None = None  # since when, page ms
        self._lost_at: float | None = None  # page ms
        self._delays: deque[tuple[float, float]] = deque()  # page ms, ms that the frame travelled
        self._first_delay = math.inf  # ms, the least of the first window
        self.enrolled = False  # from then on the face must stay in sight
        self.judges_light = True  # not while the screen's colours are the lamp: blue is dark
        self.count = 0
        self._stills = 0
        self.longest_gap = 0.0  # seconds

    @property
    def seconds(self) -> float:
        """Length so far by the page's clock."""
        if self._first is None or self._last is None:
            return 0.0
        return (self._last.client_ms - self._first.client_ms) / 1000

    @property
    def frames_per_second(self) -> float:
        """Mean rate by the page's clock, stills included; 0 before the second frame."""
        taken = self.count - 1 + self._stills
        return taken / self.seconds if self.seconds > 0 else 0.0

    @property
    def first(self) -> FrameEvidence | None:
        """The first frame that was admitted."""
        return self._first

    def page_ms(self, moment: datetime) -> float:
        """Return a moment of the server on the page's clock, by the least delay seen lately."""
        if self._first is None:
            return 0.0
        return _milliseconds(moment - self._first.arrived_at) - self._least_delay

    def admit(self, frame: FrameEvidence) -> None:
        """Take the next frame.

        Raises:
            LivenessRefused: `expired`, `out_of_order`, `too_slow`, `late`, `repeated_frame`,
                `no_face`, `two_faces`, `jump`, `too_dark` or `too_bright`.
        """
        self._check_time(frame)
        self.claim_hash(frame.sha256)
        self._check_rhythm(frame)
        self._check_delay(frame)
        self._check_faces(frame)
        self._check_light(frame)
        self._check_speed(frame)
        self._first = self._first or frame
        self._last = frame
        self.count += 1

    def claim_hash(self, sha256: str) -> None:
        """Raise LivenessRefused (`repeated_frame`) for bytes that were seen before."""
        if sha256 in self._hashes:
            raise refused("repeated_frame")
        self._hashes.add(sha256)

    def count_still(self) -> None:
        """Count a full-resolution picture, which took the place of a frame."""
        self._stills += 1

    def check_rate(self) -> None:
        """Raise LivenessRefused (`too_slow`) when too few frames came."""
        if not self.frames_per_second >= self._profile.min_fps:
            raise refused("too_slow")

    def _check_time(self, frame: FrameEvidence) -> None:
        if not frame.arrived_at < self._challenge.expires_at:
            raise expired()
        if frame.arrived_at < self._challenge.issued_at or not math.isfinite(frame.client_ms):
            raise refused("out_of_order")
        last = self._last
        if last is None:
            return
        in_order = frame.sequence > last.sequence and frame.client_ms > last.client_ms
        if not in_order or frame.arrived_at < last.arrived_at:
            raise refused("out_of_order")

    def _check_rhythm(self, frame: FrameEvidence) -> None:
        if self._last is None or self._first is None:
            return
        gap = (frame.client_ms - self._last.client_ms) / 1000
        self.longest_gap = max(self.longest_gap, gap)
        page = (frame.client_ms - self._first.client_ms) / 1000
        if gap > self._profile.max_gap_seconds:
            raise refused("too_slow")
        taken = self.count + self._stills
        if page >= _RATE_AFTER_SECONDS and not taken / page >= self._profile.min_fps:
            raise refused("too_slow")

    @property
    def _least_delay(self) -> float:
        return min(delay for _, delay in self._delays)

    def _check_delay(self, frame: FrameEvidence) -> None:
        """Refuse frames that come ever later, or earlier, than the page's clock says.

        Networks and busy machines hold single frames back, so the least delay of a while counts.
        """
        began = self._first or frame
        delay = _milliseconds(frame.arrived_at - began.arrived_at) - frame.client_ms
        self._delays.append((frame.client_ms, delay))
        window = 1000 * _DELAY_WINDOW_SECONDS
        while frame.client_ms - self._delays[0][0] > window:
            self._delays.popleft()
        if frame.client_ms - began.client_ms <= window:
            self._first_delay = min(self._first_delay, delay)
        drift = abs(self._least_delay - self._first_delay) / 1000
        if not drift <= self._profile.max_clock_drift_seconds:
            raise refused("late")

    def _check_faces(self, frame: FrameEvidence) -> None:
        self._faces.append(frame.faces)
        if sum(faces > 1 for faces in self._faces) >= self._profile.two_faces_frames:
            raise refused("two_faces")
        if frame.faces > 0:
            self._lost_at = None
            return
        if self._lost_at is None:
            self._lost_at = frame.client_ms
        patience = self._patience_without_face()
        if (frame.client_ms - self._lost_at) / 1000 > patience:
            raise refused("no_face")

    def _patience_without_face(self) -> float:
        """Return seconds; once enrolled, a face that is gone could come back as another one."""
        profile = self._profile
        if self.enrolled:
            return profile.unseen_seconds
        return profile.no_face_seconds if self._last_posed else profile.first_face_seconds

    def _check_light(self, frame: FrameEvidence) -> None:
        judged = self.judges_light and frame.faces == 1
        light = light_obstacle(frame, self._profile) if judged else None
        if light is None:
            self._dark_or_bright = None
            return
        if self._dark_or_bright is None or self._dark_or_bright[0] is not light:
            self._dark_or_bright = (light, frame.client_ms)
        if (frame.client_ms - self._dark_or_bright[1]) / 1000 > self._profile.bad_light_seconds:
            raise refused(light.value)

    def _check_speed(self, frame: FrameEvidence) -> None:
        """Refuse a face that turns, moves or grows faster than a head can: it was exchanged."""
        if frame.faces != 1:
            return
        last, self._last_posed = self._last_posed, frame
        if last is None:
            return
        profile = self._profile
        seconds = max((frame.client_ms - last.client_ms) / 1000, _SHORTEST_STEP_SECONDS)
        turned = max(abs(frame.yaw - last.yaw), abs(frame.pitch - last.pitch))
        if not turned < profile.max_degrees_per_second * seconds:
            raise refused("jump")
        if not self.enrolled:
            return  # somebody may still be sitting down
        seconds = min(seconds, profile.unseen_seconds)
        moved = math.hypot(frame.face_x - last.face_x, frame.face_y - last.face_y)
        if not moved < profile.max_heights_per_second * seconds * last.face_height:
            raise refused("jump")
        grown = abs(math.log(frame.face_height / last.face_height))
        if not grown < profile.max_growth_per_second * seconds:
            raise refused("jump")


def _milliseconds(span: timedelta) -> float:
    return span.total_seconds() * 1000
