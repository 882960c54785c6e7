"""How dark a face may be before it is turned away: the luma of skin is its tone as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.people import Likeness
from consent.profiles import STANDARD_LIVENESS
from consent.quality import STANDARD


def table(readings: Mapping[str, Sequence[Likeness]]) -> str:
    """Return, by group and condition, the lowest luma and how many pictures are too dark.

    Args:
        readings: everybody's pictures by condition; the same people in each.
    """
    lines = [
        "| group | pictures | "
        + " | ".join(f"{name}: lowest; too dark" for name in readings)
        + " |",
        "|---" * (len(readings) + 2) + "|",
    ]
    groups = sorted({one.group for one in next(iter(readings.values()))})
    for group in groups:
        cells = []
        count = 0
        for found in readings.values():
            lumas = [one.still.luma for one in found if one.group == group and one.still]
            count = max(count, len(lumas))
            capture = sum(luma < STANDARD_LIVENESS.min_luma for luma in lumas)
            selfie = sum(luma < STANDARD.min_luma for luma in lumas)
            cells.append(f"{min(lumas):.0f}; {capture}, {selfie}")
        lines.append(f"| {group} | {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
