"""Draws each style's sample, and each beside its counterpart in another library.

Run: python -m benchmarks.style_sheets [NAME ...]

docs/pictures/styles/NAME.webp shows a style on all baked subjects, docs/styles.md lists them all;
docs/comparison.png shows each painted style beside what OpenCV or scikit-image make of the same
portrait, and each illustrated style beside what DiceBear draws from a random seed. What this
project drew is labelled and carries the watermark; each file says in its XMP what it shows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from benchmarks.counterparts import counterpart_of, random_avatar
from benchmarks.document import write_between
from benchmarks.drawn import baked_portraits, labelled, tile
from outputs.types import Credit
from outputs.xmp import fields_for, write_packet
from studio.styles.discovery import StyleModule, style_modules
from studio.styles.portrait import Portrait
from studio.styles.types import Family, Style

SAMPLES = Path("docs/pictures/styles")
STYLES = Path("docs/styles.md")
COMPARISON = Path("docs/comparison.png")
TILE = 176  # pixels of one picture
LINE = 24  # pixels of the line that names a picture of the comparison
COMPARED = ("cedar", "hazel")  # subjects, side by side
QUALITY = 80  # of lossy WebP
COLOURS = 256  # of the palette of the comparison
INK = (40, 36, 32)
PAPER = 250
FONT, FONT_SIZE = cv2.FONT_HERSHEY_SIMPLEX, 0.42

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB


def main() -> int:
    """Draw the samples of the named styles; of all, with the comparison, when none is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    known = {module.STYLE.name: module for module in style_modules()}
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(known)}")
    chosen = parser.parse_args().names
    for name in chosen:
        if name not in known:
            parser.error(f"There is no style named {name!r}. There is: {', '.join(known)}.")
    portraits = baked_portraits()
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for name in chosen or known:
        _sample(known[name], portraits)
    write_between(STYLES, "catalogue", _catalogue([module.STYLE for module in known.values()]))
    if not chosen:
        _compare(portraits)
    return 0


def _sample(module: StyleModule, portraits: Mapping[str, Portrait]) -> None:
    tiles = [tile(labelled(module, portrait), TILE) for portrait in portraits.values()]
    path = SAMPLES / f"{module.STYLE.name}.webp"
    Image.fromarray(np.hstack(tiles)).save(path, quality=QUALITY, method=6, xmp=_packet(module))
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def _catalogue(styles: Sequence[Style]) -> str:
    lines: list[str] = []
    for family in Family:
        found = [style for style in styles if style.family is family]
        if not found:
            continue
        lines += [f"### {family.value.capitalize()}", ""]
        for style in found:
            licence = f"{style.licence}. {style.attribution}".strip()
            lines += [
                f"**{style.title}** (`{style.name}`). {style.summary} Licence: {licence}",
                "",
                f"![{style.title}](pictures/styles/{style.name}.webp)",
                "",
            ]
    return "\n".join(lines).strip()


def _compare(portraits: Mapping[str, Portrait]) -> None:
    chosen = [portraits[name] for name in COMPARED]
    blocks = [_block(module, chosen) for module in style_modules()]
    blank = np.full_like(blocks[0], PAPER)
    rows = [
        np.hstack([one, other])
        for one, other in zip(blocks[::2], [*blocks[1::2], blank], strict=False)
    ]
    sheet = Image.fromarray(np.vstack(rows)).quantize(COLOURS, dither=Image.Dither.NONE)
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", _packet(style_modules()[0]).decode())
    sheet.save(COMPARISON, optimize=True, pnginfo=info)
    print(f"{COMPARISON}: {COMPARISON.stat().st_size / 1000:.0f} kB")


def _block(module: StyleModule, portraits: Sequence[Portrait]) -> Picture:
    """Ours of two subjects, then theirs."""
    ours = [tile(labelled(module, portrait), TILE) for portrait in portraits]
    counterpart = counterpart_of(module.STYLE)
    if counterpart is not None and module.STYLE.family is Family.PAINTED:
        name = counterpart.name
        theirs = [tile(counterpart.draw(portrait.image), TILE) for portrait in portraits]
    else:
        name = "DiceBear, random seeds"
        theirs = [random_avatar(module.STYLE.name, seed, TILE) for seed in ("one", "two")]
    head = [_words(text, (2 * TILE, LINE)) for text in (module.STYLE.title, name)]
    return np.vstack([np.hstack(head), np.hstack([*ours, *theirs])])


def _words(text: str, size: tuple[int, int]) -> Picture:
    width, height = size
    sheet = np.full((height, width, 3), PAPER, np.uint8)
    cv2.putText(sheet, text, (8, height // 2 + 5), FONT, FONT_SIZE, INK, 1, cv2.LINE_AA)
    return sheet


def _packet(module: StyleModule) -> bytes:
    style = module.STYLE
    credit = Credit(style.artist, style.attribution, style.source)
    return write_packet(
        fields_for(style.digital_source_type, tool="Selfsame/docs", output_id="", credit=credit)
    )


if __name__ == "__main__":
    sys.exit(main())
