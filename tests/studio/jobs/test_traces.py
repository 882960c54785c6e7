"""After a withdrawal every byte that is left is read: nothing of a face, and no key to anything."""

from __future__ import annotations

import json
import re
import struct
import tempfile
import time
from hashlib import sha256

import pytest
from dbos import DBOS
from dbos import error as dbos_error
from fastapi.testclient import TestClient
from sqlalchemy import select

from consent.adapters.keys import MasterKey
from consent.adapters.tables import WatermarkRow, WrappedKeyRow
from consent.errors import ConsentRefused
from consent.records import receipt_hash
from consent.retention import Retention
from consent.withdrawal import WATERMARK
from outputs.encode import STILLS
from outputs.types import Profile, Released, StoredOutput
from studio.assembly import open_house
from studio.jobs.housekeeping import forget_portraits
from studio.jobs.workshop import Workshop
from studio.settings import Settings
from studio.sitting.images import encode_still
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.jobs.conftest import TickingClock

# Sealed bytes are random, and megabytes of them lie there before: three bytes would be found often.
PICTURES = {
    "JPEG": re.compile(rb"\xff\xd8\xff(?:\xe0..JFIF|\xe1..Exif|[\xc0\xdb]\x00)", re.DOTALL),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WebP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "AVIF": re.compile(rb"ftypavi[fs]"),
}
FEW = 8  # numbers of a template that no chance brings together


@pytest.fixture(scope="module")
def temporary(tmp_path_factory):
    """The process's folder for temporary files."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        patch.setenv("TMPDIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def settings(data, weights, temporary):
    return Settings(data=data, weights=weights)


@pytest.fixture(scope="module")
def house(settings):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(settings.temporary))  # as app.py does
        with open_house(settings, TickingClock(), version="0", listen=False) as house:
            yield house


def traces_in(folders, needles):
    """Return which needles lie in which files of some folders, every byte read."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            found |= {(name, path.name) for name, needle in needles.items() if needle in content}
            found |= {(name, path.name) for name, head in PICTURES.items() if head.search(content)}
    return found


def needles_of(house, data, subject_id):
    """Return everything secret about a subject as bytes that a file might hold."""
    with house.ledger.reading() as unit:
        wrapped = unit.session.get(WrappedKeyRow, subject_id).wrapped
        template = unit.captures.latest(subject_id).template
        probe = unit.captures.probes(subject_id)[0]
    master = MasterKey((data / "keys" / "master.key").read_bytes())
    jpeg = house.booth.selfies.read(subject_id, probe.id)
    few = template[:FEW]
    return {
        "wrapped key": wrapped,
        "wrapped key's middle": wrapped[20:44],
        "data key": master.unwrap(wrapped, name=f"{subject_id}|data-key"),
        "template as JSON": json.dumps(few).strip("[]").encode(),
        "template as dense JSON": json.dumps(few, separators=(",", ":")).strip("[]").encode(),
        "a number of the template": repr(template[0]).encode(),
        "template as float64": struct.pack(f"<{FEW}d", *few),
        "template as float32": struct.pack(f"<{FEW}f", *few),
        "selfie": jpeg[len(jpeg) // 2 :][:64],
    }


def plant(folder, needles, jpeg):
    """Put everything where the scan must find it: the web framework's folder."""
    deep = folder / "4f2a" / "upload"
    deep.mkdir(parents=True)
    (deep / "planted.bin").write_bytes(b" ".join(needles.values()))
    (deep / "planted.jpg").write_bytes(jpeg)
    (deep / "planted.png").write_bytes(b"\x89PNG\r\n\x1a\n and more")
    (folder / "planted.webp").write_bytes(b"RIFF\0\0\0\0WEBP and more")
    (folder / "planted.avif").write_bytes(b"\0\0\0\x20ftypavif and more")


def visit(house, token, jpeg):
    """Let a browser upload, preview, make a copy and verify through the web framework."""
    app = build_app(house, UiSettings(version="0"))
    browser = TestClient(app, base_url="http://localhost", headers={"origin": "http://localhost"})
    browser.cookies.set("selfsame", token)
    assert browser.get("/").status_code == 200
    assert browser.get("/api/preview/toon").status_code == 200
    large = jpeg + bytes(3 * 1024 * 1024)  # more than the framework would hold in memory
    assert browser.post("/api/verify", files={"file": ("me.jpg", large)}).status_code == 200
    assert browser.post("/upload", files={"files": ("me.jpg", jpeg)}).status_code == 404
    assert browser.get("/api/rights/archive").content.startswith(b"PK")
    (selfie,) = browser.get("/api/selfies").json()["selfies"]
    shown = browser.get(f"/api/selfies/{selfie['id']}")
    assert shown.content == jpeg
    assert shown.headers["cache-control"] == "no-store"


def store_small(house, subject_id, record_id, number):
    """Store many sealed outputs without drawing them."""
    rows = []
    for index in range(number):
        output_id = f"{index:032x}"
        data = sha256(output_id.encode()).digest() * 32
        digest = sha256(data).hexdigest()
        formats = tuple(
            Released(data, kind, digest, 8, 8, Profile.FINAL)
            for kind in ("image/png", "image/webp")
        )
        key = house.library.put_objects(subject_id, output_id, formats)
        now = house.clock.now()
        output = StoredOutput(
            output_id, subject_id, record_id, output_id, "toon", digest, "image/png", 8, 8, now
        )
        rows.append((output, key))
    with house.library.ledger.transaction() as kept:
        for output, key in rows:
            kept.add(output, key)


def test_after_a_withdrawal_nothing_of_a_face_and_no_key_is_on_the_disk(
    house, token, data, settings, temporary, member
):
    job = house.make_now(token, "toon", {}, 3)
    assert house.output(token, job.output_id, "png", save=True).data
    subject_id = house.door.open_subject(token)
    jpeg = encode_still(member.frame(member.clips["still"][0]).image)
    visit(house, token, jpeg)
    needles = needles_of(house, data, subject_id)
    folders = (data, temporary)
    before = traces_in(folders, needles)
    assert {name for name, _ in before} == {"wrapped key", "wrapped key's middle"}
    assert {file for _, file in before} <= {"app.db", "app.db-wal"}
    plant(settings.temporary, needles, jpeg)
    assert {name for name, _ in traces_in(folders, needles)} == {*needles, *PICTURES}

    receipt = house.withdraw(token)
    assert traces_in(folders, needles) == set()
    went = " / ".join(receipt["deleted"])
    for words in (
        "1 selfie",
        "2 prepared portraits in memory",  # for the preview and for the avatar
        "1 avatar in the gallery",
        "1 record of a picture in the making",
        "1 camera capture with its face template",
        "4 notes of files that you downloaded",
        "5 temporary files of the pages",
        "the key that your data was locked with",
    ):
        assert words in went
    exported = {(each["media_type"], each["sha256"]) for each in receipt["exported_files"]}
    assert {media_type for media_type, _ in exported} == set(STILLS)
    assert all(WATERMARK in each["marks"] for each in receipt["exported_files"])
    assert DBOS.get_workflow_status(job.id) is None
    assert not [path for path in (data / "objects").rglob("*") if path.is_file()]


def test_what_stays_of_an_avatar_is_its_hidden_number_and_what_that_leads_to(house, token):
    """By design: a copy that is found anywhere can be told as withdrawn."""
    job = house.make_now(token, "toon", {}, 5)
    subject_id = house.door.open_subject(token)
    record = house.desk.standing(subject_id)
    receipt = house.withdraw(token)
    with house.ledger.reading() as unit:
        (row,) = unit.session.scalars(
            select(WatermarkRow).where(WatermarkRow.output_id == job.output_id)
        )
        kept = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    assert set(kept) == {"word", "output_id", "receipt_hash", "created_at"}
    assert kept["receipt_hash"] == receipt_hash(record)
    assert subject_id not in map(str, kept.values())
    assert "hidden numbers of your pictures" in receipt["remaining"]
    assert house.library.nearest(kept["word"]).registered.output_id == job.output_id
    assert house.library.list(subject_id) == []


def test_deleting_one_avatar_keeps_its_hidden_number_too(house, token):
    job = house.make_now(token, "toon", {}, 6)
    house.delete_output(token, job.output_id)
    with house.library.ledger.reading() as rows:
        assert job.output_id in {one.output_id for one in rows.registered()}
    assert house.gallery(token) == []


def test_a_thousand_avatars_go_within_a_minute_and_the_receipt_counts_them(house, token, data):
    subject_id = house.door.open_subject(token)
    record = house.desk.standing(subject_id)
    store_small(house, subject_id, record.record_id, 1000)
    needles = needles_of(house, data, subject_id)
    began = time.monotonic()
    receipt = house.withdraw(token)
    assert time.monotonic() - began < 60
    assert "1000 avatars in the gallery" in receipt["deleted"]
    assert traces_in([data], needles) == set()


def test_portraits_of_somebody_who_withdrew_elsewhere_leave_this_process_s_memory(house, token):
    house.preview(token, "toon", {}, 1)
    portraits, subject_id = house.orders.workshop.portraits, house.door.open_subject(token)
    forget_portraits(house.ledger, portraits, house.clock.now())
    assert subject_id in portraits.subjects()
    house.withdrawal.vault.destroy(subject_id)
    forget_portraits(house.ledger, portraits, house.clock.now())
    assert subject_id not in portraits.subjects()


def test_a_personal_model_would_go_with_its_subject(house, token, data):
    subject_id = house.door.open_subject(token)
    house.library.objects.put(
        f"models/{subject_id}/first", b"weights", subject_id=subject_id, kind="model"
    )
    assert "1 personal model" in house.withdraw(token)["deleted"]
    assert not (data / "objects" / "models" / subject_id / "first").exists()


def test_a_withdrawal_that_was_interrupted_can_be_asked_for_again(house, token, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(type(house.library), "purge", _no_disk)
        with pytest.raises(Exception, match="Not all is deleted yet"):
            house.withdraw(token)
    house.withdrawal.vault.destroy(house.door.visitor(token).subject_id)
    assert house.sitting(token).can_withdraw
    assert "1 selfie" in house.withdraw(token)["deleted"]
    assert not house.sitting(token).can_withdraw


def test_a_look_at_everything_finds_nothing_to_complain_of(house, token):
    selfies = house.booth.selfies
    retention = Retention(house.ledger, house.withdrawal, selfies.remove, lambda: None)
    retention.run(house.clock.now())
    assert house.gallery(token) == []


def _no_disk(self, subject_id):
    raise OSError(f"no disk for {subject_id}")


def test_a_job_that_is_drawing_when_its_subject_withdraws_leaves_nothing(
    house, token, data, monkeypatch
):
    subject_id = house.door.open_subject(token)
    needles = needles_of(house, data, subject_id)
    draw, receipts = Workshop.render_and_release, []

    def withdrawn_meanwhile(self, job, **keywords):
        made = draw(self, job, **keywords)  # its sealed bytes lie there, and its row does not yet
        receipts.append(house.withdraw(token))
        return made

    monkeypatch.setattr(Workshop, "render_and_release", withdrawn_meanwhile)
    with pytest.raises((dbos_error.DBOSException, ConsentRefused)):  # whichever notices first
        house.make_now(token, "toon", {}, 3)
    (receipt,) = receipts
    assert receipt["stopped_jobs"] == 1
    assert house.library.list(subject_id) == []
    assert house.orders.engine.rows.of_subject(subject_id) == []
    assert traces_in([data], needles) == set()
    assert not list((data / "objects" / "outputs" / subject_id).rglob("*.*"))
