"""The command line as a newcomer meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

import app

ROOT = Path(__file__).parents[1]


def run(*arguments, data=None, **environment):
    known = {key: value for key, value in os.environ.items() if not key.startswith("SELFSAME_")}
    if data is not None:
        environment["SELFSAME_DATA"] = str(data)
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env={**known, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_help_teaches_every_command_and_imports_no_model():
    watched = "torch,mediapipe,gradio,cv2,numpy,dlib"
    code = (
        "import sys, app\n"
        "try: app.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [m for m in {watched!r}.split(',') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    commands = ["serve", "demo", "calibrate", "verify", "receipt", "styles", "settings"]
    commands += ["log", "reports", "models", "weights", "version"]
    for command in commands:
        assert f"\n    {command}" in done.stdout
    assert "LOADED []" in done.stdout


def test_no_command_shows_the_help_and_fails():
    done = run()
    assert done.returncode == 2
    assert "python app.py demo" in done.stdout


def test_a_setting_that_names_something_unusable_is_told_in_words(tmp_path):
    picture = tmp_path / "picture.png"
    Image.new("RGB", (8, 8)).save(picture)
    done = run("verify", str(picture), data=tmp_path, SELFSAME_TIME_STAMP_ROOT=str(picture))
    assert done.returncode == 2
    assert done.stderr == (
        f"time_stamp_root: {picture} holds no certificates in PEM; "
        "give the certificate and its chain as PEM.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows writes no core files")
def test_a_crash_writes_no_memory_to_the_disk():
    """Nor in the processes that it starts, which inherit the limit."""
    limit = "resource.getrlimit(resource.RLIMIT_CORE)"
    code = f"import app, resource; app.main(['version']); print({limit})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "(0, 0)"


def test_version_is_the_installed_one():
    assert run("version").stdout == f"selfsame {app.VERSION}\n"


def test_several_names_in_one_variable_are_separated_by_commas(tmp_path):
    done = run("settings", "--json", data=tmp_path, SELFSAME_TRUSTED_PROXIES="10.0.0.1, ::1")
    assert json.loads(done.stdout)["trusted_proxies"] == ["10.0.0.1", "::1"]
    assert "trusted_proxies" in run("settings", data=tmp_path).stdout


def test_settings_come_from_variables_over_file_over_defaults(tmp_path):
    file = tmp_path / "selfsame.toml"
    file.write_text('port = 7000\ncontroller_name = "Studio Example"\n')
    done = run("settings", "--json", data=tmp_path, SELFSAME_CONFIG=str(file), SELFSAME_PORT="7001")
    shown = json.loads(done.stdout)
    assert shown["port"] == 7001
    assert shown["controller_name"] == "Studio Example"
    assert shown["host"] == "localhost"
    assert shown["data"] == str(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SELFSAME_PROT", "7000", "There is no setting named 'prot'"),
        ("SELFSAME_PORT", "many", "port is a number"),
        ("SELFSAME_CAPTURES_AT_ONCE", "0", "captures_at_once is a number from 1 to 64"),
        ("SELFSAME_PORT", "70000", "port is a number from 1 to 65535"),
        ("SELFSAME_HTTPS", "maybe", "https is true or false"),
        ("SELFSAME_PASSIVE_MODEL", "model.onnx", "are set together or not at all"),
        ("SELFSAME_MASTER_KEY", "paper", "master_key is file or keyring"),
        ("SELFSAME_CONFIG", "/nowhere/selfsame.toml", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(name, value, sentence, tmp_path):
    done = run("settings", data=tmp_path, **{name: value})
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_styles_are_listed_for_people_and_programs():
    assert "line_weight" in run("styles").stdout
    listed = json.loads(run("styles", "--json").stdout)
    families = Counter(style["family"] for style in listed)
    assert families["painted"] >= 13
    assert families["illustrated"] >= 12
    for style in listed:
        assert style["licence"]
        assert style["attribution"] or "CC BY" not in style["licence"]
        assert len(style["controls"]) >= 2
        assert {control["kind"] for control in style["controls"]} <= {"range", "choice", "words"}
        assert {"frame", "cutout"} <= {control["name"] for control in style["shared_controls"]}


def test_verify_tells_an_unmarked_and_an_unreadable_file_apart(tmp_path):
    plain = tmp_path / "plain.png"
    Image.new("RGB", (300, 300), "teal").save(plain)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG nothing more")
    assert run("verify", str(plain), data=tmp_path / "data").returncode == 1
    done = run("verify", str(broken), data=tmp_path / "data")
    assert done.returncode == 2
    assert "broken.png" in done.stderr
    assert "Traceback" not in done.stderr
    assert run("verify", str(tmp_path / "gone.png"), data=tmp_path / "data").returncode == 2


def test_the_demo_draws_somebody_who_is_nobody_and_its_file_says_so(tmp_path):
    data, out = tmp_path / "data", tmp_path / "avatar.png"
    done = run("demo", "--style", "toon", "--seed", "7", "--out", str(out), data=data)
    assert done.returncode == 0, done.stderr[-2000:]
    checked = run("verify", "--json", str(out), data=data)
    assert checked.returncode == 0
    (findings,) = json.loads(checked.stdout).values()
    states = {finding["technique"]: finding["state"] for finding in findings["findings"]}
    assert set(states.values()) & {"found", "trusted"}
    assert "synthetic" in json.dumps(findings).lower()
    with Image.open(out) as picture:
        assert picture.size == (1024, 1024)
    assert oct(data.stat().st_mode)[-3:] == "700"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--style", "clay"], "python app.py models pull"),
        (["--style", "clay", "--set", "words=autum"], "Nearest: autumn"),
        (("--subject", "somebody"), "There is no such subject"),
        (("--style", "photo"), "There is no style named 'photo'"),
        (("--seed", "-1"), "The seed is a whole number"),
        (("--out", "avatar.gif"), "should end in .png, .webp, .jpg"),
        (("--out", "/nowhere/avatar.png"), "There is no folder"),
        (("--set", "line_weight=heavy"), "takes a number"),
        (("--set", "teeth=gold"), "no control named 'teeth'"),
    ],
)
def test_a_demo_that_cannot_be_drawn_says_why_and_writes_nothing(arguments, sentence, tmp_path):
    out = tmp_path / "avatar.png"
    done = run("demo", "--out", str(out), *arguments, data=tmp_path / "data")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()
