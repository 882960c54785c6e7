from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import outputs.label_search
from outputs.badge import Kind
from outputs.label import burn_label
from outputs.label_search import MIN_FOUND, find_label
from outputs.lettering import LATIN, Weight
from tests.outputs.samples import flat, render_of, textured


@pytest.fixture(scope="module")
def avatar():
    pixels, _ = burn_label(render_of(textured(1024)), synthetic=False)
    return pixels


def kinds(pixels) -> set[Kind]:
    return {find.kind for find in find_label(np.ascontiguousarray(pixels))}


def resized(pixels, side: int):
    return cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)


def jpeg(pixels, quality: int):
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


@pytest.mark.parametrize("side", [384, 512, 800, 1024, 1500])
def test_both_copies_are_found_where_they_were_burned(side):
    pixels, placements = burn_label(render_of(textured(side)), synthetic=True)
    finds = {find.kind: find for find in find_label(pixels)}
    assert set(finds) == {Kind.CORNER, Kind.CHIN}
    for placement in placements:
        left, top, right, bottom = finds[placement.design.kind].rect
        outer = placement.rect
        assert outer[0] - 3 <= left < right <= outer[2] + 3
        assert outer[1] - 3 <= top < bottom <= outer[3] + 3


def test_label_is_found_after_recompression_and_resizing(avatar):
    both = {Kind.CORNER, Kind.CHIN}
    assert kinds(jpeg(avatar, 50)) == both
    assert kinds(resized(avatar, 512)) == both
    assert kinds(resized(avatar, 256)) == both
    assert kinds(jpeg(resized(avatar, 400), 60)) == both
    assert kinds((avatar * 0.6).astype(np.uint8)) == both
    assert Kind.CORNER in kinds(resized(avatar, 128))


def test_copy_on_the_chin_is_found_in_a_crop_to_the_face(avatar):
    left, top, right, bottom = (int(value) for value in render_of(avatar).face_box)
    assert kinds(avatar[top:bottom, left:right]) == {Kind.CHIN}


def test_label_is_found_inside_a_screenshot(avatar):
    framed = cv2.copyMakeBorder(
        avatar, 180, 240, 300, 160, cv2.BORDER_CONSTANT, value=(250, 250, 250)
    )
    assert kinds(framed) == {Kind.CORNER, Kind.CHIN}


@pytest.mark.parametrize("side", [96, 128, 256])
def test_small_badge_is_found_at_its_place(side):
    pixels, _ = burn_label(render_of(textured(side)), synthetic=False)
    assert kinds(pixels) == {Kind.SMALL}


def unlabelled(count: int):
    """Noise of every grain, checkers, and lines of capitals in the label's own font."""
    rng = np.random.default_rng(11)
    for index in range(count):
        grain = int(rng.integers(3, 70))
        coarse = rng.integers(0, 256, (grain, grain, 3), dtype=np.uint8)
        how = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)[index % 3]
        picture = cv2.resize(coarse, (420, 420), interpolation=how)
        if index % 2:
            picture = written_over((picture // 8).astype(np.uint8), rng)
        yield picture


def written_over(pixels, rng):
    words = ("OPERATED", "A GENERAL", "NO PARKING", "REGENT", "AN ERA", "GRADUATED", "ALL INN")
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        font = ImageFont.truetype(f"outputs/assets/{LATIN[Weight.BOLD].file}", int(rng.integers(16, 80)))
        place = (int(rng.integers(0, 320)), int(rng.integers(0, 390)))
        pen.text(place, words[rng.integers(len(words))], font=font, fill="white")
    return np.asarray(image)


def test_nothing_is_found_on_pictures_without_a_label(monkeypatch):
    """The best false place of 60 pictures stays well below the threshold."""
    monkeypatch.setattr(outputs.label_search, "MIN_FOUND", -1.0)
    monkeypatch.setattr(outputs.label_search, "MIN_FOUND_CONTRAST", 0.0)
    best = [find.correlation for picture in unlabelled(60) for find in find_label(picture)]
    assert max(best) < MIN_FOUND - 0.05


def test_label_keeps_well_above_the_threshold(avatar):
    for attacked in (avatar, jpeg(avatar, 50), resized(avatar, 512), resized(avatar, 256)):
        assert all(find.correlation > MIN_FOUND + 0.05 for find in find_label(attacked))


@pytest.mark.parametrize(
    "pixels",
    [flat(), flat(1, 1), flat(3000, 2), flat(20, 20), flat(colour=(0, 0, 0))],
    ids=["flat", "one pixel", "a line", "tiny", "black"],
)
def test_odd_pictures_hold_no_label(pixels):
    assert find_label(pixels) == ()


@pytest.mark.parametrize("side", [64, 128, 1024])
def test_a_picture_of_one_colour_bears_no_label(side):
    assert find_label(np.full((side, side, 3), 128, np.uint8)) == ()


def test_a_picture_that_is_flat_where_the_small_label_would_be_bears_none():
    pixels = np.full((64, 64, 3), 128, np.uint8)
    pixels[40:, :20] = 10
    assert find_label(pixels) == ()
