"""Asks the hub again when the connection broke, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from studio.models.errors import PullFailed
from studio.models.hub import CutOff, Hub, Remote
from studio.models.transfer import Part

TRIES = 6  # in vain, one after the other, before a pull gives up; what came is kept
LONGEST_WAIT = 30.0  # s between two tries


class Watch(Protocol):
    """Is told how a pull goes."""

    def waits(self, reason: str) -> None:
        """It waits: for another pull, or before another try."""

    def begins(self, name: str, size: int, done: int) -> None:
        """A file of `size` bytes begins, `done` of which are here."""

    def reaches(self, done: int) -> None:
        """So many bytes of the file are here."""

    def ends(self) -> None:
        """The file is whole and in its place."""


class Patient:
    """Asks the hub again, after a while, when the connection broke."""

    def __init__(self, hub: Hub, watch: Watch, sleep: Callable[[float], None]) -> None:
        self._hub, self._watch, self._sleep = hub, watch, sleep
        self._in_vain = 0

    def look(self, repo: str, path: str, revision: str | None) -> Remote:
        """Return what the hub says of a file; raises as `Hub.look`, PullFailed for CutOff."""
        while True:
            try:
                remote = self._hub.look(repo, path, revision)
            except CutOff as error:
                self._wait(error)
            else:
                self._in_vain = 0
                return remote

    def take(self, remote: Remote, part: Part) -> None:
        """Append to a part until it is whole.

        Raises:
            ModelDamaged: more comes than the file has.
            PullFailed: the connection broke too often; the part stays.
        """
        furthest = part.size
        while part.size < remote.size:
            try:
                with self._hub.read(remote, part.size) as (start, pieces):
                    if start != part.size:
                        part.restart()
                    for piece in pieces:
                        part.append(piece)
                        self._watch.reaches(part.size)
                        if part.size > furthest:  # else it only came again, after a new beginning
                            furthest, self._in_vain = part.size, 0
                if part.size < remote.size:
                    raise CutOff(f"{remote.path} ended after {part.size} bytes.")  # noqa: TRY301 - as if the connection broke
            except CutOff as error:
                part.flush()
                self._wait(error)

    def _wait(self, error: CutOff) -> None:
        self._in_vain += 1
        if self._in_vain >= TRIES:
            raise PullFailed(
                f"{error} Tried {TRIES} times. What came is kept: the same command goes on from "
                "there."
            ) from error
        seconds = min(LONGEST_WAIT, 2.0 ** (self._in_vain - 1))
        self._watch.waits(f"{error} Trying again in {seconds:.0f} s.")
        self._sleep(seconds)
