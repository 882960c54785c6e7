"""The pages as data: which components exist, and that none of them ever holds a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studio.ui.shell import PARTS
from studio.ui.views import plain
from tests.studio.ui.conftest import second_browser, token_of

HARMLESS = {"html", "markdown", "column", "walkthrough", "walkthroughstep"}
SCRIPTS = sorted(PARTS.glob("*.js"))
SHEETS = sorted(PARTS.glob("*.css"))


@pytest.fixture(scope="module")
def pages(app):
    """The framework's side of the application."""
    mounted = [getattr(route, "app", None) for route in app.routes]
    return next(inner for inner in mounted if hasattr(inner, "get_blocks")).get_blocks()


def test_no_component_of_the_framework_can_hold_a_face_or_an_output(pages):
    assert {block.get_block_name() for block in pages.blocks.values()} <= HARMLESS


def test_the_framework_keeps_no_state_and_publishes_no_endpoint(pages):
    assert not pages.analytics_enabled
    assert {fn.api_visibility for fn in pages.fns.values()} == {"private"}
    assert all(not fn.inputs for fn in pages.fns.values())
    assert all(not fn.queue for fn in pages.fns.values())


def test_a_page_shows_the_step_that_its_own_session_has_reached(person, pages):
    load = next(number for number, fn in pages.fns.items() if fn.name == "show_step")
    call = {"data": [], "fn_index": load, "session_hash": "any"}
    answer = person.post("/gradio_api/run/predict", json=call)
    assert answer.json()["data"][0]["selected"] == 3
    assert token_of(person) not in answer.text
    answer = second_browser(person).post("/gradio_api/run/predict", json=call)
    assert answer.json()["data"][0]["selected"] == 1


def test_the_framework_takes_no_call_from_another_page(person):
    answer = person.post(
        "/gradio_api/run/predict",
        json={"data": [], "fn_index": 0},
        headers={"origin": "http://evil.example"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("path", sorted(PARTS.iterdir()), ids=lambda path: path.name)
def test_parts_ask_no_outside_address(path: Path):
    allowed = ("http://localhost", "http://www.w3.org")
    for address in re.findall(r"https?://[^\s\"'`)]+", path.read_text(encoding="utf-8")):
        assert address.startswith(allowed), address


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_only_the_tokens_name_colours(path: Path):
    if path.name == "tokens.css":
        return
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r":\s[^;]*(#[0-9A-Fa-f]{3,8}\b|\brgba?\(|\bhsla?\()", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_parts_keep_nothing_personal_in_the_browser(path: Path):
    text = path.read_text(encoding="utf-8")
    assert "document.cookie" not in text
    assert "indexedDB" not in text
    assert set(re.findall(r"Storage\.setItem\(([^,]+),", text)) <= {
        "FAVOURITES",
        "CHOSEN_CAMERA",
        "CHOSEN_FORMAT",
        "CHOSEN_PACE",
        "CHOSEN_SOUNDS",
        "LAST_MADE",
    }


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_came_from_elsewhere_is_written_as_text_only(path: Path):
    markup = re.findall(r"innerHTML = (.+);", path.read_text(encoding="utf-8"))
    assert set(markup) <= {"HEART"}


def test_bytes_never_travel_in_plain_data():
    with pytest.raises(TypeError):
        plain({"data": b"\x89PNG"})
    with pytest.raises(TypeError):
        plain(object())
