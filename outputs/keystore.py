"""Where the authority's PEM texts lie: one folder, files of mode 600."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from outputs.authority import Authority, check_authority, is_over, make_authority
from outputs.credential import OperatorCredential, read_credential
from outputs.errors import OutputError
from outputs.provenance import try_credential


class KeyStore(Protocol):
    """Keeps the authority between runs."""

    def load(self) -> Authority | None:
        """Return the authority, or None at the first run."""
        ...

    def save(self, authority: Authority) -> None:
        """Keep a new authority; an earlier root stays among the anchors."""
        ...

    def remember(self, certificate: bytes) -> None:
        """Keep an operator's certificate among the anchors."""
        ...

    def anchors(self) -> tuple[bytes, ...]:
        """Return every root and every operator's certificate that ever signed here, PEM."""
        ...


@dataclass(frozen=True, slots=True)
class FolderKeyStore:
    """Files in one folder of mode 700.

    `leaf.key`, `leaf.pem`, `root.pem` are the authority, `root-*.pem` its earlier roots, and
    `operator-*.pem` the certificates of the operator's own that ever signed.
    """

    folder: Path

    def load(self) -> Authority | None:
        """Return the authority, or None when the folder has none.

        Raises:
            OutputError: some of the files are missing: better to stop than to sign as another.
        """
        files = [self.folder / name for name in ("root.pem", "leaf.pem", "leaf.key")]
        present = [file.is_file() for file in files]
        if not any(present):
            return None
        # The key is written last: without it, the first run was cut short and nothing was signed.
        if not present[2]:
            return None
        if not all(present):
            missing = ", ".join(
                f.name for f, found in zip(files, present, strict=True) if not found
            )
            raise OutputError(f"The signing folder {self.folder} lacks {missing}; restore it.")
        root, leaf, key = (file.read_bytes() for file in files)
        return Authority(root, leaf, key)

    def save(self, authority: Authority) -> None:
        """Keep the authority; the key is written last, so that a crash leaves none or all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        earlier = self.folder / "root.pem"
        if earlier.is_file():
            number = sum(1 for _ in self.folder.glob("root-*.pem"))
            _write(self.folder / f"root-{number + 1}.pem", earlier.read_bytes())
            (self.folder / "leaf.key").unlink(missing_ok=True)
        _write(earlier, authority.root)
        _write(self.folder / "leaf.pem", authority.leaf)
        _write(self.folder / "leaf.key", authority.key)

    def remember(self, certificate: bytes) -> None:
        """Keep an operator's certificate; the same one is kept once."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = hashlib.sha256(certificate).hexdigest()[:16]
        _write(self.folder / f"operator-{name}.pem", certificate)

    def anchors(self) -> tuple[bytes, ...]:
        """Return the present root, every earlier one, and every operator's certificate."""
        files = [
            *sorted(self.folder.glob("root*.pem")),
            *sorted(self.folder.glob("operator-*.pem")),
        ]
        return tuple(file.read_bytes() for file in files)


def open_authority(store: KeyStore, *, now: datetime, serial: Callable[[], int]) -> Authority:
    """Return the installation's authority, made at the first run and when its time is over.

    Args:
        store: Where it is kept.
        now: Aware time.
        serial: Supplies certificate serial numbers, see `make_authority`.

    Raises:
        OutputError: the kept authority is damaged, or the clock stands before its time.
    """
    kept = store.load()
    if kept is None or is_over(kept, now=now):
        kept = make_authority(now=now, serial=serial)
        store.save(kept)
    return check_authority(kept, now=now)


def open_operator_credential(
    store: KeyStore, certificate: Path, key: Path, *, now: datetime
) -> OperatorCredential:
    """Return the operator's own certificate, checked and tried, and keep it among the anchors.

    Args:
        store: Where certificates that ever signed are remembered.
        certificate: PEM file, see `read_credential`.
        key: PEM file of its key.
        now: Aware time.

    Raises:
        OutputError: it cannot be used; the message says what to do.
    """
    credential = read_credential(certificate, key, now=now)
    try_credential(credential, credential.leaf)
    store.remember(credential.leaf)
    return credential


def _write(path: Path, content: bytes) -> None:
    """Write atomically with mode 600 from the first byte on."""
    partial = path.with_suffix(path.suffix + ".partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
