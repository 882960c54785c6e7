"""`demo`: a subject who is nobody goes the whole way, without a browser."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from consent.errors import Refusal
from studio.service import FileFormat, JobState, JobView
from studio.styles.catalogue import find_style
from studio.styles.words import ControlError

if TYPE_CHECKING:
    from studio.house import House

MAX_SEED = 2**31
FORMATS: Mapping[str, FileFormat] = {
    ".png": "png",
    ".webp": "webp",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".avif": "avif",
}


class DemoError(ValueError):
    """An option cannot be used; the message says which and why."""


def demo(house: House, options: argparse.Namespace) -> int:
    """Play a baked subject through challenge, gate, job and release, and write the file."""
    try:
        _check(options)
        job, token = _draw(house, options)
    except (Refusal, ControlError, DemoError) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    if job.state is not JobState.DONE or job.output_id is None:
        print(_reason(job), file=sys.stderr)
        return 1
    released = house.output(token, job.output_id, FORMATS[options.out.suffix], save=True)
    try:
        options.out.write_bytes(released.data)
    except OSError as error:
        print(f"{options.out} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{options.out}: {released.width} x {released.height}, labelled, signed, nobody's face")
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse before the challenge is played for nothing."""
    if options.out.suffix not in FORMATS:
        raise DemoError(f"{options.out} should end in {', '.join(FORMATS)}.")
    if not options.out.absolute().parent.is_dir():
        raise DemoError(f"There is no folder {options.out.absolute().parent}.")
    if not 0 <= options.seed < MAX_SEED:
        raise DemoError(f"The seed is a whole number from 0 to {MAX_SEED - 1}.")


def _draw(house: House, options: argparse.Namespace) -> tuple[JobView, str]:
    controls = dict(pair.partition("=")[::2] for pair in options.set)
    house.orders.require(find_style(options.style), controls)
    subject = options.subject or house.baked_subjects()[0].id
    token = house.new_session()
    shown = ""
    for update in house.play_subject(token, subject):
        if update.text != shown:
            shown = update.text
            print(f"{update.progress:4.0%}  {shown}")
    print(f"Drawing {options.style}")
    job = house.make_now(token, options.style, controls, options.seed, told=_tell)
    return job, token


def _reason(job: JobView) -> str:
    """Return all three parts of a refusal, or what is known."""
    if job.refusal is None:
        return job.message
    return " ".join(job.refusal[part] for part in ("what", "why", "next"))


def _tell(words: str, seconds_left: float | None) -> None:
    """Say how far a slow picture is."""
    print(words if seconds_left is None else f"{words}, about {seconds_left:.0f} s left")
