"""Measures a bake with the studio's own models and prints the tables of docs/subjects.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

from studio.face.embedding import FaceEmbedder
from studio.face.landmarks import LandmarkDetector
from studio.face.types import Face
from tools.bake_subjects import response
from tools.bake_subjects.actions import FRAMES, Light
from tools.bake_subjects.parameters import SUBJECTS

NEAR_FRONTAL = 10.0  # degrees of yaw and pitch, the limit of an enrolment frame
LANDMARKER = "face_landmarker.task"
EMBEDDING = "dlib_face_recognition_resnet_model_v1.dat"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the models read in one frame."""

    face: Face
    embedding: np.ndarray  # (128,)

    @property
    def near_frontal(self) -> bool:
        """Whether the frame could enrol."""
        return max(abs(self.face.pose.yaw), abs(self.face.pose.pitch)) <= NEAR_FRONTAL

    def score(self, name: str) -> float:
        """Return one blendshape, averaged over both sides where it has two."""
        shapes = self.face.blendshapes
        if name in shapes:
            return shapes[name]
        return (shapes[f"{name}Left"] + shapes[f"{name}Right"]) / 2


Readings = Mapping[str, Reading]  # frame -> reading


def report(assets: Path, weights: Path) -> str:
    """Return the tables, as Markdown, of the subjects whose frames are there."""
    detector = LandmarkDetector(weights / LANDMARKER)
    embedder = FaceEmbedder(weights / EMBEDDING)
    readings: dict[str, Readings] = {}
    missing: list[str] = []
    for name in SUBJECTS:
        found = {}
        for frame, pose in FRAMES.items():
            path = assets / name / f"{frame}.webp"
            if pose.light is Light.SCREEN or not path.exists():
                continue
            with Image.open(path) as picture:
                image = np.asarray(picture.convert("RGB"))
            faces = detector.detect(image)
            if len(faces) == 1:
                found[frame] = Reading(faces[0], np.array(embedder.embed(image, faces[0])))
            else:
                missing.append(f"{name}/{frame}: {len(faces)} faces")
        if "rest_00" in found:
            readings[name] = found
    answers = [row for name in SUBJECTS if (row := response.row(detector, assets / name))]
    detector.close()
    parts = [
        _actions(readings),
        _templates(readings),
        _within(readings),
        _table(response.HEAD, answers),
        _sizes(assets),
    ]
    return "\n\n".join([*parts, "Frames without exactly one face: " + (", ".join(missing) or "0")])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _actions(readings: Mapping[str, Readings]) -> str:
    head = ("subject", "rest yaw / pitch", "left", "right", "up", "down", "blink", "smile", "jaw")
    rows = []
    for name, frames in readings.items():
        rest = frames["rest_00"]

        def last(action: str, frames: Readings = frames) -> Reading | None:
            found = sorted(f for f in frames if f.startswith(action))
            return frames[found[-1]] if found else None

        def gain(shape: str, reading: Reading | None, rest: Reading = rest) -> str:
            return f"{rest.score(shape):.2f} -> {reading.score(shape):.2f}" if reading else "-"

        def turn(axis: str, reading: Reading | None) -> str:
            return f"{getattr(reading.face.pose, axis):.1f}" if reading else "-"

        pose = rest.face.pose
        rows.append(
            (
                name,
                f"{pose.yaw:.1f} / {pose.pitch:.1f}",
                turn("yaw", last("turn_left")),
                turn("yaw", last("turn_right")),
                turn("pitch", last("look_up")),
                turn("pitch", last("look_down")),
                gain("eyeBlink", last("blink")),
                gain("mouthSmile", last("smile")),
                gain("jawOpen", last("mouth_open")),
            )
        )
    return _table(head, rows)


def _frontal(readings: Readings) -> list[np.ndarray]:
    return [r.embedding for r in readings.values() if r.near_frontal]


def _templates(readings: Mapping[str, Readings]) -> str:
    """Smallest distance from the row's template to a near-frontal frame of the column's subject."""
    frontal = {name: _frontal(frames) for name, frames in readings.items()}
    templates = {name: np.mean(vectors, axis=0) for name, vectors in frontal.items() if vectors}
    rows = []
    for name, template in templates.items():
        cells = (
            "-" if other == name else f"{min(np.linalg.norm(template - v) for v in vectors):.2f}"
            for other, vectors in frontal.items()
        )
        rows.append((name, *cells))
    return _table(("template to frame, smallest", *templates), rows)


def _within(readings: Mapping[str, Readings]) -> str:
    rows = []
    for name, frames in readings.items():
        vectors = _frontal(frames)
        template = np.mean(vectors, axis=0)
        pairs = [float(np.linalg.norm(a - b)) for a, b in combinations(vectors, 2)] or [0.0]
        largest = max(float(np.linalg.norm(template - v)) for v in vectors)
        every = max(float(np.linalg.norm(template - r.embedding)) for r in frames.values())
        eyes = min(r.face.inter_eye for f, r in frames.items() if not f.startswith("still"))
        stills = [r.face.inter_eye for f, r in frames.items() if f.startswith("still")]
        rows.append(
            (
                name,
                f"{len(vectors)}",
                f"{largest:.2f}",
                f"{max(pairs):.2f}",
                f"{every:.2f}",
                f"{eyes:.0f}",
                f"{min(stills):.0f}" if stills else "-",
            )
        )
    head = (
        "subject",
        "near-frontal frames",
        "template to frame, largest",
        "frame to frame, largest",
        "template to any frame, largest",
        "inter-eye, clips, px",
        "inter-eye, stills, px",
    )
    return _table(head, rows)


def _sizes(assets: Path) -> str:
    files = sorted(assets.glob("*/*.webp"))
    total = sum(path.stat().st_size for path in files)
    return f"{len(files)} frames, {total / 1e6:.2f} MB"
