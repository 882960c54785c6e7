"""Plays an actor before the real capture: the same calls as the camera's socket makes.

Time is counted, not waited for. Frames and stills go through `LiveCaptureSession` as JPEG bytes;
what comes back reaches the actor as a page would show it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from consent.errors import LivenessRefused, Refusal
from consent.identity import Cohort, verify_probe
from consent.liveness import CaptureReview
from consent.reflection import measure_response
from consent.types import Challenge, LiveCapture
from studio.face.meter import FaceMeter
from studio.service import CaptureUpdate
from studio.sitting.capture import Ends, LiveCaptureSession
from studio.sitting.measuring import Still
from studio.sitting.memory import FrameMemory
from tests.attacks.camera import Camera
from tests.attacks.light import Screen
from tests.attacks.performer import Actor
from tests.attacks.rules import Rules

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
UPLOAD_SECONDS = 0.04  # from the camera to the server
WORK_SECONDS = 0.03  # that the server takes for one frame
ANSWER_SECONDS = 0.06  # from the server to the screen: network, repaint
LIMIT_SECONDS = 70.0  # beyond any challenge's life


@dataclass(frozen=True, slots=True)
class Judges:
    """What measures and judges a capture."""

    meter: FaceMeter
    cohort: Cohort
    rules: Rules


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one capture ended."""

    code: str  # "passed", or of the refusal
    step: str  # what was asked for last
    progress: float  # 0 to 1
    seconds: float
    frames: int
    evidence: Mapping[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the capture was accepted."""
        return self.code == "passed"


@dataclass(frozen=True, slots=True)
class Packet:
    """One picture on its way to the server."""

    sequence: int
    taken: float  # seconds: what the page's clock says
    arrives: float  # seconds: when the server sees it
    jpeg: bytes
    is_still: bool = False


# What happens to packets between camera and server: nothing, or a fault.
Channel = Callable[[Iterable[Packet]], Iterable[Packet]]


def direct(packets: Iterable[Packet]) -> Iterable[Packet]:
    """Bring every picture as it was sent."""
    return packets


class Clock:
    """The server's clock, set by the harness."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        """Return the present moment."""
        return self.at


class Stage:
    """One capture from the challenge to the verdict."""

    def __init__(self, judges: Judges, challenge: Challenge, camera: Camera, rng: Random) -> None:
        self.screen = Screen()
        self.capture: LiveCapture | None = None
        self._cohort = judges.cohort
        self._clock = Clock()
        self._camera = camera
        rules = judges.rules
        self._review = CaptureReview(challenge, rules.liveness, identity=rules.identity, rng=rng)
        ends = Ends(self._enrol, _nothing)
        self._session = LiveCaptureSession(
            judges.meter, self._review, self._clock, FrameMemory(), ends
        )
        self._last: CaptureUpdate | None = None
        self._still_due = False
        self._frames = 0
        self._actor: Actor

    def play(self, actor: Actor, channel: Channel, begins: float) -> Outcome:
        """Let an actor answer the challenge, from some seconds after it was drawn."""
        self._actor = actor
        code, at = "unfinished", 0.0
        try:
            for packet in channel(self._packets(actor, begins)):
                at = packet.arrives
                self._deliver(packet)
                if self.capture is not None:
                    code = "passed"
                    break
        except Refusal as refusal:
            code = refusal.code
        last = self._last
        return Outcome(
            code=code,
            step=last.instruction if last else "",
            progress=last.progress if last else 0.0,
            seconds=round(at, 2),
            frames=self._frames,
            evidence=dict(self.capture.evidence) if self.capture else self._answer(),
        )

    def _packets(self, actor: Actor, begins: float) -> Iterator[Packet]:
        for sequence, passed in enumerate(self._camera.times(LIMIT_SECONDS)):
            at = begins + passed
            is_still, self._still_due = self._still_due, False
            if is_still:
                jpeg = self._camera.still(actor.still(at, self.screen), at)
            else:
                jpeg = self._camera.frame(actor.picture(at, self.screen), at)
            yield Packet(sequence, at, at + UPLOAD_SECONDS, jpeg, is_still=is_still)

    def _deliver(self, packet: Packet) -> None:
        arrived_at = START + timedelta(seconds=packet.arrives)
        self._clock.at = arrived_at + timedelta(seconds=WORK_SECONDS)
        ms = 1000 * packet.taken
        if packet.is_still:
            self._session.still(packet.sequence, ms, packet.jpeg, arrived_at=arrived_at)
            return
        self._frames += 1
        self._last = update = self._session.frame(
            packet.sequence, ms, packet.jpeg, arrived_at=arrived_at
        )
        self._still_due = self._still_due or update.wants_still
        if update.finished:
            self._session.finish()
            return
        shown = packet.arrives + WORK_SECONDS + ANSWER_SECONDS
        self.screen.show(update.colour, shown, update.fade_seconds)
        self._actor.hear(update, shown)

    def _answer(self) -> Mapping[str, float]:
        """Return how the colours were answered in a capture that was refused."""
        colours = self._review._colours
        if colours is None or not colours._shown:
            return {}
        found = measure_response(colours._samples, colours._shown, colours._timing)
        return {} if found is None else found.numbers

    def _enrol(self, review: CaptureReview, stills: tuple[Still, ...]) -> None:
        """Do what the booth does at the end, without storing."""
        capture = review.verdict(self._clock.now(), "c" * 32)
        for still in stills:
            try:
                verify_probe(still.embedding, capture.template, self._cohort)
            except Refusal:
                continue
            self.capture = capture
            return
        raise LivenessRefused("no_selfie", "No selfie.", why="None.", next_step="None.")


def _nothing() -> None:
    """A failure is counted by the outcome."""
