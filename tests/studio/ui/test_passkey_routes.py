"""Passkeys over the wire, and a shared server that is shut to whoever has not signed in."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.websockets import WebSocketDisconnect

from studio.ui.settings import UiSettings
from studio.ui.sign_in import CLOSED_PAGES, OPEN_PAGES, is_open
from tests.studio.ui.conftest import CHOICE, ORIGIN, token_of

ANSWER = {"credential": {"id": "AAAA"}}
FOR_EVERYBODY = {
    "/api/session",
    "/api/verify",
    "/api/reports",
    "/api/verify/keys",
    "/api/verify/openapi.json",
    "/api/passkeys",
    "/api/passkeys/register/options",
    "/api/passkeys/register",
    "/api/passkeys/sign-in/options",
    "/api/passkeys/sign-in",
    "/api/passkeys/sign-out",
    "/api/passkeys/{passkey_id}",
}


@pytest.fixture
def shared(studio):
    studio.accounts.required = True
    return studio


def own_routes(app) -> list[APIRoute | APIWebSocketRoute]:
    """Return the studio's own routes, without the framework's behind them."""
    routers = [each.original_router for each in app.routes if hasattr(each, "original_router")]
    return [route for router in routers for route in router.routes]


def addresses(app) -> list[tuple[str, str]]:
    """Return every own address with a method that it takes."""
    return [
        (sorted(route.methods)[0], route.path)
        for route in own_routes(app)
        if isinstance(route, APIRoute)
    ]


def test_every_address_is_shut_but_those_that_everybody_may_use(app, shared, visitor):
    asked = 0
    for method, path in addresses(app):
        if path in FOR_EVERYBODY or path.startswith("/api/log/"):
            continue
        answer = visitor.request(method, re.sub(r"\{\w+\}", "some", path))
        assert answer.status_code == 401, path
        assert answer.json()["code"] == "sign_in_needed", path
        assert set(answer.json()) == {"code", "what", "why", "next"}
        asked += 1
    assert asked > 20


def test_what_is_for_everybody_is_listed_here_as_well(app):
    own = {path for _, path in addresses(app) if is_open(path) and path not in OPEN_PAGES}
    assert {path for path in own if not path.startswith("/api/log/")} == FOR_EVERYBODY


@pytest.mark.parametrize(
    "path", ["/api/passkeysx", "/api/log", "/api/verify/x", "/parts", "/api/sessions", "/API/log/"]
)
def test_an_address_that_begins_like_an_open_one_is_not_open(path):
    assert not is_open(path)


def test_the_camera_is_shut(app, shared, visitor):
    sockets = [route.path for route in own_routes(app) if isinstance(route, APIWebSocketRoute)]
    assert "/api/capture" in sockets
    for path in sockets:
        with (
            pytest.raises(WebSocketDisconnect) as closed,
            visitor.websocket_connect(path, headers=ORIGIN),
        ):
            pass
        assert closed.value.code == 1008


def test_the_framework_is_shut(shared, visitor):
    answer = visitor.post("/gradio_api/run/predict", json={"fn_index": 0, "data": []})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")


@pytest.mark.parametrize("path", sorted(CLOSED_PAGES))
def test_a_page_shows_the_way_in_instead(shared, visitor, path):
    page = visitor.get(path)
    assert page.status_code == 200
    assert 'id="sign-in"' in page.text
    assert "gradio" not in page.text
    assert "sign_in.js" in page.text


@pytest.mark.parametrize("path", sorted(OPEN_PAGES))
def test_public_pages_are_the_same_for_everybody(shared, visitor, path):
    page = visitor.get(path)
    assert page.status_code == 200
    assert "gradio-app" in page.text
    assert 'id="sign-in"' not in page.text


def test_a_browser_without_a_session_is_given_one_with_the_way_in(shared, stranger):
    assert stranger.get("/").cookies["selfsame"]
    assert stranger.post("/api/passkeys/sign-in/options").status_code == 200


def test_whoever_has_signed_in_finds_everything_open(shared, visitor):
    before = token_of(visitor)
    assert visitor.post("/api/passkeys/sign-in", json=ANSWER).status_code == 204
    assert token_of(visitor) != before
    assert visitor.get("/api/sitting").status_code == 200
    assert "gradio-app" in visitor.get("/").text
    assert visitor.post("/api/passkeys/sign-out").status_code == 204
    assert visitor.get("/api/sitting").status_code == 401


def test_local_use_asks_for_no_account(studio, visitor):
    assert visitor.get("/api/sitting").status_code == 200
    assert visitor.get("/api/passkeys").json() == {
        "signed_in": False,
        "required": False,
        "invitation_needed": False,
        "passkeys": [],
    }


def test_the_offer_says_whether_a_passkey_must_or_can_sign(studio, visitor):
    assert visitor.get("/api/consent/offer").json()["passkey"] == {"required": False, "has": False}
    studio.accounts.required = True
    visitor.post("/api/passkeys/register/options", json={})
    assert visitor.post("/api/passkeys/register", json=ANSWER).status_code == 204
    assert visitor.get("/api/consent/offer").json()["passkey"] == {"required": True, "has": True}


def test_the_cookie_of_a_sign_in_is_as_strict_as_the_first_one(studio, visitor):
    answer = visitor.post("/api/passkeys/sign-in", json=ANSWER)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie


def test_the_page_that_asks_names_the_studio(studio, visitor):
    visitor.post("/api/passkeys/sign-in/options")
    assert studio.accounts.origins == [ORIGIN["origin"]]


def test_a_consent_is_drafted_and_signed(studio, visitor):
    draft = visitor.post("/api/consent/draft", json=CHOICE).json()
    assert set(draft) == {"draft_id", "summary", "options"}
    signed = visitor.post("/api/consent/sign", json={"draft_id": draft["draft_id"], **ANSWER})
    assert signed.json()["record"]["signed_with"] == "passkey"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/consent/sign", {}),
        ("/api/consent/sign", {"draft_id": 1, "credential": {}}),
        ("/api/consent/sign", {"draft_id": "a" * 201, "credential": {}}),
        ("/api/consent/sign", {"draft_id": "a", "credential": "no"}),
        ("/api/passkeys/register", {"credential": []}),
        ("/api/passkeys/sign-in", {}),
        ("/api/passkeys/register/options", {"invitation": 1}),
        ("/api/passkeys/register/options", {"invitation": "a" * 201}),
        ("/api/passkeys/sign-in", []),
    ],
)
def test_what_no_page_sends_is_refused_in_words(studio, visitor, path, body):
    answer = visitor.post(path, json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable"


def test_another_page_cannot_ask(studio, visitor):
    for path in ("/api/passkeys/sign-in/options", "/api/consent/draft"):
        answer = visitor.post(path, json={}, headers={"origin": "http://evil.example"})
        assert answer.json()["code"] == "wrong_origin"


def test_invitations_cannot_be_tried_without_end(studio, visitor):
    studio.accounts.invitation = "open sesame"
    codes = [
        visitor.post("/api/passkeys/register/options", json={"invitation": str(guess)}).json()[
            "code"
        ]
        for guess in range(UiSettings("0").passkeys_at_once + 5)
    ]
    assert codes[0] == "invitation_wrong"
    assert codes[-1] == "too_many"
