"""The list of the baked frames with their hashes, which the studio pins."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tools.bake_subjects.actions import FRAMES
from tools.bake_subjects.parameters import SUBJECTS, Subject

VERSION = 1


class IncompleteBake(Exception):
    """A subject lacks frames; bake them first."""


def write_manifest(assets: Path) -> str:
    """Write `manifest.json` beside the frames and return its SHA-256.

    Raises:
        IncompleteBake: a subject's folder lacks frames, or holds some that are not its own.
    """
    subjects = {name: _entry(assets / name, subject) for name, subject in SUBJECTS.items()}
    document = {"version": VERSION, "subjects": subjects}
    data = (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
    (assets / "manifest.json").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _entry(folder: Path, subject: Subject) -> dict[str, object]:
    # Masks tell tests what a frame shows; nothing plays them, so the studio pins none.
    files = [path for path in folder.iterdir() if path.suffix != ".png"] if folder.exists() else []
    frames = {path.name: path for path in files}
    wrong = frames.keys() ^ {f"{frame}.webp" for frame in FRAMES}
    if wrong:
        raise IncompleteBake(f"{folder}: missing or unknown: {', '.join(sorted(wrong))}")
    return {
        "description": subject.description,
        "traits": {
            "hair": subject.hair.style.value,
            "glasses": subject.glasses is not None,
            "beard": subject.beard is not None,
            "monk_tone": subject.monk_tone,
        },
        "frames": {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in frames.items()},
    }
