import dataclasses

import cv2
import numpy as np
import pytest

from studio.styles import mesh
from studio.styles.fields import filled
from studio.styles.framing import flattened
from studio.styles.painted.background import BACKGROUNDS
from studio.styles.painted.colour import to_lab
from studio.styles.painted.palette import PALETTES
from studio.styles.painted.styles import toon
from studio.styles.words import ControlError
from tests.studio.styles.colour_difference import ciede2000

MOST_SKIN_DRIFT = 5.0  # CIEDE2000 between the mean of the portrait's skin and the drawing's
MOST_BAND_DRIFT = 8.0  # L units, at any quartile: a band is flat where skin is not
MOST_LIP_CHROMA = 1.15  # of the portrait's


def rng(seed=7):
    return np.random.default_rng(seed)


@pytest.fixture(scope="session")
def drawings(portraits):
    return {name: flattened(toon.draw(portrait, {}, rng())) for name, portrait in portraits.items()}


def bare_skin(portrait, regions):
    """Cheeks, forehead and nose, without beard, hair and the rims of glasses."""
    size = portrait.size
    points = portrait.landmarks[:, :2]
    outlines = (*mesh.CHEEKS, mesh.FOREHEAD, mesh.NOSE)
    skin = filled(size, *(points[list(outline)] for outline in outlines))
    skin &= cv2.resize(regions.skin, (size, size)) > 0.8
    skin &= cv2.resize(regions.beard.mask, (size, size)) < 0.1
    for lens in regions.glasses.lenses if regions.glasses else ():
        skin &= ~filled(size, (lens - lens.mean(axis=0)) * 1.25 * size + lens.mean(axis=0) * size)
    return skin


def lips(portrait):
    points = portrait.landmarks[:, :2]
    return filled(
        portrait.size,
        points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_UPPER_IN[::-1]]],
        points[[*mesh.LIPS_LOWER_OUT, *mesh.LIPS_LOWER_IN[::-1]]],
    )


def means(portrait, drawing, where):
    return [to_lab(image)[where].mean(axis=0) for image in (portrait.image, drawing)]


def test_nobody_is_lightened_darkened_or_painted(portraits, parsed, drawings):
    for name, portrait in portraits.items():
        before, after = means(portrait, drawings[name], bare_skin(portrait, parsed[name]))
        assert ciede2000(before, after) <= MOST_SKIN_DRIFT, name


def test_lit_skin_stays_as_light_and_shaded_skin_as_dark(portraits, parsed, drawings):
    for name, portrait in portraits.items():
        skin = bare_skin(portrait, parsed[name])
        before, after = (to_lab(image)[skin][:, 0] for image in (portrait.image, drawings[name]))
        for share in (0.25, 0.5, 0.75):
            drift = np.quantile(after, share) - np.quantile(before, share)
            assert abs(drift) <= MOST_BAND_DRIFT, (name, share)


def test_lips_keep_their_own_colour(portraits, drawings):
    for name, portrait in portraits.items():
        before, after = means(portrait, drawings[name], lips(portrait))
        assert np.hypot(*after[1:]) <= MOST_LIP_CHROMA * np.hypot(*before[1:]), name


@pytest.mark.parametrize("palette", sorted(PALETTES))
def test_a_palette_leaves_skin_alone(first_portrait, parsed, drawings, palette):
    natural = next(iter(drawings.values()))
    other = flattened(toon.draw(first_portrait, {"palette": palette}, rng()))
    skin = bare_skin(first_portrait, next(iter(parsed.values())))
    assert np.array_equal(natural[skin], other[skin])


def test_faces_are_not_silhouettes(portraits, parsed, drawings):
    for name, portrait in portraits.items():
        lightness = to_lab(drawings[name])[bare_skin(portrait, parsed[name])][:, 0]
        assert np.quantile(lightness, 0.95) - np.quantile(lightness, 0.05) > 4, name


def test_hair_shows_more_than_one_tone(portraits, parsed, drawings):
    for name, portrait in portraits.items():
        hair = cv2.resize(parsed[name].hair, (portrait.size,) * 2) > 0.9
        if hair.mean() < 0.01:
            continue
        lightness = to_lab(drawings[name])[hair][:, 0]
        assert np.quantile(lightness, 0.95) - np.quantile(lightness, 0.05) > 3, name


def test_the_same_arguments_give_the_same_bytes(first_portrait):
    once, again = (flattened(toon.draw(first_portrait, {}, rng(3))) for _ in range(2))
    assert np.array_equal(once, again)


def test_another_seed_gives_another_drawing(first_portrait):
    assert not np.array_equal(
        *(flattened(toon.draw(first_portrait, {}, rng(seed))) for seed in (1, 2))
    )


def test_drawing_leaves_its_portrait_as_it_was(first_portrait):
    before = first_portrait.image.copy(), first_portrait.person.copy()
    flattened(toon.draw(first_portrait, {}, rng()))
    assert np.array_equal(first_portrait.image, before[0])
    assert np.array_equal(first_portrait.person, before[1])


@pytest.mark.parametrize("background", sorted(BACKGROUNDS))
def test_every_background_fills_the_square(first_portrait, background):
    drawing = flattened(toon.draw(first_portrait, {"background": background}, rng()))
    assert drawing.shape == (512, 512, 3)
    assert drawing.dtype == np.uint8
    assert (drawing[first_portrait.person == 0].max(axis=-1) > 0).all()


def test_more_shading_levels_spread_the_skin_wider(first_portrait, parsed):
    skin = bare_skin(first_portrait, next(iter(parsed.values())))
    spread = []
    for levels in (2, 4):
        drawing = flattened(toon.draw(first_portrait, {"shading_levels": levels}, rng()))
        spread.append(to_lab(drawing)[skin][:, 0].std())
    assert spread[0] < spread[1]


def test_a_heavier_line_inks_more(first_portrait):
    thin, heavy = (
        flattened(toon.draw(first_portrait, {"line_weight": weight}, rng())).astype(int)
        for weight in (0.5, 1.6)
    )
    assert heavy.sum() < thin.sum()


@pytest.mark.parametrize(
    "controls",
    [
        {"line_weight": 9.0},
        {"shading_levels": 7},
        {"palette": "lighter skin"},
        {"background": "flag"},
        {"skin_tone": "pale"},
    ],
)
def test_what_no_control_offers_is_refused(first_portrait, controls):
    with pytest.raises(ControlError):
        flattened(toon.draw(first_portrait, controls, rng()))


def test_a_photograph_that_ends_early_is_closed_by_a_drawn_edge(first_portrait):
    end = int(0.85 * first_portrait.size)
    covered = np.ones_like(first_portrait.covered)
    covered[end:] = False
    cut = dataclasses.replace(
        first_portrait,
        image=np.where(covered[..., None], first_portrait.image, 0).astype(np.uint8),
        person=np.where(covered, first_portrait.person, 0).astype(np.float32),
        covered=covered,
    )
    below = flattened(toon.draw(cut, {"background": "plain"}, rng()))[end + 2 :]
    assert (below == below[0, 0]).all()


def test_glasses_are_drawn_where_they_were_found(portraits, parsed, drawings):
    wearers = {n: regions.glasses for n, regions in parsed.items() if regions.glasses}
    assert wearers
    for name, glasses in wearers.items():
        for lens in glasses.lenses:
            columns, rows = np.round(lens * portraits[name].size).astype(int).T
            rim = to_lab(drawings[name])[rows, columns, 0]
            assert np.median(rim) < glasses.tone[0] + 12


def test_the_style_says_how_its_pixels_came_about():
    assert toon.STYLE.digital_source_type == "algorithmicallyEnhanced"
