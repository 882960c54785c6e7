"""Verify over the wire: for pages and for programs, described, and never a way to fill memory."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import jsonschema
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from outputs.errors import VerifyError
from outputs.opening import MAX_BYTES, check_size
from outputs.report import Finding, Report, State, Technique
from outputs.studio_keys import StudioKeys
from studio.ui.openapi import document
from studio.ui.settings import UiSettings
from studio.ui.sign_in import is_open

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
WEBP = b"RIFF" + bytes(60)


@pytest.fixture
def program(studio, app) -> TestClient:
    """A client that is no browser: it sends no Origin and keeps no cookie."""
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def described(program) -> dict:
    answer = program.get("/api/verify/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def fits(described: dict, name: str, value: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def test_findings_are_apart_and_need_no_session(stranger):
    answer = stranger.post("/api/verify", files={"file": ("a.png", PNG)}).json()
    findings = answer["findings"]
    assert [finding["title"] for finding in findings] == [
        "Visible label",
        "Signed manifest",
        "Metadata",
        "Consent",
    ]
    assert findings[0]["tone"] == "good"
    assert findings[0]["tells_generated"] is True
    assert findings[0]["details"] == {"contrast": 18.2}
    assert findings[3]["word"] == "Withdrawn"
    assert answer["tells_generated"] is True
    assert "annotated" not in answer


def test_picture_that_may_be_reported_is_named_only_when_it_is_ours(stranger):
    ours = stranger.post("/api/verify", files={"file": ("a.png", PNG)}).json()
    assert ours["output_id"] == "0f" * 16
    other = stranger.post("/api/verify", files={"file": ("b.webp", WEBP)}).json()
    assert other["output_id"] is None


def test_what_is_no_picture_is_refused(stranger):
    answer = stranger.post("/api/verify", files={"file": ("a.txt", b"hello")})
    assert answer.status_code == 422
    assert answer.json()["next"]


@pytest.mark.parametrize(
    "kind", ["image/png", "application/octet-stream", "application/x-www-form-urlencoded", None]
)
def test_program_sends_the_file_as_the_body_itself(program, described, kind):
    headers = {} if kind is None else {"content-type": kind}
    answer = program.post("/api/verify", content=PNG, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["name"] == "picture"
    fits(described, "Findings", answer.json())
    assert "set-cookie" not in answer.headers


def test_program_sends_a_form_as_well(program):
    assert program.post("/api/verify", files={"file": ("a.png", PNG)}).json()["name"] == "a.png"


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3000", "null", ""])
def test_page_of_another_site_is_still_turned_away(program, described, origin):
    answer = program.post("/api/verify", content=PNG, headers={"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_origin"
    fits(described, "Refusal", answer.json())


@pytest.mark.parametrize(
    "path", ["/api/consent", "/api/verify/", "/api/verify/keys", "/api/reports"]
)
def test_no_other_door_opens_to_programs(program, path):
    assert program.post(path, content=b"{}").json()["code"] == "wrong_origin"


def test_foreign_host_name_reads_nothing(program):
    answer = program.post("/api/verify", content=PNG, headers={"host": "evil.example"})
    assert answer.status_code == 421


def test_copy_that_shows_the_marks_comes_only_when_asked_for(program, described):
    answer = program.post("/api/verify?annotated=true", content=PNG)
    fits(described, "Findings", answer.json())
    copy = answer.json()["annotated"]
    kind, _, data = copy["url"].partition(",")
    assert kind == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.size == (copy["width"], copy["height"])
    assert answer.headers["cache-control"] == "no-store"


def test_question_that_makes_no_sense_is_refused(program, described):
    answer = program.post("/api/verify?annotated=perhaps", content=PNG)
    assert answer.status_code == 422
    fits(described, "Refusal", answer.json())


def test_gigabyte_is_refused_by_its_length_before_a_byte_of_it_is_read(program, described):
    read = []

    def body() -> Iterator[bytes]:
        read.append(1)
        yield bytes(64 * 1024)

    headers = {"content-length": str(10**9), "content-type": "image/png"}
    answer = program.post("/api/verify", content=body(), headers=headers)
    assert answer.status_code == 413
    assert len(read) <= 1, "the test client hands over one chunk at most"
    fits(described, "Refusal", answer.json())


@pytest.mark.parametrize("kind", ["image/png", "multipart/form-data; boundary=b0undary"])
def test_gigabyte_without_a_length_is_refused_while_it_streams(program, kind):
    sent = []

    def body() -> Iterator[bytes]:
        for _ in range(10**9 // 65536):
            sent.append(65536)
            yield bytes(65536)

    answer = program.post("/api/verify", content=body(), headers={"content-type": kind})
    assert answer.status_code in {413, 422}
    assert answer.json()["next"]


def test_file_beyond_what_may_be_opened_is_refused_as_too_large(program, studio):
    with pytest.raises(VerifyError) as caught:
        check_size(MAX_BYTES + 1)
    studio.refusals["verify"] = caught.value
    assert program.post("/api/verify", content=PNG).status_code == 413


def test_description_is_complete(described):
    assert described["openapi"] == "3.1.0"
    assert described == document(UiSettings(version="0.1.0", max_upload_bytes=64 * 1024))
    assert set(described["paths"]) == {
        "/api/verify",
        "/api/verify/keys",
        "/api/verify/openapi.json",
    }
    assert all(is_open(path) for path in described["paths"]), "the document is of open doors only"
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    post = described["paths"]["/api/verify"]["post"]
    assert set(post["responses"]) == {"200", "403", "408", "413", "421", "422", "500"}
    assert "64 kB" in post["description"]


def test_description_names_only_parts_that_it_has(described):
    names: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            names.extend(value for name, value in node.items() if name == "$ref")
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(described)
    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(names) == known


def test_public_keys_fit_their_description(program, described, studio):
    studio.keys = lambda: StudioKeys(("log+0+key",), (b"-----BEGIN CERTIFICATE-----",))
    fits(described, "StudioKeys", program.get("/api/verify/keys").json())


@pytest.mark.parametrize(
    ("found_by", "tone"), [("C2PA manifest", "good"), ("invisible watermark", "")]
)
def test_consent_that_a_watermark_leads_to_is_not_shown_as_a_good_sign(
    program, studio, found_by, tone
):
    details = {"found_by": found_by}
    told = Finding(Technique.CONSENT, State.GIVEN, "It was given.", details=details)
    studio.verify = lambda _data: Report((told,))
    (found,) = program.post("/api/verify", content=PNG).json()["findings"]
    assert (found["state"], found["tone"]) == ("given", tone)
