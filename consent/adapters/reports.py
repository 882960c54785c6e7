"""Reports in the database: what was written is sealed under the master key.

Not under the subject's: it belongs to whoever wrote it, and must outlive a withdrawal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from consent.adapters.keys import MasterKey
from consent.adapters.tables import JobRow, OutputRow, ReportRow
from consent.errors import RecordInvalid
from consent.reports import (
    MAX_JOINED,
    Dispute,
    Outcome,
    OutputReport,
    ReportedOutput,
    Statement,
)
from consent.statements import time_text, time_value

_DONE = "done"  # studio.service.JobState.DONE
_NO_WORDS = b""


class SqlReports:
    """Reports in one transaction (consent.ports.Reports)."""

    def __init__(self, session: Session, master: MasterKey) -> None:
        self._session = session
        self._master = master

    def about(self, output_id: str, *, lock: bool = False) -> ReportedOutput | None:
        """Return what is known about an output; None when it was never made here.

        An output that its subject deleted is known by its job, until they withdraw.
        """
        query = select(OutputRow).where(OutputRow.id == output_id)
        row = self._session.scalar(query.with_for_update() if lock else query)
        if row is not None:
            return ReportedOutput(
                output_id=row.id,
                subject_id=row.subject_id,
                record_id=row.record_id,
                style=row.style,
                made_at=row.created_at,
                is_here=True,
                frozen_at=row.frozen_at,
            )
        job = self._session.get(JobRow, output_id)
        if job is None or job.state != _DONE:
            return None
        return ReportedOutput(
            output_id=job.id,
            subject_id=job.subject_id,
            record_id=job.record_id,
            style=job.style,
            made_at=job.updated_at,
            is_here=False,
            frozen_at=None,
        )

    def add(self, report: OutputReport) -> None:
        """Store a new report and hold its output back from now on."""
        row = ReportRow(
            id=report.id,
            output_id=report.output_id,
            sealed_words=self._seal(report),
            reported_at=report.reported_at,
        )
        self._session.add(row)
        self._session.execute(
            update(OutputRow)
            .where(OutputRow.id == report.output_id, OutputRow.frozen_at.is_(None))
            .values(frozen_at=report.reported_at)
        )
        self._session.flush()

    def join(self, report: OutputReport, statement: Statement) -> None:
        """Add a statement to an open report; beyond `MAX_JOINED` it is counted only."""
        if len(report.statements) < MAX_JOINED:
            grown = replace(report, statements=(*report.statements, statement))
        else:
            grown = replace(report, further=report.further + 1)
        self._session.execute(
            update(ReportRow)
            .where(ReportRow.id == report.id)
            .values(sealed_words=self._seal(grown))
        )

    def open_about(self, output_id: str) -> OutputReport | None:
        """Return the open report about an output."""
        query = select(ReportRow).where(
            ReportRow.output_id == output_id, ReportRow.closed_at.is_(None)
        )
        row = self._session.scalar(query.limit(1))
        return None if row is None else self._report(row)

    def beginning(self, start: str) -> Sequence[OutputReport]:
        """Return the reports whose id begins so: ids are long, and typed by hand."""
        query = select(ReportRow).where(func.substr(ReportRow.id, 1, len(start)) == start)
        return tuple(self._report(row) for row in self._session.scalars(query))

    def waiting(self) -> Sequence[OutputReport]:
        """Return the open reports, oldest first."""
        query = select(ReportRow).where(ReportRow.closed_at.is_(None))
        rows = self._session.scalars(query.order_by(ReportRow.reported_at, ReportRow.id))
        return tuple(self._report(row) for row in rows)

    def count_waiting(self) -> int:
        """Return how many reports are open."""
        query = select(func.count()).select_from(ReportRow).where(ReportRow.closed_at.is_(None))
        return self._session.scalar(query) or 0

    def close(self, report: OutputReport, outcome: Outcome, at: datetime) -> None:
        """Note what the operator decided; a lifted output is handed out again."""
        self._session.execute(
            update(ReportRow)
            .where(ReportRow.id == report.id, ReportRow.closed_at.is_(None))
            .values(closed_at=at, outcome=outcome.value)
        )
        if outcome is Outcome.LIFTED:
            self._session.execute(
                update(OutputRow).where(OutputRow.id == report.output_id).values(frozen_at=None)
            )

    def dispute_of(self, output_id: str) -> Dispute | None:
        """Return what whoever holds the file may know."""
        if self._count(output_id, ReportRow.outcome == Outcome.REMOVED.value):
            return Dispute.REMOVED
        held = self._count(output_id, ReportRow.closed_at.is_(None))
        return Dispute.HELD_BACK if held else None

    def is_removed(self, output_id: str) -> bool:
        """Tell whether the operator removed an output of that id."""
        return self.dispute_of(output_id) is Dispute.REMOVED

    def lifted_before(self, output_id: str) -> int:
        """Return how many reports about an output the operator lifted."""
        return self._count(output_id, ReportRow.outcome == Outcome.LIFTED.value)

    def forget_words(self, closed_before: datetime) -> int:
        """Delete the words of reports closed before a time; ids and outcome stay."""
        gone = (
            update(ReportRow)
            .where(ReportRow.closed_at < closed_before, ReportRow.sealed_words != _NO_WORDS)
            .values(sealed_words=_NO_WORDS)
            .returning(ReportRow.id)
        )
        return len(self._session.execute(gone).all())

    def _count(self, output_id: str, which: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(ReportRow)
        return self._session.scalar(query.where(ReportRow.output_id == output_id, which)) or 0

    def _seal(self, report: OutputReport) -> bytes:
        words = {
            "statements": [
                {"at": time_text(each.at), "text": each.text, "contact": each.contact}
                for each in report.statements
            ],
            "further": report.further,
        }
        return self._master.wrap(json.dumps(words).encode(), name=_name(report.id))

    def _report(self, row: ReportRow) -> OutputReport:
        words: dict[str, Any] = {"statements": [], "further": 0}
        is_readable = True
        try:
            if row.sealed_words != _NO_WORDS:
                words = json.loads(self._master.unwrap(row.sealed_words, name=_name(row.id)))
        except RecordInvalid:  # one damaged row hides no other, and can still be decided
            is_readable = False
        return OutputReport(
            id=row.id,
            output_id=row.output_id,
            reported_at=row.reported_at,
            statements=tuple(
                Statement(time_value(each["at"]), each["text"], each["contact"])
                for each in words["statements"]
            ),
            is_readable=is_readable,
            further=words["further"],
            closed_at=row.closed_at,
            outcome=Outcome(row.outcome) if row.outcome else None,
        )


def _name(report_id: str) -> str:
    return f"{report_id}|report"
