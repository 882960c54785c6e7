"""Passkeys in a real browser, against Chromium's virtual authenticator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Route, expect

import app
from consent.errors import ConsentRefused
from consent.passkeys import verify_subject_signature
from consent.records import SignedRecord
from studio.sitting.accounts import Accounts, Rules
from studio.ui.settings import UiSettings
from tests.browser.passkeys import Device
from tests.browser.studio import Studio, listening, serving
from tests.browser.test_accessibility import grave_findings
from tests.browser.visitor import SENTENCE, Visitor
from tests.browser.watch import Watch
from tests.fakes import a_capture

INVITATION = "a team of seven"
CHOICE = {"families": ["painted"], "days": 90, "audience": "private", "adult_attested": True}
REFUSED = "#consent-refused"
Arrive = Callable[..., tuple[Visitor, Device]]


@pytest.fixture(scope="module")
def shared(studio: Studio) -> Iterator[Studio]:
    """The same studio, served to a team."""
    house = studio.house
    rules = Rules(required=True, invitation=INVITATION)
    accounts = Accounts(house.ledger, house.clock, house.door, rules, house.accounts._entropy)
    with (
        closing(listening()) as listener,
        serving(replace(house, accounts=accounts), UiSettings(version=app.VERSION), listener),
    ):
        address = f"http://localhost:{listener.getsockname()[1]}"
        yield Studio(address, house, studio.clock, studio.data)


@pytest.fixture
def come(studio: Studio, browser: Browser) -> Iterator[Arrive]:
    """Return a function: somebody comes with a device of their own, and nothing goes wrong."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def come(to: Studio = studio, *expected: tuple[int, str]) -> tuple[Visitor, Device]:
        context = browser.new_context()
        contexts.append(context)
        watch = Watch(to.address)
        watch.expected.extend(expected)
        watch.over(context)
        watches.append(watch)
        visitor = Visitor(to, context)
        return visitor, Device(context, visitor.page)

    yield come
    for context in contexts:
        context.close()
    for watch in watches:
        assert watch.troubles == []


def choose(visitor: Visitor) -> None:
    """Switch something on and say that one is an adult."""
    visitor.open()
    visitor.click("#consent-families input >> nth=0")
    visitor.click("#consent-adult")


def sign(visitor: Visitor) -> None:
    """Agree with a passkey."""
    choose(visitor)
    visitor.click("#agree-passkey")
    expect(visitor.page.locator("#you-summary")).to_have_text(SENTENCE)


def record_of(visitor: Visitor, studio: Studio) -> SignedRecord:
    """Return the record that the browser's sitting stands on."""
    shown = visitor.sitting()["record"]
    with studio.house.ledger.reading() as unit:
        return unit.records.load(shown["id"])


def see_camera(studio: Studio, record: SignedRecord) -> None:
    """Let the camera have seen the person."""
    with studio.house.ledger.transaction() as unit:
        at = record.given_at + timedelta(milliseconds=1)
        unit.captures.add(a_capture(record, name="seen", at=at))


def ask(visitor: Visitor, call: str) -> None:
    """Call a function of the page's own module."""
    visitor.page.evaluate(f"import('/parts/passkey.js').then((passkey) => passkey.{call})")


def post(visitor: Visitor, path: str, body: object) -> tuple[int, dict[str, Any]]:
    """Send what a script in this browser could."""
    answer = visitor.context.request.post(
        visitor.studio.address + path, data=body, headers={"origin": visitor.studio.address}
    )
    return answer.status, answer.json() if answer.body() else {}


def test_a_consent_is_signed_by_a_passkey_exactly_as_it_was_shown(studio: Studio, come: Arrive):
    visitor, device = come()
    sent: list[dict[str, object]] = []
    visitor.page.on(
        "request",
        lambda request: (
            sent.append(json.loads(request.post_data))
            if request.url.endswith("/api/consent/sign")
            else None
        ),
    )
    sign(visitor)
    record = record_of(visitor, studio)
    assert visitor.sitting()["record"]["signed_with"] == "passkey"
    evidence = verify_subject_signature(
        record, expected_rp_ids=["localhost"], expected_origins=[studio.address]
    )
    assert len(device.passkeys()) == 1
    assert record.summary == visitor.page.locator("#you-summary").inner_text()
    assert evidence.credential_id == record.subject_signature.credential_id

    # The same answer again agrees to nothing.
    status, refused = post(visitor, "/api/consent/sign", sent[0])
    assert (status, refused["code"]) == (403, "draft_unknown")
    assert visitor.sitting()["record"]["id"] == record.record_id


def test_a_passkey_opens_what_it_signed_for_in_any_browser_and_nothing_else(
    studio: Studio, come: Arrive
):
    visitor, device = come(studio, (403, "/api/passkeys/sign-in"))
    sign(visitor)
    record = record_of(visitor, studio)

    # Another passkey opens nothing of it; this one opens it in a browser that knows nothing.
    see_camera(studio, record)
    other, _ = come()
    other.open()
    ask(other, "makePasskey()")
    ask(other, "signIn()")
    assert other.sitting()["record"] is None
    post(visitor, "/api/lock", {})
    visitor.context.clear_cookies()
    visitor.open("/gallery")
    visitor.see("[data-empty]")
    assert visitor.ask("/api/outputs") == 403
    visitor.click("[data-testid=open-with-passkey]")
    expect(visitor.page.locator("#gallery-lock")).to_be_visible()
    assert visitor.ask("/api/outputs") == 200
    assert visitor.sitting()["record"]["id"] == record.record_id

    # A device that counts from 1 again is a copy: it opens nothing.
    post(visitor, "/api/passkeys/sign-out", {})
    device.set_back()
    with pytest.raises(Error, match="counts backwards"):
        ask(visitor, "signIn()")
    assert visitor.ask("/api/outputs") == 403

    # With the consent the passkey is forgotten; the device's own list is the person's.
    _, ended = post(visitor, "/api/withdraw", {})
    gone = "1 passkey (delete it in your device's own list too)"
    assert gone in ended["receipt"]["deleted"]
    with pytest.raises(Error, match="not known here"):
        ask(visitor, "signIn()")


def test_whoever_refuses_has_agreed_to_nothing(studio: Studio, come: Arrive):
    visitor, device = come()
    device.check_person(succeeds=False)
    choose(visitor)
    visitor.click("#agree-passkey")
    assert visitor.refusal(REFUSED) == "passkey_refused"
    assert visitor.sitting()["record"] is None
    device.check_person(succeeds=True)
    visitor.click("#agree-passkey")
    expect(visitor.page.locator("#you-summary")).to_have_text(SENTENCE)


def test_without_the_persons_check_the_shown_text_or_the_key_nothing_is_signed(
    studio: Studio, come: Arrive
):
    visitor, device = come(studio, (403, "/api/consent/sign"))
    choose(visitor)
    ask(visitor, "makePasskey()")
    edits: list[Callable[[dict[str, object]], None]] = [
        lambda options: options.update(userVerification="discouraged"),
        lambda options: options.update(challenge="A" * 43),
    ]

    def tamper(route: Route) -> None:
        answer = route.fetch()
        draft = answer.json()
        edits[0](draft["options"])
        route.fulfill(response=answer, json=draft)

    visitor.page.route("**/api/consent/draft", tamper)
    device.check_person(succeeds=False)
    visitor.click("#agree-passkey")
    assert visitor.refusal(REFUSED) == "passkey_unverified"
    device.check_person(succeeds=True)
    edits.pop(0)
    visitor.click("#agree-passkey")
    expect(visitor.page.locator(f"{REFUSED} [data-refusal=passkey_stale]")).to_be_visible()
    visitor.page.unroute("**/api/consent/draft")
    device.forget()
    visitor.click("#agree-passkey")
    expect(visitor.page.locator(f"{REFUSED} [data-refusal=passkey_refused]")).to_be_visible()
    assert visitor.sitting()["record"] is None


def test_a_signature_of_another_page_counts_for_nothing(
    studio: Studio, shared: Studio, come: Arrive
):
    here, device = come(shared)
    here.open()
    accounts = studio.house.accounts
    token = studio.house.new_session()
    options = accounts.register_options(token, origin=studio.address)
    answers: list[dict[str, object]] = []

    def answer(route: Route) -> None:
        answers.append(route.request.post_data_json["credential"])
        route.fulfill(status=204)

    # The browser lets a page of the same name, on another port, ask for the same passkeys.
    here.page.route("**/api/passkeys/register/options", lambda route: route.fulfill(json=options))
    here.page.route("**/api/passkeys/register", answer)
    ask(here, "makePasskey()")
    assert len(device.passkeys()) == 1
    with pytest.raises(ConsentRefused) as caught:
        accounts.register(token, answers[0])
    assert caught.value.code == "passkey_elsewhere"


def test_a_shared_studio_opens_with_invitation_and_passkey_only(shared: Studio, come: Arrive):
    visitor, device = come(
        shared,
        (401, "/api/sitting"),
        (403, "/api/passkeys/register/options"),
        (403, "/api/consent"),
    )
    for path in ("/gallery", "/consent", "/"):
        visitor.open(path)
        visitor.see("#sign-in")
    assert visitor.ask("/api/sitting") == 401
    visitor.see(".sign-in[data-ready]")
    assert grave_findings(visitor.page) == []
    visitor.page.fill("#invitation", "let me in")
    visitor.click("#make-passkey")
    assert visitor.refusal("#sign-in-refused") == "invitation_wrong"
    assert device.passkeys() == []
    visitor.page.fill("#invitation", INVITATION)
    visitor.click("#make-passkey")
    visitor.see("#consent-families input")
    assert len(device.passkeys()) == 1

    expect(visitor.page.locator("#agree-passkey")).to_be_visible()
    expect(visitor.page.locator("#agree")).to_be_hidden()
    status, refused = post(visitor, "/api/consent", CHOICE)
    assert (status, refused["code"]) == (403, "passkey_required")
    visitor.click("#consent-families input >> nth=0")
    visitor.click("#consent-adult")
    visitor.click("#agree-passkey")
    expect(visitor.page.locator("#you-summary")).to_have_text(SENTENCE)

    # Out, and in again; the sitting is where it was.
    post(visitor, "/api/passkeys/sign-out", {})
    visitor.open()
    visitor.see(".sign-in[data-ready]")
    device.check_person(succeeds=False)
    visitor.click("#sign-in")
    assert visitor.refusal("#sign-in-refused") == "passkey_refused"
    device.check_person(succeeds=True)
    visitor.click("#sign-in")
    expect(visitor.page.locator("#you-summary")).to_have_text(SENTENCE)


def test_everybody_may_read_and_verify_on_a_shared_studio(shared: Studio, come: Arrive):
    visitor, _ = come(shared)
    visitor.open("/verify")
    visitor.see("#part-verify [data-ready]")
    visitor.open("/privacy")
    visitor.see("#privacy")
    assert visitor.ask("/healthz") == 200


def test_an_address_of_numbers_says_which_name_to_open(shared: Studio, come: Arrive):
    numbers = replace(shared, address=shared.address.replace("localhost", "127.0.0.1"))
    visitor, _ = come(numbers)
    visitor.open()
    assert visitor.refusal("#sign-in-refused") == "passkey_needs_name"
    expect(visitor.page.locator("#sign-in-refused .next")).to_contain_text(shared.address)
    expect(visitor.page.locator("#sign-in")).to_be_disabled()
