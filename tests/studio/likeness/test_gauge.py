"""Drawings of the baked subjects, measured with the models that measure selfies."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from studio.likeness.measures import eye_distance
from studio.likeness.seen import SIDE, see_drawing
from studio.likeness.types import Band, Source
from studio.styles.alignment import Aligned
from studio.styles.attributes.corrections import corrected
from studio.styles.discovery import style_modules
from studio.styles.fields import enlarged
from studio.styles.framing import composed
from studio.styles.painted.colour import to_lab, to_rgb
from studio.styles.types import Picture, finished

TOON = {module.STYLE.name: module for module in style_modules()}["toon"]
MOST_OFF = 0.03  # mean distance of landmarks, share of the eyes' distance


def drawn(portrait, **controls):
    chosen = TOON.STYLE.accept(controls)
    return finished(TOON.draw(portrait, chosen, np.random.default_rng(1)))


def a_picture(image):
    """A picture of these pixels, which carries no landmarks."""
    figure = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    return Picture(figure, lambda width, height: np.zeros((height, width, 3), np.uint8), None)


@pytest.fixture(scope="module")
def toons(portraits):
    return {name: drawn(portrait) for name, portrait in portraits.items()}


@pytest.fixture(scope="module")
def selfies(gauge, portraits):
    return {name: gauge.selfie(portrait, {}) for name, portrait in portraits.items()}


def test_the_landmarks_of_a_toon_are_found_where_they_were_drawn_from(meter, portraits, toons):
    off = {}
    for name, portrait in portraits.items():
        (face, *_) = meter.faces(composed(toons[name]))
        before = portrait.landmarks[:, :2]
        apart = np.linalg.norm(face.landmarks[:, :2] - before, axis=1).mean()
        off[name] = float(apart / eye_distance(before))
    assert all(share <= MOST_OFF for share in off.values()), off


def test_a_drawing_is_nearer_to_its_own_selfie_than_to_anybody_elses(
    gauge, portraits, toons, selfies
):
    for name, portrait in portraits.items():
        found = {
            other: gauge.judge(TOON.STYLE, selfie, portrait, toons[name]).distance
            for other, selfie in selfies.items()
            if other == name or selfie.traits == selfies[name].traits or other < name
        }
        assert min(found, key=found.get) == name


def test_a_toon_of_oneself_is_reported_and_a_toon_of_another_is_loose(
    gauge, portraits, toons, selfies
):
    own = gauge.judge(TOON.STYLE, selfies["ash"], portraits["ash"], toons["ash"])
    report = gauge.report(TOON.STYLE, own)
    assert report.band is not Band.LOOSE
    assert report.percentile >= 95
    assert report.measures.shape_source is Source.FOUND
    other = gauge.judge(TOON.STYLE, selfies["rowan"], portraits["ash"], toons["ash"])
    assert gauge.report(TOON.STYLE, other).band is Band.LOOSE


def test_a_report_is_json_and_says_the_same(gauge, portraits, toons, selfies):
    judged = gauge.judge(TOON.STYLE, selfies["hazel"], portraits["hazel"], toons["hazel"])
    report = gauge.report(TOON.STYLE, judged)
    kept = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert kept["band"] == report.band.value
    assert tuple(kept["sentences"]) == report.sentences
    assert kept["measures"]["shape_error"] == report.measures.shape_error
    assert kept["measures"]["shape_source"] == "found"


def test_skin_that_was_lightened_is_flagged_and_costs_the_band(gauge, portraits, toons, selfies):
    portrait, selfie = portraits["rowan"], selfies["rowan"]
    lab = to_lab(composed(toons["rowan"]))
    lab[..., 0] += 18 * enlarged(portrait.regions.skin, SIDE)
    bleached = a_picture(np.round(to_rgb(lab)).astype(np.uint8))
    judged = gauge.judge(TOON.STYLE, selfie, portrait, bleached)
    assert judged.measures.skin_lightness > 10
    report = gauge.report(TOON.STYLE, judged)
    assert report.band is not Band.STRONG
    (said,) = [line for line in report.sentences if line.startswith("Your skin")]
    assert "lighter than it is" in said
    assert "This style means to keep it" in said


def test_glasses_that_were_painted_over_are_told_lost(gauge, portraits, toons, selfies):
    portrait = portraits["hazel"]
    assert "glasses" in selfies["hazel"].traits
    kept = gauge.judge(TOON.STYLE, selfies["hazel"], portrait, toons["hazel"])
    assert "glasses" in kept.measures.kept
    image = composed(toons["hazel"])
    skin = np.median(image[enlarged(portrait.regions.skin, SIDE) > 0.9], axis=0)
    veil = np.clip(3 * enlarged(portrait.regions.frames, SIDE), 0, 1)[..., None]
    without = np.round(image * (1 - veil) + skin * veil).astype(np.uint8)
    lost = gauge.judge(TOON.STYLE, selfies["hazel"], portrait, a_picture(without))
    assert "glasses" in lost.measures.lost
    assert lost.distance > kept.distance


def test_a_drawing_without_a_face_falls_back_on_the_landmarks_it_carries(
    gauge, meter, portraits, selfies
):
    portrait, selfie = portraits["birch"], selfies["birch"]
    grey = a_picture(np.full((SIDE, SIDE, 3), 128, np.uint8))
    carried = replace(grey, landmarks=portrait.landmarks[:, :2])
    seen = see_drawing(carried, portrait, selfie, meter)
    assert seen.source is Source.CARRIED
    assert seen.embedding is None
    faceless = gauge.judge(TOON.STYLE, selfie, portrait, grey)
    assert faceless.measures.shape_error is None
    assert gauge.report(TOON.STYLE, faceless).band is Band.LOOSE


def test_a_drawing_of_any_size_is_measured_alike(gauge, portraits, toons, selfies):
    figure = np.kron(toons["maple"].figure, np.ones((2, 2, 1), np.uint8))
    double = replace(toons["maple"], figure=figure, landmarks=2 * toons["maple"].landmarks)
    one = gauge.judge(TOON.STYLE, selfies["maple"], portraits["maple"], toons["maple"])
    two = gauge.judge(TOON.STYLE, selfies["maple"], portraits["maple"], double)
    assert two.distance == pytest.approx(one.distance, abs=0.03)


def test_parts_are_held_to_what_the_person_corrected(gauge, portraits, toons):
    style, portrait = TOON.STYLE, portraits["ash"]
    said = {"hair_colour": "red", "glasses": "round"}
    shown = {"glasses": "round", "hair_colour": corrected(portrait.attributes, said).hair_colour}
    parts = replace(toons["ash"], shown=shown)
    measured = gauge.judge(style, gauge.selfie(portrait, {}), portrait, parts)
    told = gauge.judge(style, gauge.selfie(portrait, said), portrait, parts)
    assert told.measures.agreement == 1
    assert told.measures.lost == ()
    assert measured.measures.agreement < 1
    assert "glasses" in measured.measures.lost


def test_a_try_that_was_dropped_is_told_why(gauge, portraits, toons, selfies):
    portrait, selfie = portraits["rowan"], selfies["rowan"]
    kept = gauge.judge(TOON.STYLE, selfie, portrait, toons["rowan"])
    lab = to_lab(composed(toons["rowan"])) + np.array((25, 0, 0), np.float32)
    pale = a_picture(np.round(to_rgb(lab)).astype(np.uint8))
    other = gauge.judge(TOON.STYLE, selfie, portrait, pale)
    assert other.distance > kept.distance
    assert "Your skin is further from its colour" in gauge.reason(TOON.STYLE, kept, other)
    assert "came later" in gauge.reason(TOON.STYLE, kept, kept)


def test_a_selfie_is_never_changed_by_looking(gauge, portraits):
    before = portraits["cedar"].image.copy()
    gauge.selfie(portraits["cedar"], {})
    assert isinstance(portraits["cedar"], Aligned)
    assert np.array_equal(before, portraits["cedar"].image)
