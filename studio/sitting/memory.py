"""Remembers the frames of earlier captures, so that a recorded one cannot be sent again."""

from __future__ import annotations

import threading
from collections import deque

from consent.errors import LivenessRefused

KEPT = 100_000  # frame hashes: two to three hundred captures, 10 MB


class FrameMemory:
    """Hashes of the newest frames that any capture of this process has seen."""

    def __init__(self, kept: int = KEPT) -> None:
        self._order: deque[str] = deque()
        self._seen: set[str] = set()
        self._kept = kept
        self._lock = threading.Lock()

    def add(self, sha256: str) -> None:
        """Remember a frame.

        Raises:
            LivenessRefused: `replayed` when it was seen before: no camera makes a frame twice.
        """
        with self._lock:
            if sha256 in self._seen:
                raise LivenessRefused(
                    "replayed",
                    "This picture was sent before.",
                    why="A recording is not a person.",
                    next_step="Start the camera again.",
                )
            self._seen.add(sha256)
            self._order.append(sha256)
            if len(self._order) > self._kept:
                self._seen.discard(self._order.popleft())
