"""Pop art, risograph, low poly, stained glass: what holds for each of them on every subject."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from studio.styles import mesh
from studio.styles.fields import enlarged, filled
from studio.styles.framing import composed
from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import to_lab
from studio.styles.painted.ink import Ink
from studio.styles.painted.outline import draw_outline
from studio.styles.painted.press import paper
from studio.styles.painted.screens import dots, grain, rulings
from studio.styles.painted.study import make_study
from studio.styles.painted.styles import low_poly, pop_art, risograph, stained_glass
from studio.styles.painted.tone import measure_tones
from studio.styles.portrait import prepare_portrait
from studio.styles.types import Choice, finished
from studio.styles.words import ControlError
from tests.studio.styles.colour_difference import ciede2000

STYLES = (pop_art, risograph, low_poly, stained_glass)
CASES = [(module, control) for module in STYLES for control in module.STYLE.controls]
each_style = pytest.mark.parametrize("module", STYLES, ids=lambda module: module.STYLE.name)
each_control = pytest.mark.parametrize(
    ("module", "control"), CASES, ids=[f"{m.STYLE.name}-{c.name}" for m, c in CASES]
)


def drawn(module, portrait, seed=7, **controls):
    return finished(module.draw(portrait, controls, np.random.default_rng(seed)))


@pytest.fixture(scope="module")
def small(measured):
    return prepare_portrait(*measured["hazel"], size=256)


@pytest.fixture(scope="module")
def small_pictures(small):
    return {module: drawn(module, small) for module in STYLES}


@pytest.fixture(scope="module")
def pictures(portraits):
    return {
        module: {name: drawn(module, portrait) for name, portrait in portraits.items()}
        for module in STYLES
    }


def face_of(portrait):
    return filled(portrait.size, portrait.landmarks[list(mesh.OVAL), :2])


def cheeks_of(portrait):
    points = portrait.landmarks[:, :2]
    return filled(portrait.size, *(points[list(cheek)] for cheek in mesh.CHEEKS))


def lightness(picture, where):
    return to_lab(composed(picture))[where][:, 0]


@each_style
def test_the_same_arguments_give_the_same_bytes(module, small, small_pictures):
    before = small_pictures[module]
    again = drawn(module, small)
    assert np.array_equal(before.figure, again.figure)
    assert np.array_equal(before.backdrop(300, 100), again.backdrop(300, 100))


@each_style
def test_another_seed_gives_another_drawing(module, small, small_pictures):
    other = drawn(module, small, seed=1)
    assert not np.array_equal(composed(small_pictures[module]), composed(other))


@each_control
def test_a_control_changes_the_drawing(module, control, small, small_pictures):
    if isinstance(control, Choice):
        value = next(name for name in reversed(control.options) if name != control.default)
    else:
        value = control.maximum
    other = drawn(module, small, **{control.name: value})
    before = small_pictures[module]
    assert not np.array_equal(composed(before), composed(other))


@each_control
def test_a_control_refuses_what_lies_outside(module, control, small):
    wrong = "no such" if isinstance(control, Choice) else control.maximum + control.step
    with pytest.raises(ControlError, match=control.label):
        drawn(module, small, **{control.name: wrong})


@each_style
def test_a_backdrop_fills_a_banner_with_a_design(module, small_pictures):
    picture = small_pictures[module]
    banner = picture.backdrop(1500, 500)
    assert banner.shape == (500, 1500, 3)
    assert banner.dtype == np.uint8
    assert np.array_equal(banner, picture.backdrop(1500, 500))
    for part in np.array_split(banner, 3, axis=1):
        assert part.std() > 4


@each_style
def test_a_face_has_no_holes(module, portraits, pictures):
    for name, portrait in portraits.items():
        inner = cv2.erode(face_of(portrait).astype(np.uint8), np.ones((13, 13))) > 0
        assert (pictures[module][name].figure[..., 3][inner] == 255).all(), name


@each_style
def test_nothing_of_the_wall_is_drawn(module, portraits, pictures):
    for name, portrait in portraits.items():
        figure = pictures[module][name].figure[..., 3]
        away = cv2.dilate((portrait.person > 0.05).astype(np.uint8), np.ones((31, 31))) == 0
        assert (figure[away] == 0).all(), name


@each_style
def test_pupils_are_darker_than_the_skin_around(module, portraits, pictures):
    for name, portrait in portraits.items():
        skin = lightness(pictures[module][name], cheeks_of(portrait)).mean()
        for eye in mesh.EYES:
            disc = filled(portrait.size, portrait.landmarks[list(eye.iris_ring), :2])
            assert np.quantile(lightness(pictures[module][name], disc), 0.2) < 0.8 * skin, name


@each_style
def test_dark_skin_stays_dark_beside_light_skin(module, portraits, pictures):
    seen = {
        name: lightness(pictures[module][name], cheeks_of(portrait)).mean()
        for name, portrait in portraits.items()
    }
    assert seen["cedar"] < min(seen["ash"], seen["birch"], seen["hazel"], seen["maple"]) - 8


@each_style
def test_a_dark_face_is_no_silhouette(module, portraits, pictures):
    face = cv2.erode(face_of(portraits["cedar"]).astype(np.uint8), np.ones((25, 25))) > 0
    seen = lightness(pictures[module]["cedar"], face)
    assert np.quantile(seen, 0.95) - np.quantile(seen, 0.05) > 8


@each_style
def test_the_landmarks_are_carried(module, portraits, pictures):
    for name, portrait in portraits.items():
        assert np.array_equal(pictures[module][name].landmarks, portrait.landmarks[:, :2])


@each_style
def test_a_blank_photograph_is_drawn(module, measured):
    image, face, person = measured["hazel"]
    blank = prepare_portrait(np.full_like(image, 128), face, np.ones_like(person), size=256)
    assert composed(drawn(module, blank)).shape == (256, 256, 3)


def test_facets_keep_the_skin_s_own_colour(portraits, pictures):
    for name, portrait in portraits.items():
        where = cheeks_of(portrait) & (make_mask(portrait) > 0.9)
        before = to_lab(portrait.image)[where].mean(axis=0)
        after = to_lab(composed(pictures[low_poly][name]))[where].mean(axis=0)
        assert abs(after[0] - before[0]) <= 2, name
        assert ciede2000(before, after) <= 5, name


def make_mask(portrait):
    return cv2.resize(make_study(portrait).bare, (portrait.size,) * 2)


@pytest.mark.parametrize("screen", [
    lambda cover: dots(cover, 9.3, 45), lambda cover: dots(cover, 9.3, 15),
    lambda cover: grain(cover, 2.0, 0), lambda cover: rulings(cover, 8.0, 30),
], ids=["dots at 45", "dots at 15", "grain", "lines"])  # fmt: skip
@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.9])
def test_a_screen_covers_the_share_that_is_asked(screen, share):
    sheet = screen(np.full((400, 400), share, np.float32))
    assert sheet.mean() == pytest.approx(share, abs=0.05)


def test_a_screen_leaves_bare_paper_bare():
    blank = np.zeros((64, 64), np.float32)
    for sheet in (dots(blank, 8, 45), grain(blank, 2, 1), rulings(blank, 8, 10)):
        assert sheet.max() == 0


def test_paper_has_its_fibres_at_the_same_places_on_every_sheet():
    small, wide = paper(64, 64, 1.0), paper(64, 200, 1.0)
    assert small.std() > 0.5
    assert np.array_equal(small, wide[:, :, :64])


def test_tones_are_told_relative_to_what_they_lie_on(portraits):
    for name in ("cedar", "ash"):
        study = make_study(portraits[name])
        tones = measure_tones(portraits[name], study)
        bare = cv2.resize(study.bare, (tones.side,) * 2) > 0.9
        assert np.median(tones.relative[bare]) == pytest.approx(1, abs=0.12), name


def test_a_contour_is_as_thick_on_a_poster_as_on_a_picture(portraits):
    study = make_study(portraits["hazel"])
    shares = []
    for size in (512, 4096):
        person, clothes, hair = (
            enlarged(field, size // 2) for field in (study.person, study.clothes, study.hair)
        )
        unit = study.unit * size / study.size
        grown = replace(study, size=size, unit=unit, person=person, clothes=clothes, hair=hair)
        ink = Ink(size, unit, 2.0)
        draw_outline(grown, ink, 2.0, -1.0)
        sheet = Canvas.blank(size, size, np.zeros(3, np.float32))
        ink.fill(sheet, np.full(3, 255, np.float32))
        shares.append(float(sheet.planes[0].mean()) / 255)
    assert shares[1] == pytest.approx(shares[0], rel=0.15)
