"""Where faces come from: the baked subjects always, the measuring photographs where present."""

from __future__ import annotations

import csv
import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from studio.subjects.cast import load_cast
from tests.attacks.footage import baked
from tests.attacks.light import Picture

WEIGHTS = Path(sys.prefix) / "share" / "selfsame" / "weights"
# The project's own measuring photographs (see docs/calibration.md); not part of the repository.
LONDON = Path(__file__).absolute().parents[2].parent / "shared" / "media" / "london"
_CLOSER = 0.09  # cut off each side of a photograph, so that its face is as large as is asked for


@cache
def nobodies() -> tuple[str, ...]:
    """Return the ids of the baked subjects."""
    return tuple(load_cast())


@cache
def people() -> tuple[str, ...]:
    """Return the ids of the photographed people; none where the set is missing."""
    if not LONDON.is_dir():
        return ()
    with (LONDON / "people.csv").open(encoding="utf-8") as file:
        return tuple(row["id"] for row in csv.DictReader(file))


@cache
def photograph(subject: str) -> Picture:
    """Return one frontal picture of a subject."""
    if subject in nobodies():
        return baked(subject).portrait
    whole = np.asarray(Image.open(LONDON / f"{subject}_neutral.jpg").convert("RGB"))
    margin = round(_CLOSER * len(whole))
    return whole[margin:-margin, margin:-margin]
