"""Pictures checked where they were not made: with the studio's keys, and with a receipt."""

from __future__ import annotations

import itertools
import json
import os
import socket
import sys
import tracemalloc
from argparse import Namespace
from pathlib import Path

import pytest

from consent.records import receipt_hash
from outputs.authority import make_authority
from outputs.encode import MediaType, encode
from outputs.provenance import Signer
from outputs.report import Finding, Report, State, Technique
from outputs.studio_keys import StudioKeys
from studio.commands.verify import verify_elsewhere
from tests.consent.receipt_fakes import Registry
from tests.fakes import LOG_SIGNER
from tests.outputs import bad_files
from tests.outputs.samples import NOW, claim_of, textured
from tests.outputs.test_verify_bad_input import POLYGLOTS, REFUSED


class Elsewhere:
    """Another studio: its keys, a picture and the receipt, as files on this computer."""

    def __init__(self, folder: Path, serial: int = 7000) -> None:
        authority = make_authority(now=NOW, serial=itertools.count(serial).__next__)
        registry = Registry()
        registry.fill(4)
        record = registry.give("ada")
        registry.fill(2)
        logged = registry.ledger.log.prove(record.log_index)
        claim = claim_of(receipt_hash=receipt_hash(record), logged=logged)
        unsigned = encode(textured(200), MediaType.PNG, xmp=b"")
        self.picture, self.keys = folder / f"{serial}.png", folder / f"keys-{serial}.json"
        self.receipt = folder / f"receipt-{serial}.json"
        self.picture.write_bytes(Signer(authority).sign(unsigned, "image/png", claim))
        keys = StudioKeys((LOG_SIGNER.vkey,), (authority.root,))
        self.keys.write_text(json.dumps(keys.as_json()))
        self.receipt.write_text(json.dumps(registry.receipt(record)))


@pytest.fixture
def there(tmp_path):
    return Elsewhere(tmp_path)


def run(capsys, *files: Path, keys: Path, receipt: Path | None = None):
    options = Namespace(files=list(files), keys=keys, receipt=receipt, json=True)
    status = verify_elsewhere(options)
    told = capsys.readouterr()
    found = json.loads(told.out) if told.out else {}
    findings = found.get(str(files[0]), {}).get("findings", [])
    return status, {each["technique"]: each for each in findings}, told.err


def test_anybody_with_the_studio_s_keys_can_check_its_picture(capsys, there, monkeypatch):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    status, found, _ = run(capsys, there.picture, keys=there.keys)
    assert status == 0
    assert found["C2PA manifest"]["state"] == "trusted"
    assert "signed by the studio of these keys" in found["C2PA manifest"]["sentence"]
    assert found["log proof"]["state"] == "trusted"
    assert "logged by the studio of these keys on" in found["log proof"]["sentence"]
    assert found["consent record"]["state"] == "unknown here"
    assert "Only the studio" in found["consent record"]["sentence"]
    assert "this installation" not in json.dumps(found)


def test_who_holds_the_receipt_opens_the_entry(capsys, there):
    _, found, _ = run(capsys, there.picture, keys=there.keys, receipt=there.receipt)
    assert found["receipt"]["state"] == "found"


def test_keys_of_another_studio_vouch_for_nothing(capsys, there, tmp_path):
    other = Elsewhere(tmp_path, 9000)
    _, found, _ = run(capsys, there.picture, keys=other.keys)
    assert found["C2PA manifest"]["state"] == "valid"
    assert found["log proof"]["state"] == "invalid", (
        "the log is known, and the manifest's signer is not"
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\x89PNG"])
def test_file_that_holds_no_keys_is_named(capsys, there, tmp_path, content):
    file = tmp_path / "keys.json"
    file.write_bytes(content)
    status, _, told = run(capsys, there.picture, keys=file)
    assert status == 2
    assert "not the keys of a studio" in told


def test_file_that_is_no_receipt_is_named(capsys, there):
    status, _, told = run(capsys, there.picture, keys=there.keys, receipt=there.keys)
    assert status == 2
    assert there.keys.name in told


def test_files_that_are_not_there_are_named(capsys, there, tmp_path):
    gone = tmp_path / "gone"
    assert run(capsys, there.picture, keys=gone)[0] == 2
    assert run(capsys, there.picture, keys=there.keys, receipt=gone)[0] == 2
    assert run(capsys, gone, keys=there.keys)[0] == 2


def test_words_of_strangers_reach_no_terminal_as_commands():
    sentence = "names \x1b[2J\u202e as\nits maker"
    report = Report((Finding(Technique.MANIFEST, State.VALID, sentence),))
    assert report.to_text().endswith("names \\u{1b}[2J\\u{202e} as\\u{a}its maker")


def told(capsys, *files: Path, keys: Path, **more: object):
    """Return exit status, table and complaints of a run for people."""
    options = Namespace(files=list(files), keys=keys, receipt=None, json=False, **more)
    status = verify_elsewhere(options)
    return status, *capsys.readouterr()


def test_several_files_are_a_table_each_and_the_worst_counts(capsys, there, tmp_path):
    plain, broken = tmp_path / "plain.png", tmp_path / "broken.png"
    plain.write_bytes(bad_files.png(64))
    broken.write_bytes(b"\x89PNG and nothing more")
    status, table, complaints = told(capsys, there.picture, keys=there.keys)
    assert status == 0
    assert table.startswith(f"{there.picture}\nvisible label       ")
    assert complaints == ""
    assert told(capsys, there.picture, plain, keys=there.keys)[0] == 1
    status, table, complaints = told(capsys, broken, plain, there.picture, keys=there.keys)
    assert status == 2
    assert [line for line in table.splitlines() if line.endswith(".png")] == [
        str(plain),
        str(there.picture),
    ]
    assert complaints.count("\n") == 1
    assert "broken.png: This is no picture that opens here" in complaints


def test_json_names_also_what_could_not_be_read_and_why(capsys, there, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"")
    options = Namespace(files=[broken, there.picture], keys=there.keys, receipt=None, json=True)
    assert verify_elsewhere(options) == 2
    found = json.loads(capsys.readouterr().out)
    assert set(found[str(broken)]["refused"]) == {"code", "what", "why", "next"}
    assert found[str(broken)]["refused"]["code"] == "empty_file"
    assert found[str(there.picture)]["tells_generated"] is True


def test_table_stays_inside_the_terminal():
    sentence = "It is not signed: anybody could copy it into another picture. " * 4
    report = Report((Finding(Technique.WATERMARK, State.DETECTED, sentence),))
    lines = report.to_text(72).splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 72
    assert " ".join(line[29:] for line in lines).split() == sentence.split()


def test_gigabyte_is_refused_by_its_size_and_not_read(capsys, there, tmp_path):
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(10**9)
    tracemalloc.start()
    status, _, complaints = told(capsys, large, keys=there.keys)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == 2
    assert "larger than 64 MB" in complaints
    assert peak < 64 * 1024 * 1024


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")
def test_what_is_no_file_is_named_and_never_waited_for(capsys, there, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, words in (("pipe", "no such file"), ("loop", "no such file"), (".", "a folder")):
        status, _, complaints = told(capsys, tmp_path / name, keys=there.keys)
        assert status == 2
        assert words in complaints


@pytest.mark.parametrize("name", list(REFUSED))
def test_bad_file_ends_in_a_sentence(capsys, there, tmp_path, name):
    file = tmp_path / "bad"
    file.write_bytes(REFUSED[name][0]())
    status, table, complaints = told(capsys, file, keys=there.keys)
    assert (status, table) == (2, "")
    assert complaints.startswith(f"{file}: ")
    assert complaints.endswith(".\n")


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_file_that_is_two_things_has_no_mark(capsys, there, tmp_path, name):
    file = tmp_path / "bad"
    file.write_bytes(POLYGLOTS[name]())
    assert told(capsys, file, keys=there.keys)[0] == 1


def test_file_name_reaches_no_terminal_as_a_command(capsys, there, tmp_path):
    file = tmp_path / "a\x1b[2J.png"
    file.write_bytes(bad_files.png(64))
    _, table, _ = told(capsys, file, keys=there.keys)
    assert "\x1b" not in table
