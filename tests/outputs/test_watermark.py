"""The invisible watermark on flat art, on textures and behind glass; and where there is none."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image

from outputs.errors import MarkMissing
from outputs.watermark import (
    DETECTED,
    LOUDNESS,
    TAG,
    VIEWS,
    Detection,
    Watermarker,
    apply_residual,
    chance,
    distance,
)
from outputs.watermark_code import TILE, signs, the_code
from tests.outputs.samples import WORD, flat, textured


def face(ground=(232, 226, 214), side: int = 1024):
    """A flat drawing: a few colours, hard edges."""
    picture = np.full((1024, 1024, 3), ground, np.uint8)
    for centre, radius, colour in (
        ((512, 1100), 420, (60, 80, 130)),
        ((512, 470), 290, (236, 190, 160)),
        ((405, 430), 34, (40, 30, 30)),
        ((619, 430), 34, (40, 30, 30)),
        ((512, 610), 60, (190, 70, 70)),
    ):
        cv2.circle(picture, centre, radius, colour, -1, cv2.LINE_AA)
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def pixel_art():
    small = cv2.resize(face(), (64, 64), interpolation=cv2.INTER_AREA) // 40 * 40
    return np.asarray(cv2.resize(small, (1024, 1024), interpolation=cv2.INTER_NEAREST), np.uint8)


def sticker():
    alpha = np.zeros((1024, 1024, 1), np.uint8)
    cv2.circle(alpha, (512, 512), 400, 255, -1, cv2.LINE_AA)
    return np.concatenate([face(), alpha], axis=2)


PICTURES = {
    "flat": face(),
    "on white": face((255, 255, 255)),
    "on black": face((0, 0, 0)),
    "pixel art": pixel_art(),
    "texture": textured(1024),
    "one colour": flat(1024, 1024),
    "512 px": face(side=512),
    "256 px": face(side=256),
    "banner": np.asarray(cv2.resize(face(), (1500, 500)), np.uint8),
    "portrait": np.asarray(cv2.resize(face(), (720, 1080)), np.uint8),
}


@pytest.fixture(scope="module")
def marked(watermarker):
    return {name: watermarker.embed(picture, WORD) for name, picture in PICTURES.items()}


def through(pixels, kind: str, **options):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    with Image.open(buffer) as image:
        return np.asarray(image.convert("RGB"))


def turned(pixels, degrees: float):
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turned = cv2.warpAffine(pixels, turn, (width, height), borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8)


def resized(pixels, side: int):
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def on_a_page(pixels):
    page = np.full((1300, 1300, 3), 245, np.uint8)
    page[100:1124, 200:1224] = pixels
    return page


@pytest.mark.parametrize("name", PICTURES)
def test_every_kind_of_picture_carries_both_words(watermarker, marked, name):
    watermarker.check(marked[name], WORD)
    found = watermarker.read(marked[name])
    assert (found.errors, found.detection, found.id) == (0, Detection.DETECTED, WORD)


@pytest.mark.parametrize("name", PICTURES)
def test_nobody_sees_it(marked, name):
    assert cv2.PSNR(PICTURES[name], marked[name]) >= LOUDNESS[-1] - 0.2 >= 38


def test_what_is_transparent_stays_empty_and_the_rest_carries_it(watermarker):
    marked = watermarker.embed(sticker(), WORD)
    assert np.array_equal(marked[..., 3], sticker()[..., 3])
    assert not marked[marked[..., 3] == 0].any()
    watermarker.check(marked, WORD)


def on_a_canvas(pixels, colour=(20, 24, 60)):
    canvas = np.full((2200, 1200, 3), colour, np.uint8)
    canvas[700:1724, 90:1114] = pixels
    return canvas


ATTACKS = {
    "JPEG 50": lambda p: through(p, "JPEG", quality=50),
    "WebP 60": lambda p: through(p, "WEBP", quality=60),
    "a quarter": lambda p: resized(p, 256),
    "sticker of a messenger": lambda p: through(resized(p, 512), "WEBP", quality=75),
    "tilted": lambda p: turned(p, 5),
    "tilted the other way": lambda p: turned(p, -5),
    "on its side": lambda p: np.ascontiguousarray(np.rot90(p)),
    "upside down": lambda p: np.ascontiguousarray(np.rot90(p, 2)),
    "mirrored": lambda p: np.ascontiguousarray(p[:, ::-1]),
    "half of it": lambda p: np.ascontiguousarray(p[200:712, 256:768]),
    "on a page": on_a_page,
    "on a story's canvas": on_a_canvas,
    "in a wide white border": lambda p: on_a_canvas(p, (255, 255, 255)),
    "darker": lambda p: (p * 0.7).astype(np.uint8),
    "grey": lambda p: np.asarray(Image.fromarray(p).convert("L").convert("RGB")),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("name", ["flat", "on white", "pixel art"])
def test_the_tag_survives(watermarker, marked, name, attack):
    found = watermarker.read(ATTACKS[attack](marked[name]))
    assert found.detection is Detection.DETECTED, (found.errors, found.clarity)


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_found_where_nothing_was_written(watermarker, name):
    found = watermarker.read(PICTURES[name])
    assert found.detection is Detection.ABSENT
    assert found.errors > DETECTED or found.clarity < 6


def test_noise_gives_no_tag(watermarker):
    rng = np.random.default_rng(11)
    for _ in range(6):
        noise = rng.integers(0, 256, (300, 300, 3), np.uint8)
        assert watermarker.read(noise).detection is Detection.ABSENT


def test_the_check_refuses_another_id_and_an_unmarked_picture(watermarker, marked):
    with pytest.raises(MarkMissing, match="the id reads with"):
        watermarker.check(marked["flat"], WORD ^ 0xFFFF)
    with pytest.raises(MarkMissing, match="watermark"):
        watermarker.check(PICTURES["flat"], WORD)


def test_the_check_refuses_another_tag(watermarker, monkeypatch):
    monkeypatch.setattr("outputs.watermark.TAG", TAG ^ 0xFF)
    foreign = watermarker.embed(face(), WORD)
    monkeypatch.undo()
    with pytest.raises(MarkMissing, match="the tag reads with 8 wrong bits"):
        watermarker.check(foreign, WORD)


def test_a_picture_that_a_messenger_would_spoil_is_written_louder(watermarker):
    easy, hard = (
        face(),
        np.kron(
            np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8),
            np.ones((16, 16, 1), np.uint8),
        ),
    )
    quiet, loud = (cv2.PSNR(p, watermarker.embed(p, WORD)) for p in (easy, hard))
    assert loud < quiet - 1


def test_one_residual_serves_the_next_frames(watermarker):
    first, later = face(), turned(face(), 2)
    residual = watermarker.residual(first, WORD)
    assert residual.shape == first.shape[:2]
    watermarker.check(apply_residual(later, residual), WORD)


def test_the_support_lies_on_what_was_marked(watermarker, marked):
    page = np.full((1024, 1024, 3), 250, np.uint8)
    page[:, :512] = marked["texture"][:, :512]
    support = watermarker.read(page).support
    half = support.shape[1] // 2
    assert support[:, : half - 20].mean() > 4 * abs(support[:, half + 20 :].mean())


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2000, 3), (17, 9, 4)])
def test_pictures_of_any_shape_are_read(watermarker, shape):
    assert watermarker.read(np.zeros(shape, np.uint8)).detection is Detection.ABSENT


def test_the_code_is_the_same_everywhere():
    """A changed code would no longer find what was written before."""
    tile = the_code().draw(signs(TAG, 0x2B7E1516))
    assert tile.shape == (TILE, TILE)
    assert abs(float(tile.mean())) < 1e-6
    assert tile.std() == pytest.approx(1, abs=1e-5)
    assert tile[0, :4] == pytest.approx([-0.486, 0.955, 1.199, -0.189], abs=1e-3)


def test_every_bit_has_as_many_waves_coarse_and_fine():
    code = the_code()
    counts = np.bincount(code.roles)[:64]
    assert counts.min() >= 4
    assert counts.max() - counts.min() <= 2


def test_chance_counts_the_whole_search(watermarker):
    found = watermarker.read(PICTURES["texture"])
    assert found.trials >= 8 * len(VIEWS)
    assert chance(2) == pytest.approx(529 / 2**32)
    assert 0 <= found.by_chance <= 1
    assert distance(0b1011, 0b0010) == 2


def test_it_is_shared_between_threads(marked):
    shared = Watermarker()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(shared.read, [marked["flat"]] * 8))
    assert {one.id for one in found} == {WORD}
