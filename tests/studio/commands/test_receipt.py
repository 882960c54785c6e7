from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import app
from tests.consent.receipt_fakes import WITNESS_KEY, Registry
from tests.fakes import LOG_SIGNER

ROOT = Path(__file__).parents[3]


@pytest.fixture
def document():
    registry = Registry()
    record = registry.give(passkey=True)
    registry.fill(2)
    registry.witness()
    return registry.receipt(record)


@pytest.fixture
def file(document, tmp_path):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def check(*arguments):
    return app.main(["receipt", "check", *map(str, arguments)])


def test_a_receipt_that_holds_ends_with_0_and_a_sentence_for_each_finding(file, capsys):
    keys = ("--log-key", LOG_SIGNER.vkey, "--witness-key", WITNESS_KEY)
    assert check(file, *keys) == 0
    told = capsys.readouterr().out
    assert "found                 A passkey signed exactly this record" in told
    assert "witness.example saw this checkpoint" in told
    assert "cannot be known here  Whose keys these are" in told
    assert ", 0 does not hold, " in told.rstrip().splitlines()[-1]


def test_an_edited_receipt_ends_with_1_and_names_what_does_not_hold(document, file, capsys):
    document["record"]["extensions"]["audience"] = "commercial"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert check(file, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    failing = {each["code"] for each in told["findings"] if each["verdict"] == "does not hold"}
    assert failing >= {"whole", "record", "passkey", "opening"}
    assert told["status"] == 1


def test_a_receipt_cannot_steer_the_terminal(document, file, capsys):
    document["log"]["cosignatures"][0]["witness"] = "\x1b[2J\u009b1A\nfound  All is well"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert check(file) == 1
    told = capsys.readouterr().out
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert not any(line.startswith("found") for line in told.splitlines())


@pytest.mark.parametrize("content", [None, b"", b"not a receipt", b'{"a": 1}'])
def test_what_is_no_receipt_ends_with_2(content, tmp_path, capsys):
    path = tmp_path / "other.json"
    if content is not None:
        path.write_bytes(content)
    assert check(path) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert str(path) in shown.err


@pytest.mark.parametrize("option", ["--log-key", "--witness-key"])
def test_a_key_that_is_none_ends_with_2(file, option, capsys):
    assert check(file, option, "nonsense") == 2
    assert "no key of a log or a witness" in capsys.readouterr().err


def test_the_check_asks_no_network_and_makes_no_folder(file, tmp_path, monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("the check opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setenv("SELFSAME_DATA", str(tmp_path / "data"))
    assert check(file) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["receipt.json"]


def test_the_check_loads_no_model_and_no_database(file):
    watched = ("torch", "mediapipe", "gradio", "cv2", "numpy", "dlib", "sqlalchemy", "fastapi")
    code = (
        f"import sys, app\napp.main(['receipt', 'check', {str(file)!r}])\n"
        f"print('LOADED', [m for m in {watched!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"
