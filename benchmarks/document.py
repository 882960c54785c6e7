"""Writes measured tables into the documentation, between markers, with what they hold for."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
BENCHMARKS = Path("docs/benchmarks.md")
CALIBRATION = Path("docs/calibration.md")
LIKENESS = Path("docs/likeness.md")
NAMED = ("mediapipe", "dlib-bin", "opencv-contrib-python", "numpy", "pillow", "dbos", "c2pa-python")


def machine() -> str:
    """Return the class of machine: enough to judge a time, nothing that tells whose it is."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text(encoding="utf-8").splitlines()
        cpu = next(
            (li.split(":", 1)[1].strip() for li in lines if li.startswith("model name")), cpu
        )
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} cores of {cpu}, {platform.system()}{load}"


def versions() -> str:
    """Return the versions that decide the figures."""
    listed = (f"{name} {version(name)}" for name in NAMED)
    return f"Python {platform.python_version()}, {', '.join(listed)}"


def write_between(document: Path, name: str, text: str) -> None:
    """Replace what stands between a document's markers of a name.

    Raises:
        ValueError: the document has no such markers.
    """
    path = ROOT / document
    old = path.read_text(encoding="utf-8")
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    before, found_begin, rest = old.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{document} has no markers for {name}")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
