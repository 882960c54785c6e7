"""A studio process that dies by SIGKILL at a chosen moment of its first job.

python worker.py DATA WEIGHTS MOMENT|none: submits one job if there is none, and works until it
has ended; prints the job's state.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import studio.jobs.workshop as workshop_module
from outputs.library import Library
from studio.assembly import open_house
from studio.jobs.engine import JobEngine
from studio.service import JobState
from studio.settings import Settings
from tests.studio.jobs.seed import seed

PATIENCE = 60.0  # seconds


class Now:
    def now(self):
        return datetime.now(UTC)


def die(*_args, **_keywords):
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(function):
    def call(*args, **keywords):
        function(*args, **keywords)
        die()

    return call


MOMENTS = {
    "preparing": lambda: setattr(workshop_module.Workshop, "prepare", die),
    "drawing": lambda: setattr(workshop_module.Workshop, "render_and_release", die),
    "bytes_put": lambda: setattr(Library, "put_objects", dying_after(Library.put_objects)),
    "storing": lambda: setattr(
        workshop_module.Workshop, "store", dying_after(workshop_module.Workshop.store)
    ),
    "stored": lambda: setattr(JobEngine, "_draw", dying_after(JobEngine._draw)),
    "none": lambda: None,
}


def main(data: str, weights: str, moment: str) -> None:
    MOMENTS[moment]()
    settings = Settings(data=Path(data), weights=Path(weights))
    mark = Path(data) / "submitted"
    with open_house(settings, Now(), version="0", listen=True) as house:
        if mark.exists():
            token, job_id = mark.read_text().split()
        else:
            token = seed(house)
            job_id = house.make(token, "toon", {}, 1)
            mark.write_text(f"{token} {job_id}")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            view = house.job(token, job_id)
            if view.state not in {JobState.QUEUED, JobState.RUNNING}:
                break
            time.sleep(0.05)
        print(view.state.value, len(house.gallery(token)))


if __name__ == "__main__":
    main(*sys.argv[1:])
