"""Captures: what one camera frame costs, and how many a second two captures get at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from statistics import median

import numpy as np

from benchmarks.stage import Stage, jpeg
from benchmarks.table import Row, milliseconds
from consent.challenge import issue_challenge
from consent.liveness import CaptureReview
from studio.sitting.capture import Ends, LiveCaptureSession
from studio.sitting.memory import FrameMemory
from studio.subjects.player import Player

FRAMES = 75  # five seconds of a camera: the second of holding still and the wait for an action
RATE = 15  # frames a second that a page sends
LEAST_RATE = 12  # frames a second, each, with several captures


class FrameClock:
    """Counts frames, so that a slow machine does not fail the capture that it measures."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC)  # noqa: TID251 - any aware moment will do
        self._frames = 0

    def now(self) -> datetime:
        """Return the time of the present frame."""
        return self._began + timedelta(seconds=self._frames / RATE)

    def tick(self) -> None:
        """Go on to the next frame."""
        self._frames += 1


def rows(stage: Stage) -> Iterator[Row]:
    """Yield one frame's cost, and the rates of one and two captures."""
    sittings = [_frames(stage, seed) for seed in range(3)]
    times = _played(stage, sittings[0])
    one = 1000 / float(np.mean(times))
    yield Row(
        "one camera frame: decode, measure, judge",
        "ms",
        median(times),
        FRAMES,
        note=f"640 x 480 JPEG; slowest {max(times):.0f} ms: a frame that is embedded too",
    )
    yield Row(
        "frames a second, one capture",
        "fps",
        one,
        FRAMES,
        target=f">= {RATE}",
        met=one >= RATE,
    )
    two = _together([partial(_played, stage, frames) for frames in sittings[1:]])
    yield Row(
        "frames a second each, two captures at once",
        "fps",
        two,
        2 * FRAMES,
        target=f">= {LEAST_RATE}",
        met=two >= LEAST_RATE,
        note="as fast as they come; a page sends 15",
    )


def _frames(stage: Stage, seed: int) -> list[bytes]:
    player = Player(stage.member, np.random.default_rng(seed))
    return [jpeg(player.rest().image, 85) for _ in range(FRAMES)]


def _play(stage: Stage, frames: Sequence[bytes]) -> Iterator[float]:
    """Yield milliseconds a frame of a capture in which somebody sits still."""
    clock = FrameClock()
    challenge = issue_challenge("0" * 32, "0" * 32, rng=Random(1), now=clock.now())  # noqa: S311
    session = LiveCaptureSession(
        stage.meter,
        CaptureReview(challenge),
        clock,
        FrameMemory(),
        Ends(_nothing, _nothing),
    )
    for sequence, data in enumerate(frames):
        clock.tick()
        send = partial(session.frame, sequence, sequence * 1000 / RATE, data)
        yield milliseconds(send)


def _played(stage: Stage, frames: Sequence[bytes]) -> list[float]:
    return list(_play(stage, frames))


def _nothing(*_: object) -> None:
    """A capture whose end is not looked at."""


def _together(captures: Sequence[Callable[[], object]]) -> float:
    """Return frames a second each when captures run in threads of their own."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(captures)) as pool:
        for future in [pool.submit(capture) for capture in captures]:
            future.result()
    return FRAMES / (time.perf_counter() - began)
