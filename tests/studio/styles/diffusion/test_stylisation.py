"""What tells drawings from photographs. The rendered subjects stand in for photographs here."""

from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest

from benchmarks.photo_filters import PHOTOGRAPHIC
from studio.face.types import Box, Face, Pose
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.stylisation import FILE, load_stylisation
from studio.styles.diffusion.texture import SIDE, face_window, measure_texture
from studio.styles.discovery import style_modules
from studio.styles.framing import composed, flattened
from studio.styles.types import finished

CLEARLY_DRAWN = ("toon", "graphic_novel", "anime_cel", "pixel_art", "stained_glass")
STYLES = {module.STYLE.name: module for module in style_modules()}


def drawn(name, portrait):
    module = STYLES[name]
    return flattened(module.draw(portrait, module.STYLE.accept({}), np.random.default_rng(1)))


def face_at(left, top, right, bottom):
    return Face(Box(left, top, right, bottom), np.zeros((478, 3), np.float32), {}, Pose(0, 0, 0))


def refused(pixels, face=None):
    with pytest.raises(PictureRefused) as caught:
        load_stylisation().require_drawn(pixels, face)
    return caught.value.code == "photo_like"


@pytest.mark.parametrize("name", CLEARLY_DRAWN)
def test_a_drawing_with_lines_and_few_colours_passes(name, first_portrait, meter):
    picture = drawn(name, first_portrait)
    found = meter.faces(picture)
    assert load_stylisation().require_drawn(picture, found[0] if found else None) >= 0


def test_what_was_photographed_is_refused(portraits):
    for portrait in portraits.values():
        assert refused(portrait.image)


@pytest.mark.parametrize("name", PHOTOGRAPHIC)
def test_a_filter_makes_no_drawing_of_a_photograph(name, first_portrait):
    if name in ("8 levels a channel", "black lines over it"):
        pytest.skip("makes a drawing of a render; docs/stylisation.md has it of photographs")
    assert refused(PHOTOGRAPHIC[name](first_portrait.image, np.random.default_rng(1)))


@pytest.mark.parametrize("share", [0.1, 0.15, 0.25])
def test_a_photograph_under_fine_hatching_is_a_photograph(first_portrait, share):
    down, along = np.indices(first_portrait.image.shape[:2])
    lines = ((down + along) % 6 < 2)[..., None]
    assert refused(np.clip(first_portrait.image * (1 - share * lines), 0, 255).astype(np.uint8))


def test_a_photographed_face_before_a_drawn_background_is_refused(first_portrait, meter):
    module = STYLES["toon"]
    controls = module.STYLE.accept({})
    rng = np.random.default_rng(1)
    picture = composed(finished(module.draw(first_portrait, controls, rng)))
    face = first_portrait.regions.skin > 0.5
    where = cv2.resize(face.astype(np.uint8), picture.shape[:2]) > 0
    mixed = np.where(where[..., None], first_portrait.image, picture)
    found = meter.faces(mixed)
    assert refused(mixed, found[0] if found else None)


def test_the_same_drawing_counts_as_drawn_at_any_size(first_portrait):
    picture = drawn("toon", first_portrait)
    for side in (384, 768, 1024):
        sized = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
        assert load_stylisation().require_drawn(sized, None) >= 0


def test_the_window_is_the_face_and_lies_inside_the_picture():
    picture = np.zeros((400, 300, 3), np.uint8)
    picture[100:200, 100:200] = 255
    window = face_window(picture, face_at(100, 100, 200, 200))
    assert window.shape == (SIDE, SIDE, 3)
    assert window[SIDE // 2, SIDE // 2].min() == 255
    for face in (None, face_at(-50, -50, 10, 10), face_at(-900, 0, 900, 900), face_at(5, 5, 5, 5)):
        assert face_window(picture, face).shape == (SIDE, SIDE, 3)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_one_colour_is_measured_without_a_number_that_is_none(value):
    found = measure_texture(np.full((SIDE, SIDE, 3), value, np.uint8))
    assert all(math.isfinite(each) for each in found.values())


def test_the_model_asks_for_what_is_measured_and_holds_nothing_of_anybody():
    content = json.loads(FILE.read_text(encoding="utf-8"))
    measured = measure_texture(np.zeros((SIDE, SIDE, 3), np.uint8))
    assert set(content) == {"bias", "threshold", "terms"}
    assert set(content["terms"]) == set(measured)
    for each in content["terms"].values():
        assert set(each) == {"mean", "spread", "weight"}
        assert each["spread"] > 0
        assert all(math.isfinite(number) for number in each.values())
