"""Reports of avatars: held back at once, looked at by the operator, lifted or removed.

A report is not logged: the log holds what subjects agreed to and what was made of it. An entry
that anybody may cause, without a session, would let strangers grow the signed log, and would tell
the world when somebody reported something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consent.errors import Refusal
from consent.reports import (
    MAX_CONTACT,
    MAX_STATEMENT,
    WORDS_KEPT,
    Outcome,
    OutputReport,
    Statement,
)
from outputs.errors import OutputMissing
from studio.service.reports import ReportAnswer

if TYPE_CHECKING:
    from random import Random

    from consent.ports import Clock, Ledger, Unit
    from consent.reports import ReportedOutput
    from consent.types import RecordState
    from outputs.library import Library

NEXT = (
    "From now on nobody gets this picture from this studio, and whoever runs the studio will look "
    "at what you wrote. Meanwhile, note where you found the picture and keep a copy of it, and ask "
    "the place that shows it to take it down: copies elsewhere are not in our hands. Keep the "
    "number of this report, so that you can ask about it."
)
OUTPUT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Case:
    """A report with what the operator needs to decide; nothing of the subject but their consent."""

    report: OutputReport
    output: ReportedOutput | None  # None: the subject withdrew since
    consent: RecordState | None  # of the record that it was made under, as it stands now
    lifted_before: int  # earlier reports about the same output that were lifted


@dataclass(frozen=True, slots=True)
class Reports:
    """Implements `studio.service.reports.ReportService`, and what the operator does."""

    ledger: Ledger
    library: Library
    clock: Clock
    rng: Random

    def report(self, output_id: str, statement: str, contact: str) -> ReportAnswer:
        """Hold an avatar back at once and keep what was written; reports of one avatar join.

        Raises:
            Refusal: `report_invalid`; `output_unknown`, in the same words whoever it belonged to;
                `output_removed`.
        """
        now = self.clock.now()
        said = Statement(now, _limited(statement, MAX_STATEMENT), _limited(contact, MAX_CONTACT))
        if not said.text:
            raise _invalid("Write in a few words what is wrong with this picture.")
        with self.ledger.transaction() as unit:
            self._require_known(unit, output_id)
            earlier = unit.reports.open_about(output_id)
            if earlier is not None:
                unit.reports.join(earlier, said)
                return ReportAnswer(earlier.id, NEXT)
            report = OutputReport(
                id=f"{self.rng.getrandbits(128):032x}",
                output_id=output_id,
                reported_at=now,
                statements=(said,),
            )
            unit.reports.add(report)
        return ReportAnswer(report.id, NEXT)

    def waiting(self) -> int:
        """Return how many reports wait for the operator."""
        with self.ledger.reading() as unit:
            return unit.reports.count_waiting()

    def cases(self) -> Sequence[Case]:
        """Return what waits, oldest first."""
        with self.ledger.reading() as unit:
            return [self._case(unit, report) for report in unit.reports.waiting()]

    def case(self, start: str) -> Case:
        """Return one report by the beginning of its id, open or closed.

        Raises:
            Refusal: `report_unknown`.
        """
        with self.ledger.reading() as unit:
            found = unit.reports.beginning(start) if start else ()
            if len(found) != 1:
                raise _unknown_report(len(found))
            return self._case(unit, found[0])

    def lift(self, start: str) -> OutputReport:
        """Hand the avatar out again.

        Raises:
            Refusal: `report_unknown` or `report_closed`.
        """
        report = self._open(start).report
        with self.ledger.transaction() as unit:
            unit.reports.close(report, Outcome.LIFTED, self.clock.now())
        return report

    def remove(self, start: str) -> OutputReport:
        """Delete the avatar for good; its id is never accepted again.

        Raises:
            Refusal: `report_unknown` or `report_closed`.
        """
        case = self._open(start)
        # The report is closed last: what fails before that can be done again.
        if case.output is not None and case.output.is_here:
            self.library.delete(case.output.subject_id, case.output.output_id)
        with self.ledger.transaction() as unit:
            unit.reports.close(case.report, Outcome.REMOVED, self.clock.now())
        return case.report

    def forget(self) -> int:
        """Delete the words of reports that were closed long enough ago."""
        with self.ledger.transaction() as unit:
            return unit.reports.forget_words(self.clock.now() - WORDS_KEPT)

    def _open(self, start: str) -> Case:
        case = self.case(start)
        if case.report.closed_at is not None:
            raise Refusal(
                "report_closed",
                f"This report was closed already ({case.report.outcome}).",
                why="A decision is taken once; a new report opens a new case.",
                next_step="Run `python app.py reports` to see what waits.",
            )
        return case

    def _case(self, unit: Unit, report: OutputReport) -> Case:
        output = unit.reports.about(report.output_id)
        record = unit.records.load(output.record_id) if output is not None else None
        return Case(
            report=report,
            output=output,
            consent=record.state(self.clock.now()) if record is not None else None,
            lifted_before=unit.reports.lifted_before(report.output_id),
        )

    def _require_known(self, unit: Unit, output_id: str) -> None:
        """Hold the output's row until the transaction ends, so that reports at once join."""
        if not OUTPUT_ID.fullmatch(output_id):
            raise _unknown_output()
        if unit.reports.is_removed(output_id):
            raise OutputMissing(
                "output_removed",
                "This picture was removed here after an earlier report.",
                why="A picture that was removed is never handed out again.",
                next_step="Ask the place that shows it to take it down.",
            )
        if unit.reports.about(output_id, lock=True) is None:
            raise _unknown_output()


def _limited(text: str, limit: int) -> str:
    """Return the text without blanks around it.

    Raises:
        Refusal: `report_invalid` when it is longer than the limit.
    """
    text = text.strip()
    if len(text) > limit:
        raise _invalid(f"That is {len(text)} characters long, and {limit} are read.")
    return text


def _invalid(what: str) -> Refusal:
    return Refusal(
        "report_invalid",
        what,
        why="Somebody has to read it and decide.",
        next_step="Change it and send it again.",
    )


def _unknown_output() -> OutputMissing:
    return OutputMissing(
        "output_unknown",
        "This studio knows no picture of that number.",
        why="A studio can hold back only what was made there and is still known there.",
        next_step=(
            "Open the file on the Verify page: it tells the number, and whether another studio "
            "made it. Ask the place that shows the picture to take it down."
        ),
    )


def _unknown_report(found: int) -> Refusal:
    what = "Several reports begin like that." if found else "There is no such report."
    return Refusal(
        "report_unknown",
        what,
        why="A decision must concern one report for certain.",
        next_step="Run `python app.py reports` and copy the id.",
    )
