"""The master key and what it wraps: subjects' data keys and the studio's signing keys."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from consent.checkpoints import LogSigner
from consent.errors import RecordInvalid
from consent.signing import ServiceSigner, key_id_of

Entropy = Callable[[int], bytes]

_VERSION = 1
_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2
_KEY_BYTES = 32
_NAME_DIGITS = 16  # of a log's first key's hash: enough to tell logs apart
_SERVICE = "selfsame"
_ENTRY = "master-key"
_USABLE_PRIORITY = 1  # keyring's own mark between real backends and "null" or "fail"


class Keyring(Protocol):
    """The part of `keyring` that is used: the operating system's store for secrets."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a stored secret."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a secret."""
        ...


def seal(key: bytes, plaintext: bytes, *, name: str, entropy: Entropy = os.urandom) -> bytes:
    """Encrypt with AES-256-GCM; version byte, nonce, ciphertext. `name` is bound, not hidden."""
    nonce = entropy(_NONCE_BYTES)
    body = AESGCM(key).encrypt(nonce, plaintext, _bound(name))
    return bytes([_VERSION]) + nonce + body


def unseal(key: bytes, sealed: bytes, *, name: str) -> bytes:
    """Decrypt what `seal` made under the same name.

    Raises:
        RecordInvalid: `sealed_damaged` when key, name or bytes are not the right ones.
    """
    version, nonce, body = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, _bound(name, version=int.from_bytes(version)))
    except (InvalidTag, ValueError) as error:
        raise RecordInvalid(
            "sealed_damaged",
            "Stored data cannot be opened: it was changed, or the studio's key is another one.",
            why="Data that was tampered with must not be used.",
            next_step="Restore the studio's key, or withdraw and start again.",
        ) from error


class MasterKey:
    """Wraps keys. Never leaves this process."""

    def __init__(self, key: bytes, *, entropy: Entropy = os.urandom) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError("the master key has 32 bytes")
        self._key = key
        self._entropy = entropy

    def new_data_key(self) -> bytes:
        """Return a fresh 256-bit data key."""
        return self._entropy(_KEY_BYTES)

    def wrap(self, secret: bytes, *, name: str) -> bytes:
        """Encrypt a secret under the master key, bound to a name."""
        return seal(self._key, secret, name=name, entropy=self._entropy)

    def unwrap(self, wrapped: bytes, *, name: str) -> bytes:
        """Decrypt a secret, or raise RecordInvalid."""
        return unseal(self._key, wrapped, name=name)

    @property
    def entropy(self) -> Entropy:
        """The source of randomness that this key was given."""
        return self._entropy


def load_master_key(
    folder: Path, *, keyring: Keyring | None = None, entropy: Entropy = os.urandom
) -> MasterKey:
    """Load the master key, or make it at the first run.

    Args:
        folder: the data folder's `keys`, mode 700; the file is made with mode 600.
        keyring: the operating system's store when the settings ask for it (`system_keyring()`).
        entropy: source of random bytes.
    """
    if keyring is not None:
        stored = keyring.get_password(_SERVICE, _ENTRY)
        if stored is None:
            stored = base64.b64encode(entropy(_KEY_BYTES)).decode()
            keyring.set_password(_SERVICE, _ENTRY, stored)
        return MasterKey(base64.b64decode(stored), entropy=entropy)
    path = folder / "master.key"
    if not path.exists():
        write_private(path, entropy(_KEY_BYTES))
    return MasterKey(path.read_bytes(), entropy=entropy)


def system_keyring() -> Keyring | None:
    """Return the operating system's keyring, or None where there is no usable one."""
    import keyring  # noqa: PLC0415 - its backends are searched for at import

    backend = keyring.get_keyring()
    return backend if backend.priority >= _USABLE_PRIORITY else None


def load_service_signer(folder: Path, master: MasterKey) -> ServiceSigner:
    """Load the service's signing keys, newest last by number, or make the first one."""
    paths = sorted(folder.glob("service-*.sealed"))
    if not paths:
        return rotate_service_key(folder, master)
    keys = [_read_signing_key(path, master) for path in paths]
    return ServiceSigner(keys[-1], older=[key.public_key() for key in keys[:-1]])


def rotate_service_key(folder: Path, master: MasterKey) -> ServiceSigner:
    """Make a new signing key; the earlier ones stay to verify with."""
    _make_signing_key(folder, master, "service")
    return load_service_signer(folder, master)


def load_log_signer(folder: Path, master: MasterKey, *, origin: str = "") -> LogSigner:
    """Load the log's signing keys, or make the first one; heads are signed with the newest.

    Args:
        folder: the data folder's `keys`.
        master: wraps them.
        origin: the log's name; empty: a name made of its first key.
    """
    paths = sorted(folder.glob("log-*.sealed"))
    if not paths:
        return rotate_log_key(folder, master, origin=origin)
    *older, newest = (_read_signing_key(path, master) for path in paths)
    public = [key.public_key() for key in (*older, newest)]
    named = f"selfsame.local/{key_id_of(public[0])[:_NAME_DIGITS]}"
    return LogSigner(origin or named, newest, older=public[:-1])


def rotate_log_key(folder: Path, master: MasterKey, *, origin: str = "") -> LogSigner:
    """Make a new key for the log; witnesses must be told, and the earlier ones stay to verify."""
    _make_signing_key(folder, master, "log")
    return load_log_signer(folder, master, origin=origin)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read (mode 600), whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _make_signing_key(folder: Path, master: MasterKey, kind: str) -> None:
    number = len(list(folder.glob(f"{kind}-*.sealed"))) + 1
    path = folder / f"{kind}-{number:04d}.sealed"
    pem = Ed25519PrivateKey.from_private_bytes(master.entropy(_KEY_BYTES)).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    write_private(path, master.wrap(pem, name=path.name))


def _read_signing_key(path: Path, master: MasterKey) -> Ed25519PrivateKey:
    key = load_pem_private_key(master.unwrap(path.read_bytes(), name=path.name), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is not an Ed25519 key")
    return key


def _bound(name: str, *, version: int = _VERSION) -> bytes:
    return f"{name}|{version}".encode()
