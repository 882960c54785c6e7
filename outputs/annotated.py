"""A small copy of a file that shows where its marks were found, for whoever brought the file.

It is no exit: it holds nothing that was not in the file, it is at most SIDE pixels large, says on
itself that it is a checked copy, and is never stored. A copy of an avatar carries the marks of a
preview even if the file had lost them: words that say so, the watermark and the metadata.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from outputs.lettering import Line, draw, width_of
from outputs.luma import over_white
from outputs.registry import PREVIEW_WORD
from outputs.report import State, Technique
from outputs.verify import Examination
from outputs.watermark import Watermarker
from outputs.xmp import fields_for, write_packet

SIDE = 512  # pixels, the longest side: as a preview
STRIP = 62  # pixels, below the picture
NARROWEST = 360  # pixels, so that the words have room
CAP, SMALL_CAP = 13, 9  # pixels, of the words in the strip
GAP = 14  # pixels
OUTSIDE = 3  # pixels by which a label's frame keeps away from its letters
MIXED = "compositeSynthetic"  # IPTC term: some parts were generated
QUALITY = 82  # of WebP
MOST_SHARE = 0.34  # of the tint, where the watermark speaks most

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]

STRIP_GROUND: Colour = (38, 34, 30)
PAGE: Colour = (238, 235, 230)  # around a picture that is narrower than the words
BRIGHT: Colour = (246, 242, 236)
MUTED: Colour = (163, 155, 145)
GOOD: Colour = (108, 199, 153)
DOUBT: Colour = (224, 174, 85)
LABEL: Colour = (240, 128, 95)
SUPPORT: Colour = (20, 190, 170)
BADGES = (
    (Technique.LABEL, "LABEL"),
    (Technique.WATERMARK, "WATERMARK"),
    (Technique.MANIFEST, "MANIFEST"),
    (Technique.XMP, "METADATA"),
)
TONES = {
    State.FOUND: GOOD,
    State.DETECTED: GOOD,
    State.TRUSTED: GOOD,
    State.VALID: GOOD,
    State.POSSIBLE: DOUBT,
    State.INVALID: DOUBT,
}


@dataclass(frozen=True, slots=True)
class CheckedCopy:
    """A picture for the one who asked, not to be kept."""

    data: bytes  # WebP
    width: int
    height: int


def checked_copy(examination: Examination, watermarker: Watermarker) -> CheckedCopy:
    """Draw the frame in which most was found, with its marks, above a strip that tells of them.

    Args:
        examination: Of the file.
        watermarker: Marks the copy as a preview, where a mark of ours was found.
    """
    index = _best(examination)
    labelled = examination.labels[index]
    pixels = labelled.frame.pixels
    shown = over_white(pixels) if pixels.shape[2] == 4 else pixels
    scale = min(1.0, SIDE / shown.shape[1], (SIDE - STRIP) / shown.shape[0])
    size = (max(1, round(shown.shape[1] * scale)), max(1, round(shown.shape[0] * scale)))
    small = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.uint8).copy()
    sighting = examination.watermark
    if sighting.state is not State.NOT_FOUND and sighting.frame == labelled.frame.number:
        small = _tinted(small, sighting.evidence.support)
    for find in labelled.finds:
        _outline(small, np.asarray(find.polygon, np.float64) * scale)
    canvas = _mounted(small)
    _write_strip(canvas, examination)
    if labelled.finds or sighting.state is State.DETECTED:
        canvas = watermarker.embed(canvas, PREVIEW_WORD)
    return _encoded(canvas, generated=examination.report.tells_generated)


def _best(examination: Examination) -> int:
    """Return which frame to show: one with labels, and with the watermark if there is a choice."""
    seen = examination.watermark.frame
    ranks = [(len(each.finds), each.frame.number == seen) for each in examination.labels]
    return ranks.index(max(ranks))


def _tinted(pixels: Pixels, support: NDArray[np.float32]) -> Pixels:
    """Return the picture, tinted where it speaks for the watermark."""
    height, width = pixels.shape[:2]
    calm = cv2.GaussianBlur(np.maximum(support, 0), (0, 0), max(1.0, min(support.shape) / 24))
    full = cv2.resize(np.asarray(calm, np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    low, high = (float(np.percentile(full, share)) for share in (5, 98))
    share = np.clip((full - low) / max(high - low, 1e-6), 0, 1)[..., None] * MOST_SHARE
    mixed = pixels * (1 - share) + np.asarray(SUPPORT, np.float32) * share
    return np.asarray(np.rint(mixed), np.uint8)


def _outline(pixels: Pixels, polygon: NDArray[np.float64]) -> None:
    """Draw a frame around one copy of the label, light on dark so that it shows anywhere."""
    middle = polygon.mean(axis=0)
    away = polygon - middle
    corners = middle + away * (1 + OUTSIDE / np.maximum(np.abs(away).max(axis=0), 1))
    points = np.rint(corners).astype(np.int32)[None]
    for colour, thickness in ((STRIP_GROUND, 4), (LABEL, 2)):
        cv2.polylines(pixels, points, isClosed=True, color=colour, thickness=thickness)


def _mounted(pixels: Pixels) -> Pixels:
    """Return the picture in the middle of a canvas with an empty strip below."""
    height, width = pixels.shape[:2]
    canvas = np.empty((height + STRIP, max(width, NARROWEST), 3), np.uint8)
    canvas[...] = PAGE
    left = (canvas.shape[1] - width) // 2
    canvas[:height, left : left + width] = pixels
    canvas[height:] = STRIP_GROUND
    return canvas


def _write_strip(canvas: Pixels, examination: Examination) -> None:
    """Write what this copy is, what was found, and a badge for each mark."""
    report = examination.report
    top = canvas.shape[0] - STRIP + 14
    _write(canvas, Line("CHECKED COPY", CAP, 0.08), GAP, top, BRIGHT)
    told = "AI GENERATED" if report.tells_generated else "NO MARK FOUND"
    line = Line(told, CAP, 0.08)
    right = canvas.shape[1] - GAP - round(width_of(line))
    _write(canvas, line, right, top, GOOD if report.tells_generated else MUTED)
    states = {finding.technique: finding.state for finding in report.findings}
    left, row = GAP, top + CAP + 14
    for technique, name in BADGES:
        colour = TONES.get(states.get(technique, State.NOT_FOUND), MUTED)
        centre = (left + 4, row + SMALL_CAP // 2)
        filled = cv2.FILLED if colour is not MUTED else 1
        cv2.circle(canvas, centre, 4, colour, filled, cv2.LINE_AA)
        line = Line(name, SMALL_CAP, 0.08)
        _write(canvas, line, left + 13, row, colour)
        left += 13 + round(width_of(line)) + GAP


def _write(canvas: Pixels, line: Line, left: int, top: int, colour: Colour) -> None:
    mask = np.zeros(canvas.shape[:2], np.float32)
    draw(mask, line, left=left, top=top)
    mixed = canvas * (1 - mask[..., None]) + np.asarray(colour, np.float32) * mask[..., None]
    canvas[...] = np.rint(mixed).astype(np.uint8)


def _encoded(canvas: Pixels, *, generated: bool) -> CheckedCopy:
    packet = write_packet(fields_for(MIXED, tool="Selfsame", output_id="")) if generated else b""
    buffer = io.BytesIO()
    Image.fromarray(canvas).save(buffer, "WEBP", quality=QUALITY, method=2, xmp=packet)
    return CheckedCopy(buffer.getvalue(), canvas.shape[1], canvas.shape[0])
