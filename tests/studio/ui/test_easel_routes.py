"""Measured previews, the selfie beside a drawing, drawing again; and pages that go away."""

from __future__ import annotations

import asyncio
import json
import threading
from urllib.parse import unquote

import pytest

from consent.errors import Refusal
from studio.service.easel import NoLongerWanted
from studio.ui.handlers.making import Wish, preview
from studio.ui.presence import waiting
from studio.ui.routes.making import CLIENT_CLOSED
from studio.ui.turns import Places
from tests.studio.ui.conftest import CHOICE, second_browser
from tests.studio.ui.test_making_routes import finished_output


def likeness_in(answer):
    return json.loads(unquote(answer.headers["x-likeness"]))


def test_a_measured_preview_tells_its_likeness_in_words_and_no_numbers(person):
    answer = person.get("/api/preview/toon", params={"measured": True, "seed": 1})
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "no-store"
    told = likeness_in(answer)
    assert set(told) == {"band", "title", "sentences", "dropped"}
    assert told["title"] == "Fair likeness"
    assert told["dropped"] == ["The mouth had moved."]


def test_a_sample_is_not_measured(person):
    assert "x-likeness" not in person.get("/api/preview/toon").headers


def test_a_style_tells_its_licence_and_groups_its_controls(visitor):
    styles = {style["name"]: style for style in visitor.get("/api/styles").json()["styles"]}
    credit = styles["toon"]["credit"]
    assert credit["licence"] == "CC-BY-4.0"
    assert "Nobody" in credit["attribution"]
    groups = {control["name"]: control["group"] for control in styles["toon"]["controls"]}
    assert groups["line"] == "own"
    assert groups["hair_colour"] == groups["monk"] == "correction"
    assert groups["frame"] == groups["cutout"] == "shared"
    assert not {c["name"] for c in styles["oil"]["controls"]} & {"hair_colour", "monk"}


def test_the_gallery_tells_frame_likeness_and_credit(person, clock):
    finished_output(person, clock)
    (shown,) = person.get("/api/outputs").json()["outputs"]
    assert shown["frame"] == "Square"
    assert shown["can_repeat"] is True
    assert shown["see_through"] is False
    assert shown["likeness"]["title"].endswith("likeness")
    assert "measures" not in shown["likeness"]
    assert shown["credit"]["licence"] == "CC-BY-4.0"


def test_an_output_is_drawn_again_with_its_recipe_or_another_seed(person, studio, clock):
    output_id = finished_output(person, clock)
    (subject,) = studio.open.values()
    (first,) = subject.jobs.values()
    for vary in (False, True):
        answer = person.post(f"/api/outputs/{output_id}/again", json={"vary": vary})
        job = subject.jobs[answer.json()["job_id"]]
        assert (job.style, job.controls) == (first.style, first.controls)
        assert (job.seed == first.seed) is not vary


def test_only_its_own_subject_draws_an_output_again_or_sees_its_selfie(person, studio, clock):
    output_id = finished_output(person, clock)
    other = second_browser(person)
    other.post("/api/consent", json=CHOICE)
    studio.start_capture(other.cookies["selfsame"]).finish()
    assert other.post(f"/api/outputs/{output_id}/again", json={}).status_code >= 400
    assert other.get(f"/api/outputs/{output_id}/selfie").status_code >= 400
    assert person.get(f"/api/outputs/{output_id}/selfie").status_code == 200


@pytest.mark.parametrize("path", ["/api/portrait/toon", "/api/outputs/{}/selfie"])
def test_a_selfie_is_shown_to_an_open_session_and_never_stored(person, clock, path):
    path = path.format(finished_output(person, clock))
    answer = person.get(path)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    person.post("/api/lock")
    assert person.get(path).status_code == 403


def test_a_refused_selfie_says_so(person, studio):
    studio.refusals["portrait"] = Refusal("no", "No.", why="So.", next_step="Else.")
    assert person.get("/api/portrait/toon").json()["code"] == "no"
    assert person.get("/api/portrait/unknown").json()["code"] == "style_unknown"


def test_nothing_is_drawn_for_a_page_that_has_gone_meanwhile(studio, person):
    def gone():
        raise NoLongerWanted

    with pytest.raises(NoLongerWanted):
        preview(studio, person.cookies["selfsame"], Wish("toon", "{}", 0), gone)
    assert studio.previews == 0


def test_a_drawing_ends_between_passes_once_its_page_has_gone(studio, person):
    passes = []

    def gone_after_two():
        passes.append(1)
        if len(passes) > 2:
            raise NoLongerWanted

    with pytest.raises(NoLongerWanted):
        preview(studio, person.cookies["selfsame"], Wish("toon", "{}", 0, True), gone_after_two)
    assert len(passes) == 3


class Going:
    """A request whose page goes when it is told to."""

    def __init__(self):
        self.gone = threading.Event()

    async def is_disconnected(self):
        return self.gone.is_set()


def test_a_page_that_goes_is_noticed_and_one_that_stays_is_not():
    async def look():
        request = Going()
        async with waiting(request) as still_wanted:
            await asyncio.sleep(0.25)
            still_wanted()
            request.gone.set()
            await asyncio.sleep(0.25)
            with pytest.raises(NoLongerWanted):
                still_wanted()

    asyncio.run(look())


def test_an_answer_to_nobody_is_empty(person, studio, monkeypatch):
    def unwanted(*_, **__):
        raise NoLongerWanted

    monkeypatch.setattr(studio, "preview", unwanted)
    answer = person.get("/api/preview/toon")
    assert answer.status_code == CLIENT_CLOSED
    assert answer.content == b""


def test_one_session_waits_for_a_few_previews_at_once():
    async def crowd():
        places = Places(2)
        async with places.place("mine"), places.place("mine"):
            with pytest.raises(Refusal) as refused:
                await places.place("mine").__aenter__()
            assert refused.value.code == "too_many_previews"
            async with places.place("somebody else's"):
                pass
        async with places.place("mine") as leave, places.place("mine"):
            leave()  # its page has gone
            async with places.place("mine"):
                pass

    asyncio.run(crowd())
