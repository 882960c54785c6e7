"""Retention: what may be kept no longer goes by itself, and whatever fails is tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.entries import log_template_shred
from consent.ports import Ledger
from consent.profiles import MAX_RETENTION_DAYS, STANDARD_GATE, GateProfile
from consent.withdrawal import Withdrawal

RECEIPT_KEPT = timedelta(days=30)  # for whoever lost the answer; then the log's entry is all
SESSION_UNUSED = timedelta(days=1)  # of a browser that looked and agreed to nothing
# A browser's cookie lives as long as the longest consent, and is set once.
SESSION_KEPT = timedelta(days=MAX_RETENTION_DAYS)

Sweep = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Retention:
    """What a look at everything that is kept needs."""

    ledger: Ledger
    withdrawal: Withdrawal
    remove_selfie: Callable[[str, str], None]  # of a subject and a probe
    settle: Callable[[], None]  # leaves no copy of deleted rows on the disk
    sweeps: Sequence[Sweep] = ()  # what else must go now and then; each is given the time
    profile: GateProfile = STANDARD_GATE

    def run(self, now: datetime) -> None:
        """Delete what is over at a time; one failure keeps nothing else waiting.

        Raises:
            ExceptionGroup: after all was tried, the failures. The next run tries them again.
        """
        with self.ledger.reading() as unit:
            useless = unit.captures.useless(now, self.profile.capture_max_age)
        tasks: list[Callable[[], object]] = [
            lambda: self.withdrawal.end_retention(now),
            *(lambda each=each: self._destroy(each, now) for each in useless),
            lambda: self._forget(now),
            *(lambda sweep=sweep: sweep(now) for sweep in self.sweeps),
            self.settle,
        ]
        failures: list[Exception] = []
        for task in tasks:
            try:
                task()
            except Exception as failure:  # noqa: BLE001 - whatever it is, the others must go
                failures.append(failure)
        if failures:
            raise ExceptionGroup("not all that is over could go", failures)

    def _destroy(self, capture_id: str, now: datetime) -> None:
        """Delete a capture with its template and selfies, and log it, unless it counts again."""
        with self.ledger.transaction() as unit:
            if capture_id not in unit.captures.useless(now, self.profile.capture_max_age):
                return  # it went meanwhile, with its consent
            capture = unit.captures.remove(capture_id)
            if capture is None:
                return
            # This look may have begun a while ago, and entries may have come since.
            log_template_shred(unit, capture, max(now, unit.log.last_time() or now))
        # Rows before files: a selfie without a row is read by nobody, and swept later.
        for probe_id in capture.probe_ids:
            self.remove_selfie(capture.subject_id, probe_id)

    def _forget(self, now: datetime) -> None:
        with self.ledger.transaction() as unit:
            unit.deletions.drop_receipts(now - RECEIPT_KEPT)
            unit.sessions.prune(
                unbound_before=now - SESSION_UNUSED, created_before=now - SESSION_KEPT, now=now
            )
