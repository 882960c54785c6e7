"""Writes down the looks of the Imagined family and the words that may be added to them.

Run: python -m benchmarks.looks [--write]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks.document import write_between
from studio.models.types import Kind
from studio.styles.catalogue import find_style
from studio.styles.diffusion.presets import MOST_WORDS
from studio.styles.diffusion.vocabulary import load_vocabulary
from studio.styles.discovery import PresetModule, preset_modules

IMAGINED = Path("docs/imagined.md")
SHOWN = 4  # words of a group, spread over it


def text() -> str:
    """Return what stands in the document."""
    vocabulary = load_vocabulary()
    lines = [*_looks(), "", *_strength(), ""]
    lines += [
        f"Up to {MOST_WORDS} of {len(vocabulary.known)} words may be added to a look:",
        "",
        "| group | words | such as |",
        "| --- | --- | --- |",
    ]
    for group in vocabulary.groups:
        some = group.words[:: -(-len(group.words) // SHOWN)]
        lines.append(f"| {group.title} | {len(group.words)} | {', '.join(some)} |")
    return "\n".join(lines)


def main() -> int:
    """Print or write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {IMAGINED} too")
    options = parser.parse_args()
    print(text())
    if options.write:
        write_between(IMAGINED, "presets", text())
    return 0


def _looks() -> Iterator[str]:
    kinds = " | ".join(f"`{kind}`" for kind in Kind)
    yield f"| look | name | what it is | painted start | {kinds} |"
    yield "| --- | --- | --- | --- |" + " --- |" * len(Kind)
    for module in preset_modules():
        yield _look(module)


def _look(module: PresetModule) -> str:
    preset = module.PRESET
    strengths = " | ".join(f"{preset.recipes[kind].strength:.2f}" for kind in Kind)
    start = find_style(preset.painted).title
    return f"| {preset.title} | `{preset.name}` | {preset.summary} | {start} | {strengths} |"


def _strength() -> Iterator[str]:
    steps = {
        kind: {module.PRESET.recipes[kind].num_inference_steps for module in preset_modules()}
        for kind in Kind
    }
    told = ", ".join(f"{max(number)} on `{kind}`" for kind, number in steps.items())
    yield (
        "The last columns say how much of the photo each kind gives up (0 keeps it, 1 forgets it) "
        "where *How far from the photo* stands in the middle. Denoising steps: "
        f"{told}."
    )


if __name__ == "__main__":
    raise SystemExit(main())
