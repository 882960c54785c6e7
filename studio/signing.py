"""What signs and what vouches for manifests, as the operator set it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from outputs.credential import read_certificates
from outputs.errors import OutputError
from outputs.keystore import KeyStore, open_authority, open_operator_credential
from outputs.provenance import ManifestReader, Signer
from outputs.time_stamp import TimeStamping
from studio.settings import Settings, SettingsError

if TYPE_CHECKING:
    from datetime import datetime

    from outputs.signer import Credential


def open_signer(settings: Settings, store: KeyStore, *, now: datetime) -> Signer:
    """Return what signs; a certificate of the operator's own is tried before any picture.

    Args:
        settings: What the operator chose.
        store: Where this installation's authority lies.
        now: Aware time at which certificates must be valid.

    Raises:
        OutputError: this installation's own authority is damaged, or the clock stands before it.
        SettingsError: certificate, key or address cannot be used.
    """
    try:
        stamping = TimeStamping(settings.time_stamp_url) if settings.time_stamp_url else None
    except OutputError as error:
        raise SettingsError(f"time_stamp_url: {error}") from error
    return Signer(_credential(settings, store, now), stamping)


def open_reader(settings: Settings, store: KeyStore) -> ManifestReader:
    """Return what reads manifests: everything that ever signed here is ours.

    Raises:
        SettingsError: the root of the time stamp authority cannot be read.
    """
    roots: tuple[bytes, ...] = ()
    if settings.time_stamp_root:
        try:
            roots = read_certificates(_path(settings.time_stamp_root))
        except OutputError as error:
            raise SettingsError(f"time_stamp_root: {error}") from error
    return ManifestReader(store.anchors(), roots)


def _credential(settings: Settings, store: KeyStore, now: datetime) -> Credential:
    if not settings.signing_certificate:
        return open_authority(store, now=now, serial=lambda: secrets.randbits(158) + 1)
    certificate, key = _path(settings.signing_certificate), _path(settings.signing_key)
    try:
        return open_operator_credential(store, certificate, key, now=now)
    except OutputError as error:
        raise SettingsError(f"signing_certificate: {error}") from error


def _path(text: str) -> Path:
    return Path(text).expanduser()
