"""Withdrawal: stop, delete, destroy the key, and say what went. Safe to repeat after a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.ports import Clock, JobStopper, KeyVault, Ledger, Purger
from consent.signing import DELETION_DOMAIN, ServiceSigner
from consent.statements import time_text

EXPORTS = (
    "Pictures that you downloaded or shared before stay where they are, with their label and "
    "their signed note."
)


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """What went, signed by the service over the document's canonical bytes (RFC 8785)."""

    document: Mapping[str, object]
    key_id: str
    signature: bytes

    def as_json(self) -> dict[str, object]:
        """Return the receipt as the subject downloads it."""
        return {
            **self.document,
            "signature": {
                "algorithm": "Ed25519",
                "domain": DELETION_DOMAIN.decode(),
                "key_id": self.key_id,
                "value": self.signature.hex(),
            },
        }


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a withdrawal needs."""

    ledger: Ledger
    vault: KeyVault  # not the one of a transaction: destroying must outlive it
    stopper: JobStopper
    purgers: Sequence[Purger]
    signer: ServiceSigner
    clock: Clock

    def withdraw(self, subject_id: str) -> DeletionReceipt:
        """End everything that a subject agreed to.

        The withdrawal is committed first: from then on the gate refuses, whatever happens next.
        After a crash, `end_retention` or a second call completes the deletion.

        Raises:
            ConsentRefused: the subject is unknown.
        """
        at = self.clock.now()
        with self.ledger.transaction() as unit:
            unit.subjects.load(subject_id)
            records = unit.records.of_subject(subject_id)
            for record in records:
                unit.records.withdraw(record.record_id, at)
        return self._delete(subject_id, "dpv:ConsentWithdrawn", at)

    def end_retention(self, now: datetime) -> tuple[DeletionReceipt, ...]:
        """Delete what belongs to subjects whose consents have all run out or were withdrawn."""
        with self.ledger.reading() as unit:
            ended = unit.subjects.ended(now)
        return tuple(self._delete(subject_id, "dpv:ConsentExpired", now) for subject_id in ended)

    def _delete(self, subject_id: str, reason: str, at: datetime) -> DeletionReceipt:
        stopped = self.stopper.stop(subject_id)
        deleted = [item for purger in self.purgers for item in purger.purge(subject_id)]
        self.vault.destroy(subject_id)
        with self.ledger.reading() as unit:
            records = [record.record_id for record in unit.records.of_subject(subject_id)]
        document: dict[str, object] = {
            "schema_version": "urn:selfsame:deletion-receipt:1",
            "pii_principal_id": subject_id,
            "records": records,
            "reason": reason,
            "ended_at": time_text(at),
            "completed_at": time_text(self.clock.now()),
            "stopped_jobs": stopped,
            "deleted": [*deleted, "the key that your data was locked with"],
            "remaining": EXPORTS,
        }
        return DeletionReceipt(
            document=document,
            key_id=self.signer.key_id,
            signature=self.signer.sign_document(document, domain=DELETION_DOMAIN),
        )
