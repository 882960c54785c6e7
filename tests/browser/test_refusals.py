"""Whoever is not alive, alone and the same person is refused in words, and nothing is kept."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.camera import Cameras, Plan, change
from tests.browser.conftest import Arrive
from tests.browser.seat import agree_and_sit
from tests.browser.studio import Studio

pytestmark = pytest.mark.usefixtures("later")

FORBIDDEN = 403
MAX_TRIES = 8
RECORD_WHAT_IS_SENT = """
const send = WebSocket.prototype.send;
window.sent = [];
WebSocket.prototype.send = function (data) {
  if (data instanceof Blob) {
    const at = window.sent.push(null) - 1;
    data.arrayBuffer().then((bytes) => { window.sent[at] = bytes; });
  }
  return send.call(this, data);
};
"""
AS_TEXT = """
window.sent.slice(0, 8).map((bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))))
"""
FROM_TEXT = """
(texts) => {
  window.sent = texts.map((text) => Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0)));
}
"""
SEND_IT_AGAIN = """
() => new Promise((resolve) => {
  const socket = new WebSocket("/api/capture");
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.assent) for (const bytes of window.sent.slice(0, 5)) socket.send(bytes);
    if (message.refused || message.passed) resolve(message);
  };
})
"""


@pytest.mark.parametrize(
    ("behaviour", "codes"),
    [
        pytest.param({"act": "opposite"}, {"wrong_action"}, id="turns the other way"),
        pytest.param({"act": "frozen"}, {"replayed"}, id="one picture for ever"),
        pytest.param({"act": "deaf"}, {"no_response"}, id="a noisy picture that does not react"),
        pytest.param({"reflects": False}, {"colours_weak"}, id="a face that reflects no colours"),
        pytest.param({"beside": "other"}, {"two_faces"}, id="a second face"),
        pytest.param(
            {"takeover": {"subject": "other", "at": "turn_left"}},
            {"face_changed", "jump"},
            id="another person takes over",
        ),
    ],
)
def test_a_camera_that_shows_no_living_single_person_is_refused(
    arrive: Arrive,
    studio: Studio,
    somebody: str,
    somebody_else: str,
    behaviour: dict,
    codes: set[str],
):
    behaviour = fill_in(behaviour, somebody_else)
    visitor = arrive(Plan(somebody, **behaviour))
    visitor.consent()
    before = studio.stored()
    assert visitor.look_and_be_refused() in codes
    assert studio.stored() == before
    expect(visitor.page.locator("#capture-retry")).to_be_focused()
    assert visitor.gallery().count() == 0
    assert visitor.ask("/api/outputs") == FORBIDDEN


def test_whoever_sits_in_the_dark_is_refused_and_may_try_again(
    arrive: Arrive, studio: Studio, somebody: str
):
    visitor = arrive(Plan(somebody, light=0.1))
    visitor.consent()
    before = studio.stored()
    assert visitor.look_and_be_refused() == "too_dark"
    assert studio.stored() == before
    change(visitor.page, light=1)
    visitor.click("#capture-retry")
    visitor.passed(visitor.page.locator(".style-card").first)


def test_selfies_of_somebody_else_are_refused_after_a_passed_capture(
    arrive: Arrive, studio: Studio, cameras: Cameras, somebody: str, somebody_else: str
):
    visitor = arrive()
    agree_and_sit(studio, visitor, somebody)
    visitor.open()
    visitor.click("#step-capture-button")
    visitor.see("#selfies-drop")
    before = studio.stored()
    for name, whose in (("other.jpg", somebody_else), ("own.jpg", somebody)):
        picture = {"name": name, "mimeType": "image/jpeg", "buffer": cameras.still(whose)}
        visitor.page.locator("#selfies-input").set_input_files(picture)
        expect(visitor.page.locator(f"[data-selfie='{name}'][data-accepted]")).to_be_visible()
    other = visitor.page.locator("[data-selfie='other.jpg']")
    expect(other).to_have_attribute("data-accepted", "false")
    expect(other.locator(".what, .why, .next")).to_have_count(3)
    own = visitor.page.locator("[data-selfie='own.jpg']")
    expect(own).to_have_attribute("data-accepted", "true")
    assert studio.stored()["probes"] == before["probes"] + 1
    assert studio.stored()["objects"] == before["objects"] + 1


def test_an_expired_challenge_is_refused(arrive: Arrive, studio: Studio):
    visitor = arrive()
    visitor.consent()
    before = studio.stored()
    visitor.begin_to_look()
    studio.clock.move_on(timedelta(seconds=61))
    assert visitor.refusal("#you-refused") == "expired"
    assert studio.stored() == before


def test_a_recorded_session_is_refused_when_it_is_sent_again(arrive: Arrive, studio: Studio):
    visitor = arrive()
    visitor.context.add_init_script(RECORD_WHAT_IS_SENT)
    visitor.consent()
    visitor.look()
    before = studio.stored()
    assert visitor.page.evaluate("window.sent.length") > 30
    answer = visitor.page.evaluate(SEND_IT_AGAIN)
    assert answer["refused"]["code"] == "replayed"
    assert all(answer["refused"][part].endswith(".") for part in ("what", "why", "next"))
    assert studio.stored() == before


def test_a_recorded_session_is_refused_in_another_browser(arrive: Arrive, studio: Studio):
    first = arrive()
    first.context.add_init_script(RECORD_WHAT_IS_SENT)
    first.consent()
    first.begin_to_look()
    first.page.wait_for_function("window.sent.filter(Boolean).length > 8")
    sent = first.page.evaluate(AS_TEXT)
    first.click("#capture-stop")
    second = arrive()
    second.consent()
    before = studio.stored()
    second.page.evaluate(FROM_TEXT, sent)
    assert len(base64.b64decode(sent[0])) > 10_000
    assert second.page.evaluate(SEND_IT_AGAIN)["refused"]["code"] == "replayed"
    assert studio.stored() == before


def test_five_failures_lock_the_camera_and_say_for_how_long(arrive: Arrive, somebody: str):
    visitor = arrive(Plan(somebody, act="frozen"))
    visitor.consent()
    assert visitor.look_and_be_refused() == "replayed"
    note = visitor.page.locator("#you-refused .next")
    for _ in range(MAX_TRIES):
        visitor.click("#capture-retry")
        visitor.refused_by_camera()
        if visitor.refusal("#you-refused") == "locked":
            break
    expect(note).to_have_text(re.compile(r"Try again in (29|30) minutes\."))
    expect(visitor.page.locator("#flash")).not_to_be_visible()


def fill_in(behaviour: dict, other: str) -> dict:
    """Put the other subject's id where a behaviour says `other`."""
    filled = dict(behaviour)
    if filled.get("beside") == "other":
        filled["beside"] = other
    if "takeover" in filled:
        filled["takeover"] = {**filled["takeover"], "subject": other}
    return filled
