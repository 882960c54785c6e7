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

from benchmarks.folders import WEIGHTS
from outputs.label import burn_label
from outputs.label_words import LOCALES
from outputs.looks import Family, Tone
from outputs.types import Render
from outputs.watermark import Watermarker
from outputs.xmp import fields_for, write_packet
from studio.face.meter import FaceMeter
from studio.styles.alignment import anatomy
from studio.styles.framing import flattened
from studio.styles.painted.styles import toon
from studio.styles.portrait import prepare_portrait
from studio.subjects.cast import CastMember, load_cast

PICTURE = Path("docs/pictures/labels.webp")
LIMIT = 150_000  # bytes
QUALITY = 64  # of lossy WebP
SIDE = 1024  # pixels of an output
TILE = 360  # pixels of one as shown above
BADGE = (180, 120)  # pixels, width and height, of a corner as shown below
CORNER = (342, 228)  # pixels of an output that a corner shows
PALETTES = {Tone.DARK: "natural", Tone.LIGHT: "neon"}  # neon has a dark ground
SEED = 7
WORD = 0x5AFE1ABE  # no output's id

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB


def main() -> int:
    """Draw the sheet; the exit status tells whether it fits."""
    meter = FaceMeter(WEIGHTS)
    try:
        toons = {
            tone: [_toon(meter, member, palette) for member in load_cast().values()]
            for tone, palette in PALETTES.items()
        }
    finally:
        meter.close()
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


def _toon(meter: FaceMeter, member: CastMember, palette: str) -> Render:
    still = member.frame(member.clips["still"][0]).image
    face = meter.faces(still)[0]
    portrait = prepare_portrait(still, face, meter.person(still), size=SIDE)
    found = anatomy(portrait)
    return Render(
        pixels=flattened(toon.draw(portrait, {"palette": palette}, np.random.default_rng(SEED))),
        face_box=found.face_box,
        keep_clear=found.keep_clear,
        lower_face=found.lower_face,
        style=toon.STYLE.name,
        family=toon.STYLE.family.value,
        digital_source_type=toon.STYLE.digital_source_type,
    )


def _shrunk(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _grid(tiles: list[Picture], columns: int) -> Picture:
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows)


if __name__ == "__main__":
    sys.exit(main())
