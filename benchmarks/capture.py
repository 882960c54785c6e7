"""Captures over the real socket, one to six at once, and what one camera frame costs."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from statistics import median

import numpy as np
import uvicorn

from app import VERSION
from benchmarks.folders import WEIGHTS
from benchmarks.sitter import RATE, Sat
from benchmarks.stage import Stage, jpeg, open_studio
from benchmarks.table import Row, milliseconds
from consent.challenge import issue_challenge
from consent.liveness import CaptureReview
from studio.commands.serve import server_config
from studio.settings import Settings
from studio.sitting.capture import Ends, LiveCaptureSession
from studio.sitting.memory import FrameMemory
from studio.sitting.waiting import SEATS
from studio.subjects.player import Player
from studio.ui.server import build_app
from studio.ui.settings import UiSettings

FRAMES = 75  # five seconds of a camera: the second of holding still and the wait for an action
LEAST_RATE = 12.0  # frames a second, each, with four captures
VERDICT_SECONDS = 1.0
WAITING = 2  # people beyond the seats
AT_ONCE = (1, 2, SEATS, SEATS + WAITING)


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
    """Yield one frame's cost, then rates, verdicts and waits of captures at once."""
    times = list(_frame_times(stage))
    yield Row(
        "one camera frame: decode, measure, judge",
        "ms",
        median(times),
        FRAMES,
        note="640 x 480 JPEG; embeddings are computed beside the frames and not in it",
        fastest=min(times),
    )
    with _served_studio() as origin:
        for count in AT_ONCE:
            sats = _sit(origin, count)
            yield _rate_row(count, sats)
            if count == SEATS:
                yield _verdict_row(sats)
            if count > SEATS:
                yield from _wait_rows(sats)


def _rate_row(count: int, sats: Sequence[Sat]) -> Row:
    """Return the rate of the slowest of several captures."""
    rates = [_rate(sat) for sat in sats]
    outcomes = ", ".join(sorted({sat.outcome for sat in sats}))
    delays = [1000 * delay for sat in sats for delay in sat.delays]
    return Row(
        f"frames a second each, {count} at once, whole challenge over the socket",
        "fps",
        min(rates),
        sum(len(sat.answers) for sat in sats),
        target=f">= {LEAST_RATE:.0f} of {RATE} sent",
        met=min(rates) >= LEAST_RATE,
        note=(
            f"the slowest; {sum(sat.colour_frames for sat in sats)} frames under colours; answered "
            f"after {median(delays):.0f} ms (slowest {max(delays):.0f}); ended: {outcomes}"
        ),
        fastest=max(rates),
    )


def _verdict_row(sats: Sequence[Sat]) -> Row:
    verdicts = [sat.verdict for sat in sats if sat.outcome == "passed"]
    return Row(
        f"verdict after the last frame, {SEATS} at once",
        "s",
        median(verdicts) if verdicts else float("nan"),
        len(verdicts),
        target=f"< {VERDICT_SECONDS:.0f} s",
        met=max(verdicts) < VERDICT_SECONDS if verdicts else None,
        note=f"slowest {max(verdicts):.2f} s" if verdicts else "no capture passed",
        fastest=min(verdicts, default=None),
    )


def _wait_rows(sats: Sequence[Sat]) -> Iterator[Row]:
    """Yield what those beyond the seats waited, and what they were told at first."""
    waited = sorted((sat for sat in sats if sat.waits), key=lambda sat: sat.waited)
    for sat in waited:
        _, place, said = sat.waits[0]
        yield Row(
            f"waiting for a seat at place {place}",
            "s",
            sat.waited,
            1,
            note=f"told {said} s at first, {len(sat.waits)} times in all; then {sat.outcome}",
        )


def _rate(sat: Sat) -> float:
    span = sat.answers[-1] - sat.answers[0] if len(sat.answers) > 1 else 0.0
    return (len(sat.answers) - 1) / span if span else 0.0


def _sit(origin: str, count: int) -> list[Sat]:
    command = [sys.executable, "-m", "benchmarks.sitter", origin, "--count", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [Sat(**sat) for sat in json.loads(done.stdout)]


@contextmanager
def _served_studio() -> Iterator[str]:
    """Yield the address of a whole studio that serves on this computer as `serve` does."""
    with open_studio() as house, socket.create_server(("127.0.0.1", 0)) as listener:
        ui = UiSettings(version=VERSION)
        settings = Settings(data=WEIGHTS, weights=WEIGHTS)
        server = uvicorn.Server(server_config(build_app(house, ui), ui, settings))
        serving = threading.Thread(target=partial(server.run, sockets=[listener]), daemon=True)
        serving.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        serving.join()


def _frame_times(stage: Stage) -> Iterator[float]:
    """Yield milliseconds a frame of a capture in which somebody sits still."""
    clock = FrameClock()
    player = Player(stage.member, np.random.default_rng(0))
    frames = [jpeg(player.rest().image, 85) for _ in range(FRAMES)]
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
        send = partial(
            session.frame, sequence, sequence * 1000 / RATE, data, arrived_at=clock.now()
        )
        yield milliseconds(send)


def _nothing(*_: object) -> None:
    """A capture whose end is not looked at."""
