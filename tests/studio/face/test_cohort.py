import json
import math
from importlib import resources

from consent.profiles import STANDARD_IDENTITY
from studio.face.cohort import load_cohort


def test_the_cohort_is_large_enough_for_the_policy():
    assert len(load_cohort().templates) >= STANDARD_IDENTITY.cohort_nearest


def test_every_entry_is_an_embedding():
    for entry in load_cohort().templates:
        assert len(entry) == 128
        assert all(math.isfinite(value) for value in entry)
        assert 0.5 < math.hypot(*entry) < 2.0


def test_no_entry_comes_twice():
    templates = load_cohort().templates
    assert len(set(templates)) == len(templates)


def test_the_cohort_says_where_it_comes_from():
    data = json.loads((resources.files("studio.face") / "assets" / "cohort.json").read_text())
    assert data["version"] == 1
    assert data["source"]
