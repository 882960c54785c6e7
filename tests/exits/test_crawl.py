"""Everybody knocks at every door of a studio: each picture that comes out carries its marks."""

from __future__ import annotations

import io
import json
import logging
import re
import struct
import tempfile
from pathlib import Path

import gradio
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from outputs.encode import STILLS, decode
from outputs.label_search import find_label
from outputs.report import State, Technique
from outputs.types import Profile
from outputs.watermark import Watermarker
from studio.assembly import open_house
from studio.service import JobState
from studio.settings import Settings
from studio.sitting.images import decode_photo, encode_still
from studio.styles.alignment import align_photo
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from studio.ui.shell import PARTS
from tests.exits.bending import BENDS, Bent
from tests.exits.pictures import BEGINNINGS, pictures_in
from tests.exits.visits import ENDS, doors, staged
from tests.studio.jobs.conftest import TickingClock, weights

__all__ = ["weights"]

GRADIO = Path(gradio.__file__).parent
FORMATS = ("png", "webp", "jpeg", "avif")
PLACE = re.compile(r"\{[^}]*\}")
OPEN_TO_THE_FRAMEWORK = {  # of its own doors: pages, code and fonts, and which step is shown
    "/",
    "/gallery",
    "/consent",
    "/verify",
    "/models",
    "/check",
    "/privacy",
    "/favicon.ico",
    "/theme.css",
    "/static/{path:path}",
    "/assets/{path:path}",
    "/gradio_api/run/{api_name}",
}
CHOICE = {"families": ["painted"], "days": 90, "audience": "private", "adult_attested": True}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Where a studio may write: its data, and whatever the process calls temporary."""
    data, temporary = tmp_path_factory.mktemp("studio") / "data", tmp_path_factory.mktemp("temp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        patch.setenv("TMPDIR", str(temporary))
        patch.setenv("GRADIO_TEMP_DIR", str(data / "run" / "pages"))  # as app.py does
        yield data, temporary


@pytest.fixture(scope="module")
def log():
    """Everything that is logged, as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def stage(folders, weights, log):
    del log
    settings = Settings(data=folders[0], weights=weights)
    with open_house(settings, TickingClock(), version="0", listen=False) as house:
        yield staged(house, build_app(house, UiSettings(version="0")))


def states(house, data):
    return {found.technique: found.state for found in house.verify(data).findings}


def require_final(stage, data, headers):
    """Read all four marks back, as a stranger would."""
    found = states(stage.house, data)
    assert found[Technique.LABEL] is State.FOUND
    assert found[Technique.WATERMARK] is State.DETECTED
    assert found[Technique.XMP] is State.FOUND
    assert found[Technique.MANIFEST] is State.TRUSTED
    word = Watermarker().read(decode(data, max_pixels=10**7).pixels).id
    match = stage.house.library.nearest(word)
    assert match is not None
    assert match.is_certain
    assert match.registered.output_id == stage.output_id
    assert stage.house.verify(data).output_id == stage.output_id
    assert headers["cache-control"] == "no-store"


def require_preview(stage, data, headers):
    found = states(stage.house, data)
    assert found[Technique.LABEL] is State.FOUND
    assert found[Technique.WATERMARK] is State.DETECTED
    assert found[Technique.XMP] is State.FOUND
    assert found[Technique.MANIFEST] is State.NOT_FOUND
    assert max(decode(data, max_pixels=10**7).pixels.shape[:2]) <= 512
    assert headers["cache-control"] == "no-store"


def require_own_selfie(stage, data, headers):
    """A selfie is its subject's own picture as the camera took it, bit for bit."""
    subject_id = stage.house.door.open_subject(stage.owner)
    kept = stage.house.booth.selfies.read(subject_id, stage.names["selfie_id"])
    assert data == kept
    assert headers["cache-control"] == "no-store"


def require_own_photo(stage, data, headers):
    """What a drawing is compared with: the same selfie, cropped, and nothing drawn into it."""
    subject_id = stage.house.door.open_subject(stage.owner)
    kept = stage.house.booth.selfies.read(subject_id, stage.names["selfie_id"])
    image = decode_photo(kept)
    meter = stage.house.booth.meter
    cropped = align_photo(image, meter.faces(image)[0], meter.person(image))
    shown = decode(data, max_pixels=10**7).pixels
    away = np.abs(shown.astype(int) - cropped.image)[cropped.covered]
    assert away.mean() < 2, "but for the loss of a JPEG"
    assert headers["cache-control"] == "no-store"


def all_doors(stage):
    return [*doors(stage.app.routes)]


def address_of(stage, door):
    return PLACE.sub("1", stage.address(door))


def reading(stage):
    return [door for door in all_doors(stage) if "GET" in door.methods]


def acting(stage):
    """Return (method, door), what ends something last."""
    found = [
        (method, door)
        for door in all_doors(stage)
        for method in sorted(door.methods - {"GET", "HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda each: each[0] == "DELETE" or each[1].path.endswith(ENDS))


def require_favicon(_stage, data, _headers):
    assert data == (GRADIO / "templates/frontend/favicon.ico").read_bytes()


# Where a picture may come out, in a part of an archive or as the whole answer, and as what.
# Where another subject finds what is their own.
OWN = frozenset({"/api/preview/{style}", "/api/portrait/{style}", "/api/rights/archive"})
COVERED = {
    ("/api/outputs/{output_id}/selfie", ""): require_own_photo,
    ("/api/portrait/{style}", ""): require_own_photo,
    ("/api/outputs/{output_id}", ""): require_final,
    ("/api/preview/{style}", ""): require_preview,
    ("/api/selfies/{selfie_id}", ""): require_own_selfie,
    ("/api/rights/archive", "avatars"): require_final,
    ("/api/rights/archive", "selfies"): require_own_selfie,
    ("/favicon.ico", ""): require_favicon,
}


def test_every_picture_that_its_subject_is_shown_carries_its_marks(stage):
    browser, shown = stage.browser(stage.owner), []
    for door in reading(stage):
        answer = browser.get(address_of(stage, door))
        assert answer.status_code < 500, door
        for found in pictures_in(answer.content):
            way = (door.path, found.where.partition("/")[0])
            assert way in COVERED, f"no rule covers this picture: {way}"
            COVERED[way](stage, found.data, answer.headers)
            shown.append(way)
    assert set(COVERED) - set(shown) <= {("/favicon.ico", "")}
    assert shown.count(("/api/rights/archive", "avatars")) == len(STILLS)


@pytest.mark.parametrize("save", ["", "&save=1"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_of_a_download_carries_all_four_marks(stage, file_format, save):
    answer = stage.browser(stage.owner).get(
        f"/api/outputs/{stage.output_id}?format={file_format}{save}"
    )
    assert answer.headers["content-type"] == f"image/{file_format}"
    require_final(stage, answer.content, answer.headers)
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.format == file_format.upper()


def test_the_gallery_s_own_pictures_are_final_ones(stage):
    """There are no thumbnails: the pages' scripts ask for outputs, previews and selfies only."""
    asked = set()
    for script in PARTS.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        asked |= set(re.findall(r"/api/(?:outputs|preview|selfies|verify|thumbs?)\b", text))
    assert asked <= {"/api/outputs", "/api/preview", "/api/selfies", "/api/verify"}
    (entry,) = stage.browser(stage.owner).get("/api/outputs").json()["outputs"]
    assert entry["formats"] == list(FORMATS)
    assert not [key for key, value in entry.items() if isinstance(value, str) and len(value) > 100]


def test_nobody_else_is_shown_any_picture_or_can_end_anything(stage):
    for who, token in stage.visitors.items():
        for door in reading(stage):
            answer = stage.browser(token).get(address_of(stage, door))
            assert answer.status_code < 500, (who, door)
            found = [*pictures_in(answer.content)]
            own = door.path in OWN
            if own and who == "another subject":
                assert stage.output_id not in answer.text
                continue
            assert found == [], (who, door.path)
        for method, door in acting(stage):
            if door.path.endswith(("/play", *ENDS)) or door.path == "/api/consent":
                continue  # these they may do to themselves; looked at below
            answer = stage.browser(token).request(method, address_of(stage, door), json={})
            assert answer.status_code < 500, (who, method, door)
            assert [*pictures_in(answer.content)] == [], (who, method, door.path)
    assert stage.browser(stage.owner).get(f"/api/outputs/{stage.output_id}").status_code == 200
    assert stage.browser(stage.owner).get("/api/selfies").json()["selfies"]


def test_what_its_subject_does_shows_no_picture(stage):
    browser = stage.browser(stage.owner)
    for method, door in acting(stage):
        if method == "DELETE" or door.path.endswith(("/play", *ENDS)):
            continue
        if door.path.startswith(("/api/consent", "/api/session", "/api/passkeys")):
            continue  # another consent would close this sitting
        answer = browser.request(method, address_of(stage, door), json={})
        assert answer.status_code < 500, (method, door)
        assert [*pictures_in(answer.content)] == [], (method, door.path)


def test_a_consent_and_a_rehearsal_show_no_picture(stage):
    browser = stage.browser(stage.house.new_session())
    for path in ("/api/consent/summary", "/api/consent"):
        answer = browser.post(path, json=CHOICE)
        assert answer.status_code == 200
        assert [*pictures_in(answer.content)] == []
    answer = browser.post(f"/api/subjects/{stage.names['baked_id']}/play")
    lines = answer.text.strip().splitlines()
    assert "passed" in json.loads(lines[-1])
    assert [*pictures_in(answer.content)] == []


def test_a_file_that_somebody_brings_comes_back_as_a_small_checked_copy_to_them_only(stage):
    browser = stage.browser("")
    member = next(iter(stage.house.cast.values()))
    selfie = encode_still(member.frame(member.clips["still"][0]).image)
    avatar = stage.browser(stage.owner).get(f"/api/outputs/{stage.output_id}").content
    for data, is_ours in ((selfie, False), (avatar, True)):
        plain = browser.post("/api/verify", files={"file": ("me.jpg", data)})
        assert [*pictures_in(plain.content)] == []
        answer = browser.post("/api/verify?annotated=true", files={"file": ("me.jpg", data)})
        (copy,) = pictures_in(answer.content)
        picture = decode(copy.data, max_pixels=10**7)
        assert max(picture.pixels.shape[:2]) <= 512
        assert answer.headers["cache-control"] == "no-store"
        found = states(stage.house, copy.data)
        assert (found[Technique.XMP] is State.FOUND) == is_ours
        if is_ours:
            assert find_label(picture.pixels), "the file's own label is still on it"


def test_the_framework_s_doors_are_shut(stage):
    framework = {door.path: door for door in all_doors(stage) if not door.path.startswith("/api/")}
    framework.pop("/healthz")
    assert len(framework) > 60, "gradio's routes were not found"
    for path, door in framework.items():
        if path in OPEN_TO_THE_FRAMEWORK:
            continue
        for method in sorted(door.methods | {"GET", "POST"}):
            browser = stage.browser(stage.owner)
            answer = browser.request(method, address_of(stage, door))
            assert answer.status_code in {403, 404}, (method, path)
            if method != "HEAD":
                assert set(answer.json()) == {"code", "what", "why", "next"}


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file={data}/app.db",
        "/gradio_api/file/{data}/app.db",
        "/gradio_api/file={data}/run/pages/x.png",
        "/file={data}/app.db",
        "/proxy=http://localhost/healthz",
        "/gradio_api/upload_progress?upload_id=1",
        "/parts/../../../../{data}/app.db",
        "/parts/%2e%2e/%2e%2e/service/__init__.py",
        "/parts/..%2f..%2fservice/__init__.py",
        "/parts//{data}/app.db",
        "/static/../../../../../../../../{data}/app.db",
        "/static/%2e%2e/%2e%2e/%2e%2e/package.json",
        "/assets/..%2f..%2f..%2f..%2f..%2f{data}/app.db",
        "//gradio_api/file={data}/app.db",
        "/./gradio_api/file={data}/app.db",
        "/api/../gradio_api/file={data}/app.db",
        "/api/selfies/../../{data}/app.db",
    ],
)
def test_no_address_leads_to_a_file_of_the_studio(stage, folders, path):
    answer = stage.browser(stage.owner).get(path.format(data=str(folders[0]).lstrip("/")))
    assert answer.status_code in {403, 404}
    assert b"SQLite" not in answer.content
    assert b"def " not in answer.content


def test_the_framework_takes_no_file(stage, folders):
    picture = {"files": ("me.png", b"\x89PNG\r\n\x1a\n and more", "image/png")}
    for path in ("/upload", "/gradio_api/upload", "/gradio_api/component_server"):
        assert stage.browser(stage.owner).post(path, files=picture).status_code == 404
    assert not [path for path in (folders[0] / "run" / "pages").rglob("*") if path.is_file()]


def test_what_lies_open_for_the_pages_came_with_the_packages(stage):
    """Scripts, styles, fonts and the framework's own drawings, byte for byte."""
    browser = stage.browser("")
    for file in PARTS.iterdir():
        assert browser.get(f"/parts/{file.name}").content == file.read_bytes()
        assert [*pictures_in(file.read_bytes())] == []
    frontend = GRADIO / "templates" / "frontend"
    drawn = [file for file in frontend.rglob("*.*") if file.suffix in {".png", ".svg", ".jpg"}]
    assert drawn
    for file in drawn:
        answer = browser.get(f"/{file.relative_to(frontend).as_posix()}")
        assert answer.status_code in {200, 404}
        if answer.status_code == 200:
            assert answer.content == file.read_bytes()


def test_which_step_is_shown_is_all_that_the_framework_tells(stage):
    browser = stage.browser(stage.owner)
    for number in range(40):
        call = {"data": [], "fn_index": number, "session_hash": "any"}
        answer = browser.post("/gradio_api/run/predict", json=call)
        assert [*pictures_in(answer.content)] == []
        assert stage.output_id not in answer.text


def test_the_one_socket_answers_in_words(stage):
    assert {door.path for door in all_doors(stage) if not door.methods} == {"/api/capture"}
    origin = {"origin": "http://localhost"}
    agreed = stage.browser(stage.house.new_session())
    assert agreed.post("/api/consent", json=CHOICE).status_code == 200
    member = next(iter(stage.house.cast.values()))
    jpeg = encode_still(member.frame(member.clips["still"][0]).image)
    with agreed.websocket_connect("ws://localhost/api/capture", headers=origin) as socket:
        said = [socket.receive()]
        for sequence in range(3):
            socket.send_bytes(struct.pack("<BId", 0, sequence, sequence * 66.0) + jpeg)
            said.append(socket.receive())
    for token in (stage.owner, *stage.visitors.values()):
        browser = stage.browser(token)
        with browser.websocket_connect("ws://localhost/api/capture", headers=origin) as socket:
            said.append(socket.receive())
    for message in said:
        assert message.get("bytes") is None
        assert [*pictures_in(message.get("text", "").encode())] == []
    for path in ("/queue/join", "/gradio_api/queue/join", "/gradio_api/stream/1", "/ws"):
        with (
            pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
            agreed.websocket_connect(f"ws://localhost{path}", headers=origin),
        ):
            pass


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("label", "skipped"),
        ("label", "too faint"),
        ("watermark", "skipped"),
        ("watermark", "of another id"),
        ("xmp", "without a packet"),
        ("manifest", "skipped"),
        ("manifest", "before a byte was appended"),
    ],
)
def test_a_job_whose_marks_do_not_read_back_leaves_nothing(
    stage, folders, monkeypatch, name, words
):
    bend = BENDS[name][words]
    house = stage.house
    releaser = house.orders.workshop.releaser
    bent = tuple(
        Bent(mark, bend) if mark.name == name else mark for mark in releaser._marks[Profile.FINAL]
    )
    monkeypatch.setattr(releaser, "_marks", {**releaser._marks, Profile.FINAL: bent})
    before = stock(house, folders[0])
    job = house.make_now(stage.owner, "toon", {}, 4)
    assert job.state is JobState.REFUSED
    assert job.refusal["code"] == "mark_missing"
    assert job.output_id is None
    assert stock(house, folders[0]) == before


def stock(house, data):
    """Return what is there of outputs, in rows, ids and objects."""
    with house.library.ledger.reading() as rows:
        registered = {one.word for one in rows.registered()}
        keys = rows.object_keys()
    objects = {path for path in (data / "objects" / "outputs").rglob("*") if path.is_file()}
    return registered, keys, objects


def test_no_picture_lies_open_on_the_disk_or_in_the_log(stage, folders, log):
    """After everything above: neither in files, nor in the engine's database, nor in words."""
    stage.house.preview(stage.owner, "toon", {}, 1)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert {"app.db", "dbos.db"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for kind, begins in BEGINNINGS.items():
            assert not begins.search(content), f"{path.name} holds a {kind}"
    assert list((folders[0] / "run" / "pages").rglob("*.*")) == []
    written = log.getvalue()
    assert [*pictures_in(written.encode())] == []
    assert "\\xff\\xd8" not in written
    assert "\\x89PNG" not in written


def test_after_the_end_its_subject_is_shown_no_picture_any_more(stage):
    browser = stage.browser(stage.owner)
    answers = [browser.post("/api/lock"), browser.get(f"/api/outputs/{stage.output_id}")]
    assert answers[-1].status_code in {401, 403}
    answers.append(browser.post("/api/withdraw"))
    assert answers[-1].status_code == 200
    receipt = answers[-1].json()["receipt"]
    marks = {tuple(each["marks"]) for each in receipt["exported_files"]}
    assert all("invisible watermark" in each for each in marks)
    types = {each["media_type"] for each in receipt["exported_files"]}
    assert types == {f"image/{each}" for each in FORMATS}
    answers += [browser.get(address_of(stage, door)) for door in reading(stage)]
    for answer in answers:
        assert answer.status_code < 500
        assert [*pictures_in(answer.content)] == [], answer.url
    with stage.house.library.ledger.reading() as rows:
        kept = {one.output_id for one in rows.registered()}
    assert stage.output_id in kept, "a copy that is found anywhere could not be told as withdrawn"
