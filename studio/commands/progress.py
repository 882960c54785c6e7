"""How a pull goes: one line that is written over on a terminal, one per file elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

EVERY = 0.2  # s between two looks of the line
WIDTH = 78  # columns
GB, MB = 1e9, 1e6
CLEAR = "\r\x1b[K"


class ProgressLine:
    """Tells a person, on standard error, how far a file has come."""

    def __init__(
        self, monotonic: Callable[[], float], stream: TextIO | None = None, *, quiet: bool = False
    ) -> None:
        """Write nothing yet.

        Args:
            monotonic: seconds of a clock that never goes back.
            stream: where to; none: standard error.
            quiet: say nothing but why it waits.
        """
        self._monotonic, self._stream = monotonic, stream or sys.stderr
        self._is_quiet = quiet
        self._lives = self._stream.isatty() and not quiet
        self._name, self._size = "", 0  # bytes
        self._began = (0.0, 0)  # when, and with how many bytes
        self._shown = 0.0  # when
        self._done = 0  # bytes

    def waits(self, reason: str) -> None:
        """Say why nothing comes."""
        print(f"{CLEAR if self._lives else ''}{reason}", file=self._stream, flush=True)

    def begins(self, name: str, size: int, done: int) -> None:
        """Begin a file."""
        self._name, self._size, self._done = name, size, done
        self._began, self._shown = (self._monotonic(), done), float("-inf")
        if not self._lives and not self._is_quiet:
            from_there = f", {size_words(done)} of it are here" if done else ""
            print(f"{name} ({size_words(size)}{from_there})", file=self._stream, flush=True)

    def reaches(self, done: int) -> None:
        """Show how far it is, now and then."""
        self._done = done
        now = self._monotonic()
        if self._lives and now - self._shown >= EVERY:
            self._shown = now
            print(f"{CLEAR}{self._line(now)[:WIDTH]}", end="", file=self._stream, flush=True)

    def ends(self) -> None:
        """Leave the finished line behind."""
        if self._lives:
            print(
                f"{CLEAR}{self._name} ({size_words(self._size)})"[: WIDTH + len(CLEAR)],
                file=self._stream,
                flush=True,
            )

    def _line(self, now: float) -> str:
        percent = 100 * self._done // self._size if self._size else 100
        line = f"{percent:3d} %  {size_words(self._done)} of {size_words(self._size)}"
        seconds, came = now - self._began[0], self._done - self._began[1]
        if seconds > 1 and came > 0:
            left = int((self._size - self._done) * seconds / came)
            line += f"  {came / seconds / MB:.1f} MB/s  {left // 60}:{left % 60:02d} left"
        return f"{line}  {self._name.rpartition('/')[2]}"


def size_words(count: int) -> str:
    """Return a number of bytes as people say it."""
    if count >= GB:
        return f"{count / GB:.2f} GB"
    return f"{count / MB:.1f} MB" if count >= MB / 10 else f"{count / 1000:.1f} kB"
