"""The Models page's data: what is told of machine, kinds and weights, and what is never linked."""

from __future__ import annotations

import pytest


def test_machine_kinds_and_weights_are_told(visitor, studio):
    told = visitor.get("/api/models").json()
    assert told["machine"]["device"] == "cpu"
    assert [kind["kind"] for kind in told["kinds"]] == ["sd15", "klein"]
    assert not any(kind["is_ready"] for kind in told["kinds"])
    assert told["kinds"][0]["command"] == "python app.py models pull sd15"
    assert {entry["state"] for entry in told["entries"]} == {"missing", "here", "unreadable"}
    studio.models.known = {"sd15": 38.0}
    ready = visitor.get("/api/models").json()["kinds"][0]
    assert (ready["is_ready"], ready["seconds"], ready["is_measured"]) == (True, 38.0, True)


def test_only_secure_addresses_of_licences_become_links(visitor):
    entries = visitor.get("/api/models").json()["entries"]
    assert {entry["name"]: entry["licence_url"] for entry in entries} == {
        "dream": "https://example.org/licence",
        "tiny": "",
        "lost": "https://example.org/licence",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_page_can_fetch_or_remove_a_model(visitor, method):
    answer = visitor.request(method, "/api/models", json={"pull": "sd15"})
    assert answer.status_code in {404, 405}


def test_a_catalogue_that_cannot_be_read_is_told_in_three_parts(visitor, studio):
    studio.models.broken = RuntimeError("/home/somebody/models: permission denied")
    answer = visitor.get("/api/models")
    assert answer.status_code == 500
    assert answer.json()["code"] == "broken"
    assert "somebody" not in answer.text
