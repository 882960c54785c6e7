"""A copy of everything and single selfies over HTTP, each for its own subject only."""

from __future__ import annotations

import io
import zipfile

import pytest
from fastapi.testclient import TestClient

from tests.studio.sitting.cabinet import Cabinet
from tests.studio.ui.conftest import ORIGIN


@pytest.fixture
def cabinet(tmp_path, studio):
    """The rights of a real studio behind the pages of the fake one."""
    cabinet = Cabinet(tmp_path)
    studio.rights = cabinet.rights
    studio.has_session = cabinet.door.has_session
    yield cabinet
    cabinet.close()


@pytest.fixture
def browser_of(app):
    def browser(person):
        client = TestClient(app, base_url="http://localhost", headers=ORIGIN)
        client.cookies.set("selfsame", person.token)
        return client

    return browser


def test_everything_comes_as_one_file_that_is_not_stored(cabinet, browser_of):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    answer = browser_of(ada).get("/api/rights/archive")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-length" not in answer.headers  # it is made while it is sent
    name = 'attachment; filename="selfsame-my-data-2026-11-22.zip"'
    assert answer.headers["content-disposition"] == name
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert f"avatars/{output.id}.png" in archive.namelist()


def test_selfies_are_listed_shown_and_deleted_one_by_one(cabinet, browser_of):
    ada = cabinet.sit()
    browser = browser_of(ada)
    listed = browser.get("/api/selfies").json()["selfies"]
    assert [each["id"] for each in listed] == list(ada.selfies[::-1])
    assert {each["words"] for each in listed} == {"turned left, smiling"}
    assert all(each["added_at"] for each in listed)
    address = f"/api/selfies/{ada.selfies[0]}"
    shown = browser.get(address)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert browser.delete(address).status_code == 204
    assert browser.get(address).status_code == 404
    assert len(browser.get("/api/selfies").json()["selfies"]) == 1


def test_another_persons_selfie_is_unknown_to_see_and_to_delete(cabinet, browser_of):
    ada, bob = cabinet.sit(), cabinet.sit()
    browser, address = browser_of(bob), f"/api/selfies/{ada.selfies[0]}"
    for answer in (browser.get(address), browser.delete(address)):
        assert answer.status_code == 404
        refusal = answer.json()
        assert refusal["code"] == "selfie_unknown"
        assert set(refusal) == {"code", "what", "why", "next"}
    assert browser_of(ada).get(address).status_code == 200
    with_bob = browser.get("/api/rights/archive").content
    assert ada.subject_id.encode() not in with_bob


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/rights/archive"),
        ("GET", "/api/selfies"),
        ("GET", "/api/selfies/{}"),
        ("DELETE", "/api/selfies/{}"),
    ],
)
def test_a_closed_session_is_told_in_three_parts_how_to_open_it(
    cabinet, browser_of, method, address
):
    ada = cabinet.sit()
    cabinet.door.lock(ada.token)
    answer = browser_of(ada).request(method, address.format(ada.selfies[0]))
    assert answer.status_code == 403
    assert answer.json()["code"] == "closed"
    assert answer.json()["next"]
    assert len(cabinet.selfies.count(ada.subject_id)) == 1


@pytest.mark.parametrize("selfie_id", ["..%2F..%2Fkeys%2Fmaster.key", "0" * 32, "%00"])
def test_what_is_no_id_leads_nowhere(cabinet, browser_of, selfie_id):
    browser = browser_of(cabinet.sit())
    assert browser.get(f"/api/selfies/{selfie_id}").status_code == 404
    assert browser.delete(f"/api/selfies/{selfie_id}").status_code == 404


def test_receipts_of_deletions_are_kept_for_the_browser_they_belong_to(cabinet, browser_of):
    ada, bob = cabinet.sit(), cabinet.sit()
    cabinet.withdrawal.withdraw(ada.subject_id)
    (receipt,) = browser_of(ada).get("/api/rights/deletion-receipts").json()["receipts"]
    assert receipt["pii_principal_id"] == ada.subject_id
    assert browser_of(bob).get("/api/rights/deletion-receipts").json() == {"receipts": []}
