"""Anime cel, graphic novel, paper cut and pixel art: what all four promise, and what each does."""

import dataclasses

import cv2
import numpy as np
import pytest

from studio.styles import mesh
from studio.styles.fields import eroded, filled
from studio.styles.framing import composed, flattened
from studio.styles.painted.colour import to_lab
from studio.styles.painted.styles import anime_cel, graphic_novel, paper_cut, pixel_art
from studio.styles.portrait import prepare_portrait
from studio.styles.types import Choice, Range, finished
from studio.styles.words import ControlError
from tests.studio.styles.colour_difference import ciede2000

MODULES = {m.STYLE.name: m for m in (anime_cel, graphic_novel, paper_cut, pixel_art)}
NATURAL = sorted(name for name, m in MODULES.items() if m.STYLE.natural_colour)
CONTROLS = [(name, c) for name, m in MODULES.items() for c in m.STYLE.controls]
MOST_SKIN_DRIFT = 5.0  # CIEDE2000
MOST_LIGHT_DRIFT = 2.0  # L units
BANNER = (1500, 500)


def rng(seed=7):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def pictures(portraits):
    return {
        (name, who): finished(module.draw(portrait, {}, rng()))
        for name, module in MODULES.items()
        for who, portrait in portraits.items()
    }


@pytest.fixture(scope="module")
def small(first):
    return prepare_portrait(*first, size=256)


@pytest.fixture(scope="module")
def haired(measured):
    """Long hair, so that every control has something to change."""
    return prepare_portrait(*measured["ash"], size=256)


def cheeks(portrait):
    points = portrait.landmarks[:, :2]
    outlines = (*mesh.CHEEKS, mesh.FOREHEAD, mesh.NOSE)
    skin = filled(portrait.size, *(points[list(outline)] for outline in outlines))
    for mask, most in ((portrait.regions.skin, 0.8), (1 - portrait.regions.beard.mask, 0.9)):
        skin &= cv2.resize(mask, (portrait.size,) * 2) > most
    return skin


def mean_lab(image, where):
    return to_lab(image)[where].mean(axis=0)


def farthest(control):
    """The value most unlike the default."""
    if isinstance(control, Choice):
        return next(option for option in reversed(control.options) if option != control.default)
    low, high = control.minimum, control.maximum
    return low if control.default - low > high - control.default else high


@pytest.mark.parametrize("name", NATURAL)
def test_nobody_is_lightened_darkened_or_tinted(portraits, pictures, name):
    for who, portrait in portraits.items():
        skin = cheeks(portrait)
        before = mean_lab(portrait.image, skin)
        after = mean_lab(composed(pictures[name, who]), skin)
        assert abs(after[0] - before[0]) <= MOST_LIGHT_DRIFT, who
        assert ciede2000(before, after) <= MOST_SKIN_DRIFT, who


@pytest.mark.parametrize("name", MODULES)
def test_darker_skin_is_drawn_darker(portraits, pictures, name):
    def light(who, image):
        return float(mean_lab(image, cheeks(portraits[who]))[0])

    order = sorted(portraits, key=lambda who: light(who, portraits[who].image))
    drawn = [light(who, composed(pictures[name, who])) for who in order]
    assert drawn[0] < drawn[-1] - 15
    assert np.corrcoef(drawn, np.arange(len(drawn)))[0, 1] > 0.85


@pytest.mark.parametrize("name", MODULES)
def test_irises_are_darker_than_the_whites_beside_them(portraits, pictures, name):
    for who, portrait in portraits.items():
        drawing = to_lab(composed(pictures[name, who]))[..., 0]
        points = pictures[name, who].landmarks
        for eye in mesh.EYES:
            column, row = np.round(points[eye.iris]).astype(int)
            ring = points[[*eye.upper, *eye.lower[::-1]]]
            opening = drawing[filled(portrait.size, ring)]
            around = drawing[row - 3 : row + 4, column - 3 : column + 4]
            assert np.quantile(around, 0.25) < np.quantile(opening, 0.85) - 8, who


@pytest.mark.parametrize("name", MODULES)
def test_the_figure_has_no_holes_in_the_face(portraits, pictures, name):
    for who, portrait in portraits.items():
        face = filled(portrait.size, portrait.landmarks[list(mesh.OVAL), :2])
        assert (pictures[name, who].figure[..., 3][eroded(face, 8)] == 255).all(), who


@pytest.mark.parametrize("name", MODULES)
def test_the_same_arguments_give_the_same_bytes(haired, name):
    once, again = (finished(MODULES[name].draw(haired, {}, rng(3))) for _ in range(2))
    assert np.array_equal(once.figure, again.figure)
    assert np.array_equal(once.backdrop(300, 100), again.backdrop(300, 100))


@pytest.mark.parametrize("name", MODULES)
def test_another_seed_gives_another_drawing(haired, name):
    assert not np.array_equal(
        *(flattened(MODULES[name].draw(haired, {}, rng(seed))) for seed in (1, 2))
    )


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=lambda v: getattr(v, "name", v))
def test_every_control_changes_the_drawing(haired, name, control):
    usual = flattened(MODULES[name].draw(haired, {}, rng()))
    other = flattened(MODULES[name].draw(haired, {control.name: farthest(control)}, rng()))
    assert not np.array_equal(usual, other)


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=lambda v: getattr(v, "name", v))
def test_a_value_outside_of_a_control_is_refused(small, name, control):
    wrong = control.maximum + control.step if isinstance(control, Range) else "bleached"
    with pytest.raises(ControlError):
        flattened(MODULES[name].draw(small, {control.name: wrong}, rng()))


@pytest.mark.parametrize("name", MODULES)
def test_every_backdrop_is_designed_and_fills_a_banner(portraits, pictures, name):
    whose = [pictures[name, who] for who in list(portraits)[:2]]
    banners = [picture.backdrop(*BANNER) for picture in whose]
    assert banners[0].shape == (500, 1500, 3)
    assert banners[0].dtype == np.uint8
    # It knows nothing of who stands before it, and is as rich at its ends as in its middle.
    assert np.array_equal(*banners)
    assert np.array_equal(banners[0], whose[0].backdrop(*BANNER))
    for part in (banners[0][:, :500], banners[0][:, 1000:]):
        assert len(np.unique(part.reshape(-1, 3), axis=0)) > 3


@pytest.mark.parametrize("name", MODULES)
def test_a_photograph_that_ends_early_is_closed_by_a_drawn_edge(first_portrait, name):
    end = int(0.85 * first_portrait.size)
    covered = np.ones_like(first_portrait.covered)
    covered[end:] = False
    cut = dataclasses.replace(
        first_portrait,
        image=np.where(covered[..., None], first_portrait.image, 0).astype(np.uint8),
        person=np.where(covered, first_portrait.person, 0).astype(np.float32),
        covered=covered,
    )
    figure = finished(MODULES[name].draw(cut, {}, rng())).figure
    assert (figure[end + 40 :, :, 3] == 0).all()


@pytest.mark.parametrize("name", MODULES)
def test_a_photograph_of_one_colour_is_drawn_all_the_same(small, name):
    flat = dataclasses.replace(small, image=np.full_like(small.image, 120))
    assert flattened(MODULES[name].draw(flat, {}, rng())).shape == (256, 256, 3)


@pytest.mark.parametrize("name", MODULES)
def test_drawing_leaves_its_portrait_as_it_was(small, name):
    before = small.image.copy(), small.person.copy(), small.landmarks.copy()
    flattened(MODULES[name].draw(small, {}, rng()))
    for kept, now in zip(before, (small.image, small.person, small.landmarks), strict=True):
        assert np.array_equal(kept, now)


def test_larger_anime_eyes_are_told_by_the_landmarks(first_portrait):
    usual, large = (
        finished(anime_cel.draw(first_portrait, {"eye_size": size}, rng())).landmarks
        for size in (1.0, 1.25)
    )
    eye = mesh.EYES[0]
    assert np.ptp(large[list(eye.upper), 0]) > 1.1 * np.ptp(usual[list(eye.upper), 0])
    others = [mesh.CHIN, mesh.NOSE_TIP, *mesh.JAW]
    assert np.array_equal(large[others], usual[others])


def test_noir_knows_no_colours(small):
    figure = finished(graphic_novel.draw(small, {"colours": "noir"}, rng())).figure
    lab = to_lab(figure[..., :3])[figure[..., 3] == 255]
    assert np.quantile(np.hypot(lab[:, 1], lab[:, 2]), 0.99) < 6


@pytest.mark.parametrize("control", ["blacks", "hatching", "line_weight"])
def test_more_ink_blackens_more(small, control):
    limits = next(c for c in graphic_novel.STYLE.controls if c.name == control)
    least, most = (
        finished(graphic_novel.draw(small, {control: value}, rng())).figure
        for value in (limits.minimum, limits.maximum)
    )
    black = [(f[..., :3].max(axis=-1) < 40)[f[..., 3] == 255].mean() for f in (least, most)]
    assert black[0] < black[1]


def test_paper_throws_a_shadow_that_is_less_than_half_opaque(first_portrait):
    figure = finished(paper_cut.draw(first_portrait, {"depth": 1.4}, rng())).figure
    away = cv2.erode((first_portrait.person < 0.02).astype(np.uint8), np.ones((9, 9))) > 0
    shadow = figure[..., 3][away]
    assert 10 < shadow.max() < 128


@pytest.mark.parametrize("cells", [32, 64, 128])
def test_pixel_art_has_one_colour_in_every_cell(first_portrait, cells):
    picture = finished(pixel_art.draw(first_portrait, {"grid": str(cells)}, rng()))
    step = first_portrait.size // cells
    for image in (picture.figure, picture.backdrop(512, 512), picture.backdrop(1024, 512)):
        corners = image[::step, ::step]
        assert np.array_equal(np.repeat(np.repeat(corners, step, axis=0), step, axis=1), image)


def test_pixel_art_keeps_to_its_palette(first_portrait):
    for colours in (8, 20):
        figure = finished(pixel_art.draw(first_portrait, {"colours": colours}, rng())).figure
        seen = figure[figure[..., 3] == 255][:, :3]
        assert 4 < len(np.unique(seen, axis=0)) <= colours


def test_pixel_art_is_outlined_by_one_dark_cell(first_portrait):
    bare, lined = (
        finished(pixel_art.draw(first_portrait, {"outline": choice}, rng())).figure
        for choice in ("no", "yes")
    )
    rim = (lined[..., 3] == 255) & (bare[..., 3] == 0)
    assert rim.any()
    assert to_lab(lined[rim][:, :3])[:, 0].max() < 20
