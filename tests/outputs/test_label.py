from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outputs.badge import Kind
from outputs.errors import ReleaseRefused
from outputs.label import burn_label, overlap, place_label
from outputs.label_words import LOCALES
from outputs.looks import Tone
from tests.outputs.samples import flat, render_of, textured


def kinds(placements) -> list[Kind]:
    return [placement.design.kind for placement in placements]


def test_large_picture_carries_both_copies():
    render = render_of(flat(1024, 1024))
    pixels, placements = burn_label(render, synthetic=False)
    assert kinds(placements) == [Kind.CORNER, Kind.CHIN]
    assert pixels.shape == render.pixels.shape
    assert np.array_equal(render.pixels, flat(1024, 1024)), "the render itself stays as it was"


@pytest.mark.parametrize("side", [96, 128, 383])
def test_small_picture_carries_one_badge(side):
    _, placements = burn_label(render_of(flat(side, side)), synthetic=True)
    assert kinds(placements) == [Kind.SMALL]


@pytest.mark.parametrize(("width", "height"), [(1024, 1024), (768, 1024), (1600, 900), (384, 384)])
def test_copies_lie_inside_with_their_margin_and_clear_of_features(width, height):
    render = render_of(flat(width, height))
    corner, chin = place_label(render, synthetic=True)
    side = min(width, height)
    assert corner.rect[2] == width - max(2, round(0.02 * side))
    assert corner.rect[1] == max(2, round(0.02 * side))
    face = render.face_box
    assert face[0] <= chin.rect[0]
    assert chin.rect[2] <= face[2]
    assert render.lower_face[1] <= chin.rect[1]
    assert chin.rect[3] <= face[3]
    assert not any(overlap(copy.rect, c) for copy in (corner, chin) for c in render.keep_clear)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("width", "height"), [(1500, 500), (600, 900), (512, 512)])
def test_every_language_fits_on_banners_and_upright_pictures(width, height, locale):
    render = render_of(flat(width, height))
    corner, chin = place_label(render, synthetic=True, locale=locale)
    assert 0 <= corner.rect[0] < corner.rect[2] <= width
    assert render.lower_face[1] <= chin.rect[1] < chin.rect[3] <= render.lower_face[3]
    assert not any(overlap(copy.rect, c) for copy in (corner, chin) for c in render.keep_clear)


def test_pill_is_light_where_the_ground_is_dark():
    for colour, tone in (((20, 24, 30), Tone.LIGHT), ((236, 226, 208), Tone.DARK)):
        placements = place_label(render_of(flat(colour=colour)), synthetic=False)
        assert {copy.design.tone for copy in placements} == {tone}


def test_transparent_ground_counts_as_white_paper():
    clear = np.dstack([flat(colour=(0, 0, 0)), np.zeros((512, 512), np.uint8)])
    corner, _ = place_label(render_of(clear), synthetic=False)
    assert corner.design.tone is Tone.DARK


def test_unknown_language_is_refused():
    with pytest.raises(KeyError):
        place_label(render_of(flat()), synthetic=False, locale="xx")


def test_chin_shorter_than_the_label_is_refused():
    render = render_of(flat(1024, 1024))
    left, _, right, bottom = render.lower_face
    low = render_of(flat(1024, 1024), lower_face=(left, bottom - 60, right, bottom))
    with pytest.raises(ReleaseRefused) as refusal:
        burn_label(low, synthetic=False)
    assert refusal.value.code == "no_place_for_label"
    assert refusal.value.next_step


def test_label_shrinks_to_a_low_chin_but_keeps_its_letters():
    render = render_of(flat(1024, 1024))
    left, _, right, bottom = render.lower_face
    low = render_of(flat(1024, 1024), lower_face=(left, bottom - 72, right, bottom))
    _, chin = place_label(low, synthetic=False)
    assert chin.design.height <= 72
    assert chin.rect[1] >= bottom - 72


def test_face_narrower_than_the_label_is_refused():
    narrow = render_of(
        flat(1024, 1024), face_box=(400, 240, 620, 790), lower_face=(400, 676, 620, 790)
    )
    with pytest.raises(ReleaseRefused, match="between the lower lip and the chin"):
        burn_label(narrow, synthetic=False)


def test_label_over_a_feature_is_refused():
    mouth_in_the_way = (*render_of(flat()).keep_clear, (200.0, 340.0, 300.0, 390.0))
    with pytest.raises(ReleaseRefused) as refusal:
        burn_label(render_of(flat(), keep_clear=mouth_in_the_way), synthetic=False)
    assert refusal.value.code == "no_place_for_label"


def test_corner_label_over_an_eye_is_refused():
    eye_in_the_corner = (*render_of(flat()).keep_clear, (430.0, 20.0, 480.0, 60.0))
    with pytest.raises(ReleaseRefused) as refusal:
        burn_label(render_of(flat(), keep_clear=eye_in_the_corner), synthetic=False)
    assert refusal.value.code == "label_over_face"


@pytest.mark.parametrize(
    "changes",
    [
        {"keep_clear": ()},
        {"face_box": (float("nan"),) * 4},
        {"face_box": (0.0, 0.0, 0.0, 0.0)},
        {"lower_face": (300.0, 400.0, 200.0, 500.0)},
        {"lower_face": (100.0, 400.0, 200.0, 900.0)},
        {"keep_clear": ((-5.0, 0.0, 10.0, 10.0),)},
    ],
    ids=["no features", "nan", "empty", "crossed", "outside", "negative"],
)
def test_missing_geometry_is_refused(changes):
    with pytest.raises(ReleaseRefused) as refusal:
        burn_label(render_of(flat(), **changes), synthetic=False)
    assert refusal.value.code == "geometry_missing"


def test_pixels_of_another_kind_are_refused():
    for pixels in (np.zeros((512, 512), np.uint8), np.zeros((512, 512, 3), np.float32)):
        with pytest.raises(ReleaseRefused):
            burn_label(replace(render_of(flat()), pixels=pixels), synthetic=False)


def test_picture_too_small_to_read_a_label_is_refused():
    with pytest.raises(ReleaseRefused) as refusal:
        burn_label(render_of(flat(48, 48)), synthetic=False)
    assert refusal.value.code == "picture_too_small"


def test_pixels_under_no_alpha_are_emptied_and_the_label_stays_dense():
    pixels = np.dstack([textured(512), np.zeros((512, 512), np.uint8)])
    labelled, (corner, _) = burn_label(render_of(pixels), synthetic=False)
    assert not labelled[labelled[..., 3] == 0].any()
    left, top, right, bottom = (int(value) for value in corner.rect)
    middle = labelled[top + 6 : bottom - 6, left + 6 : right - 6, 3]
    assert middle.min() >= 0.8 * 255
