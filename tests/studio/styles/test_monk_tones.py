"""A style that claims natural colour keeps skin as light as it is, on all ten Monk tones.

The baked subjects are recoloured to the published swatches; their shading and features stay.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest

from studio.likeness.colour import ciede2000
from studio.likeness.seen import bare_skin
from studio.styles.alignment import Aligned
from studio.styles.attributes.colours import MONK, lab_of
from studio.styles.attributes.measure import measure_attributes
from studio.styles.discovery import style_modules
from studio.styles.fields import enlarged, reduced
from studio.styles.framing import flattened
from studio.styles.painted.colour import to_lab, to_rgb
from studio.styles.parsing.features import WORK
from studio.styles.portrait import Portrait
from studio.styles.regions import parse_regions
from studio.styles.types import Family

MOST_LIGHTENED = 2.0  # L*, mean over the face's bare skin, either way
MOST_DRIFT = 5.0  # CIEDE2000
NATURAL = {
    module.STYLE.name: module
    for module in style_modules()
    if module.STYLE.natural_colour and module.STYLE.family is Family.PAINTED
}


def skin_of(image, portrait):
    """Mean CIELAB of the face's bare skin."""
    return to_lab(reduced(image, WORK))[bare_skin(portrait) > 0.5].mean(axis=0)


def recoloured(portrait, tone):
    """The same person with skin of another tone: light in proportion, hue moved."""
    regions = portrait.regions
    skin = regions.skin * (1 - regions.eyes) * (1 - regions.teeth) * (1 - regions.frames)
    weight = np.clip(enlarged(skin, portrait.size), 0, 1)[..., None]
    lab = to_lab(portrait.image)
    was, wanted = skin_of(portrait.image, portrait), lab_of(tone)
    moved = lab.copy()
    moved[..., 0] *= wanted[0] / was[0]
    moved[..., 1:] += (wanted - was)[1:]
    image = np.round(to_rgb(lab * (1 - weight) + moved * weight)).astype(np.uint8)
    image[~portrait.covered] = 0
    parts = {field.name: getattr(portrait, field.name) for field in fields(Aligned)}
    aligned = Aligned(**{**parts, "image": image})
    found = parse_regions(aligned)
    attributes = measure_attributes(aligned, found)
    return Portrait(**{**parts, "image": image}, regions=found, attributes=attributes)


@pytest.fixture(scope="module")
def ten(portraits):
    """Baked subjects, one after the other, in the ten tones."""
    people = list(portraits.values())
    return [recoloured(people[n % len(people)], tone) for n, tone in enumerate(MONK)]


def test_the_ten_portraits_span_the_scale(ten):
    light = [float(skin_of(portrait.image, portrait)[0]) for portrait in ten]
    assert light[0] > 88
    assert light[-1] < 18
    assert all(one > other - 2 for one, other in pairwise(light))


@pytest.mark.parametrize("name", NATURAL)
def test_skin_is_neither_lightened_nor_darkened(name, ten):
    module = NATURAL[name]
    found = {}
    for tone, portrait in enumerate(ten, start=1):
        rng = np.random.default_rng(tone)
        drawn = flattened(module.draw(portrait, module.STYLE.accept({}), rng))
        was, became = skin_of(portrait.image, portrait), skin_of(drawn, portrait)
        found[tone] = (float(became[0] - was[0]), ciede2000(was, became))
    wrong = {
        tone: f"dL {light:+.1f}, dE {drift:.1f}"
        for tone, (light, drift) in found.items()
        if not (abs(light) <= MOST_LIGHTENED and drift <= MOST_DRIFT)
    }
    assert not wrong


@pytest.mark.parametrize("tone", [1, 5, 10])
def test_the_bound_notices_a_veil_of_light(tone, ten):
    portrait = ten[tone - 1]
    was = skin_of(portrait.image, portrait)
    veil = to_rgb(to_lab(portrait.image) + np.array((4 if was[0] < 90 else -4, 0, 0), np.float32))
    became = skin_of(np.round(veil).astype(np.uint8), portrait)
    assert abs(float(became[0] - was[0])) > MOST_LIGHTENED
