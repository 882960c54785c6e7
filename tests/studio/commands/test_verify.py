"""Pictures checked where they were not made: with the studio's keys, and with a receipt."""

from __future__ import annotations

import itertools
import json
import socket
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
from tests.outputs.samples import NOW, claim_of, textured


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
