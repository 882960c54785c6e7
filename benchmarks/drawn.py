"""Baked subjects as portraits, and what the styles make of them, marked like any output."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.folders import WEIGHTS
from outputs.label import burn_label
from outputs.types import Render
from outputs.watermark import Watermarker
from studio.face.meter import FaceMeter
from studio.styles.alignment import anatomy
from studio.styles.discovery import StyleModule
from studio.styles.framing import frame_picture
from studio.styles.portrait import Portrait, prepare_portrait
from studio.styles.types import Controls, finished
from studio.subjects.cast import load_cast

SIDE = 1024  # pixels
SEED = 7
WORD = 0x5AFE1ABE  # no output's id


def baked_portraits(size: int = SIDE) -> dict[str, Portrait]:
    """Return every baked subject's portrait, by id."""
    meter = FaceMeter(WEIGHTS)
    found: dict[str, Portrait] = {}
    try:
        for member in load_cast().values():
            still = member.frame(member.clips["still"][0]).image
            face = meter.faces(still)[0]
            found[member.id] = prepare_portrait(still, face, meter.person(still), size=size)
    finally:
        meter.close()
    return found


def render_of(module: StyleModule, portrait: Portrait, controls: Controls, seed: int) -> Render:
    """Draw a portrait in one style, as a job does."""
    style = module.STYLE
    chosen = style.accept(controls)
    picture = finished(module.draw(portrait, chosen, np.random.default_rng(seed)))
    framed = frame_picture(picture, picture.anatomy or anatomy(portrait), chosen)
    return Render(
        pixels=framed.pixels,
        face_box=framed.anatomy.face_box,
        keep_clear=framed.anatomy.keep_clear,
        lower_face=framed.anatomy.lower_face,
        style=style.name,
        family=style.family.value,
        digital_source_type=style.digital_source_type,
        is_round=framed.is_round,
    )


def labelled(
    module: StyleModule,
    portrait: Portrait,
    controls: Mapping[str, float | str] | None = None,
    seed: int = SEED,
) -> NDArray[np.uint8]:
    """Return a drawing with the label and the watermark of an output, (H, W, 3) uint8 sRGB."""
    marked, _ = burn_label(render_of(module, portrait, controls or {}, seed), synthetic=True)
    return Watermarker().embed(marked, WORD)


def tile(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Shrink a picture to a square tile by whole areas."""
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
