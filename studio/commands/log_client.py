"""A studio's transparency log as it looks from another computer."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from consent.log import ConsistencyProof

TIMEOUT_SECONDS = 20.0
MOST_BYTES = 256 * 1024  # of an answer
BUSY = frozenset({408, 429})  # HTTP statuses: another time it may answer
BROKEN = 500  # and above: it could not answer, which says nothing about its log


class StudioUnreachable(OSError):
    """The studio did not answer, or not as a studio does."""


class StudioRefused(StudioUnreachable):
    """The studio answered that it will not."""


class StudioClient:
    """A studio's /api/log from outside."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise StudioUnreachable(f"{address} is no address such as http://localhost:7860.")
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def vkeys(self) -> tuple[str, ...]:
        """Return the keys that the studio says are its log's."""
        return tuple(self._ask("keys").splitlines())

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint."""
        return self._ask("checkpoint")

    def consistency(self, old_size: int, new_size: int) -> ConsistencyProof:
        """Return the proof that the log grew."""
        answer = self._ask(f"consistency?old={old_size}&new={new_size}")
        try:
            hashes = [base64.b64decode(each, validate=True) for each in json.loads(answer)["proof"]]
        except (KeyError, TypeError, ValueError) as error:
            raise StudioUnreachable("The studio's proof cannot be read.") from error
        return ConsistencyProof(old_size, new_size, tuple(hashes))

    def send(self, cosigned: str) -> str | None:
        """Hand in a cosigned checkpoint; return why it was not kept, if it was not."""
        try:
            self._ask("cosignatures", cosigned.encode())
        except StudioRefused as error:
            return str(error)
        return None

    def _ask(self, path: str, body: bytes | None = None) -> str:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            f"{self._origin}/api/log/{path}", data=body, headers={"origin": self._origin}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                return bytes(answer.read(MOST_BYTES)).decode()
        except urllib.error.HTTPError as error:
            with error:
                said, is_busy = _sentence(error), error.code in BUSY or error.code >= BROKEN
            raise (StudioUnreachable(said) if is_busy else StudioRefused(said)) from error
        except (OSError, ValueError) as error:
            raise StudioUnreachable(f"{self._origin} does not answer: {error}") from error


def _sentence(error: urllib.error.HTTPError) -> str:
    """Return the studio's own words, or the status."""
    try:
        fields = json.loads(error.read(MOST_BYTES))
        return f"{fields['what']} {fields['next']}"
    except (KeyError, TypeError, ValueError, OSError):
        return f"The studio answered with status {error.code}."
