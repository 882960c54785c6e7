"""The label of a profile picture, of which only a disc is seen."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from consent.types import SubjectKind
from outputs.encode import STILLS
from outputs.label import burn_label, place_label
from outputs.label_search import find_label
from outputs.opening import open_file
from tests.outputs.samples import PARAMETERS, WORD, grant_of, render_of, textured

SIDE = 512


def disc(side: int = SIDE, **changes):
    alpha = np.zeros((side, side), np.uint8)
    cv2.circle(alpha, (side // 2, side // 2), side // 2 - 1, (255,), -1)
    render = render_of(np.dstack([textured(side), alpha]), is_round=True)
    return replace(render, **changes)


def reach(rect, side: int = SIDE) -> float:
    """How far the farthest corner is from the middle, pixels."""
    return max(math.hypot(x - side / 2, y - side / 2) for x in rect[::2] for y in rect[1::2])


def cut_out(pixels):
    """What a profile page keeps of a picture: the disc, on white."""
    kept = np.full((*pixels.shape[:2], 3), 255, np.uint8)
    side = pixels.shape[0]
    mask = np.zeros((side, side), np.uint8)
    cv2.circle(mask, (side // 2, side // 2), side // 2 - 1, (1,), -1)
    kept[mask == 1] = pixels[..., :3][mask == 1]
    return kept


@pytest.mark.parametrize("side", [384, 512, 1024])
@pytest.mark.parametrize("locale", ["en", "de", "zh"])
def test_both_copies_lie_inside_the_disc_and_apart(side, locale):
    first, chin = place_label(disc(side), synthetic=False, locale=locale)
    for copy in (first, chin):
        assert reach(copy.rect, side) <= side / 2
    assert first.rect[1] >= chin.rect[3]


def test_both_copies_are_found_in_what_a_profile_page_keeps():
    pixels, _ = burn_label(disc(), synthetic=False)
    assert len(find_label(cut_out(pixels))) == 2


def test_under_a_deep_chin_the_copy_stays_in_its_corner():
    low = disc(face_box=(148, 123, 364, 480), lower_face=(148, 420, 364, 480))
    first, chin = place_label(low, synthetic=True)
    assert first.top < SIDE / 4
    assert reach(chin.rect) <= SIDE / 2


def test_a_square_keeps_its_label_in_the_corner():
    first, _ = place_label(disc(is_round=False), synthetic=False)
    assert reach(first.rect) > SIDE / 2


def test_the_tone_suits_the_ground_under_the_copy():
    night = disc()
    night.pixels[SIDE // 2 :, :, :3] = 12  # dark below, white paper around the corner
    first, chin = place_label(night, synthetic=False)
    corner, _ = place_label(replace(night, is_round=False), synthetic=False)
    assert first.design.tone is chin.design.tone
    assert first.design.tone is not corner.design.tone


@pytest.mark.parametrize("kind", list(SubjectKind))
def test_a_disc_is_released_in_every_format(releaser, kind):
    asked = {"output_id": "o", "job_id": "j", "watermark": WORD, "parameters": PARAMETERS}
    formats = releaser.mark(disc(), grant_of(kind), **asked)
    assert tuple(released.media_type for released in formats) == STILLS
    for released in formats:
        with Image.open(io.BytesIO(released.data)) as picture:
            pixels = np.asarray(picture.convert("RGBA"))
        assert len(find_label(cut_out(pixels))) == 2


def test_a_poster_is_released_and_opened_again(releaser):
    asked = {"output_id": "o", "job_id": "j", "watermark": WORD, "parameters": PARAMETERS}
    grain = np.random.default_rng(2).integers(-5, 6, (4096, 4096, 1))
    pixels = np.clip(textured(4096) + grain, 0, 255).astype(np.uint8)
    for released in releaser.mark(render_of(pixels), grant_of(), **asked):
        assert (released.width, released.height) == (4096, 4096)
        opened = open_file(released.data)
        assert len(find_label(opened.frames[0].pixels)) == 2


@pytest.mark.parametrize("shape", [(500, 1500), (1500, 500)])
def test_a_preview_of_a_banner_keeps_as_many_pixels_as_a_square_one(releaser, shape):
    height, width = shape
    wide = np.asarray(cv2.resize(textured(512), (width, height)), np.uint8)
    preview = releaser.preview(render_of(wide), grant_of())
    assert preview.width * preview.height <= 512 * 512
    assert min(preview.width, preview.height) > 290
