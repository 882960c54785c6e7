"""Where the label is in every frame of an animation: one design, and a path without jumps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from outputs.badge import Kind
from outputs.label import Placement, fits_chin, place_label
from outputs.types import Render

SMOOTHED = 5  # frames whose places are averaged: a fifth of a second of video


def place_clip(
    frames: tuple[Render, ...], *, synthetic: bool, locale: str = "en"
) -> tuple[tuple[Placement, ...], ...]:
    """Return the places of the label's copies, frame by frame.

    Tone and height are the same in all frames, so that nothing flickers. The copy on the chin
    follows the face on a smoothed path; where that would leave the chin, it takes its own place.

    Args:
        frames: At least one, all of one size and family.
        synthetic: As in `outputs.label.burn_label`.
        locale: As in `outputs.label.burn_label`.

    Raises:
        ReleaseRefused: the label has no legal place in one of the frames.
    """
    first = place_label(frames[0], synthetic=synthetic, locale=locale)
    tone = first[0].design.tone
    rest = (place_label(f, synthetic=synthetic, locale=locale, tone=tone) for f in frames[1:])
    places = (first, *rest)
    if first[0].design.kind is Kind.SMALL:
        return places
    chins = _of_one_height([chin for _, chin in places])
    path = _smooth([(chin.left, chin.top) for chin in chins])
    return tuple(
        (corner, _on_path(frame, chin, point))
        for frame, (corner, _), chin, point in zip(frames, places, chins, path, strict=True)
    )


def _of_one_height(chins: list[Placement]) -> list[Placement]:
    """Lower every copy to the lowest one's height; their lower edges stay."""
    height = min(chin.design.height for chin in chins)
    return [
        replace(
            chin,
            design=replace(chin.design, height=height),
            top=chin.top + chin.design.height - height,
        )
        for chin in chins
    ]


def _on_path(frame: Render, chin: Placement, point: tuple[int, int]) -> Placement:
    moved = replace(chin, left=point[0], top=point[1])
    return moved if fits_chin(frame, moved.rect) else chin


def _smooth(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Average every point with its neighbours in time; the ends stand still before and after."""
    reach = SMOOTHED // 2
    padded = np.pad(np.asarray(points, np.float64), ((reach, reach), (0, 0)), mode="edge")
    means = np.stack([padded[i : i + len(points)] for i in range(SMOOTHED)]).mean(axis=0)
    return [(round(float(x)), round(float(y))) for x, y in means]
