"""What a person puts right about their looks is theirs: sealed at rest, and in no file."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from dbos import DBOS, SetWorkflowID

from consent.adapters.tables import JobRow
from outputs.encode import STILLS
from studio.house import MEDIA_TYPES
from studio.jobs.adapters.database import CONTROLS
from studio.service import JobState
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


@pytest.fixture
def waiting(house, token):
    """A job that nobody has begun."""
    job = house.orders._job(house.door.open_subject(token), "avataaars", WISH, 7)
    house.orders.engine.rows.add(job)
    return job


def test_a_job_keeps_them_sealed_and_forgets_them_at_its_end(house, waiting):
    rows = house.orders.engine.rows
    with house.ledger.reading() as unit:
        row = unit.session.get(JobRow, waiting.id)
        assert row.controls == "{}"
        assert b"goatee" not in row.sealed_controls
    assert WISH.items() <= rows.load(waiting.id).controls.items()
    rows.end(waiting.id, JobState.CANCELLED)
    with house.ledger.reading() as unit:
        assert unit.session.get(JobRow, waiting.id).sealed_controls is None
    assert rows.load(waiting.id).controls == {}


def test_the_copy_of_ones_data_tells_what_waits_to_be_drawn(house, token, waiting):
    with ZipFile(BytesIO(b"".join(house.rights.archive(token)))) as archive:
        name = next(each for each in archive.namelist() if each.endswith("jobs.json"))
        listed = json.loads(archive.read(name))
    (told,) = [job for job in listed if job["id"] == waiting.id]
    assert WISH.items() <= told["controls"].items()


def damage(house, job, kind):
    with house.ledger.transaction() as unit:
        row = unit.session.get(JobRow, job.id)
        wish = json.dumps({"id": "another", "controls": {}}).encode()
        other = unit.vault.seal(job.subject_id, CONTROLS, wish)
        row.sealed_controls = other if kind == "other" else b"\x01" + bytes(40)


def test_a_wish_that_cannot_be_read_stands_in_no_withdrawals_way(house, token, waiting):
    damage(house, waiting, "bytes")
    assert house.withdraw(token)["deleted"]
    with house.ledger.reading() as unit:
        assert unit.session.get(JobRow, waiting.id) is None


@pytest.mark.parametrize("kind", ["other", "bytes"])
def test_a_job_whose_wish_cannot_be_read_is_refused_and_not_drawn_with_defaults(
    house, token, waiting, kind
):
    engine = house.orders.engine
    damage(house, waiting, kind)
    with SetWorkflowID(waiting.id):
        DBOS.start_workflow(engine._workflow, waiting.id).get_result()
    ended = house.job(token, waiting.id)
    assert (ended.state.value, ended.refusal["code"]) == ("refused", "sealed_damaged")
