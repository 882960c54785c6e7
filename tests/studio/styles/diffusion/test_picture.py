"""From imagined pixels to a picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from studio.styles.alignment import anatomy
from studio.styles.diffusion.guides import background_mask, face_mask
from studio.styles.diffusion.matte import figure_alpha
from studio.styles.diffusion.picture import seen, whole_picture, with_background, with_face
from studio.styles.diffusion.scene import Scene
from studio.styles.diffusion.types import Part
from studio.styles.framing import composed, frame_picture, over
from studio.styles.painted.styles import oil
from studio.styles.types import finished


@pytest.fixture(scope="module")
def portrait(first_portrait):
    return first_portrait


@pytest.fixture(scope="module")
def painted(portrait):
    return finished(oil.draw(portrait, {}, np.random.default_rng(1)))


@pytest.fixture(scope="module")
def ground(portrait):
    """A background of many colours, (S, S, 3)."""
    rng = np.random.default_rng(2)
    coarse = rng.integers(0, 256, (9, 9, 3)).astype(np.float32)
    side = (portrait.size, portrait.size)
    return cv2.resize(coarse, side, interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def imagined(painted, ground):
    """What a model could make of the portrait: a little larger, and moved."""
    size = ground.shape[0]
    moved = np.array([[1.03, 0, -0.02 * size], [0, 1.03, -0.02 * size]])
    figure = cv2.warpAffine(
        painted.figure, moved, (size, size), borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    return over(figure, ground), figure[..., 3] / 255


def shared(one, other):
    return ((one > 0.5) & (other > 0.5)).sum() / ((one > 0.5) | (other > 0.5)).sum()


def test_what_is_seen_of_a_whole_picture_is_what_was_imagined(portrait, imagined):
    pixels, _ = imagined
    picture = whole_picture(pixels, portrait)
    assert picture.figure.shape == (portrait.size, portrait.size, 4)
    difference = np.abs(composed(picture).astype(int) - pixels).max(axis=2)
    assert (difference > 24).mean() < 0.03, "but for the figure's rim"
    assert np.array_equal(picture.landmarks, portrait.landmarks[:, :2])


def test_a_figure_is_cut_out_where_it_was_imagined_not_where_it_was_photographed(
    portrait, imagined
):
    pixels, true = imagined
    alpha = figure_alpha(pixels, portrait.person)
    assert shared(alpha, true) > 0.95
    assert shared(alpha, true) > shared(portrait.person, true)
    assert np.array_equal(alpha, figure_alpha(pixels, portrait.person))


def test_noise_is_cut_out_where_the_person_was(portrait):
    noise = np.random.default_rng(3).integers(0, 256, portrait.image.shape, dtype=np.uint8)
    assert shared(figure_alpha(noise, portrait.person), portrait.person) > 0.7
    flat = np.full_like(portrait.image, 128)
    assert shared(figure_alpha(flat, portrait.person), portrait.person) > 0.7


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_photo_full_of_the_person_or_without_keeps_its_alpha(portrait, alpha):
    carried = np.full_like(portrait.person, alpha)
    assert np.array_equal(figure_alpha(portrait.image, carried), carried)
    picture = whole_picture(portrait.image, replace(portrait, person=carried))
    assert composed(picture).shape == portrait.image.shape


@pytest.mark.parametrize("size", [128, 700])
def test_pixels_of_another_size_become_as_large_as_the_portrait(portrait, imagined, size):
    pixels = cv2.resize(imagined[0], (size, size), interpolation=cv2.INTER_AREA)
    assert whole_picture(pixels, portrait).figure.shape[:2] == (portrait.size,) * 2


def test_outside_the_face_a_painted_picture_stays_as_it_was(portrait, painted, imagined):
    pixels, _ = imagined
    mask = face_mask(portrait, pixels.shape[0])
    picture = with_face(pixels, painted, mask)
    outside, inside = mask == 0, mask == 1
    assert np.array_equal(picture.figure[outside], painted.figure[outside])
    assert np.array_equal(picture.figure[inside][:, :3], pixels[inside])
    assert np.array_equal(picture.figure[..., 3], painted.figure[..., 3])
    assert np.array_equal(picture.backdrop(300, 100), painted.backdrop(300, 100))


def test_before_an_imagined_background_stands_the_painted_figure_itself(painted, ground):
    picture = with_background(over(painted.figure, ground), painted)
    assert np.array_equal(picture.figure, painted.figure)
    free = cv2.erode((painted.figure[..., 3] == 0).astype(np.uint8), np.ones((17, 17))) > 0
    assert np.abs(composed(picture)[free].astype(int) - ground[free]).max() < 3


def test_a_scene_finishes_the_part_that_was_imagined(portrait, painted, imagined):
    pixels, _ = imagined
    figures = {
        part: Scene(portrait, part, None if part is Part.WHOLE else painted)
        .finished(pixels)
        .figure.tobytes()
        for part in Part
    }
    assert len(set(figures.values())) == 3
    scene = Scene(portrait, Part.BACKGROUND, painted)
    mask = scene.mask(128)
    assert np.array_equal(mask, background_mask(painted.figure[..., 3] / np.float32(255), 128))
    assert np.array_equal(scene.start(128), seen(painted, 128))
    assert np.array_equal(Scene(portrait, Part.FACE, painted).mask(64), face_mask(portrait, 64))


@pytest.mark.parametrize("frame", ["square", "circle", "banner", "sticker", "print", "poster"])
@pytest.mark.parametrize("cutout", ["no", "yes"])
def test_it_goes_into_every_frame(portrait, imagined, frame, cutout):
    picture = whole_picture(imagined[0], portrait)
    framed = frame_picture(picture, anatomy(portrait), {"frame": frame, "cutout": cutout})
    assert framed.pixels.dtype == np.uint8


@pytest.mark.parametrize("size", [(512, 512), (1500, 500), (500, 1500), (1, 9), (333, 777)])
def test_its_background_has_any_size_and_no_figure(portrait, painted, ground, size):
    picture = whole_picture(over(painted.figure, ground), portrait)
    behind = picture.backdrop(*size)
    assert behind.shape == (size[1], size[0], 3)
    assert np.array_equal(behind, picture.backdrop(*size))
    if size == (512, 512):
        middle = behind[200:300, 200:300].reshape(-1, 3)
        face = painted.figure[200:300, 200:300, :3].reshape(-1, 3)
        assert np.abs(middle.mean(0) - face.mean(0)).max() > 20
