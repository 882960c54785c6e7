"""How long a picture takes: estimated, then measured and kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studio.models.types import Kind
from studio.styles.diffusion.plans import plans
from studio.styles.diffusion.sizes import EXPECTED
from studio.styles.diffusion.timing import NAME, Pace, Timings
from studio.styles.diffusion.types import Offload, Storage
from tests.studio.styles.diffusion.fakes import CARD, PROCESSOR

SIZES = EXPECTED[Kind.SD15]
PLAN = plans(Kind.SD15, PROCESSOR)[0]


def timings(path=None, speed=1.0):
    return Timings(path, lambda *_: speed)


def test_before_anything_was_drawn_the_time_is_an_estimate_from_the_devices_speed():
    slow = timings(speed=0.1).expected(PLAN, PROCESSOR, SIZES)
    quick = timings(speed=1.0).expected(PLAN, PROCESSOR, SIZES)
    assert not slow.is_measured
    assert slow.seconds() == pytest.approx(10 * quick.seconds())


def test_the_speed_of_a_device_is_measured_once():
    asked = []

    def speed(*device):
        asked.append(device)
        return 1.0

    known = Timings(None, speed)
    for _ in range(3):
        known.expected(PLAN, PROCESSOR, SIZES)
    assert asked == [("cpu", "bfloat16")]


@pytest.mark.parametrize(
    "slower",
    [{"storage": Storage.EIGHT_BIT}, {"offload": Offload.MODEL}, {"offload": Offload.GROUP}],
)
def test_what_saves_memory_is_expected_to_take_longer(slower):
    plan = plans(Kind.SDXL, CARD)[0]
    known, sizes = timings(speed=50.0), EXPECTED[Kind.SDXL]
    full = known.expected(plan, CARD, sizes).seconds()
    assert known.expected(replace(plan, **slower), CARD, sizes).seconds() > full


def test_what_was_measured_is_kept_beside_the_models(tmp_path):
    path = tmp_path / NAME
    timings(path).note(PLAN, PROCESSOR, Pace(2.0, 1.0))
    found = timings(path).expected(PLAN, PROCESSOR, SIZES)
    assert found.is_measured
    assert found.seconds(4) == 9.0
    assert not list(tmp_path.glob("*.part"))


def test_only_news_are_written(tmp_path):
    path = tmp_path / NAME
    known = timings(path)
    for step, drawings in ((2.0, 1), (2.01, 1), (4.0, 3)):
        known.note(PLAN, PROCESSOR, Pace(step, 1.0))
        assert timings(path).expected(PLAN, PROCESSOR, SIZES).drawings == drawings


def test_another_device_or_plan_is_measured_by_itself():
    known = timings()
    known.note(PLAN, PROCESSOR, Pace(2.0, 1.0))
    other = replace(PROCESSOR, name="Another")
    assert not known.expected(PLAN, other, SIZES).is_measured
    assert not known.expected(replace(PLAN, size=256), PROCESSOR, SIZES).is_measured
    assert not known.expected(replace(PLAN, kind=Kind.SDXL), PROCESSOR, SIZES).is_measured


def test_newer_measurements_count_more():
    known = timings()
    for step in (2.0, 4.0, 4.0):
        known.note(PLAN, PROCESSOR, Pace(step, 0.0))
    found = known.expected(PLAN, PROCESSOR, SIZES)
    assert found.step == pytest.approx(3.5)
    assert found.drawings == 3


@pytest.mark.parametrize("step", [float("nan"), float("inf"), -1.0])
def test_times_that_cannot_be_are_not_kept(step):
    known = timings()
    known.note(PLAN, PROCESSOR, Pace(step, 0.0))
    assert not known.expected(PLAN, PROCESSOR, SIZES).is_measured


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"%s": 1}',
        '{"%s": {"step": "x", "once": 0, "drawings": 1}}',
        '{"%s": {"step": -2, "once": 0, "drawings": 1}}',
        '{"%s": {"step": NaN, "once": 0, "drawings": 1}}',
        '{"%s": {"step": 1, "once": 0, "drawings": 1, "more": 1}}',
    ],
)
def test_a_file_that_holds_something_else_is_measured_anew(tmp_path, told):
    path = tmp_path / NAME
    timings(path).note(PLAN, PROCESSOR, Pace(2.0, 1.0))
    (key,) = json.loads(path.read_text())
    path.write_text(told.replace("%s", key))
    known = timings(path)
    assert not known.expected(PLAN, PROCESSOR, SIZES).is_measured
    known.note(PLAN, PROCESSOR, Pace(2.0, 1.0))
    assert timings(path).expected(PLAN, PROCESSOR, SIZES).is_measured


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path):
    known = timings(tmp_path / "no" / "folder" / NAME)
    known.note(PLAN, PROCESSOR, Pace(2.0, 1.0))
    assert known.expected(PLAN, PROCESSOR, SIZES).is_measured


def test_a_card_that_cannot_be_measured_now_is_asked_again_the_next_time():
    asked = []

    def speed(*device):
        asked.append(device)
        if len(asked) == 1:
            raise RuntimeError("CUDA out of memory")
        return 1.0

    known = Timings(None, speed)
    slow = known.expected(PLAN, PROCESSOR, SIZES)
    quick = known.expected(PLAN, PROCESSOR, SIZES)
    assert len(asked) == 2
    assert slow.seconds() > quick.seconds()
