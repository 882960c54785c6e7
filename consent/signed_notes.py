"""Signed notes: a text with signature lines under it (c2sp.org/signed-note), Ed25519 only.

A note is a text, an empty line, and a line per signature with the signer's name and the first four
bytes of SHA-256(name || newline || type || public key).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consent.errors import LogInvalid

MAX_NOTE_CHARACTERS = 100_000  # signed-note asks for 16 signatures at least, of up to 5 kB
ED25519 = 0x01
COSIGNATURE = 0x04  # c2sp.org/tlog-cosignature
_KEY_ID_BYTES = 4
_NAME = re.compile(r"[^\s+]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class SignatureLine(NamedTuple):
    """One signature under a note."""

    name: str
    key_id: bytes  # 4 bytes
    signature: bytes
    line: str  # as it stands, without a newline


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its signer's name: `name+key id+base64(type || key)`."""

    name: str
    kind: int  # 0x01 a log, 0x04 a witness
    key: Ed25519PublicKey

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not self.name.isprintable():
            raise ValueError("a signer's name has neither spaces nor a plus sign")

    @property
    def key_id(self) -> bytes:
        """The four bytes by which signature lines name the key."""
        raw = self.key.public_bytes_raw()
        named = self.name.encode() + b"\n" + bytes([self.kind]) + raw
        return hashlib.sha256(named).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The encoding that is handed around."""
        raw = bytes([self.kind]) + self.key.public_bytes_raw()
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(raw).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read a key.

        Raises:
            LogInvalid: `vkey_invalid`.
        """
        try:
            name, key_id, encoded = vkey.strip().split("+", 2)
            raw = decode_base64(encoded)
            found = cls(name, raw[0], Ed25519PublicKey.from_public_bytes(raw[1:]))
        except (ValueError, IndexError) as error:
            raise note_invalid("vkey_invalid", "This is no key of a log or a witness.") from error
        if found.key_id.hex() != key_id or found.kind not in {ED25519, COSIGNATURE}:
            raise note_invalid("vkey_invalid", "This key does not carry its own identifier.")
        return found


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """Return a line for under a note, without a newline."""
    return f"\u2014 {key.name} {base64.b64encode(key.key_id + signature).decode()}"


def verify_signature(key: VerifierKey, signature: bytes, message: bytes) -> None:
    """Verify a signature over bytes.

    Raises:
        LogInvalid: `checkpoint_invalid` for a log's key, `cosignature_invalid` for a witness's.
    """
    code = "checkpoint_invalid" if key.kind == ED25519 else "cosignature_invalid"
    try:
        key.key.verify(signature, message)
    except InvalidSignature as error:
        raise note_invalid(code, f"The signature of {key.name} is wrong.") from error


def split_note(note: str) -> tuple[str, list[SignatureLine]]:
    """Return a note's text with its last newline, and its signatures.

    Raises:
        LogInvalid: `checkpoint_invalid` when this is no signed note, or a very long one.
    """
    text, separator, signatures = note.rpartition("\n\n")
    if len(note) > MAX_NOTE_CHARACTERS or not separator or _CONTROL.search(note):
        raise note_invalid("checkpoint_invalid", "This is not a signed checkpoint.")
    if not signatures.endswith("\n"):
        raise note_invalid("checkpoint_invalid", "The signatures of this checkpoint are cut off.")
    return text + "\n", [_read_line(line) for line in signatures[:-1].split("\n")]


def _read_line(line: str) -> SignatureLine:
    try:
        dash, name, encoded = line.split(" ")
        raw = decode_base64(encoded)
    except ValueError as error:
        raise note_invalid("checkpoint_invalid", "A signature line cannot be read.") from error
    if dash != "\u2014" or not _NAME.fullmatch(name) or len(raw) <= _KEY_ID_BYTES:
        raise note_invalid("checkpoint_invalid", "A signature line cannot be read.")
    return SignatureLine(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:], line)


def decode_base64(encoded: str) -> bytes:
    """Decode standard base64, in its one canonical spelling, or raise ValueError."""
    raw = base64.b64decode(encoded, validate=True)
    if base64.b64encode(raw).decode() != encoded:
        raise binascii.Error("not canonical")
    return raw


def note_invalid(code: str, what: str) -> LogInvalid:
    """Return a refusal of a note."""
    return LogInvalid(
        code,
        what,
        why="Only a log that nobody can rewrite shows when consent was given and when it ended.",
        next_step="Ask the studio's operator for the log's key and compare it with yours.",
    )
