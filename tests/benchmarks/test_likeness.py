"""The calibration weighs what tells people apart, and keeps nothing of anybody."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.likeness import Drawn, calibrated
from studio.likeness.bands import OWN_PERCENTS, PERCENTS
from studio.likeness.types import Measures

rng = np.random.default_rng(3)


def some(number, *, shape, skin, face=None):
    return [
        Measures(
            shape_error=float(rng.normal(shape, 0.004)),
            skin_drift=float(rng.normal(*skin)),
            face_distance=None if face is None else float(rng.normal(face, 0.05)),
        )
        for _ in range(number)
    ]


@pytest.fixture
def entry():
    own = some(40, shape=0.02, skin=(9.0, 1.0), face=0.4)
    strangers = some(1560, shape=0.05, skin=(9.0, 1.0), face=0.8)
    return calibrated(Drawn(own, strangers))


def test_what_tells_people_apart_weighs_and_what_does_not_weighs_nothing(entry):
    assert entry["weights"]["shape"] == 4.0
    assert entry["weights"]["face"] == 4.0
    assert entry["weights"]["skin"] < 0.3
    assert entry["scales"]["shape"] == pytest.approx(0.05, abs=0.001)


def test_a_measure_that_nobody_has_is_left_out(entry):
    assert "attributes" not in entry["scales"]
    assert "hair" not in entry["scales"]


def test_bands_fall_as_their_percentiles_say(entry):
    assert entry["outcome"]["strong"] == pytest.approx(0.75, abs=0.06)
    assert entry["outcome"]["fair"] == pytest.approx(0.25, abs=0.06)
    assert entry["outcome"]["loose"] == 0  # no stranger comes near
    assert len(entry["distances"]) == len(PERCENTS)
    assert len(entry["own"]) == len(OWN_PERCENTS)


def test_an_entry_is_a_few_sums_however_many_were_measured(entry):
    text = json.dumps(entry)
    numbers = [part for part in text.replace("[", " ").replace(",", " ").split() if "." in part]
    assert entry["people"] == 40
    assert len(numbers) < 40


def test_where_strangers_come_as_near_drawings_are_loose():
    own = some(40, shape=0.05, skin=(9.0, 1.0), face=0.8)
    strangers = some(1560, shape=0.05, skin=(9.0, 1.0), face=0.8)
    outcome = calibrated(Drawn(own, strangers))["outcome"]
    assert outcome["loose"] > 0.6
    assert outcome["strong"] < 0.2
