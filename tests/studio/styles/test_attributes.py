"""Attributes are held against what the baked subjects are known to look like."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest

from studio.styles.alignment import align_photo
from studio.styles.attributes.colours import MONK, apart, hex_of, lab_of
from studio.styles.attributes.light import estimate_light
from studio.styles.attributes.measure import measure_attributes
from studio.styles.attributes.skin import PHOTOGRAPHED, monk_step, skin_at, skin_seen
from studio.styles.attributes.types import NEUTRAL, Attributes
from studio.styles.fields import filled
from studio.styles.parsing.glasses import RAYS, Glasses
from studio.styles.portrait import prepare_portrait
from studio.styles.regions import parse_regions

# By the subjects' parameters and descriptions; colours and tones by eye, on the stills.
TRUTH = {
    "ash": {
        "monk": 2,
        "hair_colour": "#634836",
        "hair_length": "long",
        "hair_texture": "straight",
        "eye_colour": "blue",
        "glasses": "none",
        "facial_hair": "none",
        "clothes_colour": "#4f6a78",
    },
    "birch": {
        "monk": 3,
        "hair_colour": "#503f38",
        "hair_length": "short",
        "hair_texture": "straight",
        "eye_colour": "green",
        "glasses": "none",
        "facial_hair": "full",
        "brows": "thick",
        "clothes_colour": "#8d4c47",
    },
    "cedar": {
        "monk": 9,
        "hair_colour": "#27221f",
        "hair_length": "short",
        "hair_texture": "coily",
        "hair_shape": "full",
        "eye_colour": "brown",
        "glasses": "none",
        "facial_hair": "none",
        "clothes_colour": "#cdaa58",
    },
    "hazel": {
        "monk": 5,
        "hair_colour": "#1e1916",
        "hair_length": "short",
        "hair_texture": "straight",
        "eye_colour": "brown",
        "glasses": "square",
        "glasses_colour": "#3a3432",
        "facial_hair": "none",
        "clothes_colour": "#888b92",
    },
    "maple": {
        "monk": 2,
        "hair_colour": "#b3afac",
        "hair_length": "short",
        "hair_texture": "straight",
        "eye_colour": "blue",
        "glasses": "none",
        "facial_hair": "none",
        "brows": "thin",
        "clothes_colour": "#89658d",
    },
    "rowan": {
        "monk": 7,
        "hair_length": "bald",
        "fringe": "none",
        "eye_colour": "brown",
        "glasses": "none",
        "facial_hair": "none",
        "brows": "thick",
        "clothes_colour": "#c6c4c0",
    },
}
CLOSE = 10.0  # CIELAB distance
WARM, COLD = (1.15, 1.0, 0.85), (0.87, 1.0, 1.15)


@pytest.fixture(scope="module")
def told(portraits):
    return {name: portrait.attributes for name, portrait in portraits.items()}


def in_light(portrait, gains):
    """The portrait as a camera with such gains of linear red, green and blue takes it."""
    share = portrait.image / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear * np.asarray(gains), 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return replace(portrait, image=np.round(curved * 255).astype(np.uint8))


def with_strokes(portrait, corners):
    """The portrait with short dark hairs drawn inside an outline of landmarks."""
    image = portrait.image.copy()
    zone = filled(portrait.size, portrait.landmarks[list(corners), :2])
    rows, columns = np.nonzero(zone)
    rng = np.random.default_rng(3)
    for at in rng.choice(len(rows), size=len(rows) // 3):
        start = (int(columns[at]), int(rows[at]))
        end = (start[0] + int(rng.integers(-2, 3)), start[1] + int(rng.integers(3, 8)))
        shade = int(rng.integers(20, 60))
        cv2.line(image, start, end, (shade, shade - 8, shade - 14), 1)
    return replace(portrait, image=image)


def measured_anew(portrait):
    return measure_attributes(portrait, parse_regions(portrait))


@pytest.mark.parametrize("name", TRUTH)
def test_a_subject_is_told_as_it_looks(told, name):
    found = told[name]
    for attribute, true in TRUTH[name].items():
        value = getattr(found, attribute)
        if attribute == "monk":
            assert abs(value - true) <= 2, attribute
        elif attribute.endswith("colour") and true.startswith("#"):
            assert apart(lab_of(value), lab_of(true)) <= CLOSE, f"{attribute}: {value}"
        else:
            assert value == true, attribute


def test_darker_skin_is_told_darker(told):
    order = ["cedar", "rowan", "hazel", "maple"]
    lightness = [lab_of(told[name].skin)[0] for name in order]
    assert lightness == sorted(lightness)
    steps = [told[name].monk for name in order]
    assert steps == sorted(steps, reverse=True)


def test_a_camera_that_errs_in_white_hardly_changes_skin_and_hair(portraits):
    for name in ("cedar", "hazel", "maple"):
        portrait = portraits[name]
        true = portrait.attributes
        for gains in (WARM, COLD):
            shifted = in_light(portrait, gains)
            regions = parse_regions(shifted)
            found, raw = measure_attributes(shifted, regions), skin_seen(regions)
            assert abs(found.monk - true.monk) <= 1
            off = apart(lab_of(found.skin), lab_of(true.skin))
            assert off <= 6
            assert off < 0.6 * apart(raw, skin_seen(portrait.regions))
            assert apart(lab_of(found.hair_colour), lab_of(true.hair_colour)) <= CLOSE


def test_an_exposure_too_long_makes_skin_less_light_than_the_picture_is(portraits):
    portrait = portraits["rowan"]
    bright = in_light(portrait, (1.41, 1.41, 1.41))
    regions = parse_regions(bright)
    seen = skin_seen(regions)
    assert estimate_light(bright, seen).neutral(seen)[0] < seen[0] - 2
    assert abs(measure_attributes(bright, regions).monk - portrait.attributes.monk) <= 1


def test_dark_eyes_do_not_make_dark_skin_light(portraits):
    portrait = portraits["cedar"]
    dim = in_light(portrait, (0.71, 0.71, 0.71))
    seen = skin_seen(parse_regions(dim))
    assert estimate_light(dim, seen).neutral(seen)[0] < seen[0] + 3


def test_all_ten_monk_tones_are_told_on_every_face(portraits):
    for portrait in portraits.values():
        like = skin_seen(portrait.regions)
        for step in range(1, 11):
            tone = skin_at(step, like)
            assert monk_step(tone) == step
            assert tone[0] == pytest.approx(PHOTOGRAPHED[step - 1])
            hue, own = (np.arctan2(colour[2], colour[1]) for colour in (tone, like))
            assert hue == pytest.approx(own, abs=1e-3)


def test_the_published_swatches_are_ten_and_darken():
    lightness = [lab_of(tone)[0] for tone in MONK]
    assert len(lightness) == 10
    assert lightness[3:] == sorted(lightness[3:], reverse=True)
    assert min(lightness[:3]) > lightness[3]


def test_a_moustache_is_no_full_beard(portraits):
    lip = (57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287, 270, 269, 0, 39, 40)
    assert measured_anew(with_strokes(portraits["maple"], lip)).facial_hair == "moustache"


def test_a_beard_of_the_chin_is_a_goatee(portraits):
    chin = (43, 106, 182, 18, 406, 335, 273, 422, 369, 400, 377, 152, 148, 176, 140, 202)
    assert measured_anew(with_strokes(portraits["hazel"], chin)).facial_hair == "goatee"


@pytest.mark.parametrize(("corner", "shape"), [(2.0, "round"), (6.0, "square")])
def test_lenses_are_told_by_their_outline(first_portrait, corner, shape):
    angle = 2 * np.pi * np.arange(RAYS) / RAYS
    reach = (np.abs(np.cos(angle)) ** corner + np.abs(np.sin(angle)) ** corner) ** (-1 / corner)
    lens = np.column_stack([0.08 * reach * np.cos(angle), 0.06 * reach * np.sin(angle)])
    left, right = (lens + np.array([across, 0.42]) for across in (0.35, 0.65))
    glasses = Glasses((left, right), 0.006, lab_of("#a13a3a"))
    found = measure_attributes(first_portrait, replace(first_portrait.regions, glasses=glasses))
    assert found.glasses == shape
    assert apart(lab_of(found.glasses_colour), lab_of("#a13a3a")) <= CLOSE


def test_hair_over_the_forehead_is_a_fringe(portraits):
    portrait = portraits["hazel"]
    p = portrait.landmarks[:, :2]
    hair = tuple(int(v) for v in bytes.fromhex(portrait.attributes.hair_colour[1:]))
    left = np.vstack([p[[70, 63, 105, 66, 107]] - (0, 4), p[[10, 109, 67, 103, 54]] - (0, 30)])
    right = np.vstack(
        [p[[300, 293, 334, 296, 336]] - (0, 4), p[[10, 338, 297, 332, 284]] - (0, 30)]
    )
    for outlines, fringe in (((left,), "side"), ((left, right), "full")):
        image = portrait.image.copy()
        for outline in outlines:
            cv2.fillPoly(image, [outline.astype(np.int32)], hair)
        assert measured_anew(replace(portrait, image=image)).fringe == fringe


def test_a_tail_beside_the_neck_is_tied_hair(portraits):
    portrait = portraits["hazel"]
    p, width = portrait.landmarks[:, :2], portrait.face_width
    chin = p[152]
    corners = np.array([(0.42, -0.25), (0.56, -0.25), (0.62, 0.45), (0.46, 0.45)])
    tail = (chin + corners * width).astype(np.int32)
    hair = tuple(int(v) for v in bytes.fromhex(portrait.attributes.hair_colour[1:]))
    image, person = portrait.image.copy(), portrait.person.copy()
    cv2.fillPoly(image, [tail], hair)
    cv2.fillPoly(person, [tail], (1.0,))
    found = measured_anew(replace(portrait, image=image, person=person))
    assert (found.hair_shape, found.hair_length) == ("tied", "long")


def test_a_shadow_of_hair_on_the_scalp_is_a_shaven_head(portraits):
    portrait = portraits["rowan"]
    f = portrait.regions.features
    scalp = (f.down < -0.3) & (f.inside < -0.02) | (np.abs(f.across) > 0.44) & (f.down < -0.02)
    shadow = cv2.GaussianBlur(scalp.astype(np.float32), (0, 0), 2)
    shadow = cv2.resize(shadow, (portrait.size, portrait.size)) * portrait.person
    grey = np.array([58, 50, 46], np.float32)
    image = portrait.image + 0.6 * shadow[..., None] * (grey - portrait.image)
    found = measured_anew(replace(portrait, image=image.astype(np.uint8)))
    assert (found.hair_length, found.fringe) == ("shaved", "none")


@pytest.mark.parametrize(
    ("scores", "gap", "mouth"),
    [({}, 0.0, "closed"), ({"mouthSmileLeft": 0.8, "mouthSmileRight": 0.7}, 0.0, "smile"),
     ({}, 0.6, "open"), ({"mouthSmileLeft": 0.8, "mouthSmileRight": 0.7}, 0.6, "open_smile")],
)  # fmt: skip
def test_the_mouth_is_told_by_what_it_does(first_portrait, scores, gap, mouth):
    landmarks = first_portrait.landmarks.copy()
    width = np.linalg.norm(landmarks[78, :2] - landmarks[308, :2])
    landmarks[14] = landmarks[13] + np.array([0, gap * width, 0], np.float32)
    portrait = replace(first_portrait, landmarks=landmarks, blendshapes=scores)
    assert measure_attributes(portrait, portrait.regions).mouth == mouth


def test_closed_eyes_keep_the_neutral_colour(portraits):
    portrait = portraits["ash"]
    shut = replace(portrait, blendshapes={"eyeBlinkLeft": 0.9, "eyeBlinkRight": 0.9})
    assert measure_attributes(shut, shut.regions).eye_colour == NEUTRAL.eye_colour


def test_two_sizes_tell_nearly_the_same(measured, told):
    for name in ("cedar", "hazel"):
        large = prepare_portrait(*measured[name], size=1024).attributes
        assert large.hair_length == told[name].hair_length
        assert large.glasses == told[name].glasses
        assert large.eye_colour == told[name].eye_colour
        assert apart(lab_of(large.skin), lab_of(told[name].skin)) <= 3


def test_a_picture_of_one_colour_tells_something_without_failing(measured):
    image, face, person = next(iter(measured.values()))
    flat = align_photo(np.full_like(image, 128), face, person, size=256)
    assert isinstance(measured_anew(flat), Attributes)
    nobody = align_photo(image, face, np.zeros_like(person), size=256)
    assert isinstance(measured_anew(nobody), Attributes)


def test_measuring_is_the_same_every_time(first_portrait):
    again = measure_attributes(first_portrait, first_portrait.regions)
    assert again == first_portrait.attributes


def test_nothing_is_measured_that_no_drawing_needs():
    """What somebody is has no place among what can be seen of them."""
    names = {field.name for field in fields(Attributes)}
    assert names == {
        *("monk", "skin", "clothes_colour", "glasses", "glasses_colour", "facial_hair", "mouth"),
        *("hair_colour", "hair_length", "hair_shape", "hair_texture", "fringe"),
        *("brows", "brow_shape", "eye_colour", "face_shape"),
    }
    for word in ("age", "sex", "gender", "ethnic", "race", "emotion", "religion", "mood"):
        assert not any(word == part for name in names for part in name.split("_"))


def test_colours_survive_being_written_down():
    for colour in (*MONK, "#000000", "#ffffff", "#4671b8"):
        back = bytes.fromhex(hex_of(lab_of(colour))[1:])
        assert np.abs(np.subtract(list(back), list(bytes.fromhex(colour[1:])))).max() <= 1
