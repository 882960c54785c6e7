"""Proof, reports and Verify over the whole studio: what a stranger with the file hears."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consent.errors import ConsentRefused
from consent.types import Audience
from outputs.errors import OutputMissing
from outputs.report import State, Technique
from studio.service import JobState
from tests.studio.jobs.test_house import CHOICE, look_into_camera

BOTH = replace(CHOICE, families=frozenset({"painted", "illustrated"}))


class Sitter:
    """A session of a person who was captured, and the files that they made."""

    def __init__(self, house, face: int) -> None:
        self.house = house
        self.token = house.new_session()
        self.record = house.desk.give(self.token, house.desk.draft(BOTH))
        look_into_camera(house, self.record, list(house.cast)[face], f"face of {self.token}")
        house.door.open(self.token, self.record.subject_id)

    def makes(self) -> tuple[str, bytes]:
        job = self.house.make_now(self.token, "toon", {}, 1)
        assert job.state is JobState.DONE, job.refusal
        return job.output_id, self.house.output(self.token, job.output_id, "png").data


@pytest.fixture
def ada(house):
    return Sitter(house, 0)


def found(house, data: bytes) -> dict[Technique, State]:
    return {item.technique: item.state for item in house.verify(data).findings}


def sentence(house, data: bytes, technique: Technique) -> str:
    return next(
        item.sentence for item in house.verify(data).findings if item.technique is technique
    )


def test_avatar_proves_that_its_consent_was_logged_before(house, ada):
    _, data = ada.makes()
    logged = next(item for item in house.verify(data).findings if item.technique is Technique.LOG)
    assert logged.state is State.TRUSTED
    with house.ledger.reading() as unit:
        record = unit.records.load(ada.record.record_id)
        assert logged.details["index"] == record.log_index
        assert unit.log.leaf(record.log_index).commitment == logged.details["commitment"]


def test_reported_avatar_is_not_handed_out_until_it_is_lifted(house, ada):
    output_id, data = ada.makes()
    answer = house.reports.report(output_id, "This is me.", "")
    for form in ("png", "webp"):
        with pytest.raises(ConsentRefused) as refused:
            house.output(ada.token, output_id, form)
        assert refused.value.code == "frozen"
    (shown,) = house.gallery(ada.token)
    assert shown.frozen_at is not None
    assert found(house, data)[Technique.REPORT] is State.DISPUTED
    assert found(house, data)[Technique.CONSENT] is State.GIVEN
    house.reports.lift(answer.report_id)
    assert house.output(ada.token, output_id, "png").data == data
    assert Technique.REPORT not in found(house, data)


def test_removed_avatar_is_gone_and_its_file_says_so(house, ada):
    output_id, data = ada.makes()
    house.reports.remove(house.reports.report(output_id, "This is me.", "").report_id)
    assert house.gallery(ada.token) == []
    with pytest.raises(OutputMissing):
        house.output(ada.token, output_id, "png")
    assert "removed it" in sentence(house, data, Technique.REPORT)


def test_withdrawing_ends_what_is_held_back_too(house, ada):
    output_id, data = ada.makes()
    answer = house.reports.report(output_id, "This is me.", "")
    house.withdraw(ada.token)
    assert "withdrawn since. All that was kept for it was destroyed." in sentence(
        house, data, Technique.CONSENT
    )
    assert found(house, data)[Technique.LOG] is State.TRUSTED
    case = house.reports.case(answer.report_id)
    assert (case.output, case.consent) == (None, None)
    with pytest.raises(OutputMissing) as unknown:
        house.reports.report(output_id + "0", "This is me.", "")
    assert unknown.value.code == "output_unknown"


@pytest.mark.parametrize(
    ("families", "told"), [({"painted"}, "still covers"), ({"illustrated"}, "no longer covers")]
)
def test_narrowed_consent_is_told_for_the_picture_s_family(house, ada, families, told):
    _, data = ada.makes()
    house.narrow(
        ada.token,
        ada.record.record_id,
        families=frozenset(families),
        audience=Audience.PRIVATE,
        days_left=None,
    )
    assert found(house, data)[Technique.CONSENT] is State.REPLACED
    assert told in sentence(house, data, Technique.CONSENT)


def test_nobody_who_verifies_or_reports_learns_who_it_is(house, ada):
    """Bea holds a file that Ada made; she learns what it is, not whose."""
    bea = Sitter(house, 1)
    output_id, data = ada.makes()
    answer = house.reports.report(output_id, "This is me.", "bea@example.org")
    heard = f"{answer}{house.verify(data).to_json()}{house.verify(data).to_text()}"
    for secret in (
        ada.record.subject_id,
        ada.record.record_id,
        ada.record.receipt_id,
        ada.token,
        "bea@example.org",
        "This is me.",
    ):
        assert secret not in heard
    assert house.gallery(bea.token) == []
    with pytest.raises(OutputMissing):
        house.output(bea.token, output_id, "png")
