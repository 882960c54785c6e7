"""Consent, records, and the end of it."""

from __future__ import annotations

import pytest

from consent.profiles import RETENTION_OPTIONS_DAYS
from consent.types import Audience, Purpose
from studio.service import ConsentChoice
from studio.ui.handlers.consent import notice_blocks, notice_markdown, offer, read_choice
from tests.studio.ui.conftest import CHOICE, second_browser, token_of


def test_the_offer_names_each_family_that_exists_once_and_switches_nothing_on(studio):
    found = offer(studio)
    assert [entry["value"] for entry in found["families"]] == ["illustrated", "painted"]
    assert found["days"] == 90
    assert [entry["value"] for entry in found["audiences"]] == ["public", "commercial"]
    switches = [*found["families"], *found["audiences"]]
    assert all(set(entry) == {"value", "label", "note"} for entry in switches)


def test_the_offer_speaks_the_language_that_was_asked_for(visitor):
    german = visitor.get("/api/consent/offer?language=de").json()
    assert german["language"] == "de"
    assert german["words"]["agree"] == "Zustimmen und weiter"
    assert german["families"][0]["label"] == "Gezeichnete Bilder"
    assert german["notice"][0]["heading"] == "Worin du einwilligst"
    assert visitor.get("/api/consent/offer").json()["language"] == "en"


@pytest.mark.parametrize("language", ["fr", "", "../words.en"])
def test_a_language_without_a_text_is_refused(visitor, language):
    answer = visitor.get("/api/consent/offer", params={"language": language})
    assert answer.status_code == 422
    assert answer.json()["code"] == "choice_invalid"


def test_the_notice_is_told_in_headed_blocks_with_every_word(studio):
    title, first, used, *_ = notice_blocks(studio.notice())
    assert title == {"heading": "What you agree to", "lines": []}
    assert first["heading"] == ""
    assert used["heading"] == "What is used"
    assert used["lines"][0] == {"text": "Five pictures from your camera.", "item": True}


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
        {"language": "fr"},
        {"language": None},
        {"extends": 7},
        {"extends": "a" * 65},
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
    assert "365 days" in answer.json()["summary"]
    answer = visitor.post("/api/consent/summary", json={**CHOICE, "language": "de"})
    assert answer.json()["summary"].startswith("Selfsame darf 90 Tage lang gezeichnete Bilder")


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


def test_less_is_allowed_at_once(person):
    wide = {**CHOICE, "families": ["illustrated", "painted"], "audience": "public"}
    person.post("/api/consent", json=wide)
    record = person.get("/api/sitting").json()["record"]
    less = {"families": ["painted"], "audience": "private", "days_left": 7}
    answer = person.post(f"/api/records/{record['id']}/narrow", json=less)
    assert answer.json()["record"]["families"] == ["painted"]
    assert "for 7 days, for me alone" in person.get("/api/sitting").json()["record"]["summary"]


@pytest.mark.parametrize(
    "change",
    [
        {"families": None},
        {"families": ["engraved"]},
        {"audience": None},
        {"audience": "nobody"},
        {"days_left": 6},
        {"days_left": "7"},
        {"days_left": True},
        {"days": 7},
        {"adult_attested": True},
    ],
)
def test_what_the_page_does_not_offer_to_narrow_is_refused(person, change):
    record = person.get("/api/sitting").json()["record"]
    body = {"families": ["illustrated"], "audience": "private", **change}
    answer = person.post(f"/api/records/{record['id']}/narrow", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "choice_invalid")
    assert person.get("/api/sitting").json()["record"]["id"] == record["id"]


def test_what_is_asked_for_anew_waits_and_can_be_taken_back(person):
    record = person.get("/api/sitting").json()["record"]
    more = {**CHOICE, "days": 365, "extends": record["id"]}
    sitting = person.post("/api/consent", json=more).json()
    assert sitting["record"]["id"] == record["id"]
    assert sitting["waiting"]["waits_for_camera"] is True
    assert person.delete("/api/records/waiting").status_code == 204
    assert person.get("/api/sitting").json()["waiting"] is None


def test_ended_records_are_listed_with_their_history_and_receipts(person):
    record = person.get("/api/sitting").json()["record"]
    person.post("/api/withdraw")
    assert person.get("/api/sitting").json()["is_over"] is True
    found = person.get("/api/records").json()
    assert [each["state"] for each in found["records"]] == ["withdrawn"]
    assert found["history"][0]["what"] == "You ended your consent."
    assert person.get(f"/api/records/{record['id']}/receipt.json").status_code == 200
    assert second_browser(person).get("/api/records").status_code == 403


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
