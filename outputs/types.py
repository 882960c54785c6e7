"""A render that nobody may see yet, and released bytes that carry their marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Rect = tuple[float, float, float, float]  # left, top, right, bottom in output pixels


class Profile(StrEnum):
    """Which marks an output carries (docs: PREVIEW is never exported)."""

    PREVIEW = "preview"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose artwork a picture was made from; empty where a style draws everything itself."""

    artist: str = ""
    attribution: str = ""  # a sentence: work, artist, licence and its address, that it was changed
    source: str = ""  # address of the artwork


@dataclass(frozen=True, slots=True)
class Render:
    """Pixels that nobody may see yet. It never touches a disk and cannot be shown.

    `face_box`, `keep_clear` and `lower_face` are where the label must and must not go.
    """

    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB or (H, W, 4) sRGB + straight alpha
    face_box: Rect
    keep_clear: tuple[Rect, ...]  # eyes, nose, mouth: at least one
    lower_face: Rect  # free rectangle between the lower lip and the chin
    style: str
    family: str
    digital_source_type: str  # IPTC term
    is_round: bool = False  # a square of which only the largest disc is seen
    credit: Credit = Credit()


@dataclass(frozen=True, slots=True)
class Clip:
    """An animation that nobody may see yet: renders of one size and style, in their order.

    A picture that stands still is a clip of one frame.
    """

    frames: tuple[Render, ...]  # at least one
    seconds: float = 0.0  # how long each frame is shown; 0 for a still

    @property
    def first(self) -> Render:
        """The first frame, which stands for the clip where one picture does."""
        return self.frames[0]

    @property
    def is_still(self) -> bool:
        """Whether it is one picture."""
        return len(self.frames) == 1


@dataclass(frozen=True, slots=True)
class Released:
    """Marked bytes: the only thing that UI, API and disk accept. Made in `outputs.release`."""

    data: bytes
    media_type: str
    sha256: str
    width: int
    height: int
    profile: Profile


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """What the library tells of one final output."""

    id: str
    subject_id: str
    record_id: str
    job_id: str
    style: str
    sha256: str
    media_type: str
    width: int
    height: int
    created_at: datetime
    log_index: int | None = None  # of its entry in the log; None before it is stored
    frozen_at: datetime | None = None  # reported: not handed out until the operator has looked
    watermark: int | None = None  # the 32-bit id in its colours; None in outputs before there was
    # JSON data, kept sealed; None in outputs of earlier versions.
    likeness: Mapping[str, object] | None = None  # how much it looks like its selfie
    recipe: Mapping[str, object] | None = None  # style, seed and controls that draw it again
