import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.conditions import spoil
from consent.flash import PUSH
from consent.types import Colour
from studio.face.skin import (
    BRIGHTEST,
    DARKEST,
    REGIONS,
    background_chroma,
    region_chromas,
    skin_chroma,
)

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
PAINT = (240, 0, 240)  # not so bright that it would be left out
DARK = "cedar"  # the subject with the darkest skin


@pytest.fixture(scope="module")
def seen(cast, meter):
    """A frame at rest of every subject, with its face."""
    frames = {
        name: member.frame(member.clips["rest"][0]).image.copy() for name, member in cast.items()
    }
    return {name: (image, meter.faces(image)[0]) for name, image in frames.items()}


@pytest.fixture(scope="module")
def one(seen):
    return next(iter(seen.values()))


def plain(image, colour):
    return np.full_like(image, colour)


def linear(value):
    """IEC 61966-2-1, one channel, as the standard writes it."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def log_ratios(chroma):
    red, green = chroma
    return math.log(red / green), math.log((1 - red - green) / green)


@pytest.mark.parametrize("colour", [(200, 120, 80), (30, 90, 160), (120, 120, 120)])
def test_a_plain_colour_has_its_shares_of_light(one, colour):
    image, face = one
    light = [linear(value) for value in colour]
    expected = pytest.approx((light[0] / sum(light), light[1] / sum(light)), abs=1e-6)
    assert skin_chroma(plain(image, colour), face) == expected
    assert background_chroma(plain(image, colour), face) == expected
    assert all(region == expected for region in region_chromas(plain(image, colour), face))


@pytest.mark.parametrize("share", [0.5, 0.7])
def test_less_light_changes_no_chroma(seen, share):
    for name, (image, face) in seen.items():
        # The darkest subject is dark already; eight bits round what is darker still.
        level = math.sqrt(share) if name == DARK else share
        darker = (255 * (image / 255.0) * level ** (1 / 2.2)).round().astype(np.uint8)
        assert skin_chroma(darker, face) == pytest.approx(skin_chroma(image, face), abs=0.01), name


def test_skin_is_read_within_the_face_only(seen):
    for name, (image, face) in seen.items():
        inside = np.zeros(image.shape[:2], np.uint8)
        outline = face.landmarks[list(OVAL), :2].round().astype(np.int32)
        cv2.fillConvexPoly(inside, cv2.convexHull(outline), 1)
        painted = np.where(inside[..., None] == 1, image, np.uint8(PAINT)).astype(np.uint8)
        assert skin_chroma(painted, face) == skin_chroma(image, face), name


def test_skin_is_read_off_eyes_brows_and_lips(seen):
    for name, (image, face) in seen.items():
        painted = image.copy()
        for points in (
            (33, 160, 158, 133, 153, 144, 70, 63, 105, 66, 107),
            (362, 385, 387, 263, 373, 380, 300, 293, 334, 296, 336),
            (61, 37, 0, 267, 291, 314, 17, 84),
        ):
            outline = face.landmarks[list(points), :2].round().astype(np.int32)
            cv2.fillConvexPoly(painted, cv2.convexHull(outline), PAINT)
        moved = np.subtract(skin_chroma(painted, face), skin_chroma(image, face))
        assert np.abs(moved).max() < 0.02, name  # the corner of a brow, at most


def test_the_background_holds_nothing_of_the_person(seen, meter):
    for name, (image, face) in seen.items():
        person = cv2.dilate((meter.person(image) > 0.5).astype(np.uint8), np.ones((5, 5), np.uint8))
        painted = np.where(person[..., None] == 1, np.uint8(PAINT), image).astype(np.uint8)
        moved = np.subtract(background_chroma(painted, face), background_chroma(image, face))
        assert np.abs(moved).max() < 0.01, name


def test_dark_skin_is_seen_as_well_as_light_skin(seen):
    """Also in the least light that a capture takes."""
    image, face = seen[DARK]
    dim = (image * 0.6).astype(np.uint8)
    skin = skin_chroma(dim, face)
    assert all(math.isfinite(share) for share in skin)
    for region, points in zip(region_chromas(dim, face), REGIONS, strict=True):
        x, y = face.landmarks[points[0], :2].astype(int)
        assert dim[y, x].max() > 10 * DARKEST
        assert all(math.isfinite(share) for share in region)


@pytest.mark.parametrize("value", [BRIGHTEST + 1, 255, DARKEST - 1, 0])
def test_what_is_burnt_out_or_black_is_not_measured(one, value):
    image, face = one
    blank = plain(image, (value, value, value))
    for chroma in (
        skin_chroma(blank, face),
        background_chroma(blank, face),
        *region_chromas(blank, face),
    ):
        assert all(math.isnan(share) for share in chroma)


def test_one_burnt_out_channel_is_not_measured(one):
    """A clipped red would read as a change of colour whenever the light grows."""
    image, face = one
    assert math.isnan(skin_chroma(plain(image, (255, 180, 150)), face)[0])


def test_a_burnt_out_spot_is_left_out_of_the_mean(one):
    image, face = one
    spotted = plain(image, (180, 120, 90))
    clean = skin_chroma(spotted, face)
    x, y = face.landmarks[151, :2].astype(int)
    spotted[y - 4 : y + 5, x - 4 : x + 5] = 255
    assert skin_chroma(spotted, face) == clean


def test_a_few_pixels_that_can_be_read_do_not_speak_for_the_rest(one):
    image, face = one
    burnt = plain(image, (255, 255, 255))
    x, y = face.landmarks[151, :2].astype(int)
    burnt[y - 4 : y + 5, x - 4 : x + 5] = (180, 120, 90)
    assert math.isnan(skin_chroma(burnt, face)[0])


def test_a_face_outside_the_picture_has_no_chroma(one):
    image, face = one
    gone = replace(face, landmarks=face.landmarks + np.array([5000, 0, 0], np.float32))
    assert all(math.isnan(share) for share in skin_chroma(image, gone))


def test_a_face_that_fills_the_picture_leaves_no_background(one):
    image, face = one
    wide = replace(face, box=replace(face.box, left=0.0, right=float(image.shape[1])))
    assert all(math.isnan(share) for share in background_chroma(image, wide))


@pytest.mark.parametrize("colour", list(Colour))
def test_the_light_of_the_screen_moves_every_skin_the_same_way(seen, colour):
    for name, (image, face) in seen.items():
        lit = spoil(image, f"{colour.value} at 0.12", 1)
        before, after = (log_ratios(skin_chroma(picture, face)) for picture in (image, lit))
        answer = np.subtract(after, before)
        push = np.array(PUSH[colour])
        cosine = answer @ push / (np.linalg.norm(answer) * np.linalg.norm(push))
        assert cosine > 0.9, name
        assert np.linalg.norm(answer) == pytest.approx(0.12 * np.linalg.norm(push), rel=0.35), name
