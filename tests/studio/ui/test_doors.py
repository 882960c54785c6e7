"""Who may knock, what every answer carries, and what of the framework stays shut."""

from __future__ import annotations

import logging
import re

import pytest
from fastapi.testclient import TestClient

from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from studio.ui.shell import ShellError, take_apart
from tests.studio.ui.conftest import CHOICE, second_browser, token_of
from tests.studio.ui.fakes import FakeStudio

PAGES = ("/", "/gallery", "/consent", "/verify", "/check", "/models", "/privacy")


def test_a_page_load_sets_a_cookie_that_scripts_and_other_sites_cannot_use(stranger):
    cookie = stranger.get("/").headers["set-cookie"]
    assert cookie.startswith("selfsame=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie


def test_a_known_browser_keeps_its_session(visitor):
    before = token_of(visitor)
    assert "set-cookie" not in visitor.get("/gallery").headers
    assert token_of(visitor) == before


def test_a_link_from_another_site_does_not_throw_the_person_out_of_the_sitting(stranger):
    page = stranger.get("/", headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 200
    assert "set-cookie" not in page.headers


def test_behind_https_the_cookie_is_bound_to_the_host(studio):
    app = build_app(studio, UiSettings("0.1.0", cookie_secure=True))
    page = TestClient(app, base_url="https://localhost").get("/")
    assert page.headers["set-cookie"].startswith("__Host-selfsame=")
    assert "Secure" in page.headers["set-cookie"]
    assert page.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_allows_no_outside_origin_and_is_not_stored(visitor, path):
    page = visitor.get(path)
    policy = page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "http" not in policy
    assert "*" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_no_outside_address(visitor, path):
    text = visitor.get(path).text
    assert set(re.findall(r"https?://([\w.-]+)", text)) <= {"localhost"}
    assert "Built with" not in text


def test_each_page_load_has_a_nonce_of_its_own(visitor):
    nonces = {re.findall(r'nonce="([^"]+)"', visitor.get("/").text)[0] for _ in range(3)}
    assert len(nonces) == 3


def test_the_header_is_in_the_document_before_any_script_runs(visitor):
    text = visitor.get("/gallery").text
    assert '<a href="/gallery" aria-current="page">Gallery</a>' in text
    assert "Selfsame 0.1.0" in text


def test_the_frameworks_own_pages_behind_queries_are_left_out(visitor):
    answer = visitor.get("/?view=api", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_another_framework_than_the_pinned_one_is_noticed():
    with pytest.raises(ShellError):
        take_apart("<html><script>window.other = 1</script></html>")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "192.168.0.7"])
def test_a_foreign_host_name_reads_nothing(stranger, host):
    answer = stranger.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "wrong_host"
    assert "set-cookie" not in answer.headers


def test_an_ipv6_address_is_a_host_name_too(stranger):
    assert stranger.get("/healthz", headers={"host": "[::1]:7860"}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:3000",
        "null",
        "",
        "file://localhost",
        "ftp://localhost",
    ],
)
def test_another_origin_cannot_act(person, studio, origin):
    answer = person.post("/api/withdraw", headers={"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_origin"
    assert studio.bound(token_of(person)).record.state == "given"


def test_acting_without_an_origin_is_refused(studio, app):
    client = TestClient(app, base_url="http://localhost")
    client.get("/")
    assert client.post("/api/consent", json=CHOICE).json()["code"] == "wrong_origin"


def test_a_further_origin_may_be_allowed_by_the_operator(studio):
    settings = UiSettings("0.1.0", allowed_origins=("https://studio.example",))
    client = TestClient(build_app(studio, settings), base_url="http://localhost")
    client.get("/")
    answer = client.post("/api/consent", json=CHOICE, headers={"origin": "https://studio.example"})
    assert answer.status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_cannot_even_embed_what_is_personal(person, site):
    answer = person.get("/api/preview/toon", headers={"sec-fetch-site": site})
    assert answer.status_code == 403


def test_no_answer_allows_another_origin_to_read_it(person):
    answer = person.get("/api/sitting", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    answer = person.get("/", headers={"origin": "http://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/config",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/proxy=https://evil.example/",
        "/gradio_api/runs",
        "/gradio_api/deep_link?session_hash=x",
        "/gradio_api/upload_progress?upload_id=x",
        "/gradio_api/heartbeat/x",
        "/gradio_api/queue/data?session_hash=x",
        "/gradio_api/stream/a/b/1/playlist.m3u8",
        "/monitoring",
        "/login_check",
        "/docs",
        "/openapi.json",
    ],
)
def test_the_frameworks_other_doors_are_shut(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_here"


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/run/show_step",
        "/gradio_api/queue/join",
        "/gradio_api/api/predict",
        "/gradio_api/call/show_step",
        "/gradio_api/component_server",
        "/gradio_api/process_recording",
        "/gradio_api/cancel",
        "/gradio_api/reset",
        "/login",
    ],
)
def test_the_framework_takes_no_upload_and_no_direct_call(visitor, path):
    answer = visitor.post(path, files={"files": ("face.png", b"\x89PNG", "image/png")})
    assert answer.status_code == 404


def test_the_studios_own_code_may_be_cached_and_nothing_else(person):
    assert person.get("/parts/tokens.css").headers["cache-control"] == "no-cache"
    assert person.get("/api/sitting").headers["cache-control"] == "no-store"
    assert person.get("/api/preview/toon").headers["cache-control"] == "no-store"
    assert person.get("/parts/none.css").headers["cache-control"] == "no-store"


def test_an_unexpected_error_is_a_sentence_and_logs_no_personal_data(person, studio, caplog):
    studio.refusals["preview"] = RuntimeError("ada@example.org has a red scarf")
    with caplog.at_level(logging.ERROR):
        answer = person.get("/api/preview/toon")
    assert answer.status_code == 500
    assert answer.json()["what"] == "Something broke on the studio's side."
    assert "RuntimeError" in caplog.text
    assert "handlers/making.py" in caplog.text
    assert "scarf" not in caplog.text
    assert "scarf" not in answer.text


def test_a_page_without_a_session_is_told_to_begin_again(stranger):
    answer = stranger.get("/api/sitting")
    assert answer.status_code == 401
    assert answer.json()["next"]


def test_an_invented_token_is_no_session(stranger):
    stranger.cookies.set("selfsame", "x" * 43)
    assert stranger.get("/api/sitting").status_code == 401
    stranger.cookies.set("selfsame", "x" * 5000)
    assert stranger.get("/api/sitting").status_code == 401


def test_a_page_can_ask_for_a_session(stranger):
    assert stranger.post("/api/session").status_code == 204
    assert stranger.get("/api/sitting").status_code == 200


def test_two_browsers_have_two_sessions(visitor):
    assert token_of(second_browser(visitor)) != token_of(visitor)


def test_health_says_version_and_nothing_else(stranger):
    assert stranger.get("/healthz").json() == {"status": "ok", "version": "0.1.0"}


def test_a_session_lookup_that_breaks_shows_no_traceback(settings, clock):
    class Broken(FakeStudio):
        def has_session(self, token: str) -> bool:
            raise OSError(token)

    client = TestClient(build_app(Broken(clock=clock), settings), base_url="http://localhost")
    client.cookies.set("selfsame", "secret-token")
    answer = client.get("/api/sitting")
    assert answer.status_code == 500
    assert "secret-token" not in answer.text
