"""Draws docs/pictures/labels.webp: every look of the label, on the baked subjects' toons.

Run: python -m benchmarks.label_sheet

Above, one subject for each family and tone, each in another language; below, the badge in the
corner of every family, tone and language. Every tile is labelled and carries the watermark like any
output; the sheet says in its XMP what it shows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.drawn import SEED, WORD, baked_portraits, render_of
from outputs.label import burn_label
from outputs.label_words import LOCALES
from outputs.looks import Family, Tone
from outputs.types import Render
from outputs.watermark import Watermarker
from outputs.xmp import fields_for, write_packet
from studio.styles.painted.styles import toon

PICTURE = Path("docs/pictures/labels.webp")
LIMIT = 150_000  # bytes
QUALITY = 64  # of lossy WebP
TILE = 360  # pixels of one as shown above
BADGE = (180, 120)  # pixels, width and height, of a corner as shown below
CORNER = (342, 228)  # pixels of an output that a corner shows
PALETTES = {Tone.DARK: "natural", Tone.LIGHT: "neon"}  # neon has a dark ground

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB


def main() -> int:
    """Draw the sheet; the exit status tells whether it fits."""
    portraits = baked_portraits().values()
    toons = {
        tone: [render_of(toon, portrait, {"palette": palette}, SEED) for portrait in portraits]
        for tone, palette in PALETTES.items()
    }
    tiles = [_shrunk(picture, (TILE, TILE)) for picture in _people(toons)]
    badges = [_shrunk(picture[: CORNER[1], -CORNER[0] :], BADGE) for picture in _all_looks(toons)]
    sheet = np.vstack([_grid(tiles, 3), _grid(badges, len(LOCALES))])
    fields = fields_for(toon.STYLE.digital_source_type, tool="Selfsame/docs", output_id="")
    packet = write_packet(fields)
    Image.fromarray(sheet).save(PICTURE, quality=QUALITY, method=6, xmp=packet)
    size = PICTURE.stat().st_size
    print(f"{PICTURE}: {size / 1000:.0f} kB")
    return 0 if size <= LIMIT else 1


def _people(toons: dict[Tone, list[Render]]) -> Iterator[Picture]:
    """Yield one whole output for each family and tone, in all six languages."""
    looks = [(family, tone) for tone in Tone for family in Family]
    for number, ((family, tone), locale) in enumerate(zip(looks, LOCALES, strict=True)):
        yield _output(toons[tone][number], family, locale)


def _all_looks(toons: dict[Tone, list[Render]]) -> Iterator[Picture]:
    for family in Family:
        for tone in Tone:
            for number, locale in enumerate(LOCALES):
                yield _output(toons[tone][number], family, locale)


def _output(toon: Render, family: Family, locale: str) -> Picture:
    """Return the toon's pixels with the label of a family and the watermark."""
    labelled, _ = burn_label(replace(toon, family=family.value), synthetic=True, locale=locale)
    return Watermarker().embed(labelled, WORD)


def _shrunk(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grid(tiles: list[Picture], columns: int) -> Picture:
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


if __name__ == "__main__":
    sys.exit(main())
