"""Jobs survive the death of their process, obey withdrawal and cancellation, and store once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from consent.adapters.tables import OutputRow
from consent.errors import ConsentRefused

WORKER = Path(__file__).with_name("worker.py")


def run_worker(data, weights, moment):
    return subprocess.run(
        [sys.executable, WORKER, data, weights, moment],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.parametrize("moment", ["preparing", "drawing", "bytes_put", "storing", "stored"])
def test_a_killed_job_is_finished_by_the_next_process_with_exactly_one_output(
    moment, tmp_path, weights
):
    killed = run_worker(tmp_path, weights, moment)
    assert killed.returncode == -9, killed.stderr[-2000:]
    revived = run_worker(tmp_path, weights, "none")
    assert revived.returncode == 0, revived.stderr[-2000:]
    assert revived.stdout.split()[-2:] == ["done", "1"]


def test_a_job_ends_with_one_output_in_two_formats(house, token):
    job = house.make_now(token, "toon", {}, 3)
    assert job.state.value == "done", job.refusal
    (output,) = house.gallery(token)
    assert output.id == job.output_id
    png, webp = (house.output(token, output.id, kind) for kind in ("png", "webp"))
    assert png.data.startswith(b"\x89PNG")
    assert webp.data[8:12] == b"WEBP"


def test_a_withdrawn_consent_refuses_the_job_and_stores_nothing(house, token):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.rows.add(job)
    with house.ledger.transaction() as unit:
        unit.records.withdraw(job.record_id, house.clock.now())
    outcome = house.orders.engine._prepare(job.id)
    assert outcome == {"ended": True}
    ended = house.orders.engine.rows.load(job.id)
    assert ended.state.value == "refused"
    assert ended.refusal["code"] == "withdrawn"
    assert house.library.list(job.subject_id) == []


def test_consent_that_ends_while_drawing_stops_the_storing_step(house, token):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.rows.add(job)
    house.orders.engine._prepare(job.id)
    outcome = house.orders.engine._render(job.id)
    with house.ledger.transaction() as unit:
        unit.records.withdraw(job.record_id, house.clock.now())
    house.orders.engine._datasource.run_tx_step(
        {"name": "store"}, house.orders.engine._store, job.id, outcome
    )
    assert house.orders.engine.rows.load(job.id).state.value == "refused"
    with house.ledger.reading() as unit:
        assert unit.session.get(OutputRow, job.id) is None


def test_a_cancelled_job_stores_nothing_whatever_was_drawn(house, token, data):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.rows.add(job)
    house.orders.engine._prepare(job.id)
    outcome = house.orders.engine._render(job.id)
    assert house.cancel(token, job.id).state.value == "cancelled"
    house.orders.engine._datasource.run_tx_step(
        {"name": "store"}, house.orders.engine._store, job.id, outcome
    )
    assert house.orders.engine.rows.load(job.id).state.value == "cancelled"
    assert house.gallery(token) == []
    assert not any((data / "objects" / "outputs" / job.subject_id).rglob("*.*"))


def test_a_step_of_an_ended_job_does_nothing(house, token):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.rows.add(job)
    house.cancel(token, job.id)
    assert house.orders.engine._render(job.id) == {"ended": True}
    assert house.orders.engine._prepare("unknown") == {"ended": True}


def test_withdrawal_cancels_queued_jobs_and_empties_the_shelves(house, token, data):
    done = house.make_now(token, "toon", {}, 3)
    waiting = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.rows.add(waiting)
    shelves = [data / "objects" / kind / waiting.subject_id for kind in ("outputs", "selfies")]
    assert all(any(shelf.rglob("*")) for shelf in shelves)
    receipt = house.withdraw(token)
    assert receipt["stopped_jobs"] == 1
    assert house.orders.engine.rows.load(waiting.id) is None
    assert house.orders.engine.rows.load(done.id) is None
    assert not any(path.is_file() for shelf in shelves for path in shelf.rglob("*"))


def test_a_job_that_was_asked_for_before_a_withdrawal_and_comes_after_it_is_not_kept(house, token):
    late = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.withdraw(token)
    with pytest.raises(ConsentRefused) as refused:
        house.orders.engine.submit(late)
    assert refused.value.code == "withdrawn"
    assert house.orders.engine.rows.load(late.id) is None


def test_the_job_databases_hold_no_picture_and_no_control_beyond_ids(house, token, data):
    house.make_now(token, "toon", {"palette": "natural"}, 3)
    engine_bytes = b"".join(path.read_bytes() for path in data.glob("dbos.db*"))
    assert b"palette" not in engine_bytes
    for magic in (b"\x89PNG", b"\xff\xd8\xff", b"gASV", b"\x80\x04\x95"):
        assert magic not in engine_bytes


def test_another_session_sees_neither_job_nor_gallery(house, token):
    job = house.make_now(token, "toon", {}, 3)
    stranger = house.new_session()
    for ask in (
        lambda: house.job(stranger, job.id),
        lambda: house.cancel(stranger, job.id),
        lambda: house.gallery(stranger),
        lambda: house.output(stranger, job.output_id, "png"),
        lambda: house.delete_output(stranger, job.output_id),
        lambda: house.preview(stranger, "toon", {}, 1),
        lambda: house.make(stranger, "toon", {}, 1),
    ):
        with pytest.raises(ConsentRefused) as refused:
            ask()
        assert refused.value.code == "closed"


def test_a_process_that_comes_late_leaves_the_finished_picture_alone(house, token):
    done = house.make_now(token, "toon", {}, 3)
    job = house.orders.engine.rows.load(done.id)
    assert house.orders.engine._render(job.id) == {"ended": True}
    assert house.orders.engine._render_output(job) == {"ended": True}
    assert house.output(token, done.output_id, "png").data
