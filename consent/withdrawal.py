"""Withdrawal: stop, delete, destroy the key, and say what went. Safe to repeat after a crash.

Each stage is kept before the next one begins: that it began, what there is to delete, the receipt.
Whoever comes second, after a crash or at the same moment, goes on from there; there is one
deletion, one entry in the log and one receipt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.deletions import Deletion, EndReason, Found, Stock, most, total
from consent.entries import log_shred, log_withdrawal, logged_json
from consent.errors import ConsentError, ConsentRefused, LogInvalid, RecordInvalid
from consent.log import LoggedLeaf
from consent.ports import Clock, JobStopper, KeyVault, Ledger, Purger, Unit
from consent.signing import DELETION_DOMAIN, ServiceSigner
from consent.statements import time_text
from consent.types import Export

_NONCE_BYTES = 32
MARKS = ("visible label", "XMP metadata", "signed C2PA manifest")
WATERMARK = "invisible watermark"
THE_KEY = "the key that your data was locked with"
REMAINING = (
    "Pictures that you downloaded or shared stay where they are, with their marks. The signed text "
    "of your consent stays as proof, with the public half of your passkey if you used one; so do "
    "lines of the log that nobody can open any more, and the hidden numbers of your pictures: they "
    "lead to that proof, so that a copy can still be told as withdrawn."
)


@dataclass(frozen=True, slots=True)
class DeletionReceipt:
    """What went: signed over the document's canonical bytes (RFC 8785), and logged."""

    document: Mapping[str, object]
    key_id: str
    public_key: bytes  # Ed25519, raw
    signature: bytes
    nonce: bytes  # opens the log's entry: HMAC-SHA-256 of the document
    logged: LoggedLeaf
    log_vkey: str  # the log's public key, as C2SP notes write it

    def as_json(self) -> dict[str, object]:
        """Return the receipt as the subject downloads it."""
        return {
            **self.document,
            "log": {
                **logged_json(self.logged),
                "opening": self.nonce.hex(),
                "log_vkey": self.log_vkey,
            },
            "signature": {
                "algorithm": "Ed25519",
                "domain": DELETION_DOMAIN.decode(),
                "key_id": self.key_id,
                "public_key": self.public_key.hex(),
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
        `end_retention` or a second call completes the deletion. Neither a clock that was set back
        nor a damaged key or log keeps anybody from it; with a damaged log the receipt waits for
        its repair.

        Raises:
            ConsentRefused: the subject is unknown, `deleted_before`, or `deletion_unfinished`:
                all has ended, but not all is deleted yet.
        """
        try:
            self._end(subject_id, is_logged=True)
        except (LogInvalid, RecordInvalid):
            self._end(subject_id, is_logged=False)
        try:
            return self._complete(subject_id)
        except ConsentRefused:
            raise
        except Exception as failure:
            raise _unfinished() from failure

    def kept_receipt(self, subject_id: str) -> DeletionReceipt | None:
        """Return the receipt of a deletion, None before its end and once it is no longer kept."""
        with self.ledger.reading() as unit:
            deletion = unit.deletions.load(subject_id)
            if deletion is None or deletion.receipt is None:
                return None
            return self._issued(unit, deletion)

    def end_retention(self, now: datetime) -> tuple[DeletionReceipt, ...]:
        """Delete what belongs to consents that have all run out, and what was left half deleted.

        A subject whose deletion fails keeps nobody else waiting, and is tried again next time.

        Raises:
            ExceptionGroup: after all were tried, the failures; each notes the subject's id.
        """
        with self.ledger.reading() as unit:
            unfinished, ended = unit.deletions.unfinished(), unit.subjects.ended(now)
        receipts: list[DeletionReceipt] = []
        failures: list[Exception] = []
        for subject_id in dict.fromkeys((*unfinished, *ended)):
            try:
                if self._expire(subject_id, now):
                    receipts.append(self._complete(subject_id))
            except Exception as failure:  # noqa: BLE001 - whatever it is, the others must go
                failure.add_note(f"while deleting what belongs to subject {subject_id}")
                failures.append(failure)
        if failures:
            raise ExceptionGroup("what belongs to ended consents could not all go", failures)
        return tuple(receipts)

    def _end(self, subject_id: str, *, is_logged: bool) -> None:
        """Commit that the subject ended everything, what waits for the camera too."""
        with self.ledger.transaction() as unit:
            unit.subjects.load(subject_id)
            at = self._now(unit)
            records = unit.records.hold(subject_id, at)
            standing = [record for record in records if record.withdrawn_at is None]
            for record in standing:
                unit.records.withdraw(record.record_id, at)
            is_first = unit.deletions.begin(subject_id, EndReason.WITHDRAWN, at)
            if is_logged and is_first and standing and unit.subjects.holds_data(subject_id):
                log_withdrawal(unit, subject_id, [each.record_id for each in standing], at)
            unit.sessions.close_subject(subject_id)

    def _expire(self, subject_id: str, now: datetime) -> bool:
        """Commit that a deletion begins; False when a new consent was given in the meantime."""
        with self.ledger.transaction() as unit:
            records = unit.records.hold(subject_id, now)
            if unit.deletions.load(subject_id) is not None:
                return True
            if subject_id not in unit.subjects.ended(now):
                return False
            is_withdrawn = all(record.withdrawn_at is not None for record in records)
            reason = EndReason.WITHDRAWN if is_withdrawn else EndReason.EXPIRED
            for record in records:
                if record.is_given:  # nobody looked into the camera for it
                    unit.records.withdraw(record.record_id, now)
            unit.deletions.begin(subject_id, reason, now)
            unit.sessions.close_subject(subject_id)
        return True

    def _complete(self, subject_id: str) -> DeletionReceipt:
        """Delete and issue the receipt, or return the one that was issued."""
        with self.ledger.reading() as unit:
            deletion = _begun(unit, subject_id)
            if deletion.completed_at is not None:
                return self._issued(unit, deletion)
        self._take_stock(subject_id)
        self.stopper.stop(subject_id)
        went = self._purge(subject_id)
        self.vault.destroy(subject_id)
        # A capture that was finishing meanwhile may have stored something before the key went;
        # from here on nothing can be sealed any more.
        went += self._purge(subject_id)
        with self.ledger.transaction() as unit:
            deletion = _begun(unit, subject_id, lock=True)
            if deletion.completed_at is None:
                self._issue(unit, deletion, total(went))
                deletion = _begun(unit, subject_id)
            return self._issued(unit, deletion)

    def _take_stock(self, subject_id: str) -> None:
        """Keep what there is to delete, so that the receipt can list it whatever happens next."""
        found = [each for purger in self.purgers for each in purger.count(subject_id)]
        stopped = self.stopper.unfinished(subject_id)
        with self.ledger.transaction() as unit:
            known = _begun(unit, subject_id, lock=True).stock
            there = Stock(
                found=total(found),
                stopped_jobs=stopped,
                exported=tuple(unit.exports.of_subject(subject_id)),
                had_key=unit.subjects.holds_data(subject_id),
            )
            unit.deletions.note(subject_id, known.joined(there))

    def _purge(self, subject_id: str) -> list[Found]:
        return [each for purger in self.purgers for each in purger.purge(subject_id)]

    def _issue(self, unit: Unit, deletion: Deletion, went: Sequence[Found]) -> None:
        """Sign the receipt, log it and keep it."""
        stock, at = deletion.stock, self._now(unit)
        found = [each.words for each in most((*stock.found, *went)) if each.number]
        document: dict[str, object] = {
            "schema_version": "urn:selfsame:deletion-receipt:2",
            "pii_principal_id": deletion.subject_id,
            "records": [each.record_id for each in unit.records.hold(deletion.subject_id, at)],
            "reason": deletion.reason.value,
            "ended_at": time_text(deletion.begun_at),
            "completed_at": time_text(at),
            "stopped_jobs": stock.stopped_jobs,
            "deleted": [*found, *([THE_KEY] if stock.had_key else [])],
            "remaining": REMAINING,
            "exported_files": [_exported(export) for export in stock.exported],
        }
        nonce = self.entropy(_NONCE_BYTES)
        index = log_shred(unit, document, nonce, at)
        kept = {
            "document": document,
            "nonce": nonce.hex(),
            "key_id": self.signer.key_id,
            "signature": self.signer.sign_document(document, domain=DELETION_DOMAIN).hex(),
        }
        unit.deletions.complete(deletion.subject_id, json.dumps(kept), index, at)

    def _issued(self, unit: Unit, deletion: Deletion) -> DeletionReceipt:
        if deletion.receipt is None or deletion.log_index is None:
            raise ConsentRefused(
                "deleted_before",
                "All of this was deleted a while ago.",
                why="The receipt was yours to keep; the studio no longer holds it.",
                next_step="There is nothing left to end. You can start anew at any time.",
            )
        kept = json.loads(deletion.receipt)
        return DeletionReceipt(
            document=kept["document"],
            key_id=kept["key_id"],
            public_key=self.signer.public_key(kept["key_id"]).public_bytes_raw(),
            signature=bytes.fromhex(kept["signature"]),
            nonce=bytes.fromhex(kept["nonce"]),
            logged=unit.log.prove(deletion.log_index),
            log_vkey=unit.log.vkey,
        )

    def _now(self, unit: Unit) -> datetime:
        """Return the time, not before the log's: a clock set back must keep nobody here."""
        now, logged_at = self.clock.now(), unit.log.last_time()
        return now if logged_at is None else max(now, logged_at)


def _unfinished() -> ConsentRefused:
    return ConsentRefused(
        "deletion_unfinished",
        "Your consent has ended, and nothing more is made or shown. Not all is deleted yet.",
        why="Something kept the studio from it; it goes on by itself until all is gone.",
        next_step="Press Withdraw again in a minute to get the receipt.",
    )


def _begun(unit: Unit, subject_id: str, *, lock: bool = False) -> Deletion:
    deletion = unit.deletions.load(subject_id, lock=lock)
    if deletion is None:
        raise ConsentError(f"the deletion of subject {subject_id} was begun and is not there")
    return deletion


def _exported(export: Export) -> dict[str, object]:
    """Return a downloaded file as the receipt lists it."""
    return {
        "output_id": export.output_id,
        "media_type": export.media_type,
        "sha256": export.sha256,
        "exported_at": time_text(export.exported_at),
        "marks": [*MARKS, WATERMARK] if export.is_watermarked else list(MARKS),
    }
