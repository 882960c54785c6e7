"""What other libraries offer for the same look, each with its usual parameters.

OpenCV and scikit-image filter the portrait; for illustrated styles, resvg draws what DiceBear puts
together from a random seed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import dicebear
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.styles.types import Family, Style

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB

ARTWORKS = {"pixel-faces": "pixel-art"}  # DiceBear's names, where ours differ
COLOURS = 24  # of the palette that pixel art is reduced to
CELLS = 400  # superpixels of a stained glass
BLOCK = 8  # pixels of a picture of 512 that become one of pixel art


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A filter of another library."""

    name: str
    draw: Callable[[Pixels], Pixels]


def _stylization(image: Pixels) -> Pixels:
    return np.asarray(cv2.stylization(image), np.uint8)


def _edge_preserving(image: Pixels) -> Pixels:
    return np.asarray(cv2.edgePreservingFilter(image), np.uint8)


def _grey_pencil(image: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(cv2.pencilSketch(image)[0], cv2.COLOR_GRAY2RGB), np.uint8)


def _colour_pencil(image: Pixels) -> Pixels:
    return np.asarray(cv2.pencilSketch(image)[1], np.uint8)


def _oil(image: Pixels) -> Pixels:
    return np.asarray(cv2.xphoto.oilPainting(image, 7, 1), np.uint8)


def _mean_shift(image: Pixels) -> Pixels:
    return np.asarray(cv2.pyrMeanShiftFiltering(image, 15, 30), np.uint8)


def _pixels(image: Pixels) -> Pixels:
    side = 512 // BLOCK
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    flat = small.reshape(-1, 3).astype(np.float32)
    first = np.zeros((len(flat), 1), np.int32)  # where labels go; none is a guess
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    _, labels, centres = cv2.kmeans(flat, COLOURS, first, rule, 1, cv2.KMEANS_PP_CENTERS)
    reduced = centres[labels.ravel()].reshape(small.shape).astype(np.uint8)
    return np.asarray(
        cv2.resize(reduced, image.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8
    )


def _local_threshold(image: Pixels) -> Pixels:
    from skimage.filters import threshold_local

    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    bits = np.asarray(grey > threshold_local(grey, 35), np.uint8) * 255
    return np.asarray(cv2.cvtColor(bits, cv2.COLOR_GRAY2RGB), np.uint8)


def _duotone(image: Pixels) -> Pixels:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    painted = cv2.applyColorMap(grey, cv2.COLORMAP_MAGMA)
    return np.asarray(cv2.cvtColor(painted, cv2.COLOR_BGR2RGB), np.uint8)


def _cells(image: Pixels) -> Pixels:
    from skimage.color import label2rgb
    from skimage.segmentation import slic

    segments = slic(image, n_segments=CELLS, start_label=1)
    return np.asarray(label2rgb(segments, image, kind="avg", bg_label=0), np.uint8)


def _cells_with_lead(image: Pixels) -> Pixels:
    from skimage.color import label2rgb
    from skimage.segmentation import mark_boundaries, slic

    segments = slic(image, n_segments=CELLS, start_label=1)
    flat = label2rgb(segments, image, kind="avg", bg_label=0)
    return np.asarray(255 * mark_boundaries(flat, segments, color=(0, 0, 0)), np.uint8)


COUNTERPARTS: Mapping[str, Counterpart] = {
    "toon": Counterpart("cv2.stylization", _stylization),
    "anime_cel": Counterpart("cv2.edgePreservingFilter", _edge_preserving),
    "graphic_novel": Counterpart("cv2.pencilSketch, grey", _grey_pencil),
    "paper_cut": Counterpart("cv2.pyrMeanShiftFiltering", _mean_shift),
    "pixel_art": Counterpart("cv2.resize and cv2.kmeans", _pixels),
    "watercolour": Counterpart("cv2.stylization", _stylization),
    "oil": Counterpart("cv2.xphoto.oilPainting", _oil),
    "coloured_pencil": Counterpart("cv2.pencilSketch, colour", _colour_pencil),
    "charcoal": Counterpart("cv2.pencilSketch, grey", _grey_pencil),
    "pop_art": Counterpart("skimage threshold_local", _local_threshold),
    "risograph": Counterpart("cv2.applyColorMap", _duotone),
    "low_poly": Counterpart("skimage slic, mean colours", _cells),
    "stained_glass": Counterpart("skimage slic, boundaries", _cells_with_lead),
}


def counterpart_of(style: Style) -> Counterpart | None:
    """Return what to compare a style with, or None where nothing is near it."""
    if style.family is Family.ILLUSTRATED:
        return Counterpart("resvg", lambda image: random_avatar(style.name, "one", len(image)))
    return COUNTERPARTS.get(style.name)


def random_avatar(name: str, seed: str, side: int) -> Pixels:
    """Return what DiceBear puts together from a word alone, drawn by resvg."""
    import resvg_py

    svg = _random_svg(name, seed)
    png = resvg_py.svg_to_bytes(svg_string=svg, width=side, height=side, background="white")
    with Image.open(io.BytesIO(png)) as drawn:
        return np.asarray(drawn.convert("RGB"))


@cache
def _random_svg(name: str, seed: str) -> str:
    path = files("dicebear_styles") / f"{ARTWORKS.get(name, name)}.json"
    style = dicebear.Style(json.loads(path.read_text(encoding="utf-8")))
    return str(dicebear.Avatar(style, {"seed": seed}))
