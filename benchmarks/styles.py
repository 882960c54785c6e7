"""Every style's time and memory, beside its counterpart in another library.

Run: python -m benchmarks.styles [--write] [--large]    writes docs/styles.md
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from benchmarks.counterparts import counterpart_of
from benchmarks.document import machine, versions, write_between
from benchmarks.drawn import SIDE, baked_portraits
from benchmarks.stage import Stage
from benchmarks.table import Row, alone, milliseconds, side_by_side
from studio.styles.discovery import StyleModule, style_modules
from studio.styles.framing import flattened
from studio.styles.portrait import Portrait, prepare_portrait
from studio.styles.types import Family

STYLES = Path("docs/styles.md")
SIZES = (512, 1024, 2048)  # pixels
LARGEST = 4096  # pixels
REPETITIONS = 5
PAINTED_LIMIT = 1000.0  # ms at 1024 px
ILLUSTRATED_LIMIT = 50.0  # ms at 1024 px
SEED = 7
SAMPLE_SECONDS = 0.002
PAGE = 4096  # bytes, of /proc/self/statm


def rows(stage: Stage) -> Iterator[Row]:
    """Yield every style at 1024 pixels, and the portrait that they share."""
    still = stage.still
    face = stage.meter.faces(still)[0]

    def prepare() -> Portrait:
        return prepare_portrait(still, face, stage.meter.person(still), size=SIDE)

    portrait = prepare()
    took = alone(prepare, REPETITIONS)
    yield Row(
        f"portrait at {SIDE} px: outline, align, regions, attributes",
        "ms",
        took.median,
        REPETITIONS,
        fastest=took.fastest,
    )
    for module in style_modules():
        yield _row(module, portrait)


def _row(module: StyleModule, portrait: Portrait) -> Row:
    style = module.STYLE
    what = f"{style.name} at {SIDE} px"
    counterpart = counterpart_of(style)
    limit = PAINTED_LIMIT if style.family is Family.PAINTED else ILLUSTRATED_LIMIT
    if counterpart is None:
        took = alone(lambda: _draw(module, portrait), REPETITIONS)
        return Row(
            what,
            "ms",
            took.median,
            REPETITIONS,
            target=f"<= {limit:.0f} ms",
            met=took.median <= limit,
            fastest=took.fastest,
        )
    pair = side_by_side(
        lambda: _draw(module, portrait), lambda: counterpart.draw(portrait.image), REPETITIONS
    )
    return Row(
        what,
        "ms",
        pair.ours.median,
        REPETITIONS,
        counterpart.name,
        pair.theirs.median,
        pair.ratio,
        f"<= {limit:.0f} ms",
        pair.ours.median <= limit,
        fastest=pair.ours.fastest,
    )


def main() -> int:
    """Measure every style at every size; the status is 1 when one misses its target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {STYLES} too")
    parser.add_argument("--large", action="store_true", help=f"{LARGEST} px as well")
    options = parser.parse_args()
    sizes = (*SIZES, LARGEST) if options.large else SIZES
    portraits = {size: next(iter(baked_portraits(size).values())) for size in sizes}
    lines, late = [], []
    for module in style_modules():
        line, at_1024 = _line(module, portraits)
        print(line, flush=True)
        lines.append(line)
        limit = PAINTED_LIMIT if module.STYLE.family is Family.PAINTED else ILLUSTRATED_LIMIT
        if at_1024 > limit:
            late.append(module.STYLE.name)
    if late:
        print(f"later than promised: {', '.join(late)}", file=sys.stderr)
    if options.write:
        text = "\n".join([*_head(sizes), *lines, "", f"Measured on {machine()}; {versions()}."])
        write_between(STYLES, "table", text)
    return 1 if late else 0


def _head(sizes: Sequence[int]) -> list[str]:
    names = ["style", *(f"{size} px" for size in sizes), "memory", "counterpart", f"at {SIDE} px"]
    return [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]


def _line(module: StyleModule, portraits: dict[int, Portrait]) -> tuple[str, float]:
    times: list[float] = []
    for size, portrait in portraits.items():
        repetitions = REPETITIONS if size <= SIDE else 1
        times.append(alone(lambda p=portrait: _draw(module, p), repetitions).median)  # type: ignore[misc]
    with Peak() as peak:
        _draw(module, portraits[SIDE])
    at_1024 = times[list(portraits).index(SIDE)]
    counterpart = counterpart_of(module.STYLE)
    name, theirs = "", ""
    if counterpart is not None:
        counterpart.draw(portraits[SIDE].image)
        name = counterpart.name
        theirs = f"{milliseconds(lambda: counterpart.draw(portraits[SIDE].image)):.0f} ms"
    cells = [
        module.STYLE.title,
        *(f"{took:.0f} ms" for took in times),
        f"{peak.megabytes:.0f} MB",
        name,
        theirs,
    ]
    return f"| {' | '.join(cells)} |", at_1024


def _draw(module: StyleModule, portrait: Portrait) -> None:
    flattened(module.draw(portrait, module.STYLE.accept({}), np.random.default_rng(SEED)))


class Peak:
    """Measures by how much the process grows while something runs (Linux)."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._base = self._most = 0
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    @property
    def megabytes(self) -> float:
        """The most resident memory beyond what there was before."""
        return (self._most - self._base) * PAGE / 1e6

    def __enter__(self) -> Peak:
        """Begin to watch, once what earlier work has freed went back to the system (glibc)."""
        gc.collect()
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        self._base = self._most = _resident()
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching."""
        self._stop.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self._most = max(self._most, _resident())


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


if __name__ == "__main__":
    sys.exit(main())
