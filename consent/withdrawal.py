"""Withdrawal: stop, delete, destroy the key, and say what went. Safe to repeat after a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.entries import log_shred, log_withdrawal, logged_json
from consent.log import LoggedLeaf
from consent.ports import Clock, JobStopper, KeyVault, Ledger, Purger
from consent.signing import DELETION_DOMAIN, ServiceSigner
from consent.statements import time_text
from consent.types import Export

_NONCE_BYTES = 32
MARKS = ("visible label", "XMP metadata", "signed C2PA manifest")
EXPORTS = (
    "Pictures that you downloaded or shared before stay where they are, with their label and "
    "their signed note."
)


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """What went: signed over the document's canonical bytes (RFC 8785), and logged."""

    document: Mapping[str, object]
    key_id: str
    signature: bytes
    nonce: bytes  # opens the log's entry: HMAC-SHA-256 of the document
    logged: LoggedLeaf

    def as_json(self) -> dict[str, object]:
        """Return the receipt as the subject downloads it."""
        return {
            **self.document,
            "log": {**logged_json(self.logged), "opening": self.nonce.hex()},
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
    entropy: Callable[[int], bytes]

    def withdraw(self, subject_id: str) -> DeletionReceipt:
        """End everything that a subject agreed to.

        The withdrawal is committed first, and with it closes what is open of the subject: from
        then on the gate refuses and nothing is shown, whatever happens next. After a crash,
        `end_retention` or a second call completes the deletion.

        Raises:
            ConsentRefused: the subject is unknown.
        """
        at = self.clock.now()
        with self.ledger.transaction() as unit:
            unit.subjects.load(subject_id)
            records = unit.records.of_subject(subject_id)
            standing = [record for record in records if record.withdrawn_at is None]
            for record in standing:
                unit.records.withdraw(record.record_id, at)
            if standing and unit.subjects.holds_data(subject_id):
                log_withdrawal(unit, subject_id, [each.record_id for each in standing], at)
            unit.sessions.close_subject(subject_id)
        return self._delete(subject_id, "dpv:ConsentWithdrawn", at)

    def end_retention(self, now: datetime) -> tuple[DeletionReceipt, ...]:
        """Delete what belongs to subjects whose consents have all run out or were withdrawn.

        A subject whose deletion fails keeps nobody else waiting, and is tried again next time.

        Raises:
            ExceptionGroup: after all were tried, the failures; each notes the subject's id.
        """
        with self.ledger.reading() as unit:
            ended = unit.subjects.ended(now)
        receipts: list[DeletionReceipt] = []
        failures: list[Exception] = []
        for subject_id in ended:
            try:
                receipts.append(self._delete(subject_id, "dpv:ConsentExpired", now))
            except Exception as failure:  # noqa: BLE001 - whatever it is, the others must go
                failure.add_note(f"while deleting what belongs to subject {subject_id}")
                failures.append(failure)
        if failures:
            raise ExceptionGroup("what belongs to ended consents could not all go", failures)
        return tuple(receipts)

    def _delete(self, subject_id: str, reason: str, at: datetime) -> DeletionReceipt:
        stopped = self.stopper.stop(subject_id)
        with self.ledger.reading() as unit:
            exported = [_exported(export) for export in unit.exports.of_subject(subject_id)]
        deleted = self._purge(subject_id)
        self.vault.destroy(subject_id)
        # A capture that was finishing meanwhile may have stored something before the key went;
        # from here on nothing can be sealed any more.
        deleted += self._purge(subject_id)
        with self.ledger.reading() as unit:
            records = [record.record_id for record in unit.records.of_subject(subject_id)]
        document: dict[str, object] = {
            "schema_version": "urn:selfsame:deletion-receipt:2",
            "pii_principal_id": subject_id,
            "records": records,
            "reason": reason,
            "ended_at": time_text(at),
            "completed_at": time_text(self.clock.now()),
            "stopped_jobs": stopped,
            "deleted": [*deleted, "the key that your data was locked with"],
            "remaining": EXPORTS,
            "exported_files": exported,
        }
        nonce = self.entropy(_NONCE_BYTES)
        with self.ledger.transaction() as unit:
            index = log_shred(unit, document, nonce, self.clock.now())
            logged = unit.log.prove(index)
        return DeletionReceipt(
            document=document,
            key_id=self.signer.key_id,
            signature=self.signer.sign_document(document, domain=DELETION_DOMAIN),
            nonce=nonce,
            logged=logged,
        )

    def _purge(self, subject_id: str) -> list[str]:
        """Delete, and return what went: nothing that was found nought times."""
        found = [item for purger in self.purgers for item in purger.purge(subject_id)]
        return [item for item in found if not item.startswith("0 ")]


def _exported(export: Export) -> dict[str, object]:
    """Return a downloaded file as the receipt lists it."""
    return {
        "output_id": export.output_id,
        "media_type": export.media_type,
        "sha256": export.sha256,
        "exported_at": time_text(export.exported_at),
        "marks": list(MARKS),
    }
