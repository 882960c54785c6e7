"""A contact sheet of the extremes, for looking at a bake with one's own eyes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tools.bake_subjects.actions import FRAMES
from tools.bake_subjects.parameters import SUBJECTS

TILE = (320, 240)  # pixels


def write_sheet(assets: Path, to: Path) -> None:
    """Write one row per subject: the first still and the last frame of each clip."""
    last = {frame.rsplit("_", 1)[0]: frame for frame in FRAMES} | {"still": "still_00"}
    rows = [
        np.hstack([_tile(assets / name / f"{frame}.webp") for frame in last.values()])
        for name in SUBJECTS
    ]
    cv2.imwrite(str(to), np.vstack(rows))


def _tile(path: Path) -> np.ndarray:
    image = cv2.imread(str(path)) if path.exists() else None
    if image is None:
        return np.full((TILE[1], TILE[0], 3), 40, np.uint8)
    return cv2.resize(image, TILE, interpolation=cv2.INTER_AREA)
