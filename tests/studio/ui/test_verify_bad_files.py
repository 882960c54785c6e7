"""Bad files over the wire: the same refusals as everywhere, in the same parts, never a crash."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from consent.types import RecordState
from outputs.annotated import checked_copy
from outputs.authority import make_authority
from outputs.provenance import ManifestReader, Signer
from outputs.verify import Examiner, examine
from outputs.watermark import Watermarker
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.outputs import bad_files
from tests.outputs.samples import LOG_KEYS, NOW, States, claim_of
from tests.outputs.test_verify_bad_input import POLYGLOTS, REFUSED, remote
from tests.studio.ui.fakes import FakeStudio

__all__ = ["remote"]

AUTHORITY = make_authority(now=NOW, serial=itertools.count(8000).__next__)


class Examining(FakeStudio):
    """A studio that examines for real."""

    def _examined(self, data: bytes):
        reader = ManifestReader([AUTHORITY.root])
        known = States(RecordState.GIVEN)
        return examine(data, Examiner(reader, Watermarker(), LOG_KEYS, known))

    def verify(self, data: bytes):
        return self._examined(data).report

    def verify_and_show(self, data: bytes):
        found = self._examined(data)
        return found.report, checked_copy(found, Watermarker())


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = build_app(Examining(slow=False), UiSettings("0.1.0"))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def ask(client: TestClient, data: bytes, *, annotated: bool = False):
    return client.post(f"/api/verify?annotated={annotated}", content=data)


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_opened_is_refused_in_three_parts(client, name):
    answer = ask(client, REFUSED[name][0](), annotated=True)
    assert answer.status_code in {413, 422}
    assert set(answer.json()) == {"code", "what", "why", "next"}


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_copy_of_a_file_that_is_two_things_is_a_picture_only(client, name):
    answer = ask(client, POLYGLOTS[name](), annotated=True)
    assert answer.status_code == 200
    assert answer.json()["tells_generated"] is False
    assert "script" not in answer.text


def test_manifest_elsewhere_is_not_fetched(client, remote):
    address, asked = remote
    answer = ask(client, bad_files.png(xmp=bad_files.remote_packet(address)))
    assert answer.status_code == 200
    assert asked == []


def test_forged_certificate_leads_to_no_picture_of_ours(client):
    forged = Signer(make_authority(now=NOW, serial=itertools.count(8000).__next__))
    answer = ask(client, forged.sign(bad_files.png(), "image/png", claim_of())).json()
    assert answer["output_id"] is None


def test_picture_of_ours_leads_to_its_report(client):
    signed = Signer(AUTHORITY).sign(bad_files.png(), "image/png", claim_of())
    assert ask(client, signed).json()["output_id"] == "output-1"
