"""Before the camera's turn, and while pictures go out: what the page does with a slow studio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
from playwright.sync_api import expect

from studio.sitting.waiting import SEATS
from tests.browser.conftest import Arrive, ArriveAtScript
from tests.browser.scripted import Script, noted, update
from tests.browser.studio import Studio
from tests.browser.test_doors import CONSENT, converse, cookie_of

ASSENT = {"assent": "You, in front of the camera, agree to this."}
MAX_UNANSWERED = 6
HIDE = (
    "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
    "document.dispatchEvent(new Event('visibilitychange'))"
)
SHOW = (
    "Object.defineProperty(document, 'hidden', { value: false });"
    "document.dispatchEvent(new Event('visibilitychange'))"
)


def wait(place: int, seconds: int) -> dict[str, object]:
    return {"waiting": {"place": place, "seconds": seconds}}


def test_whoever_waits_is_told_their_place_and_the_camera_is_off(arrive_at_script: ArriveAtScript):
    steps = [(0.1, wait(3, 23)), (1.2, wait(2, 12)), (2.4, wait(1, 3)), (3.6, ASSENT)]
    visitor = arrive_at_script(Script([*steps, (3.8, update())]))
    page = visitor.page
    visitor.click("#capture-start")
    expect(page.locator("#instruction")).to_have_text("Two people are before you.")
    expect(page.locator("#wait")).to_have_text("About 25 seconds.")
    expect(page.locator("#stage-empty")).to_have_text("Your camera is off while you wait")
    page.wait_for_function("window.scripted.running === 0")
    assert noted(page, "cameras") == 1
    expect(page.locator("#instruction")).to_have_text("One person is before you.")
    expect(page.locator("#instruction")).to_have_text("You are next.")
    expect(page.locator("#wait")).to_have_text("A few seconds.")
    assert noted(page, "sent") == []
    expect(page.locator(".you")).to_have_attribute("data-state", "live")
    expect(page.locator("#instruction")).to_have_text("Back to the middle")
    assert noted(page, "cameras") == 2
    assert noted(page, "running") == 1


def test_for_a_few_seconds_the_camera_stays_on(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([(0.1, wait(1, 3)), (0.8, ASSENT), (0.9, update())]))
    page = visitor.page
    visitor.click("#capture-start")
    expect(page.locator("#instruction")).to_have_text("You are next.")
    expect(page.locator("#instruction")).to_have_text("Back to the middle")
    expect(page.locator("#wait")).not_to_be_visible()
    assert noted(page, "cameras") == 1


def test_waiting_can_be_stopped(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([(0.1, wait(3, 23))]))
    visitor.click("#capture-start")
    visitor.see("#wait")
    visitor.click("#capture-stop")
    expect(visitor.page.locator("#capture-start")).to_be_focused()
    assert noted(visitor.page, "socket.readyState") == 3


def test_while_waiting_the_page_may_be_left_and_a_missed_turn_is_explained(
    arrive_at_script: ArriveAtScript,
):
    visitor = arrive_at_script(Script([(0.1, wait(2, 23)), (1.5, ASSENT)]))
    page = visitor.page
    visitor.click("#capture-start")
    visitor.see("#wait")
    page.evaluate(HIDE)
    page.wait_for_timeout(300)
    expect(page.locator(".you")).to_have_attribute("data-state", "waiting")
    assert visitor.refusal("#you-refused") == "turn_missed"
    page.evaluate(SHOW)
    assert noted(page, "cameras") == 1


def test_a_camera_that_is_lost_while_waiting_is_explained(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([(0.1, wait(2, 23)), (1.0, ASSENT)]))
    visitor.click("#capture-start")
    visitor.see("#wait")
    visitor.page.evaluate(
        "void (navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('', 'NotReadableError'); })"
    )
    assert visitor.refusal("#you-refused") == "camera_busy"
    assert noted(visitor.page, "socket.readyState") == 3


def test_at_most_four_pictures_are_unanswered_and_each_that_is_sent_counts(
    arrive_at_script: ArriveAtScript,
):
    visitor = arrive_at_script(Script([(0.0, ASSENT)], answers=False))
    page = visitor.page
    visitor.click("#capture-start")
    page.wait_for_function(f"window.scripted.sent.length === {MAX_UNANSWERED}")
    page.wait_for_timeout(500)
    assert noted(page, "unanswered") == MAX_UNANSWERED
    expect(page.locator("#hint")).to_have_text("The studio is busy. Stay as you are.")
    page.evaluate("window.scripted.answers = true")
    page.evaluate("(message) => window.scripted.socket.tell(message)", update())
    page.wait_for_function("window.scripted.sent.length > 12")
    sequences = [picture["sequence"] for picture in noted(page, "sent")]
    assert sequences == list(range(len(sequences)))


def test_pictures_go_out_fifteen_times_a_second(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([(0.0, ASSENT), (0.1, update())]))
    visitor.click("#capture-start")
    visitor.page.wait_for_function("window.scripted.sent.length > 40", timeout=20_000)
    moments = [picture["at"] for picture in noted(visitor.page, "sent")][5:]
    rate = (len(moments) - 1) / (moments[-1] - moments[0]) * 1000
    assert 10 <= rate <= 16.5


def test_a_camera_that_stalls_is_told(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([(0.0, ASSENT), (0.1, update())]))
    page = visitor.page
    visitor.click("#capture-start")
    page.wait_for_function("window.scripted.sent.length > 3")
    page.evaluate("window.scripted.pictures = false")
    expect(page.locator("#hint")).to_have_text(
        "Your camera has paused. Is another program using it?"
    )
    page.evaluate("window.scripted.pictures = true")
    expect(page.locator("#hint")).to_have_text("")


def test_a_camera_that_is_unplugged_ends_the_capture_in_words(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([(0.0, ASSENT), (0.1, update())]))
    page = visitor.page
    visitor.click("#capture-start")
    page.wait_for_function("window.scripted.sent.length > 3")
    page.evaluate(
        "const [track] = document.getElementById('capture-video').srcObject.getVideoTracks();"
        "track.stop(); track.dispatchEvent(new Event('ended'))"
    )
    assert visitor.refusal("#you-refused") == "camera_gone"


def test_a_fifth_camera_waits_until_a_seat_is_free(studio: Studio, arrive: Arrive):
    visitor = arrive()
    visitor.consent()
    with ExitStack() as seats:
        for _ in range(SEATS):
            seats.enter_context(silent_camera(studio))
        visitor.click("#capture-start")
        visitor.see("#wait")
        expect(visitor.page.locator("#instruction")).to_have_text("You are next.")
        expect(visitor.page.locator("#wait")).to_contain_text("About")
        assert visitor.page.evaluate("document.getElementById('capture-video').srcObject") is None
    visitor.see("[data-instruction]:not([data-instruction=''])")
    visitor.click("#capture-stop")


@contextmanager
def silent_camera(studio: Studio) -> Iterator[None]:
    """Hold a seat from a browser of its own, without sending a picture."""
    with httpx.Client(base_url=studio.address, headers={"origin": studio.address}) as client:
        client.get("/")
        assert client.post("/api/consent", json=CONSENT).status_code == 200
        with converse(studio, cookie_of(client)) as socket:
            assert "assent" in json.loads(socket.recv(timeout=60))
            yield
