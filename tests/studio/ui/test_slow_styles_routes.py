"""Styles that a model draws: their words, what is not drawn unasked, looks at unfinished ones."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from outputs.types import Profile
from studio.ui.handlers.consent import offer
from tests.studio.ui.conftest import CHOICE, second_browser, token_of
from tests.studio.ui.fake_styles import MOST_WORDS, WORDS, released

WISH = {"style": "clay", "controls": {"words": "Teal, starry  sky"}, "seed": 3}
IMAGINED = {**CHOICE, "families": ["illustrated", "imagined"]}


def told(client) -> dict:
    return client.get("/api/styles").json()


def drawing(client, clock, seconds: float = 0.5) -> str:
    job_id = client.post("/api/jobs", json=WISH).json()["job_id"]
    clock.seconds += seconds
    return job_id


def test_a_list_of_words_travels_once_in_its_groups(visitor):
    styles = told(visitor)
    (vocabulary,) = styles["vocabularies"].values()
    assert {word: group for group, words in vocabulary.items() for word in words} == WORDS
    controls = [
        control
        for style in styles["styles"]
        for control in style["controls"]
        if control["kind"] == "words"
    ]
    assert len(controls) == 2
    assert {control["vocabulary"] for control in controls} == set(styles["vocabularies"])
    assert all("known" not in control for control in controls)
    assert {control["most"] for control in controls} == {MOST_WORDS}


def test_styles_tell_whether_they_are_slow_and_whether_something_can_draw_them(visitor, studio):
    styles = told(visitor)
    slow = {style["name"] for style in styles["styles"] if style["is_slow"]}
    assert slow == {"clay", "synthwave"}
    assert styles["imagination"] == {"is_ready": False, "seconds": {}}
    studio.models.known = {"klein": 8.5, "sd15": 38.0}
    assert told(visitor)["imagination"] == {
        "is_ready": True,
        "seconds": {"klein": 8.5, "sd15": 38.0},
    }


@pytest.mark.parametrize("measured", [False, True])
def test_a_slow_style_is_never_drawn_as_a_preview(person, studio, measured):
    answer = person.get("/api/preview/clay", params={"measured": measured})
    assert answer.status_code == 409
    assert answer.json()["code"] == "no_preview"
    assert studio.previews == 0


def test_words_of_the_list_are_kept_as_they_stand_there(person, studio):
    answer = person.post("/api/jobs", json=WISH)
    (subject,) = studio.open.values()
    assert subject.jobs[answer.json()["job_id"]].controls["words"] == "teal, starry sky"


@pytest.mark.parametrize(
    "words",
    [
        "naked",
        "a portrait of somebody else",
        "teal; forest",
        "teal\nforest, nude",
        "лес",
        "\uff54\uff45\uff41\uff4c\u200b",
        "teal, forest, crimson, harbour",
        "forest, " * 10_000,
        7,
        None,
        ["teal"],
    ],
)
def test_words_outside_the_list_are_refused(person, studio, words):
    wish = {**WISH, "controls": {"words": words}}
    answer = person.post("/api/jobs", json=wish)
    assert answer.status_code in {413, 422}
    assert set(answer.json()) == {"code", "what", "why", "next"}
    (subject,) = studio.open.values()
    assert subject.jobs == {}


def test_a_refused_word_comes_with_the_nearest_ones(person):
    answer = person.post("/api/jobs", json={**WISH, "controls": {"words": "forrest"}})
    assert "Nearest: forest" in answer.text


def test_progress_tells_the_time_left_and_the_number_of_the_newest_look(person, clock):
    job_id = drawing(person, clock, 0.1)
    first = person.get(f"/api/jobs/{job_id}").json()
    assert (first["message"], first["seconds_left"], first["glimpse"]) == (
        "Loading the model",
        None,
        0,
    )
    clock.seconds += 0.4
    later = person.get(f"/api/jobs/{job_id}").json()
    assert later["message"] == "Imagining"
    assert later["seconds_left"] == pytest.approx(0.5)
    assert later["glimpse"] == 2


def test_a_look_at_an_unfinished_picture_is_labelled_and_never_stored(person, clock):
    answer = person.get(f"/api/jobs/{drawing(person, clock)}/glimpse")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "no-store"


def test_a_look_in_another_profile_never_leaves(person, studio, clock, monkeypatch):
    job_id = drawing(person, clock)
    final = released(b"bytes", "webp", 512, Profile.FINAL)
    monkeypatch.setattr(studio.easel, "glimpse", lambda *_: final)
    assert person.get(f"/api/jobs/{job_id}/glimpse").status_code == 500


def test_before_the_first_look_and_after_the_end_there_is_none(person, clock):
    job_id = drawing(person, clock, 0.1)
    for _ in range(2):
        answer = person.get(f"/api/jobs/{job_id}/glimpse")
        assert (answer.status_code, answer.content) == (204, b"")
        clock.seconds += 5


def test_a_look_at_another_subjects_picture_is_refused(person, studio, clock):
    job_id = drawing(person, clock)
    other = second_browser(person)
    assert other.get(f"/api/jobs/{job_id}/glimpse").status_code == 403
    other.post("/api/consent", json=CHOICE)
    studio.start_capture(token_of(other)).finish()
    assert other.get(f"/api/jobs/{job_id}/glimpse").status_code == 404
    person.post("/api/lock")
    assert person.get(f"/api/jobs/{job_id}/glimpse").status_code == 403


def test_imagined_pictures_are_offered_only_where_something_can_imagine(visitor, studio):
    assert "imagined" not in [entry["value"] for entry in offer(studio)["families"]]
    assert visitor.post("/api/consent", json=IMAGINED).json()["code"] == "choice_invalid"
    studio.models.known = {"sd15": 38.0}
    assert [entry["value"] for entry in offer(studio)["families"]][-1] == "imagined"
    german = offer(studio, "de")["families"][-1]
    assert german["label"] == "Erfundene Bilder"
    assert visitor.post("/api/consent", json=IMAGINED).status_code == 200


def test_what_was_agreed_to_can_be_narrowed_when_the_models_have_gone(visitor, studio):
    studio.models.known = {"sd15": 38.0}
    record = visitor.post("/api/consent", json=IMAGINED).json()["record"]
    studio.models.known = {}
    body = {"families": ["imagined"], "audience": "private", "days_left": None}
    answer = visitor.post(f"/api/records/{record['id']}/narrow", json=body)
    assert answer.json()["record"]["families"] == ["imagined"]


def test_a_preview_of_words_in_a_header_is_refused_before_it_is_read(person):
    controls = quote(json.dumps({"words": "nude"}))
    answer = person.get("/api/preview/clay", headers={"x-controls": controls})
    assert answer.status_code in {409, 422}
