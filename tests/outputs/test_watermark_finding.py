from __future__ import annotations

import json

import numpy as np
import pytest

from outputs.opening import Frame
from outputs.registry import PREVIEW_WORD, Registered, nearest
from outputs.report import State
from outputs.watermark import CLEAR, Trial, WatermarkEvidence
from outputs.watermark_finding import Sighting, look_for_watermark, watermark_finding
from tests.outputs.samples import RECEIPT, WORD, flat

NOWHERE = "uncertain or unknown here"
MINE = Registered(WORD, "output-1", RECEIPT)


def evidence(errors: int, word: int = WORD, clarity: float = 3 * CLEAR) -> WatermarkEvidence:
    return WatermarkEvidence(errors, clarity, 700, Trial(), word, np.ones((4, 4), np.float32))


def told(errors: int, word: int = WORD, registered=(MINE,), **more):
    read = evidence(errors, word)
    sighting = Sighting(read, 0, 1, nearest(word, registered))
    options = {"knows_ids": True, "manifest_output": None, **more}
    return watermark_finding(sighting, **options)


class Reader:
    """Reads what it is told, frame by frame."""

    def __init__(self, *readings: WatermarkEvidence) -> None:
        self.readings = list(readings)

    def read(self, _pixels) -> WatermarkEvidence:
        return self.readings.pop(0)


@pytest.mark.parametrize(
    ("errors", "state"),
    [(0, State.DETECTED), (2, State.DETECTED), (3, State.POSSIBLE), (4, State.POSSIBLE)],
)
def test_tag_is_told_by_its_wrong_bits(errors, state):
    found = told(errors, word=WORD ^ 0x5555_5555)
    assert found.state is state
    assert found.tells_generated is (state is State.DETECTED)
    assert found.details["wrong_bits"] == errors


def test_what_is_not_there_asks_for_no_id():
    def never(_word):
        raise AssertionError("an id was looked up")

    sighting = look_for_watermark([Frame(0, flat())], Reader(evidence(9)), never)
    found = watermark_finding(sighting, knows_ids=True, manifest_output=None)
    assert found.state is State.NOT_FOUND
    assert "id" not in found.details


def test_certain_id_makes_a_possible_tag_certain():
    found = told(4)
    assert found.state is State.DETECTED
    assert found.details["id"] == f"{WORD:08x}"


def test_possible_tag_without_a_certain_id_tells_nothing_for_sure():
    found = told(4, word=WORD ^ 0x5555_5555)
    assert not found.tells_generated
    assert "may be chance" in found.sentence


def test_nobody_learns_that_an_id_is_nearly_right():
    """Two answers would lead whoever tries ids, one bit at a time, to every output."""
    near, far = (told(0, word=WORD ^ wrong) for wrong in (0b111_1111, 0x5555_5555))
    assert near == far
    assert near.details["id"] == NOWHERE
    assert told(0, word=WORD ^ 0x5555_5555, registered=()) == far


def test_finding_names_no_output():
    for wrong in (0, 1, 0b111_1111):
        assert "output" not in json.dumps(dict(told(0, word=WORD ^ wrong).details))


def test_the_more_are_registered_the_nearer_an_id_must_come():
    damaged = WORD ^ 0b1_1111
    assert told(0, word=damaged).details["id"] == f"{WORD:08x}"
    crowd = [
        Registered(number * 0x1_0001 + 7, f"output-{number}", RECEIPT) for number in range(500)
    ]
    assert told(0, word=damaged, registered=(MINE, *crowd)).details["id"] == NOWHERE


def test_preview_is_certain_even_where_ids_cannot_be_looked_up():
    found = told(1, word=PREVIEW_WORD ^ 1, registered=(), knows_ids=False)
    assert found.details["id"] == "preview"


def test_search_ends_with_the_first_frame_that_is_certain():
    frames = [Frame(number, flat()) for number in (0, 5, 9)]
    sighting = look_for_watermark(frames, Reader(evidence(8), evidence(1)), None)
    assert (sighting.frame, sighting.evidence.errors) == (5, 1)
    assert sighting.by_chance == pytest.approx(3 * sighting.evidence.by_chance)
