"""Frames: what leaves of a drawn figure, and where its face lies then."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from studio.styles.alignment import Anatomy
from studio.styles.framing import drawing_size, frame_picture
from studio.styles.types import SHARED, Picture

SIDE = 1024
SKIN, SHIRT, GROUND = (200, 150, 120), (40, 60, 160), (240, 200, 60)
FACE = (300, 250, 724, 800)
FRAMES = list(next(control for control in SHARED if control.name == "frame").options)
SIZES = {"banner": (500, 1500), "sticker": (512, 512)}


def picture(side: int = SIDE, *, wide: bool = True) -> Picture:
    """A head over shoulders that reach the sides, or stay within them."""
    scale = side / SIDE
    figure = np.zeros((side, side, 4), np.uint8)
    reach = 900 if wide else 400

    def ellipse(centre, axes, colour):
        points = tuple(round(v * scale) for v in centre), tuple(round(v * scale) for v in axes)
        cv2.ellipse(figure, *points, 0, 0, 360, (*colour, 255), -1, cv2.LINE_AA)

    ellipse((512, 1150), (reach, 340), SHIRT)
    ellipse((512, 525), (212, 275), SKIN)
    return Picture(figure, lambda w, h: np.full((h, w, 3), GROUND, np.uint8), None)


def anatomy(side: int = SIDE) -> Anatomy:
    def rect(*values):
        return tuple(round(value * side / SIDE) for value in values)

    return Anatomy(rect(*FACE), (rect(400, 420, 624, 460),), rect(300, 680, 724, 800))


def framed(frame: str, *, cutout: str = "no", side: int = SIDE, wide: bool = True):
    chosen = {"frame": frame, "cutout": cutout}
    return frame_picture(picture(side, wide=wide), anatomy(side), chosen)


def is_near(pixels, colour, tolerance=6):
    return np.abs(pixels[..., :3].astype(int) - colour).max(axis=-1) <= tolerance


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("side", [512, SIDE])
def test_the_face_lies_where_the_frame_says(frame, side):
    result = framed(frame, side=side)
    rows, columns = np.nonzero(is_near(result.pixels, SKIN))
    left, top, right, bottom = result.anatomy.face_box
    assert abs(columns.min() - left) <= 3
    assert abs(columns.max() + 1 - right) <= 3
    assert abs(rows.min() - top) <= 3
    assert abs(rows.max() + 1 - bottom) <= 3
    for rect in (*result.anatomy.keep_clear, result.anatomy.lower_face):
        assert is_near(result.pixels[rect[1] + 4, (rect[0] + rect[2]) // 2], SKIN)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_has_its_size_and_a_preview_the_same_layout(frame):
    final = framed(frame).pixels
    assert final.shape[:2] == SIZES.get(frame, (SIDE, SIDE))
    small = framed(frame, side=512).pixels
    height, width = SIZES.get(frame, (512, 512))
    assert small.shape[:2] == (height, width)
    shrunk = cv2.resize(final, (width, height), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small).mean() < 1.0


@pytest.mark.parametrize("frame", FRAMES)
def test_the_same_picture_is_framed_to_the_same_bytes(frame):
    assert framed(frame).pixels.tobytes() == framed(frame).pixels.tobytes()


@pytest.mark.parametrize("frame", ["square", "print", "poster", "banner", "circle"])
def test_a_cutout_shows_nothing_of_the_backdrop(frame):
    pixels = framed(frame, cutout="yes").pixels
    assert pixels.shape[2] == 4
    assert not is_near(pixels[pixels[..., 3] > 128], GROUND).any()
    assert is_near(framed(frame).pixels, GROUND).any()


def test_a_circle_is_clear_outside_and_whole_inside():
    result = framed("circle")
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    away = np.hypot(rows, columns)
    alpha = result.pixels[..., 3]
    assert result.is_round
    assert not framed("square").is_round
    assert not alpha[away > SIDE / 2 + 1].any()
    assert (alpha[away < SIDE / 2 - 2] == 255).all()


def test_shoulders_that_were_cut_off_are_closed_in_a_banner():
    alpha = framed("banner", cutout="yes").pixels[..., 3]
    columns = np.flatnonzero(alpha.any(axis=0))
    # Cut off, a side would be opaque over a hundred rows at once.
    for column in (columns[0], columns[-1]):
        assert np.count_nonzero(alpha[:, column] > 128) < 12
    assert (alpha[-1, 700:800] == 255).all(), "the banner's border ends the bust"


def test_shoulders_within_the_picture_are_not_cut_for_a_banner():
    kept = framed("banner", cutout="yes", wide=False).pixels[..., 3] > 128
    before = picture(wide=False).figure[::2, ::2, 3][:500] > 128
    assert np.count_nonzero(kept) == pytest.approx(np.count_nonzero(before), rel=0.01)


def test_a_banner_is_filled_by_the_backdrop_to_its_ends():
    pixels = framed("banner").pixels
    assert pixels.shape == (500, 1500, 3)
    assert is_near(pixels[:, [0, -1]], GROUND).all()


@pytest.mark.parametrize("wide", [True, False])
def test_a_sticker_is_a_closed_bust_with_a_white_rim(wide):
    pixels = framed("sticker", wide=wide).pixels
    alpha = pixels[..., 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert not border.any(), "nothing is cut off by the border"
    assert not is_near(pixels[alpha > 128], GROUND).any()
    inside = cv2.erode((alpha == 255).astype(np.uint8), np.ones((3, 3), np.uint8))
    rim = (alpha == 255) & (inside == 0)
    assert is_near(pixels[rim], (255, 255, 255)).all()


def test_narrow_gaps_in_a_sticker_are_filled_with_white():
    drawn = picture()
    drawn.figure[300:330, 505:511, 3] = 0
    pixels = frame_picture(drawn, anatomy(), {"frame": "sticker", "cutout": "no"}).pixels
    assert (pixels[150:165, 250:258, 3] == 255).all()
    assert is_near(pixels[155:160, 253:255], (255, 255, 255), 90).any()


def test_only_prints_and_posters_are_drawn_larger():
    sizes = {frame: drawing_size({"frame": frame}) for frame in FRAMES}
    assert {name: size for name, size in sizes.items() if size != SIDE} == {
        "print": 2048,
        "poster": 4096,
    }


@pytest.mark.parametrize("side", [256, 2048])
def test_other_sizes_of_a_figure_are_framed_too(side):
    for frame in FRAMES:
        result = framed(frame, side=side)
        left, top, right, bottom = result.anatomy.face_box
        height, width = result.pixels.shape[:2]
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
