"""What a person puts right about their looks is theirs: sealed at rest, and in no file."""

from __future__ import annotations

import pytest
from dbos import DBOS, SetWorkflowID

from consent.adapters.tables import JobRow
from outputs.encode import STILLS
from studio.house import MEDIA_TYPES
from studio.styles.attributes.corrections import CORRECTABLE

WISH = {"monk": "9", "hair_length": "long", "facial_hair": "goatee", "glasses": "round"}


@pytest.fixture
def made(house, token):
    job = house.make_now(token, "avataaars", WISH, 5)
    assert job.output_id is not None, job.refusal
    return job


def test_no_format_tells_a_correction(house, token, made):
    assert set(MEDIA_TYPES.values()) == set(STILLS)
    for name in MEDIA_TYPES:
        data = house.output(token, made.output_id, name).data
        for word in CORRECTABLE:
            assert word.encode() not in data, (name, word)
    assert b"background" in house.output(token, made.output_id, "png").data  # its own control is


def test_the_gallery_still_knows_them(house, token, made):
    (output,) = [each for each in house.gallery(token) if each.id == made.output_id]
    assert WISH.items() <= output.recipe["controls"].items()


def test_a_job_keeps_them_sealed(house, token, made):
    with house.ledger.reading() as unit:
        row = unit.session.get(JobRow, made.id)
        assert row.controls == "{}"
        assert b"goatee" not in row.sealed_controls
    job = house.orders.engine.rows.load(made.id)
    assert WISH.items() <= job.controls.items()


def test_what_is_sealed_for_another_job_is_not_read(house, token, made):
    other = house.make_now(token, "avataaars", {}, 6)
    with house.ledger.transaction() as unit:
        mine, theirs = (unit.session.get(JobRow, each.id) for each in (made, other))
        theirs.sealed_controls = mine.sealed_controls
    assert house.orders.engine.rows.load(other.id).controls == {}


@pytest.mark.parametrize("damage", ["other", "bytes"])
def test_a_job_whose_wish_cannot_be_read_is_refused_and_not_drawn_with_defaults(
    house, token, made, damage
):
    engine = house.orders.engine
    waiting = house.orders._job(house.door.open_subject(token), "avataaars", WISH, 7)
    engine.rows.add(waiting)
    with house.ledger.transaction() as unit:
        row = unit.session.get(JobRow, waiting.id)
        sealed = unit.session.get(JobRow, made.id).sealed_controls
        row.sealed_controls = sealed if damage == "other" else b"\x01" + bytes(40)
    with SetWorkflowID(waiting.id):
        DBOS.start_workflow(engine._workflow, waiting.id).get_result()
    ended = house.job(token, waiting.id)
    assert (ended.state.value, ended.refusal["code"]) == ("refused", "sealed_damaged")
