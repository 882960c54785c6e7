from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from outputs.errors import MarkMissing
from outputs.label import burn_label, place_label
from outputs.label_words import LOCALES
from outputs.looks import Family, Tone
from outputs.luma import contrast
from outputs.reading import MIN_CONTRAST, read_label
from tests.outputs.samples import flat, render_of, textured

GROUNDS = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
    "red": (230, 60, 40),
}


def labelled(pixels):
    return burn_label(render_of(pixels), synthetic=True)


@pytest.mark.parametrize("side", [96, 128, 256, 384, 512, 1024, 2048])
@pytest.mark.parametrize("ground", list(GROUNDS))
def test_label_reads_back_at_every_size_on_every_ground(side, ground):
    pixels, placements = labelled(flat(side, side, GROUNDS[ground]))
    evidence = read_label(pixels, placements)
    assert len(evidence.readings) == len(placements)
    for reading in evidence.readings:
        assert reading.contrast >= MIN_CONTRAST
        assert reading.cap_height >= (14 if side < 384 else 0.05 * side) - 0.01


@pytest.mark.parametrize("side", [96, 256, 384, 1024])
@pytest.mark.parametrize("ground", ["white", "black"])
@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("locale", LOCALES)
def test_every_look_reads_back_in_every_language(side, ground, family, locale):
    render = render_of(flat(side, side, GROUNDS[ground]), family=family.value)
    pixels, placements = burn_label(render, synthetic=True, locale=locale)
    assert {copy.design.family for copy in placements} == {family}
    tone = Tone.LIGHT if ground == "black" else Tone.DARK
    assert {copy.design.tone for copy in placements} == {tone}
    for reading in read_label(pixels, placements).readings:
        assert reading.contrast >= MIN_CONTRAST + 1
        assert reading.correlation > 0.95


@pytest.mark.parametrize("page", [0, 255])
@pytest.mark.parametrize("family", list(Family))
def test_label_on_a_cut_out_sticker_is_legible_on_any_page(page, family):
    clear = np.dstack([textured(512), np.zeros((512, 512), np.uint8)])
    pixels, placements = burn_label(render_of(clear, family=family.value), synthetic=False)
    share = pixels[..., 3:].astype(np.float32) / 255
    on_page = np.rint(pixels[..., :3] * share + page * (1 - share)).astype(np.uint8)
    for reading in read_label(on_page, placements).readings:
        assert reading.contrast >= MIN_CONTRAST


def test_a_label_of_the_other_tone_does_not_read():
    pixels, placements = labelled(flat())
    other = tuple(
        replace(copy, design=replace(copy.design, tone=Tone.LIGHT)) for copy in placements
    )
    with pytest.raises(MarkMissing, match="letters read -"):
        read_label(pixels, other)


def test_label_in_another_language_does_not_read():
    pixels, _ = labelled(flat())
    with pytest.raises(MarkMissing):
        read_label(pixels, place_label(render_of(flat()), synthetic=True, locale="fr"))


def test_label_reads_back_on_texture_and_transparency():
    for pixels in (textured(1024), np.dstack([textured(1024), np.zeros((1024, 1024), np.uint8)])):
        read_label(*labelled(pixels))


def test_unlabelled_pixels_do_not_read():
    _, placements = labelled(textured(512))
    for pixels in (textured(512), flat(), flat(colour=(0, 0, 0))):
        with pytest.raises(MarkMissing):
            read_label(pixels, placements)


@pytest.mark.parametrize("copy", [0, 1])
def test_one_missing_copy_is_enough_to_fail(copy):
    pixels, placements = labelled(textured(512))
    left, top, right, bottom = (int(value) for value in placements[copy].rect)
    pixels[top:bottom, left:right] = textured(512)[top:bottom, left:right]
    with pytest.raises(MarkMissing):
        read_label(pixels, placements)


def test_faint_label_fails_by_its_contrast():
    pixels, placements = labelled(flat(colour=(255, 255, 255)))
    faint = (0.5 * pixels + 127).astype(np.uint8)
    with pytest.raises(MarkMissing, match="contrast"):
        read_label(faint, placements)


def test_shifted_label_fails():
    pixels, placements = labelled(flat())
    with pytest.raises(MarkMissing):
        read_label(np.roll(pixels, 6, axis=1), placements)


def test_shrunk_label_fails_by_its_letters():
    pixels, placements = labelled(flat())
    left, top, right, bottom = (int(value) for value in placements[0].rect)
    badge = pixels[top:bottom, left:right].copy()
    small = cv2.resize(badge, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
    badge[...] = badge[10, 10]
    badge[5 : 5 + small.shape[0], 10 : 10 + small.shape[1]] = small
    pixels[top:bottom, left:right] = badge
    with pytest.raises(MarkMissing):
        read_label(pixels, placements)


def test_no_place_to_read_at_is_a_failure():
    with pytest.raises(MarkMissing, match="no place"):
        read_label(flat(), ())


def test_place_outside_the_picture_is_a_failure():
    _, placements = labelled(flat(1024, 1024))
    with pytest.raises(MarkMissing, match="not inside"):
        read_label(flat(512, 512), placements)


def test_contrast_is_that_of_wcag():
    assert contrast(255, 0) == pytest.approx(21.0)
    assert contrast(0, 255) == pytest.approx(21.0)
    assert contrast(119, 255) == pytest.approx(4.48, abs=0.01)
