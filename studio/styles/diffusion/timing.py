"""How long a picture takes on this machine: measured where one was drawn, else estimated.

What was measured is kept in a small JSON file beside the models, by device and plan: seconds, and
nothing of what was drawn.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from studio.models.types import Kind
from studio.styles.diffusion.hardware import Hardware, teraflops
from studio.styles.diffusion.plans import NATIVE
from studio.styles.diffusion.sizes import Sizes
from studio.styles.diffusion.types import Offload, Plan, Storage

NAME = "timings.json"  # in the models folder
MOST_BYTES = 1_000_000
LONGEST = 1e6  # seconds that are believed
STEPS = 4  # that the presets ask for
NEWS = 0.05  # of the seconds that are kept: smaller changes are not written
NEWEST = 0.5  # weight of the newest measurement beside those before it
# 10^12 operations at the native size, counted over every layer with torch's FlopCounterMode: of one
# step (UNet and ControlNet; klein's transformer with four pictures of which three are half as
# large), and of what is done once (text, faces and start encoded; decoded with the whole
# autoencoder, or with the tiny one).
STEP = {Kind.SD15: 0.91, Kind.SDXL: 8.84, Kind.KLEIN: 72.3}
ONCE = {Kind.SD15: 4.2, Kind.SDXL: 15.0, Kind.KLEIN: 21.2}
ONCE_TINY = {Kind.SD15: 1.0, Kind.SDXL: 1.8, Kind.KLEIN: 11.9}
# Of what a plain multiplication of matrices reaches: convolutions, norms and attention are slower.
# Processor: SD 1.5's UNet at 512 px on two cores of an EPYC; card: an estimate.
EFFICIENCY = {"float32": 0.7, "bfloat16": 0.2, "float16": 0.2}
EFFICIENCY_OF_CARDS = 0.3
SLOWEST = 0.1  # 10^12 operations a second, where nothing could be measured
TRAVEL = 8.0  # GB a second from the machine's memory to a card, PCIe 3 with 16 lanes
CASTING = 1.2  # times as long with weights in 8 bit


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of one picture, its weights being in memory."""

    step: float  # each denoising step
    once: float  # everything before the first and after the last
    drawings: int = 0  # that were measured; 0: an estimate

    @property
    def is_measured(self) -> bool:
        """Whether pictures were drawn and timed."""
        return self.drawings > 0

    def seconds(self, steps: int = STEPS) -> float:
        """Return how long a picture takes."""
        return self.once + steps * self.step

    def times(self, pictures: float) -> Pace:
        """Return the pace of so many pictures at once."""
        return Pace(self.step * pictures, self.once * pictures, self.drawings)


class Timings:
    """What is known about the speed of each plan on each device."""

    def __init__(self, path: Path | None, speed: Callable[[str, str], float] = teraflops) -> None:
        """Read what was measured before; what cannot be read is measured anew.

        Args:
            path: of the JSON file; None: kept in memory.
            speed: measures 10^12 operations a second of a device in a dtype, by torch's names.
        """
        self._path = path
        self._speed = speed
        self._speeds: dict[tuple[str, str], float] = {}
        self._paces = {} if path is None else _read(path)

    def expected(self, plan: Plan, hardware: Hardware, sizes: Sizes) -> Pace:
        """Return how long a plan takes here, as measured, else as estimated."""
        measured = self._paces.get(_key(plan, hardware))
        return measured or self._estimated(plan, sizes)

    def note(self, plan: Plan, hardware: Hardware, pace: Pace) -> None:
        """Remember how long a drawing took; a folder that cannot be written is no failure."""
        if not (0 <= pace.step < LONGEST and 0 <= pace.once < LONGEST):
            return
        key = _key(plan, hardware)
        before = self._paces.get(key, pace)
        now = Pace(
            NEWEST * pace.step + (1 - NEWEST) * before.step,
            NEWEST * pace.once + (1 - NEWEST) * before.once,
            before.drawings + 1 if before is not pace else 1,
        )
        self._paces[key] = now
        is_news = abs(now.seconds() - before.seconds()) > NEWS * before.seconds()
        if self._path is not None and (is_news or before is pace):
            _write(self._path, self._paces)

    def _estimated(self, plan: Plan, sizes: Sizes) -> Pace:
        asked = (plan.device, plan.dtype.value)
        speed = self._speeds.get(asked)
        if speed is None:
            try:
                speed = self._speeds[asked] = self._speed(*asked)
            except RuntimeError:  # no memory for it now: asked again the next time
                speed = SLOWEST
        reached = EFFICIENCY[plan.dtype] if plan.device == "cpu" else EFFICIENCY_OF_CARDS
        share = (plan.size / NATIVE[plan.kind]) ** 2 / (speed * reached)
        step = STEP[plan.kind] * share
        once = (ONCE_TINY if plan.tiny_vae else ONCE)[plan.kind] * share
        if plan.storage is Storage.EIGHT_BIT:
            step *= CASTING
        if plan.offload is Offload.MODEL:
            once += sizes.total / TRAVEL
        if plan.offload is Offload.GROUP:
            step += (sizes.denoiser + sizes.control) / TRAVEL
            once += sizes.total / TRAVEL
        return Pace(step, once)


def _key(plan: Plan, hardware: Hardware) -> str:
    device = hardware.name if plan.device == hardware.device else plan.device
    return f"{device}: {plan.kind.value}, {plan.in_words()}"


def _read(path: Path) -> dict[str, Pace]:
    """Return what the file says; nothing where there is none, or where it says something else."""
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MOST_BYTES))
        return {str(key): pace for key, one in told.items() if (pace := _pace(one))}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _pace(told: object) -> Pace | None:
    """Return one measurement, unless it is none."""
    try:
        pace = Pace(**told)  # type: ignore[arg-type]  # anything else raises TypeError
        seconds = pace.seconds()
        is_sound = math.isfinite(seconds) and min(pace.step, pace.once) >= 0
    except TypeError:
        return None
    return pace if is_sound and pace.drawings > 0 else None


def _write(path: Path, paces: dict[str, Pace]) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        told = {key: asdict(pace) for key, pace in sorted(paces.items())}
        part.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError:
        return  # it is measured again after the next start
