from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent.errors import ConsentRefused
from consent.log import InclusionProof, Leaf, verify_inclusion, verify_opening
from consent.types import Audience, Export
from outputs.encode import STILLS
from studio.sitting.archive import ID
from studio.sitting.archive_words import README
from studio.sitting.changes import Narrower
from tests.consent import reading
from tests.fakes import LOG_SIGNER
from tests.studio.sitting.cabinet import TWO, Cabinet

FREEZE = text("UPDATE outputs SET frozen_at = '2026-03-01 12:00:00.000000' WHERE id = :id")


@pytest.fixture
def cabinet(tmp_path):
    cabinet = Cabinet(tmp_path)
    yield cabinet
    cabinet.close()


def copy_of(cabinet, person):
    """Return the opened archive and its manifest."""
    data = b"".join(cabinet.rights.archive(person.token))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive, json.loads(archive.read("manifest.json"))


def read(archive, name):
    return json.loads(archive.read(name))


def test_the_copy_holds_everything_about_one_person_and_nothing_of_another(cabinet):
    ada, bob = cabinet.sit(), cabinet.sit()
    passkey = cabinet.sign_with_passkey(ada)
    output, other = cabinet.draw(ada), cabinet.draw(bob)
    export = Export("a" * 32, "image/png", "b" * 64, cabinet.clock.now())
    with cabinet.database.transaction() as unit:
        unit.exports.add(ada.subject_id, export)
    archive, _ = copy_of(cabinet, ada)
    names = set(archive.namelist())
    assert names == {
        "README.txt",
        "manifest.json",
        "subject.json",
        "sessions.json",
        "passkeys.json",
        "jobs.json",
        "downloads.json",
        "watermarks.json",
        f"records/{ada.record_id}.json",
        f"records/{ada.record_id}.html",
        f"captures/{ada.capture.id}.json",
        *(f"selfies/{selfie}.{kind}" for selfie in ada.selfies for kind in ("jpg", "json")),
        *(f"avatars/{output.id}.{kind}" for kind in ("png", "webp", "json")),
    }
    everything = b"".join(archive.read(name) for name in names)
    for foreign in (bob.subject_id, bob.record_id, bob.capture.id, *bob.selfies, other.id):
        assert foreign.encode() not in everything
    assert read(archive, "subject.json")["id"] == ada.subject_id
    assert read(archive, "sessions.json")[0]["opened_until"]
    assert read(archive, "passkeys.json")[0]["credential_id"] == passkey.credential_id
    listed = {(each["output_id"], each["media_type"]) for each in read(archive, "downloads.json")}
    assert listed == {
        ("a" * 32, "image/png"),
        (output.id, "image/png"),
        (output.id, "image/webp"),
    }
    capture = read(archive, f"captures/{ada.capture.id}.json")
    assert capture["template"]["numbers"] == list(ada.capture.template)
    assert "128 numbers" in capture["template"]["what"]
    assert capture["evidence"] == {"frames": 100.0}
    receipt = read(archive, f"records/{ada.record_id}.json")
    assert receipt["signature"]["value"]


def test_the_copy_tells_what_a_selfie_s_file_said_of_itself(cabinet):
    ada = cabinet.sit()
    archive, _ = copy_of(cabinet, ada)
    told = read(archive, f"selfies/{ada.selfies[0]}.json")
    assert told["origin"] == {
        "kind": "upload",
        "manifest": "valid",
        "digital_source_types": ["digitalCapture"],
    }


@pytest.mark.parametrize("formats", [TWO, STILLS], ids=["of an earlier version", "of this one"])
def test_pictures_are_as_they_were_kept_and_released(cabinet, formats):
    ada = cabinet.sit()
    output = cabinet.draw(ada, formats=formats)
    archive, manifest = copy_of(cabinet, ada)
    assert manifest["held_back"] == []
    for kind in formats:
        released = cabinet.library.read(ada.subject_id, output.id, kind)
        assert archive.read(f"avatars/{output.id}.{kind.name.lower()}") == released.data
    listed = {each["media_type"] for each in read(archive, "downloads.json")}
    assert listed == set(formats)
    for selfie in ada.selfies:
        kept = cabinet.selfies.read(ada.subject_id, selfie)
        assert archive.read(f"selfies/{selfie}.jpg") == kept


def test_the_copy_tells_every_hidden_number_of_its_person_and_of_nobody_else(cabinet):
    ada, bob = cabinet.sit(), cabinet.sit()
    kept, deleted, other = cabinet.draw(ada), cabinet.draw(ada), cabinet.draw(bob)
    cabinet.library.delete(ada.subject_id, deleted.id)
    archive, _ = copy_of(cabinet, ada)
    numbers = {each["output_id"]: each["number"] for each in read(archive, "watermarks.json")}
    assert numbers == {each.id: f"{each.watermark:08x}" for each in (kept, deleted)}
    assert f"{other.watermark:08x}" not in archive.read("watermarks.json").decode()
    assert read(archive, f"avatars/{kept.id}.json")["watermark"] == kept.watermark


def test_a_picture_without_its_first_format_is_damaged(cabinet):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    objects = cabinet.objects.objects
    for item in objects.list_prefix(f"outputs/{ada.subject_id}/{output.id}"):
        if item.key.endswith(".png"):
            objects.delete(item.key)
    archive, manifest = copy_of(cabinet, ada)
    assert [each["output_id"] for each in manifest["held_back"]] == [output.id]
    assert not [name for name in archive.namelist() if name.startswith("avatars/")]


def test_the_manifest_lists_every_file_with_size_hash_and_words(cabinet):
    ada = cabinet.sit()
    cabinet.draw(ada)
    archive, manifest = copy_of(cabinet, ada)
    assert archive.namelist()[0] == "README.txt"
    assert archive.namelist()[-1] == "manifest.json"
    assert [each["name"] for each in manifest["files"]] == archive.namelist()[:-1]
    for each in manifest["files"]:
        data = archive.read(each["name"])
        assert each["size"] == len(data)
        assert each["sha256"] == hashlib.sha256(data).hexdigest()
        assert each["what"]
    assert manifest["held_back"] == []
    assert manifest["pii_principal_id"] == ada.subject_id


def test_entries_of_the_log_come_with_what_checks_and_opens_them(cabinet):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    archive, _ = copy_of(cabinet, ada)
    found = [
        read(archive, f"captures/{ada.capture.id}.json")["log"],
        read(archive, f"avatars/{output.id}.json")["log"]["output"],
    ]
    for entry in found:
        leaf = json.dumps(entry["leaf"], separators=(",", ":"), sort_keys=True).encode()
        path = tuple(base64.b64decode(each) for each in entry["proof"])
        root = LOG_SIGNER.verifier().verify(entry["checkpoint"]).root
        verify_inclusion(leaf, InclusionProof(entry["index"], entry["size"], path), root)
        key, payload = bytes.fromhex(entry["opening"]), base64.b64decode(entry["payload"])
        verify_opening(Leaf.from_bytes(leaf), key, payload)
    assert [entry["leaf"]["type"] for entry in found] == ["capture", "output"]


def test_it_is_explained_in_the_languages_of_the_records(cabinet):
    archive, _ = copy_of(cabinet, cabinet.sit(language="de"))
    assert "Vorlage Ihres Gesichts" in archive.read("LIESMICH.txt").decode()
    assert "face\n" in archive.read("README.txt").decode()
    assert "LIESMICH.txt" not in copy_of(cabinet, cabinet.sit())[0].namelist()


def test_an_avatar_that_somebody_reported_is_held_back_and_listed(cabinet):
    ada = cabinet.sit()
    reported, free = cabinet.draw(ada), cabinet.draw(ada)
    with cabinet.database.transaction() as unit:
        unit.session.execute(FREEZE, {"id": reported.id})
    archive, manifest = copy_of(cabinet, ada)
    assert not [name for name in archive.namelist() if reported.id in name]
    (held,) = manifest["held_back"]
    assert (held["output_id"], held["sha256"]) == (reported.id, reported.sha256)
    assert "held back" in held["why"]
    assert f"avatars/{free.id}.png" in archive.namelist()
    with cabinet.database.reading() as unit:
        assert {each.output_id for each in unit.exports.of_subject(ada.subject_id)} == {free.id}


def test_what_a_narrower_consent_no_longer_covers_is_held_and_therefore_in_the_copy(cabinet):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    wish = Narrower(frozenset({"painted"}), Audience.PRIVATE, 1)
    cabinet.desk.changes.narrow(ada.subject_id, ada.record_id, wish)
    cabinet.clock.advance(minutes=1)
    archive, _ = copy_of(cabinet, ada)
    assert f"avatars/{output.id}.png" in archive.namelist()
    assert len([name for name in archive.namelist() if name.startswith("records/")]) == 4


def test_a_damaged_or_deleted_picture_is_told_and_keeps_back_no_other(cabinet):
    ada = cabinet.sit()
    deleted, damaged, whole = (cabinet.draw(ada) for _ in range(3))
    pieces = cabinet.rights.archive(ada.token)
    got = [next(pieces)]
    for item in cabinet.objects.objects.list_prefix(f"outputs/{ada.subject_id}/{damaged.id}"):
        cabinet.objects.objects.put(item.key, b"spoilt")
    cabinet.selfies.remove(ada.subject_id, ada.selfies[0])
    cabinet.library.delete(ada.subject_id, deleted.id)
    archive = zipfile.ZipFile(io.BytesIO(b"".join([*got, *pieces])))
    held = read(archive, "manifest.json")["held_back"]
    missing = {each.get("output_id") or each["selfie_id"] for each in held}
    assert missing in (
        {damaged.id, ada.selfies[0]},
        {damaged.id, deleted.id, ada.selfies[0]},
    )
    assert f"avatars/{whole.id}.webp" in archive.namelist()


def test_rows_that_were_tampered_with_are_told_and_keep_back_nothing_else(cabinet):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    with cabinet.database.transaction() as unit:
        for spoil in ("captures SET sealed_evidence", "probes SET sealed_numbers"):
            unit.session.execute(text(f"UPDATE {spoil} = x'00'"))
        unit.session.execute(text("UPDATE records SET statement = '{}'"))
    archive, manifest = copy_of(cabinet, ada)
    held = [set(each) - {"why"} for each in manifest["held_back"]]
    assert sorted(map(min, held)) == ["capture_id", "records", "selfie_id", "selfie_id"]
    assert f"avatars/{output.id}.json" in archive.namelist()


@pytest.mark.parametrize("end", ["lock", "withdraw", "another", "time"])
def test_a_copy_ends_unfinished_once_the_session_may_see_no_more(cabinet, end):
    ada, bob = cabinet.sit(), cabinet.sit()
    for _ in range(3):
        cabinet.draw(ada)
    pieces = cabinet.rights.archive(ada.token)
    got = [next(pieces) for _ in range(8)]
    match end:
        case "lock":
            cabinet.door.lock(ada.token)
        case "withdraw":
            cabinet.withdrawal.withdraw(ada.subject_id)
        case "another":
            cabinet.clock.advance(seconds=1)
            cabinet.door.open(ada.token, bob.subject_id)
        case _:
            cabinet.clock.advance(hours=12)
    with pytest.raises(ConsentRefused):
        list(pieces)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(got)))


def test_nothing_leaves_that_the_deletion_receipt_would_not_list(cabinet, monkeypatch):
    """The deletion begins after an avatar was read, and before its bytes were handed over."""
    ada = cabinet.sit(selfies=0)
    output = cabinet.draw(ada)
    read_it = type(cabinet.library).read

    def withdrawn_meanwhile(self, *arguments):
        released = read_it(self, *arguments)
        monkeypatch.undo()
        cabinet.withdrawal.withdraw(ada.subject_id)
        return released

    monkeypatch.setattr(type(cabinet.library), "read", withdrawn_meanwhile)
    with pytest.raises(ConsentRefused):
        list(cabinet.rights.archive(ada.token))
    receipt = cabinet.withdrawal.withdraw(ada.subject_id)
    assert receipt.document["exported_files"] == []
    assert output.id


def test_the_receipt_of_a_later_deletion_lists_what_the_copy_held(cabinet):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    copy_of(cabinet, ada)
    exported = cabinet.withdrawal.withdraw(ada.subject_id).document["exported_files"]
    assert {(each["output_id"], each["media_type"]) for each in exported} == {
        (output.id, "image/png"),
        (output.id, "image/webp"),
    }


def test_no_transaction_is_held_while_somebody_reads_slowly(cabinet):
    ada = cabinet.sit()
    cabinet.draw(ada)
    pieces = cabinet.rights.archive(ada.token)
    for _ in range(12):
        next(pieces)
        cabinet.draw(ada)  # a writer gets through at once
        cabinet.database.truncate_wal(patience=0.05)  # and no reader is in the way
    pieces.close()


def test_many_avatars_take_no_more_memory_than_a_few(cabinet):
    ada = cabinet.sit()
    drawn = [cabinet.draw(ada, side=128) for _ in range(100)]  # 49 kB in each of two formats
    tracemalloc.start()
    try:
        total = sum(len(piece) for piece in cabinet.rights.archive(ada.token))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total > 2 * len(drawn) * 49_000
    assert peak < total / 5


def test_an_id_that_is_none_of_ours_never_becomes_a_name_in_the_archive(cabinet):
    for name in ("../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", ""):
        assert not ID.fullmatch(name)


def test_times_in_the_archive_are_the_studio_s(cabinet):
    ada = cabinet.sit()
    cabinet.clock.advance(days=0.1)
    archive, manifest = copy_of(cabinet, ada)
    now = cabinet.clock.now()
    assert {info.date_time for info in archive.infolist()} == {now.timetuple()[:6]}
    assert manifest["made_at"] == now.isoformat()
    assert now - timedelta(days=1) < now


def test_the_explanation_is_as_easy_to_read_as_the_notice():
    english, german = (_read_aloud(README[language][1], language) for language in ("en", "de"))
    assert english.flesch_kincaid <= 6
    assert german.wiener <= 6


def _read_aloud(text, language):
    """Count the words of an explanation: its paragraphs, and each file's description alone."""
    lines = []
    for paragraph in text.strip().split("\n\n")[1:]:
        described = re.sub(r"(?m)^\S+ {2,}", "\n", paragraph)
        parts = re.split(r"\n(?=\S)", described) if described != paragraph else [paragraph]
        lines += [" ".join(part.split()) for part in parts if part.strip()]
    return reading.read(lines, language)
