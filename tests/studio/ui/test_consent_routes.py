"""Consent, records, and the end of it."""

from __future__ import annotations

import pytest

from consent.profiles import RETENTION_OPTIONS_DAYS
from consent.types import Audience, Purpose
from studio.service import ConsentChoice
from studio.ui.handlers.consent import notice_markdown, offer, read_choice
from tests.studio.ui.conftest import CHOICE, second_browser, token_of


def test_the_offer_names_each_family_that_exists_once_and_switches_nothing_on(studio):
    found = offer(studio)
    assert [entry["value"] for entry in found["families"]] == ["illustrated", "painted"]
    assert found["days"] == 90
    assert found["audience"] == "private"
    assert "on" not in found["families"][0]


def test_the_notice_keeps_its_words_and_gains_headings(studio):
    text = notice_markdown(studio.notice())
    assert text.startswith("# What you agree to\n\nSelfsame draws you")
    assert "## What is used\n\n- Five pictures from your camera." in text
    assert "nobody \\*in particular\\*  \nContact: none" in text


def test_the_days_on_offer_are_those_that_a_record_may_last(studio):
    found = offer(studio)["durations"]
    assert [entry["value"] for entry in found] == list(RETENTION_OPTIONS_DAYS)
    assert found[0]["label"] == "30 days"
    assert found[-1]["label"] == "1 year"


def test_a_choice_is_read_as_it_was_made(studio):
    assert read_choice(studio, CHOICE) == ConsentChoice(
        purposes=frozenset({Purpose.AVATAR_STILLS}),
        families=frozenset({"illustrated"}),
        audience=Audience.PRIVATE,
        days=90,
        adult_attested=True,
    )


def test_an_empty_choice_has_no_purpose(studio):
    assert read_choice(studio, {}).purposes == frozenset()
    assert read_choice(studio, {}).adult_attested is False


@pytest.mark.parametrize(
    "change",
    [
        {"families": "illustrated"},
        {"families": [1]},
        {"families": ["<script>"]},
        {"families": ["illustrated", "imagined"]},
        {"families": [["illustrated"]]},
        {"purposes": ["training"]},
        {"media": ["video"]},
        {"days": 91},
        {"days": 36500},
        {"days": "90"},
        {"days": True},
        {"audience": "everybody"},
        {"audience": None},
    ],
)
def test_what_the_form_does_not_offer_is_refused(visitor, change):
    answer = visitor.post("/api/consent", json={**CHOICE, **change})
    assert answer.status_code == 422
    assert answer.json()["code"] == "choice_invalid"
    assert visitor.get("/api/sitting").json()["record"] is None
    summary = visitor.post("/api/consent/summary", json={**CHOICE, **change})
    assert summary.json()["code"] == "choice_invalid"


@pytest.mark.parametrize("attested", [False, None, "yes", 1])
def test_only_a_plain_yes_attests_an_adult(visitor, attested):
    answer = visitor.post("/api/consent", json={**CHOICE, "adult_attested": attested})
    assert answer.status_code == 403
    assert set(answer.json()) == {"code", "what", "why", "next"}


def test_nothing_switched_on_is_refused(visitor):
    answer = visitor.post("/api/consent", json={**CHOICE, "families": []})
    assert answer.json()["what"] == "Nothing to make yet."


def test_a_body_that_is_no_form_is_refused(visitor):
    answer = visitor.post("/api/consent", content=b"families=illustrated")
    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable"


def test_the_summary_builds_as_the_person_chooses(visitor):
    assert visitor.post("/api/consent/summary", json={"families": []}).json() == {"summary": ""}
    answer = visitor.post("/api/consent/summary", json={**CHOICE, "days": 365})
    assert "1 year" in answer.json()["summary"]


def test_consent_leads_to_the_camera(visitor):
    answer = visitor.post("/api/consent", json=CHOICE)
    assert answer.json()["step"] == 2
    assert "illustrated" in answer.json()["record"]["summary"]


def test_records_and_receipts_open_for_their_subject_only(person):
    record = person.get("/api/records").json()["records"][0]
    address = f"/api/records/{record['id']}/receipt"
    assert person.get(f"{address}.json").json()["record_id"] == record["id"]
    page = person.get(f"{address}.html")
    assert page.headers["content-type"].startswith("text/html")
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    other = second_browser(person)
    assert other.get("/api/records").status_code == 403
    assert other.get(f"{address}.json").status_code == 403
    assert other.get(f"{address}.html").status_code == 403


def test_withdrawal_returns_the_deletion_receipt_and_closes_the_gallery(person):
    answer = person.post("/api/withdraw")
    assert answer.json()["receipt"]["signature"]["algorithm"] == "Ed25519"
    assert person.get("/api/outputs").status_code == 403
    assert person.get("/api/sitting").json()["record"] is None


def test_ending_stays_on_offer_while_the_sitting_is_closed(person):
    person.post("/api/lock")
    assert person.get("/api/sitting").json()["can_withdraw"] is True
    assert person.post("/api/withdraw").status_code == 200
    assert person.get("/api/sitting").json()["can_withdraw"] is False


def test_a_second_browser_cannot_withdraw_for_the_first(person, studio):
    assert second_browser(person).post("/api/withdraw").status_code == 403
    assert studio.bound(token_of(person)).captured


def test_locking_closes_the_gallery_and_leaves_a_way_back(person):
    assert person.post("/api/lock").status_code == 204
    answer = person.get("/api/outputs")
    assert answer.status_code == 403
    assert answer.json()["next"] == "Look into the camera to open it."
    sitting = person.get("/api/sitting").json()
    assert sitting["is_open"] is False
    assert sitting["selfies"] == []
    assert len(sitting["earlier"]) == 1
