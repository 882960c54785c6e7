"""Every threshold has a unit and a source, the page shows what the code says, the maths holds."""

import importlib.util
import itertools
import math
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import thresholds
from benchmarks.conditions import CONDITIONS, FRAME, INTER_EYE, spoil
from benchmarks.document import CALIBRATION, ROOT, write_between
from benchmarks.people import Likeness
from benchmarks.verification import Comparison, Strangers, compare, pairs, rate, upper_bound
from consent.identity import Cohort, verify_probe
from consent.profiles import STANDARD_IDENTITY, IdentityProfile
from tests.fakes import face, near

MEASURE_ONLY = IdentityProfile(accept_distance=math.inf, retry_distance=math.inf, max_z=math.inf)


@pytest.fixture
def profile(tmp_path, monkeypatch):
    """Makes a profile class that is written as a test says."""

    def profile(*fields):
        path = tmp_path / "written.py"
        path.write_text(
            "from dataclasses import dataclass\nfrom datetime import timedelta\n\n"
            "@dataclass\nclass Written:\n    " + "\n    ".join(fields) + "\n"
        )
        spec = importlib.util.spec_from_file_location("written", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "written", module)
        spec.loader.exec_module(module)
        return module.Written

    return profile


def likeness(person, template, shot="neutral"):
    return Likeness(person, "", shot, template, None)


@pytest.mark.parametrize("name", thresholds.PROFILES)
def test_every_threshold_of_the_code_stands_in_the_page_as_it_is(name):
    page = (ROOT / CALIBRATION).read_text("utf-8")
    begin, end = f"<!-- begin {name} thresholds -->\n", f"\n<!-- end {name} thresholds -->"
    written = page.partition(begin)[2].partition(end)[0]
    # Mended by: python -m benchmarks.calibration --thresholds --write
    assert written == thresholds.table(thresholds.PROFILES[name])


@pytest.mark.parametrize("name", thresholds.PROFILES)
def test_every_threshold_has_a_unit_and_a_source(name):
    for found in thresholds.thresholds(thresholds.PROFILES[name]):
        assert found.source.startswith(thresholds.SOURCES), found
        assert found.unit or found.value in {"true", "false"} or found.value[-1].isalpha(), found


def test_a_threshold_is_read_with_its_value_unit_meaning_and_source(profile):
    (found,) = thresholds.thresholds(
        profile("max_gap_seconds: float = 0.4  # between frames; protocol: two lost at 15 fps")
    )
    assert (found.name, found.value, found.unit) == ("max_gap_seconds", "0.4", "s")
    assert found.meaning == "between frames"
    assert found.source == "protocol: two lost at 15 fps"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(60, "60 s"), (180, "3 min"), (1800, "30 min"), (43200, "12 h")]
)
def test_times_are_shown_in_the_unit_that_reads_best(profile, seconds, shown):
    written = profile(f"life: timedelta = timedelta(seconds={seconds})  # provisional")
    assert written.life == timedelta(seconds=seconds)
    assert thresholds.thresholds(written)[0].value == shown


def test_as_above_takes_over_what_stands_above(profile):
    one, two, three = thresholds.thresholds(
        profile(
            "smile_rise: float = 0.3  # score above rest; provisional",
            "mouth_rise: float = 0.3  # as above",
            "blink_rise: float = 0.35  # as above; measured: closed eyes .55",
        )
    )
    assert (two.meaning, two.source) == (one.meaning, one.source)
    assert (three.meaning, three.source) == (one.meaning, "measured: closed eyes .55")


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("max_gap_seconds: float = 0.4", "where its value comes from"),
        ("max_gap_seconds: float = 0.4  # between frames", "where its value comes from"),
        ("max_gap_seconds: float = 0.4  # as above", "where its value comes from"),
        ("patience: float = 0.4  # of a person; provisional", "does not say its unit"),
    ],
)
def test_a_threshold_without_source_or_unit_fails(profile, written, sentence):
    with pytest.raises(ValueError, match=sentence):
        thresholds.table(profile(written))


def test_the_normalisation_in_tables_is_the_one_that_decides():
    strangers = [face(number) for number in range(100, 140)]
    table = Strangers.of_nobody(strangers)
    for number in range(1, 6):
        one, other = face(number), near(face(number), 0.1 * number)
        pair = (likeness("a", one), likeness("b", other))
        (found,) = compare([pair], table)
        judged = verify_probe(other, one, Cohort(tuple(strangers)), MEASURE_ONLY)
        assert found.distance == pytest.approx(judged.distance)
        assert found.z == pytest.approx(judged.z)


def test_both_people_of_a_pair_are_left_out_of_their_cohort():
    people = {frozenset({str(number)}): face(number) for number in range(40)}
    cohort = Strangers.of_people(people)
    pair = (likeness("1", face(1)), likeness("2", face(2)))
    (found,) = compare([pair], cohort)
    others = tuple(own for person, own in people.items() if not person & {"1", "2"})
    assert found.z == pytest.approx(verify_probe(face(2), face(1), Cohort(others), MEASURE_ONLY).z)
    (flattered,) = compare([pair], cohort, leave_out=False)
    assert flattered.z != pytest.approx(found.z)


def test_pairs_never_hold_one_photograph_twice():
    shots = [likeness(person, face(1), shot) for person in "ab" for shot in ("neutral", "smiling")]
    own = list(pairs(shots, shots, same=True))
    assert len(own) == 4
    assert all(one.shot != other.shot for one, other in own)
    assert len(list(pairs(shots, shots, same=False))) == 8


def test_a_face_that_was_not_found_is_compared_with_nobody():
    pair = (likeness("a", face(1)), likeness("b", None))
    assert not list(compare([pair], Strangers.of_nobody([face(n) for n in range(40)])))


@pytest.mark.parametrize(
    ("hit", "people", "bound"), [(0, 67, 0.044), (0, 3, 0.632), (1, 67, 0.069), (3, 3, 1.0)]
)
def test_the_bound_is_clopper_and_pearsons(hit, people, bound):
    assert upper_bound(hit, people) == pytest.approx(bound, abs=0.0005)


def test_a_rate_counts_the_people_it_touches_not_the_comparisons():
    every = [
        Comparison(likeness(one, ()), likeness(two, ()), 0.5, 0.0)
        for one, two in itertools.combinations("abcdefgh", 2)
    ]
    found = rate(every[:3], every)  # a with b, c and d
    assert (found.hits, found.comparisons) == (3, 28)
    assert (found.touched, found.people) == (4, 8)


@pytest.mark.parametrize("limit", [STANDARD_IDENTITY.accept_distance])
def test_a_comparison_without_numbers_is_neither_accepted_nor_asked_again(limit):
    broken = Comparison(likeness("a", ()), likeness("b", ()), math.nan, math.nan)
    assert not broken.accepted
    assert not broken.retried
    assert broken.refused
    assert Comparison(likeness("a", ()), likeness("b", ()), limit, -9.0).accepted


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_spoils_the_same_way_every_time(condition):
    rng = np.random.default_rng(0)
    small = rng.integers(60, 200, (30, 40, 3), np.uint8)
    frame = np.asarray(Image.fromarray(small).resize(FRAME))
    spoilt = spoil(frame, condition, 7)
    assert spoilt.shape == frame.shape
    assert spoilt.dtype == np.uint8
    assert (spoilt == spoil(frame, condition, 7)).all()
    assert INTER_EYE >= 70


def test_writing_between_markers_that_are_not_there_is_an_error(tmp_path):
    lonely = tmp_path / "page.md"
    lonely.write_text("<!-- begin groups -->\n")
    with pytest.raises(ValueError, match="no markers"):
        write_between(Path(lonely), "groups", "text")
