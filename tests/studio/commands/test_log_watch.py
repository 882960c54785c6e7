"""Witnesses: processes of their own that look at a studio's log from outside."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

import app
from consent.adapters.database import Base, Database
from consent.adapters.keys import MasterKey
from consent.checkpoints import LogSigner, read_checkpoint, verify_cosignature, witness_key
from consent.log import Leaf, LeafKind, commit
from consent.witness import Memory
from studio.commands.watch import load_witness, run_witness, watch
from studio.sitting.logbook import Logbook
from studio.ui.routes.log import log_routes
from studio.ui.server import _refuse_in_three_parts
from tests.fakes import LOG_SIGNER, NOON, FixedClock

ROOT = Path(__file__).parents[3]
MASTER = MasterKey(b"\x02" * 32)
PATIENCE_SECONDS = 120.0


class Studio:
    """A log behind the studio's own routes, which a test may exchange for another one."""

    def __init__(self, folder):
        self.folder = folder
        self.databases = []
        self.service = SimpleNamespace(log=None)
        self.witnesses = ()
        self.show(10)

    def show(self, size, *, rewritten=-1, signer=LOG_SIGNER):
        """Serve a log of so many entries, one of them perhaps another one."""
        path = self.folder / f"{len(self.databases)}.db"
        database = Database(f"sqlite:///{path}", MASTER, signer)
        self.databases.append(database)
        Base.metadata.create_all(database.engine)
        with database.transaction() as unit:
            for number in range(size):
                payload = b"other" if number == rewritten else number.to_bytes(4)
                at = NOON + timedelta(seconds=number)
                unit.log.append(Leaf(LeafKind.CONSENT, at, commit(bytes(32), payload)))
        self.signer = signer
        self.service.log = Logbook(database, signer, self.witnesses)

    def know(self, vkey):
        self.witnesses = (*self.witnesses, vkey)
        self.service.log = Logbook(self.databases[-1], self.signer, self.witnesses)

    def close(self):
        for database in self.databases:
            database.close()


@pytest.fixture
def studio(tmp_path):
    studio = Studio(tmp_path)
    yield studio
    studio.close()


@pytest.fixture
def address(studio):
    """Where the studio listens."""
    application = FastAPI()
    application.include_router(log_routes(SimpleNamespace(service=studio.service)))
    _refuse_in_three_parts(application)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(application, log_level="critical", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


class Witness:
    """Somebody with a key, a memory and a way to look."""

    def __init__(self, folder, name):
        self.key, self.state = folder / f"{name}.key", folder / f"{name}.json"
        self.name = f"{name}.example"

    def options(self, address, *more):
        return [
            *("log", "watch", address, "--once", "--name", self.name),
            *("--key", str(self.key), "--state", str(self.state), *more),
        ]

    def looks(self, address, *more):
        options = app._parser().parse_args(self.options(address, *more))
        return run_witness(options, FixedClock())

    @property
    def seen(self):
        return Memory.from_json(self.state.read_text())

    @property
    def size(self):
        return read_checkpoint(self.seen.cosigned).size


@pytest.fixture
def ada(tmp_path):
    return Witness(tmp_path / "ada", "ada")


@pytest.fixture
def bob(tmp_path):
    return Witness(tmp_path / "bob", "bob")


def vkey_told(out):
    return next(line for line in out.splitlines() if "This witness is" in line).split()[-1]


def test_a_witness_follows_a_growing_log_and_its_word_is_kept(studio, address, ada, capsys):
    assert ada.looks(address) == 0
    told = capsys.readouterr()
    assert "First sight" in told.out
    assert "does not know that witness" in told.err
    studio.know(vkey_told(told.out))
    studio.show(13)
    assert ada.looks(address) == 0
    assert capsys.readouterr().err == ""
    assert ada.size == 13
    note = studio.service.log.checkpoint()
    assert verify_cosignature(note, studio.witnesses[0]).checkpoint.size == 13


def test_a_witnesss_key_and_memory_are_its_own_alone(studio, address, ada):
    ada.looks(address)
    for file in (ada.key, ada.state):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = ada.key.read_bytes()
    ada.looks(address)
    assert ada.key.read_bytes() == before


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        ({"size": 10, "rewritten": 3}, "log_forked"),
        ({"size": 14, "rewritten": 3}, "log_forked"),
        ({"size": 9}, "log_rolled_back"),
    ],
)
def test_a_log_that_was_rewritten_is_refused_named_and_kept_as_evidence(
    studio, address, ada, capsys, shown, code
):
    assert ada.looks(address) == 0
    seen = ada.seen
    studio.show(**shown)
    assert ada.looks(address) == 1
    told = capsys.readouterr().err
    assert f"{code}: " in told
    assert ada.seen == seen
    evidence = ada.state.with_name(f"{ada.state.name}.refused")
    assert LOG_SIGNER.verifier().verify(evidence.read_text()).size == shown["size"]


def test_a_log_under_another_key_is_refused(studio, address, ada, capsys):
    assert ada.looks(address) == 0
    stranger = LogSigner(LOG_SIGNER.origin, Ed25519PrivateKey.from_private_bytes(b"\x44" * 32))
    studio.show(12, signer=stranger)
    assert ada.looks(address) == 1
    assert "checkpoint_invalid: " in capsys.readouterr().err
    assert ada.looks(address, "--log-key", stranger.vkey) == 0


def test_the_key_that_one_was_given_counts_and_not_the_studios_word(studio, address, ada, capsys):
    stranger = LogSigner(LOG_SIGNER.origin, Ed25519PrivateKey.from_private_bytes(b"\x44" * 32))
    assert ada.looks(address, "--log-key", stranger.vkey) == 1
    assert "checkpoint_invalid" in capsys.readouterr().err
    assert not ada.state.exists()


def test_a_studio_that_does_not_answer_is_no_refusal(ada, capsys):
    assert ada.looks("http://127.0.0.1:9") == 2
    assert ada.looks("file:///etc/passwd") == 2
    assert "no address" in capsys.readouterr().err


def test_a_studio_that_is_busy_is_no_refusal_and_its_word_is_asked_for_again(studio, address, ada):
    assert ada.looks(address) == 0
    before = ada.size
    studio.show(12)

    def broken(old, new=None):
        raise RuntimeError("too much at once")

    grown = studio.service.log
    studio.service.log = SimpleNamespace(checkpoint=grown.checkpoint, consistency=broken)
    assert ada.looks(address) == 2
    assert ada.size == before
    studio.service.log = grown
    assert ada.looks(address) == 0
    assert ada.size == 12


def test_a_witness_that_lost_its_memory_by_accident_does_not_begin_anew(
    studio, address, ada, capsys
):
    ada.looks(address)
    ada.state.write_text("{")
    assert ada.looks(address) == 1
    assert "memory_unreadable" in capsys.readouterr().err


def test_a_file_that_is_no_key_is_refused(address, ada, capsys):
    ada.key.parent.mkdir()
    ada.key.write_text("no key")
    assert ada.looks(address) == 1
    assert "witness_invalid" in capsys.readouterr().err


def compared(*arguments):
    return run_witness(app._parser().parse_args(["log", "compare", *arguments]), FixedClock())


@pytest.mark.parametrize("size", [10, 14])
def test_a_log_that_showed_two_witnesses_two_histories_is_caught_by_comparing(
    studio, address, ada, bob, capsys, size
):
    assert ada.looks(address) == 0
    studio.show(size, rewritten=3)
    assert bob.looks(address) == 0
    files = str(ada.state), str(bob.state)
    assert compared(*files, "--studio", address) == 1
    assert "log_forked: " in capsys.readouterr().err


def test_two_witnesses_of_one_history_agree(studio, address, ada, bob, capsys):
    assert ada.looks(address) == 0
    studio.show(14)
    assert bob.looks(address) == 0
    files = str(bob.state), str(ada.state)
    assert compared(*files, "--studio", address) == 0
    assert "10 entries, and 14" in capsys.readouterr().out
    assert compared(*files) == 1
    assert "proof_invalid" in capsys.readouterr().err


def test_checkpoints_by_themselves_are_compared_under_a_given_key(studio, tmp_path):
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text(studio.service.log.checkpoint())
    studio.show(10, rewritten=2)
    other.write_text(studio.service.log.checkpoint())
    assert compared(str(one), str(one), "--log-key", LOG_SIGNER.vkey) == 0
    assert compared(str(one), str(other), "--log-key", LOG_SIGNER.vkey) == 1
    assert compared(str(one), str(tmp_path / "missing")) == 2


def test_a_watching_witness_goes_on_until_the_log_is_rewritten(studio, address, ada, capsys):
    """Without --once it looks again and again, over an outage too."""
    looks = []

    def wait(seconds):
        looks.append(seconds)
        studio.show(10 + len(looks), rewritten=5 if len(looks) == 3 else -1)

    options = [each for each in ada.options(address) if each != "--once"]
    assert watch(app._parser().parse_args(options), FixedClock(), wait=wait) == 1
    assert looks == [60.0, 60.0, 60.0]
    assert ada.size == 12
    assert "log_forked" in capsys.readouterr().err


def test_a_real_witness_watches_a_real_studio(tmp_path, ada):
    """Both as processes of their own; then the database is put back to an older copy."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = tmp_path / "data"
    known = {key: value for key, value in os.environ.items() if not key.startswith("SELFSAME_")}
    witness = load_witness(ada.key, ada.name)
    vkey = witness_key(witness.name, witness.key.public_key()).vkey
    named = {**known, "SELFSAME_DATA": str(data), "SELFSAME_PORT": str(port)}
    named["SELFSAME_WITNESSES"] = vkey
    address = f"http://localhost:{port}"
    with serving(named, address):
        looked = command(named, *ada.options(address))
        assert (looked.returncode, looked.stderr) == (0, "")
        assert vkey_told(looked.stdout) == vkey
        assert ada.size == 3  # two notices and the rules
        with urlopen(f"{address}/api/log/checkpoint", timeout=10) as answer:  # noqa: S310 - our own
            assert verify_cosignature(answer.read().decode(), vkey)
    checked = command(named, "log", "check", "--json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["cosigned"] == [{"witness": "ada.example", "size": 3}]
    for file in data.glob("app.db*"):
        file.unlink()
    refused = command(named, "log", "check")
    assert refused.returncode == 1
    assert "older than this studio" in refused.stderr
    assert "Traceback" not in refused.stderr


class serving:  # noqa: N801 - reads as what it does
    """A studio's process that answers."""

    def __init__(self, environment, address):
        self.process = subprocess.Popen(
            [sys.executable, "app.py", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.address = address

    def __enter__(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urlopen(f"{self.address}/healthz", timeout=5):  # noqa: S310 - our own
                    return self
            except (URLError, OSError):
                time.sleep(0.1)
        self.__exit__()
        raise AssertionError("the studio did not open")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE_SECONDS)


def command(environment, *arguments):
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
