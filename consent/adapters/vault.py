"""Data keys of subjects, wrapped in the database, and what is sealed under them."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from consent.adapters.keys import MasterKey, seal, unseal
from consent.adapters.tables import WrappedKeyRow
from consent.errors import ConsentRefused

_WRAPPED = select(WrappedKeyRow.wrapped).where(WrappedKeyRow.subject_id == bindparam("wanted"))


class SqlVault:
    """Data keys of subjects, wrapped in the database."""

    def __init__(self, session: Session, master: MasterKey) -> None:
        self._session = session
        self._master = master
        self._open: dict[str, bytes] = {}  # data keys that this transaction has read

    def create(self, subject_id: str) -> None:
        """Make and wrap a data key for a new subject."""
        wrapped = self._master.wrap(self._master.new_data_key(), name=_key_name(subject_id))
        self._session.add(WrappedKeyRow(subject_id=subject_id, wrapped=wrapped))
        self._session.flush()

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        """Encrypt under the subject's data key, bound to subject and kind."""
        name = f"{subject_id}|{kind}"
        return seal(self._key(subject_id), plaintext, name=name, entropy=self._master.entropy)

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt, or raise ConsentRefused (`key_destroyed`) or RecordInvalid."""
        return unseal(self._key(subject_id), sealed, name=f"{subject_id}|{kind}")

    def derive(self, subject_id: str, label: str) -> bytes:
        """Return 32 bytes that belong to a label and die with the data key (HKDF, RFC 5869)."""
        hkdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=label.encode())
        return hkdf.derive(self._key(subject_id))

    def destroy(self, subject_id: str) -> None:
        """Delete the wrapped key; gone for good only after the commit and `truncate_wal`."""
        self._open.pop(subject_id, None)
        self._session.execute(delete(WrappedKeyRow).where(WrappedKeyRow.subject_id == subject_id))

    def _key(self, subject_id: str) -> bytes:
        if subject_id not in self._open:
            self._open[subject_id] = self._read(subject_id)
        return self._open[subject_id]

    def _read(self, subject_id: str) -> bytes:
        wrapped = self._session.connection().execute(_WRAPPED, {"wanted": subject_id}).scalar()
        if wrapped is None:
            raise ConsentRefused(
                "key_destroyed",
                "This data was deleted.",
                why="Its key was destroyed when consent was withdrawn or ran out.",
                next_step="Give a new consent to start again.",
            )
        return self._master.unwrap(wrapped, name=_key_name(subject_id))


def _key_name(subject_id: str) -> str:
    return f"{subject_id}|data-key"
