"""Watercolour, oil, coloured pencil and charcoal: what all four promise."""

import dataclasses

import cv2
import numpy as np
import pytest

from studio.styles import mesh
from studio.styles.fields import eroded, filled
from studio.styles.framing import composed, flattened, over
from studio.styles.painted.colour import to_lab
from studio.styles.painted.styles import charcoal, coloured_pencil, oil, watercolour
from studio.styles.portrait import prepare_portrait
from studio.styles.types import Choice, Range, finished
from studio.styles.words import ControlError
from tests.studio.styles.colour_difference import ciede2000

MODULES = {m.STYLE.name: m for m in (watercolour, oil, coloured_pencil, charcoal)}
NATURAL = sorted(name for name, m in MODULES.items() if m.STYLE.natural_colour)
CONTROLS = [(name, c) for name, m in MODULES.items() for c in m.STYLE.controls]
MOST_SKIN_DRIFT = 5.0  # CIEDE2000
MOST_LIGHT_DRIFT = 2.0  # L units
MOST_UNLIKE = 6.0  # sRGB levels between two sizes of a drawing, once blurred


def rng(seed=7):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def sitters(measured):
    """All subjects, small: lengths are shares of the side, so that it shows what larger ones do."""
    return {who: prepare_portrait(*parts, size=256) for who, parts in measured.items()}


@pytest.fixture(scope="module")
def pictures(sitters):
    return {
        (name, who): finished(module.draw(portrait, {}, rng()))
        for name, module in MODULES.items()
        for who, portrait in sitters.items()
    }


@pytest.fixture(scope="module")
def small(sitters):
    return next(iter(sitters.values()))


@pytest.fixture(scope="module")
def plain(small):
    return {name: flattened(module.draw(small, {}, rng())) for name, module in MODULES.items()}


def cheeks(portrait):
    points = portrait.landmarks[:, :2]
    outlines = (*mesh.CHEEKS, mesh.FOREHEAD, mesh.NOSE)
    skin = filled(portrait.size, *(points[list(outline)] for outline in outlines))
    for mask, most in ((portrait.regions.skin, 0.8), (1 - portrait.regions.beard.mask, 0.9)):
        skin &= cv2.resize(mask, (portrait.size,) * 2) > most
    return skin


def farthest(control):
    """The value most unlike the default."""
    if isinstance(control, Choice):
        return next(option for option in reversed(control.options) if option != control.default)
    low, high = control.minimum, control.maximum
    return low if control.default - low > high - control.default else high


@pytest.mark.parametrize("name", NATURAL)
def test_nobody_is_lightened_darkened_or_tinted(sitters, pictures, name):
    for who, portrait in sitters.items():
        drawing = composed(pictures[name, who])
        skin = cheeks(portrait)
        before, after = (to_lab(i)[skin].mean(axis=0) for i in (portrait.image, drawing))
        assert abs(after[0] - before[0]) <= MOST_LIGHT_DRIFT, who
        assert ciede2000(before, after) <= MOST_SKIN_DRIFT, who


@pytest.mark.parametrize("name", MODULES)
def test_darker_skin_is_drawn_darker(sitters, pictures, name):
    order = sorted(sitters, key=lambda who: mean_light(sitters[who], sitters[who].image))
    drawn = [mean_light(sitters[who], composed(pictures[name, who])) for who in order]
    assert drawn[0] < drawn[-1] - 15
    assert np.corrcoef(drawn, np.arange(len(drawn)))[0, 1] > 0.85


def mean_light(portrait, image):
    return float(to_lab(image)[cheeks(portrait)][:, 0].mean())


@pytest.mark.parametrize("name", MODULES)
def test_eyes_stay_darker_than_the_skin_around_them(sitters, pictures, name):
    for who, portrait in sitters.items():
        light = to_lab(composed(pictures[name, who]))[..., 0]
        for eye in mesh.EYES:
            ring = portrait.landmarks[list(eye.iris_ring), :2]
            iris = filled(portrait.size, cv2.convexHull(ring)[:, 0])
            assert light[iris].mean() < light[cheeks(portrait)].mean() - 4, who


@pytest.mark.parametrize("name", MODULES)
def test_brows_and_lips_stay_where_they_were(sitters, pictures, name):
    for who, portrait in sitters.items():
        points = portrait.landmarks[:, :2]
        face = filled(portrait.size, points[list(mesh.OVAL)])
        own, drawn = (
            cv2.GaussianBlur(to_lab(image)[..., 0], (0, 0), 2)[face]
            for image in (portrait.image, composed(pictures[name, who]))
        )
        assert np.corrcoef(own, drawn)[0, 1] > 0.7, who


@pytest.mark.parametrize("name", MODULES)
def test_a_figure_has_no_holes_in_its_face(sitters, pictures, name):
    for who, portrait in sitters.items():
        face = eroded(filled(portrait.size, portrait.landmarks[list(mesh.OVAL), :2]), 3)
        assert pictures[name, who].figure[..., 3][face].min() > 250, who


@pytest.mark.parametrize("name", MODULES)
def test_nothing_of_the_old_wall_is_left_at_the_rim(first, small, name):
    green = np.where(small.person[..., None] < 0.5, [0, 255, 0], small.image).astype(np.uint8)
    figure = finished(MODULES[name].draw(dataclasses.replace(small, image=green), {}, rng())).figure
    seen = over(figure, np.full_like(green, 255)).astype(int)
    glaring = (seen[..., 1] > 200) & (seen[..., 0] < 90) & (seen[..., 2] < 90)
    assert glaring.mean() < 1e-3


@pytest.mark.parametrize("name", MODULES)
def test_the_same_arguments_give_the_same_bytes(small, plain, name):
    assert np.array_equal(flattened(MODULES[name].draw(small, {}, rng())), plain[name])


@pytest.mark.parametrize("name", MODULES)
def test_another_seed_gives_another_drawing(small, plain, name):
    picture = finished(MODULES[name].draw(small, {}, rng(8)))
    assert not np.array_equal(composed(picture), plain[name])


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=lambda v: getattr(v, "name", v))
def test_every_control_changes_the_drawing(small, plain, name, control):
    drawing = flattened(MODULES[name].draw(small, {control.name: farthest(control)}, rng()))
    changed = np.abs(drawing.astype(int) - plain[name]).max(axis=-1) > 4
    assert changed.mean() > 0.005


@pytest.mark.parametrize(("name", "control"), CONTROLS, ids=lambda v: getattr(v, "name", v))
def test_what_no_control_offers_is_refused(small, name, control):
    wrong = control.maximum + control.step if isinstance(control, Range) else "lighter skin"
    with pytest.raises(ControlError):
        flattened(MODULES[name].draw(small, {control.name: wrong}, rng()))


@pytest.mark.parametrize("name", MODULES)
def test_a_backdrop_is_designed_for_any_shape_and_stays_the_same(small, name):
    backdrop = finished(MODULES[name].draw(small, {}, rng())).backdrop
    banner = backdrop(1500, 500)
    assert banner.shape == (500, 1500, 3)
    assert banner.dtype == np.uint8
    assert np.array_equal(banner, backdrop(1500, 500))
    for third in np.array_split(banner, 3, axis=1):
        assert third.std(axis=(0, 1)).max() > 1.5  # no part is left empty
    assert backdrop(300, 700).shape == (700, 300, 3)


@pytest.mark.parametrize("name", MODULES)
def test_a_backdrop_knows_nothing_of_the_photograph(small, name):
    wall = np.where(small.person[..., None] < 0.02, 255 - small.image, small.image)
    other = dataclasses.replace(small, image=wall.astype(np.uint8))
    once, again = (
        finished(MODULES[name].draw(portrait, {}, rng())).backdrop(256, 256)
        for portrait in (small, other)
    )
    assert np.array_equal(once, again)


@pytest.mark.parametrize("name", MODULES)
def test_a_photograph_of_one_colour_is_drawn_all_the_same(small, name):
    flat = dataclasses.replace(small, image=np.full_like(small.image, 90))
    drawing = flattened(MODULES[name].draw(flat, {}, rng()))
    assert drawing.shape == (256, 256, 3)


@pytest.mark.parametrize("name", MODULES)
def test_drawing_leaves_its_portrait_as_it_was(small, name):
    before = small.image.copy(), small.person.copy()
    flattened(MODULES[name].draw(small, {}, rng()))
    assert np.array_equal(small.image, before[0])
    assert np.array_equal(small.person, before[1])


@pytest.mark.parametrize("name", MODULES)
def test_a_larger_picture_looks_the_same(first_portrait, pictures, name):
    drawn = flattened(MODULES[name].draw(first_portrait, {}, rng()))
    shrunk = cv2.resize(drawn, (256, 256), interpolation=cv2.INTER_AREA)
    preview = composed(next(p for (style, _), p in pictures.items() if style == name))
    soft = [cv2.GaussianBlur(image, (0, 0), 2.5).astype(int) for image in (shrunk, preview)]
    assert np.abs(soft[0] - soft[1]).mean() < MOST_UNLIKE
