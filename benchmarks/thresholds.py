"""The thresholds as a page: every field of a profile with its value, its unit and its source.

The comment behind a field is the one place where its meaning and its source are written:
`name: type = value  # meaning; source`. The source begins with one of `SOURCES`.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from pathlib import Path

from consent.passive import PassiveProfile
from consent.profiles import FlashProfile, GateProfile, IdentityProfile, LivenessProfile
from consent.quality import QualityProfile

PROFILES: Mapping[str, type] = {
    "liveness": LivenessProfile,
    "flash": FlashProfile,
    "identity": IdentityProfile,
    "quality": QualityProfile,
    "passive": PassiveProfile,
    "gate": GateProfile,
}
SOURCES = ("measured", "attack lab", "protocol", "provisional", "ISO/IEC", "WCAG")
SAME = "as above"  # meaning and source, or the meaning only, of the field before
UNITS = (  # the first pattern that is found in "name: comment" decides
    (r"_seconds\b", "s"),
    (r"_fps\b", "frames/s"),
    (r"degrees_per_second\b", "degrees/s"),
    (r"heights_per_second\b", "face heights/s"),
    (r"growth_per_second\b", "log ratio/s"),
    (r"still_move\b", "face heights"),
    (r"still_growth\b", "log ratio"),
    (r"still_background\b", "chroma"),
    (r"_degrees\b|\bdegrees\b|_yaw\b|_pitch\b|look_up", "degrees"),
    (r"\bpixels\b", "pixels"),
    (r"_luma\b|0 to 255", "grey levels, 0 to 255"),
    (r"_sharpness\b|grey levels squared", "grey levels squared"),
    (r"_rise\b|rest_ceiling\b", "blendshape score, 0 to 1"),
    (r"_distance\b", "Euclidean distance"),
    (r"max_z\b", "standard deviations"),
    (r"_amplitude\b", "log ratio"),
    (r"_correlation\b|_likeness\b", "correlation, -1 to 1"),
    (r"_contrast\b|_relief\b|_spread\b", "ratio"),
    (r"max_occlusion\b|eye_light\b|_score\b", "share, 0 to 1"),
)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One field of a profile."""

    name: str
    value: str
    unit: str
    meaning: str
    source: str


def thresholds(profile: type) -> list[Threshold]:
    """Return what every field of a profile stands for; nested profiles have their own.

    Raises:
        ValueError: a field has no comment, no source or no unit.
    """
    tree = ast.parse(Path(inspect.getfile(profile)).read_text(encoding="utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    (written,) = (node for node in named if node.name == profile.__name__)
    return list(_read(profile, written, _comments(profile)))


def table(profile: type) -> str:
    """Return the thresholds of a profile as a Markdown table."""
    lines = ["| threshold | value | unit | what it limits | source |", "|---|---|---|---|---|"]
    for one in thresholds(profile):
        cells = (f"`{one.name}`", one.value, one.unit, one.meaning, one.source)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _comments(profile: type) -> Mapping[int, str]:
    text = Path(inspect.getfile(profile)).read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _read(profile: type, written: ast.ClassDef, comments: Mapping[int, str]) -> Iterator[Threshold]:
    values = {field.name: field.default for field in fields(profile)}
    before = ("", "")
    for node in written.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        name = node.target.id
        value = values[name]
        if is_dataclass(value):
            continue
        comment = comments.get(node.end_lineno or node.lineno, "")
        before = _split(f"{profile.__name__}.{name}", comment, before)
        meaning, source = before
        unit = _unit(name, value, comment)
        yield Threshold(name, _shown(value), unit, _without_unit(meaning), source)


def _split(name: str, comment: str, before: tuple[str, str]) -> tuple[str, str]:
    """Return meaning and source."""
    found = re.search("|".join(rf"\b{re.escape(one)}\b" for one in (SAME, *SOURCES)), comment)
    if found is None or (found.group() == SAME and not before[1]):
        raise ValueError(f"{name} does not say where its value comes from")
    if comment.startswith(SAME):
        rest = comment.removeprefix(SAME).lstrip("; ")
        return (before[0], _split(name, rest, before)[1]) if rest else before
    return comment[: found.start()].rstrip("; "), comment[found.start() :]


def _without_unit(meaning: str) -> str:
    """Return a meaning without the unit that it begins with, which has its own column."""
    return re.sub(r"^(pixels|degrees|0 to 255|grey levels squared)\b[;,]?\s*", "", meaning)


def _shown(value: object) -> str:
    if not isinstance(value, timedelta):
        return str(value).lower() if isinstance(value, bool) else str(value)
    seconds = round(value.total_seconds())
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds % size == 0 and seconds > size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _unit(name: str, value: object, comment: str) -> str:
    if isinstance(value, bool | timedelta):
        return ""
    for pattern, unit in UNITS:
        if re.search(pattern, f"{name}: {comment}"):
            return unit
    if isinstance(value, int):
        return "count"
    raise ValueError(f"{name} does not say its unit")


def main() -> int:
    """Print all tables."""
    for name, profile in PROFILES.items():
        print(f"{name}\n\n{table(profile)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
