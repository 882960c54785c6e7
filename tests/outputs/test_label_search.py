from __future__ import annotations

import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import outputs.label_search
from outputs.badge import Kind
from outputs.label import burn_label
from outputs.label_match import Found
from outputs.label_search import MIN_FOUND, find_label
from outputs.label_words import LOCALES, WORDS
from outputs.lettering import LATIN, Weight
from outputs.looks import Family, Tone
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


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "ja"])
@pytest.mark.parametrize("ground", [(16, 18, 24), (236, 226, 208)], ids=["dark", "light"])
def test_every_look_is_found_and_told_by_language_and_tone(family, locale, ground):
    render = render_of(flat(640, 640, ground), family=family.value)
    pixels, placements = burn_label(render, synthetic=True, locale=locale)
    finds = find_label(jpeg(pixels, 50))
    assert {find.kind for find in finds} == {Kind.CORNER, Kind.CHIN}
    assert {find.locale for find in finds} == {locale}
    assert {find.tone for find in finds} == {placements[0].design.tone}


@pytest.mark.parametrize("tilt", [-6, -5, -3.3, -2, 2, 3.7, 5, 6])
@pytest.mark.parametrize("locale", ["en", "fr", "zh"])
def test_label_is_found_on_a_tilted_picture_and_its_place_told(tilt, locale):
    pixels, (_, chin) = burn_label(render_of(textured(640)), synthetic=False, locale=locale)
    turned = np.asarray(Image.fromarray(pixels).rotate(tilt, Image.Resampling.BICUBIC))
    finds = {find.kind: find for find in find_label(jpeg(turned, 70))}
    found = finds[Kind.CHIN]
    assert found.tilt == pytest.approx(tilt, abs=1.2)
    assert found.locale == locale
    # The place of the copy's middle after the turn about the picture's.
    left, top, right, bottom = chin.rect
    x, y = (left + right) / 2 - 320, (top + bottom) / 2 - 320
    turn = np.radians(tilt)
    across, down = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    middle = np.mean(found.polygon, axis=0) - 320
    assert middle == pytest.approx([across, down], abs=6)
    assert found.rect[0] <= min(x for x, _ in found.polygon)


def messenger(pixels, side: int, quality: int):
    buffer = io.BytesIO()
    Image.fromarray(resized(pixels, side)).save(buffer, "WEBP", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


@pytest.mark.parametrize("locale", ["en", "es", "zh"])
def test_label_is_found_after_messengers_and_rough_light(locale):
    pixels, _ = burn_label(render_of(textured(1024)), synthetic=False, locale=locale)
    noise = np.random.default_rng(8).normal(0, 10, pixels.shape)
    for attacked in (
        messenger(pixels, 512, 60),
        messenger(pixels, 128, 80),
        np.clip(pixels * 1.3, 0, 255).astype(np.uint8),
        (pixels * 0.7).astype(np.uint8),
        np.clip(pixels + noise, 0, 255).astype(np.uint8),
    ):
        assert find_label(attacked)


@pytest.mark.parametrize("page", [0, 255])
def test_label_of_a_sticker_is_found_on_any_page(page):
    alpha = np.zeros((512, 512, 1), np.uint8)
    cv2.circle(alpha, (256, 256), 200, 255, -1)
    pixels, _ = burn_label(render_of(np.dstack([textured(512), alpha])), synthetic=False)
    assert len(find_label(pixels)) == 2
    share = pixels[..., 3:] / 255
    shown = np.rint(pixels[..., :3] * share + page * (1 - share)).astype(np.uint8)
    assert len(find_label(shown)) == 2


def test_copy_on_the_chin_is_found_in_a_crop_to_the_face(avatar):
    left, top, right, bottom = (int(value) for value in render_of(avatar).face_box)
    assert kinds(avatar[top:bottom, left:right]) == {Kind.CHIN}


def test_label_is_found_inside_a_screenshot(avatar):
    framed = cv2.copyMakeBorder(
        avatar, 180, 240, 300, 160, cv2.BORDER_CONSTANT, value=(250, 250, 250)
    )
    assert kinds(framed) == {Kind.CORNER, Kind.CHIN}


@pytest.mark.parametrize("side", [96, 128, 256])
@pytest.mark.parametrize("locale", ["en", "de", "fr"])
@pytest.mark.parametrize("family", list(Family))
def test_small_badge_is_found_at_its_place(side, locale, family):
    render = render_of(textured(side), family=family.value)
    pixels, _ = burn_label(render, synthetic=False, locale=locale)
    (found,) = find_label(pixels)
    assert found.correlation > MIN_FOUND + 0.1
    assert found.kind is Kind.SMALL
    assert WORDS[found.locale].ai == WORDS[locale].ai


@pytest.mark.parametrize("side", [96, 256])
def test_small_badge_in_full_is_found(side):
    pixels, _ = burn_label(render_of(textured(side)), synthetic=False, locale="zh")
    assert Kind.SMALL in kinds(pixels)


@pytest.mark.parametrize("side", [64, 128, 200, 512])
def test_small_badge_is_found_after_a_resize(side):
    pixels, _ = burn_label(render_of(textured(256)), synthetic=False)
    shown = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    assert kinds(shown) == {Kind.SMALL}


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
    words = (
        "OPERATED",
        "A GENERAL",
        "NO PARKING",
        "REGENT",
        "AN ERA",
        "GRADUATED",
        "ALL INN",
        "MADE BY",
    )
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        font = ImageFont.truetype(
            f"outputs/assets/{LATIN[Weight.BOLD].file}", int(rng.integers(16, 80))
        )
        place = (int(rng.integers(0, 320)), int(rng.integers(0, 390)))
        pen.text(place, words[rng.integers(len(words))], font=font, fill="white")
    return np.asarray(image)


def test_nothing_is_found_on_pictures_without_a_label(monkeypatch):
    """The best false place of 60 pictures stays well below the threshold."""
    monkeypatch.setattr(outputs.label_search, "MIN_FOUND", -1.0)
    monkeypatch.setattr(outputs.label_search, "MIN_FOUND_TINY", -1.0)
    monkeypatch.setattr(outputs.label_search, "MIN_FOUND_CONTRAST", 0.0)
    best = [find.correlation for picture in unlabelled(60) for find in find_label(picture)]
    assert max(best) < MIN_FOUND - 0.05


def test_few_pixels_must_resemble_the_label_more():
    """A place of 20 by 11 pixels in noise reached 0.76."""
    edge = ((0.0, 0.0), (21.0, 0.0), (21.0, 11.0), (0.0, 11.0))
    tiny = Found(Kind.CORNER, edge, 0.82, 9.0, "en", Tone.DARK)
    assert tiny.area == pytest.approx(231)
    assert not outputs.label_search._is_certain(tiny)
    assert outputs.label_search._is_certain(tiny.scaled(3))
    assert outputs.label_search._is_certain(replace(tiny, correlation=0.9))


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
