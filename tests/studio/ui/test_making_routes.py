"""Styles, previews, jobs, outputs: whose they are, and what is refused."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from consent.errors import Refusal
from outputs.types import Profile
from studio.ui.handlers.sitting import Asked, step_on_load
from tests.studio.ui.conftest import CHOICE, second_browser, token_of
from tests.studio.ui.fake_styles import released

WISH = {"style": "toon", "controls": {"line": 2.0, "palette": "cool"}, "seed": 7}


def finished_output(client, clock) -> str:
    job_id = client.post("/api/jobs", json=WISH).json()["job_id"]
    clock.seconds += 5
    return client.get(f"/api/jobs/{job_id}").json()["output_id"]


def test_styles_carry_their_controls_by_kind(visitor):
    toon = visitor.get("/api/styles").json()["styles"][0]
    assert toon["name"] == "toon"
    assert {control["kind"] for control in toon["controls"]} == {"range", "choice"}
    assert toon["controls"][0]["minimum"] == 0.5


def test_a_preview_is_a_labelled_picture_of_the_open_subject(person):
    told = {"x-controls": quote(json.dumps({"palette": "night"}))}
    answer = person.get("/api/preview/toon", params={"seed": 3}, headers=told)
    assert answer.headers["content-type"] == "image/webp"
    assert second_browser(person).get("/api/preview/toon").status_code == 403


def test_controls_in_an_address_are_not_read(person):
    answer = person.get("/api/preview/toon", params={"controls": "not json"})
    assert answer.status_code == 200


def test_a_preview_in_another_profile_never_leaves(person, studio, monkeypatch):
    final = released(b"bytes", "webp", 1024, Profile.FINAL)
    monkeypatch.setattr(studio, "preview", lambda *_: final)
    assert person.get("/api/preview/toon").status_code == 500


@pytest.mark.parametrize(
    ("style", "controls", "seed", "status"),
    [
        ("none", "{}", 0, 404),
        ("toon", "not json", 0, 422),
        ("toon", "[]", 0, 422),
        ("toon", "[" * 4000, 0, 422),
        ("toon", json.dumps({"palette": "c" * 5000}), 0, 422),
        ("toon", '{"line": 1' + "0" * 400 + "}", 0, 422),
        ("toon", '{"line": 1e999}', 0, 422),
        ("toon", '{"line": "nan"}', 0, 422),
        ("toon", "{}", 10**400, 422),
        ("toon", '{"line": 99}', 0, 422),
        ("toon", '{"line": NaN}', 0, 422),
        ("toon", '{"line": true}', 0, 422),
        ("toon", '{"line": {"a": 1}}', 0, 422),
        ("toon", '{"palette": "sepia"}', 0, 422),
        ("toon", '{"prompt": "somebody else"}', 0, 422),
        ("toon", "{}", -1, 422),
        ("toon", "{}", 2**31, 422),
    ],
)
def test_controls_outside_their_limits_are_refused(person, style, controls, seed, status):
    told = {"x-controls": quote(controls)}
    answer = person.get(f"/api/preview/{style}", params={"seed": seed}, headers=told)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "what", "why", "next"}


def test_a_job_needs_the_open_sitting(visitor):
    visitor.post("/api/consent", json=CHOICE)
    assert visitor.post("/api/jobs", json=WISH).status_code == 403


@pytest.mark.parametrize(
    "change", [{"style": "none"}, {"seed": "7"}, {"seed": True}, {"controls": 3}]
)
def test_a_wish_that_no_page_sends_is_refused(person, change):
    assert person.post("/api/jobs", json={**WISH, **change}).status_code in {404, 422}


@pytest.mark.parametrize(
    "content",
    [
        b"style=toon",
        b"[]",
        b"",
        b'{"controls": ' + b"[" * 60_000,
        b"\xff\xfe",
        b'{"style": "toon", "controls": {"line": 1' + b"0" * 400 + b"}}",
        b'{"style": "toon", "seed": 1' + b"0" * 5000 + b"}",
    ],
    ids=["a form", "a list", "nothing", "a deep nest", "no text", "a huge control", "a huge seed"],
)
def test_a_wish_that_cannot_be_read_is_refused_in_three_parts(person, content):
    answer = person.post("/api/jobs", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "what", "why", "next"}


def test_an_address_without_a_door_is_refused_in_three_parts(stranger):
    answer = stranger.get("/parts/no.js")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_here"


def test_a_job_tells_its_progress_in_words_and_ends_in_an_output(person, clock):
    job_id = person.post("/api/jobs", json=WISH).json()["job_id"]
    clock.seconds += 0.5
    assert person.get(f"/api/jobs/{job_id}").json()["message"] == "Drawing lines"
    clock.seconds += 5
    job = person.get(f"/api/jobs/{job_id}").json()
    assert job["state"] == "done"
    assert person.get(f"/api/outputs/{job['output_id']}").headers["content-type"] == "image/png"


def test_events_end_with_the_job(person, clock):
    job_id = person.post("/api/jobs", json=WISH).json()["job_id"]
    clock.seconds += 5
    events = person.get(f"/api/jobs/{job_id}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert json.loads(events.text.removeprefix("data: "))["state"] == "done"


def test_events_end_with_a_refusal_when_consent_ends_meanwhile(person, studio, monkeypatch):
    job_id = person.post("/api/jobs", json=WISH).json()["job_id"]
    real, calls = studio.job, []

    def job(token, wanted):
        calls.append(wanted)
        if len(calls) > 2:
            raise Refusal("withdrawn", "Ended.", why="You ended it.", next_step="Nothing.")
        return real(token, wanted)

    monkeypatch.setattr(studio, "job", job)
    text = person.get(f"/api/jobs/{job_id}/events").text
    assert json.loads(text.strip().split("\n\n")[-1].removeprefix("data: ")) == {
        "refused": {
            "code": "withdrawn",
            "what": "Ended.",
            "why": "You ended it.",
            "next": "Nothing.",
        }
    }


def test_a_job_can_be_cancelled_by_its_owner_only(person):
    job_id = person.post("/api/jobs", json=WISH).json()["job_id"]
    other = second_browser(person)
    other.post("/api/consent", json=CHOICE)
    assert other.post(f"/api/jobs/{job_id}/cancel").status_code == 403
    assert person.post(f"/api/jobs/{job_id}/cancel").json()["state"] == "cancelled"


def test_a_job_of_another_subject_is_not_shown(person, studio):
    job_id = person.post("/api/jobs", json=WISH).json()["job_id"]
    other = second_browser(person)
    other.post("/api/consent", json=CHOICE)
    studio.start_capture(token_of(other)).finish()
    assert other.get("/api/outputs").json() == {"outputs": []}
    for path in (f"/api/jobs/{job_id}", f"/api/jobs/{job_id}/events"):
        answer = other.get(path)
        assert answer.status_code == 404
        assert answer.json()["code"] == "job_unknown"


def test_a_reloaded_page_finds_its_job_and_nobody_elses(person, studio):
    job_id = person.post("/api/jobs", json=WISH).json()["job_id"]
    assert step_on_load(studio, token_of(person), Asked()) == 4
    assert step_on_load(studio, token_of(person), Asked(job_id=job_id)) == 4
    assert step_on_load(studio, token_of(second_browser(person)), Asked(job_id=job_id)) == 1
    assert step_on_load(studio, token_of(person), Asked(camera=True)) == 2
    assert step_on_load(studio, "unknown", Asked()) == 1


def test_a_download_is_named_by_style_and_day(person, clock):
    output_id = finished_output(person, clock)
    answer = person.get(f"/api/outputs/{output_id}", params={"save": 1})
    assert answer.headers["content-disposition"] == (
        'attachment; filename="selfsame-toon-2026-11-22.png"'
    )
    answer = person.get(f"/api/outputs/{output_id}", params={"format": "webp"})
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("file_format", "media_type", "ending"),
    [
        ("png", "image/png", "png"),
        ("webp", "image/webp", "webp"),
        ("jpeg", "image/jpeg", "jpg"),
        ("avif", "image/avif", "avif"),
    ],
)
def test_each_format_has_its_type_and_its_name(person, clock, file_format, media_type, ending):
    output_id = finished_output(person, clock)
    answer = person.get(f"/api/outputs/{output_id}", params={"format": file_format, "save": 1})
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].endswith(f'.{ending}"')
    assert answer.headers["cache-control"] == "no-store"


def test_the_gallery_tells_in_which_formats_a_picture_is_there(person, studio, clock):
    finished_output(person, clock)
    (shown,) = person.get("/api/outputs").json()["outputs"]
    assert shown["formats"] == ["png", "webp", "jpeg", "avif"]
    studio.released_as = ("png", "webp")  # as earlier versions did
    (shown,) = person.get("/api/outputs").json()["outputs"]
    assert shown["formats"] == ["png", "webp"]


@pytest.mark.parametrize("file_format", ["svg", "gif", "", "../png"])
def test_no_format_without_marks_is_served(person, clock, file_format):
    output_id = finished_output(person, clock)
    answer = person.get(f"/api/outputs/{output_id}", params={"format": file_format})
    assert answer.status_code == 422


def test_only_what_leaves_as_a_file_is_noted_as_downloaded(person, studio, clock):
    output_id = finished_output(person, clock)
    person.get(f"/api/outputs/{output_id}", params={"format": "webp"})
    assert studio.saved == []
    person.get(f"/api/outputs/{output_id}", params={"save": 1})
    assert studio.saved == [output_id]


def test_a_preview_cannot_be_downloaded_as_an_output(person, studio, clock, monkeypatch):
    output_id = finished_output(person, clock)
    preview = released(b"bytes", "webp", 512, Profile.PREVIEW)
    monkeypatch.setattr(studio, "output", lambda *_, **__: preview)
    assert person.get(f"/api/outputs/{output_id}").status_code == 500


def test_outputs_are_listed_and_deleted_by_their_subject_only(person, studio, clock):
    output_id = finished_output(person, clock)
    assert [item["id"] for item in person.get("/api/outputs").json()["outputs"]] == [output_id]
    other = second_browser(person)
    other.post("/api/consent", json=CHOICE)
    studio.start_capture(token_of(other)).finish()
    assert other.get(f"/api/outputs/{output_id}").status_code >= 400
    assert other.delete(f"/api/outputs/{output_id}").status_code >= 400
    assert person.delete(f"/api/outputs/{output_id}").status_code == 204
    assert person.get("/api/outputs").json() == {"outputs": []}


def test_subjects_who_are_nobody_are_listed_without_pictures(visitor):
    subjects = visitor.get("/api/subjects").json()["subjects"]
    assert set(subjects[0]) == {"id", "description"}


def test_a_subject_who_is_nobody_plays_through_to_the_styles(visitor):
    answer = visitor.post("/api/subjects/ada/play")
    lines = [json.loads(line) for line in answer.text.strip().split("\n")]
    assert lines[0]["instruction"] == "centre"
    assert lines[-1]["passed"]["baked_subject"] == "ada"


def test_a_rehearsal_that_fails_ends_in_a_refusal(visitor, studio):
    studio.refusals["consent"] = Refusal("no", "No.", why="So.", next_step="Else.")
    answer = visitor.post("/api/subjects/ada/play")
    assert json.loads(answer.text)["refused"]["code"] == "no"


def test_a_rehearsal_needs_a_session(stranger):
    assert stranger.post("/api/subjects/ada/play").status_code == 401
