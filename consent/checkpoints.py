"""Signed heads of the log, and witnesses' signatures under them.

c2sp.org/tlog-checkpoint: a signed note whose text is origin, size and root of a log.
c2sp.org/tlog-cosignature: a witness's line under it, with the time at which it was seen.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from consent.signed_notes import (
    COSIGNATURE,
    ED25519,
    VerifierKey,
    decode_base64,
    note_invalid,
    signature_line,
    split_note,
    verify_signature,
)

_HASH_BYTES = 32
_REMEMBERED = 64  # checkpoints that verified lately
_TIME_BYTES = 8
_LATEST = 253_402_300_799  # the last second of the year 9999, POSIX
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: which one, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes  # 32 bytes

    def __post_init__(self) -> None:
        named = self.origin and self.origin.isprintable()
        if not named or self.size < 0 or len(self.root) != _HASH_BYTES:
            raise ValueError("a checkpoint has an origin on one line, a size and a 32-byte root")

    def text(self) -> str:
        """Return the note text that is signed, with its last newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness's word that it saw this checkpoint, consistent with all it saw before."""

    witness: str  # name
    at: datetime  # UTC, whole seconds
    checkpoint: Checkpoint
    line: str  # the signature line, without a newline


def witness_key(name: str, key: Ed25519PublicKey) -> VerifierKey:
    """Return a witness's public key under its name."""
    return VerifierKey(name, COSIGNATURE, key)


class LogVerifier:
    """Verifies checkpoints with any key that the log ever had."""

    def __init__(self, vkeys: Iterable[str]) -> None:
        self._keys = tuple(VerifierKey.parse(vkey) for vkey in vkeys)
        if any(key.kind != ED25519 for key in self._keys):
            raise note_invalid("vkey_invalid", "This is the key of a witness, not of a log.")
        # A note that verified once does so for good: it is remembered by its every byte.
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The keys, newest first."""
        return tuple(key.vkey for key in self._keys)

    def verify(self, note: str) -> Checkpoint:
        """Verify a signed checkpoint.

        Raises:
            LogInvalid: `checkpoint_invalid` when it is no checkpoint, no known key signed it, a
                known key's signature is wrong, or the key is another log's.
        """
        return self._verified(note)

    def _verify(self, note: str) -> Checkpoint:
        text, lines = split_note(note)
        checkpoint = _parse(text)
        signed = False
        for name, key_id, signature, _ in lines:
            for key in self._keys:
                if (key.name, key.key_id) == (name, key_id):
                    verify_signature(key, signature, text.encode())
                    signed = signed or name == checkpoint.origin
        if not signed:
            raise note_invalid("checkpoint_invalid", "This log's key did not sign this.")
        return checkpoint


class LogSigner:
    """Signs checkpoints of one log with its newest key; older keys keep verifying."""

    def __init__(
        self, origin: str, key: Ed25519PrivateKey, *, older: Sequence[Ed25519PublicKey] = ()
    ) -> None:
        self.origin = origin
        self._key = key
        self._public = VerifierKey(origin, ED25519, key.public_key())
        keys = (self._public, *(VerifierKey(origin, ED25519, each) for each in older))
        self._verifier = LogVerifier(each.vkey for each in keys)

    @property
    def vkey(self) -> str:
        """The public key to give to witnesses."""
        return self._public.vkey

    def verifier(self) -> LogVerifier:
        """Return what verifies this log's checkpoints, of all its keys."""
        return self._verifier

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the signed note of one of this log's checkpoints."""
        if checkpoint.origin != self.origin:
            raise ValueError("a log signs its own checkpoints only")
        text = checkpoint.text()
        return f"{text}\n{signature_line(self._public, self._key.sign(text.encode()))}\n"


def read_checkpoint(note: str) -> Checkpoint:
    """Read a note's checkpoint without verifying anything.

    Raises:
        LogInvalid: `checkpoint_invalid`.
    """
    return _parse(split_note(note)[0])


def cosign(note: str, key: Ed25519PrivateKey, name: str, now: datetime) -> str:
    """Return a witness's signature line under a checkpoint that it has verified.

    Args:
        note: the signed checkpoint.
        key: the witness's own key.
        name: the witness's name, without spaces and plus signs.
        now: aware; whole seconds are signed.
    """
    text, _ = split_note(note)
    _parse(text)
    seconds = int(now.timestamp())
    signature = key.sign(_cosigned(text, seconds))
    public = witness_key(name, key.public_key())
    return signature_line(public, seconds.to_bytes(_TIME_BYTES) + signature)


def with_cosignatures(note: str, lines: Iterable[str]) -> str:
    """Return a signed checkpoint with further signature lines under it."""
    return note + "".join(f"{line}\n" for line in lines)


def without_cosignatures(note: str) -> str:
    """Return a signed checkpoint with the log's own signature lines only.

    Raises:
        LogInvalid: `checkpoint_invalid`.
    """
    text, lines = split_note(note)
    return with_cosignatures(
        f"{text}\n", [li.line for li in lines if li.name == _parse(text).origin]
    )


def verify_cosignature(note: str, vkey: str) -> Cosignature:
    """Verify one witness's line under a checkpoint; the log's own signature is not looked at.

    Raises:
        LogInvalid: `checkpoint_invalid`, `vkey_invalid`, or `cosignature_invalid` when the witness
            did not sign this.
    """
    key = VerifierKey.parse(vkey)
    if key.kind != COSIGNATURE:
        raise note_invalid("vkey_invalid", "This is the key of a log, not of a witness.")
    text, lines = split_note(note)
    checkpoint = _parse(text)
    for name, key_id, stamped, line in lines:
        if (name, key_id) == (key.name, key.key_id):
            seconds = int.from_bytes(stamped[:_TIME_BYTES])
            if seconds > _LATEST:
                break
            verify_signature(key, stamped[_TIME_BYTES:], _cosigned(text, seconds))
            return Cosignature(name, datetime.fromtimestamp(seconds, UTC), checkpoint, line)
    raise note_invalid("cosignature_invalid", f"{key.name} did not sign this checkpoint.")


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _parse(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) != 3 or not _SIZE.fullmatch(lines[1]):  # extension lines cannot be audited
        raise note_invalid("checkpoint_invalid", "This is not a checkpoint of a log.")
    try:
        return Checkpoint(lines[0], int(lines[1]), decode_base64(lines[2]))
    except ValueError as error:
        raise note_invalid("checkpoint_invalid", "This is not a checkpoint of a log.") from error
