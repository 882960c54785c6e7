"""How soon the command line answers, how soon the server is there, and what it weighs at rest."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.stage import Stage
from benchmarks.table import Row, alone

ROOT = Path(__file__).parents[1]
REPETITIONS = 9
MOST_SECONDS = 0.5
HEAVY = ("torch", "mediapipe", "gradio", "dlib", "cv2", "dbos", "numpy")
PATIENCE_SECONDS = 120.0
REST_SECONDS = 5.0  # until what starting up allocated has been given back


def rows(stage: Stage) -> Iterator[Row]:
    """Yield the rows of `--help` and of the server."""
    del stage
    took = alone(_help, REPETITIONS)
    loaded = _loaded_by_help()
    yield Row(
        "python app.py --help",
        "s",
        took.median / 1000,
        REPETITIONS,
        target=f"<= {MOST_SECONDS} s, no heavy import",
        met=took.median / 1000 <= MOST_SECONDS and not loaded,
        note=f"imports {', '.join(loaded) or 'none'} of {', '.join(HEAVY)}",
        fastest=took.fastest / 1000,
    )
    began = time.perf_counter()
    with _server() as server:
        start = time.perf_counter() - began
        time.sleep(REST_SECONDS)
        resting = _resident_megabytes(server.pid)
    yield Row("python app.py serve: until the page answers", "s", start, 1)
    if resting is not None:
        yield Row(
            "memory of the idle server", "MB", resting, 1, note="resident set, all models loaded"
        )


def _help() -> None:
    subprocess.run([sys.executable, "app.py", "--help"], cwd=ROOT, check=True, capture_output=True)


def _loaded_by_help() -> tuple[str, ...]:
    code = (
        "import sys, contextlib, io, app\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    app.main(['--help'])\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return tuple(name for name in HEAVY if name in done.stdout.split())


@contextmanager
def _server() -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = {"SELFSAME_DATA": f"{folder}/data", "SELFSAME_PORT": str(port)}
        server = subprocess.Popen(
            [
                "/usr/bin/env",
                *(f"{name}={value}" for name, value in settings.items()),
                sys.executable,
                "app.py",
                "serve",
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(f"http://localhost:{port}/", server)
            yield server
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE_SECONDS)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                answer.read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not answer")


def _resident_megabytes(pid: int) -> float | None:
    """Return the resident set in MB; None where the system does not tell it this way."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return float(line.split()[1]) / 1024
