"""Renders the frames that are missing, so that a bake can stop and go on."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from tools.bake_subjects.actions import FRAMES, Light, Pose
from tools.bake_subjects.geometry import Template
from tools.bake_subjects.hair import Barber
from tools.bake_subjects.parameters import SUBJECTS
from tools.bake_subjects.render import Quality, render, set_up

WEBP_QUALITY = 82
LIGHT_WEBP_QUALITY = 94  # this layer is multiplied before it is added
CLIP = Quality(640, 480, samples=4)
STILL = Quality(1280, 960, samples=10)
LIGHT = Quality(640, 480, samples=16)


def bake(folder: Path, subjects: Sequence[str], frames: Sequence[str]) -> None:
    """Write `<folder>/<subject>/<frame>.webp` for every frame not there yet."""
    template = Template()
    for name in subjects:
        barber = Barber(template, SUBJECTS[name])
        for frame in frames:
            path = folder / name / f"{frame}.webp"
            if path.exists():
                continue
            started = time.monotonic()
            path.parent.mkdir(parents=True, exist_ok=True)
            twin = _twin(path, frame)
            if twin:
                shutil.copyfile(twin, path)
                continue
            _bake_frame(template, barber, name, FRAMES[frame], path)
            print(f"{path} {time.monotonic() - started:.1f} s", flush=True)


def _twin(path: Path, frame: str) -> Path | None:
    """Return a baked frame of the same pose: every clip starts at rest."""
    for other, pose in FRAMES.items():
        candidate = path.with_stem(other)
        if other != frame and candidate.exists() and pose.looks_like(FRAMES[frame]):
            return candidate
    return None


def _bake_frame(template: Template, barber: Barber, name: str, pose: Pose, path: Path) -> None:
    subject = SUBJECTS[name]
    head = template.pose(subject, pose)
    set_up(_quality(pose))
    lossy = WEBP_QUALITY if pose.light is Light.ROOM else LIGHT_WEBP_QUALITY
    with tempfile.TemporaryDirectory() as scratch:
        picture, encoded = Path(scratch) / "frame.png", Path(scratch) / "frame.webp"
        render(template, subject, head, barber.dress(head), picture, light=pose.light)
        image = cv2.imread(str(picture))
        cv2.imwrite(str(encoded), image, [cv2.IMWRITE_WEBP_QUALITY, lossy])
        # Written beside its place and renamed, so that a frame is whole or missing.
        part = path.with_suffix(".part")
        part.write_bytes(encoded.read_bytes())
        part.replace(path)


def _quality(pose: Pose) -> Quality:
    if pose.light is Light.SCREEN:
        return LIGHT
    return STILL if pose.still else CLIP
