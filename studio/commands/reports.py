"""`reports`: what people said of avatars, and what the operator decides."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from consent.errors import Refusal
from outputs.report import printable

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from studio.sitting.reports import Case, Reports

DONE, REFUSED = 0, 1  # exit statuses
SHORT = 10  # digits of an id that are enough to type
INDENT = "   "


def run_reports(reports: Reports, options: argparse.Namespace) -> int:
    """Run one action and return the exit status; 1 when the report is unknown or closed."""
    reports.forget()
    try:
        match options.action:
            case "show":
                _show(reports.case(options.id), as_json=options.json)
            case "lift":
                _tell(reports.lift(options.id).id, "lifted", as_json=options.json)
            case "remove":
                _tell(reports.remove(options.id).id, "removed", as_json=options.json)
            case _:
                _list([_case_json(case) for case in reports.cases()], as_json=options.json)
    except Refusal as refusal:
        print(f"{refusal.what} {refusal.next_step}", file=sys.stderr)
        return REFUSED
    return DONE


def _list(cases: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"reports": cases}, indent=2))
        return
    if not cases:
        print("No report waits.")
        return
    print("One report waits:" if len(cases) == 1 else f"{len(cases)} reports wait:")
    for case in cases:
        print(f"{str(case['id'])[:SHORT]}  {case['reported_at']}  {_about(case)}")
    print("\nRead one: python app.py reports show ID")


def _show(case: Case, *, as_json: bool) -> None:
    statements = [
        {"at": _time(each.at), "text": each.text, "contact": each.contact}
        for each in case.report.statements
    ]
    found = {**_case_json(case), "statements": statements, "further": case.report.further}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(f"Report   {found['id']}\nSince    {found['reported_at']}\nState    {found['state']}")
    print(f"Picture  {found['output_id']}\n{INDENT * 3}{_about(found)}")
    if not case.report.is_readable:
        print("\nThe words cannot be opened: they were changed, or the master key is another one.")
    elif not statements:
        print("\nThe words were deleted.")
    for each in statements:
        contact = printable(each["contact"]) or "none left"
        lines = [f"{INDENT}{printable(line)}" for line in each["text"].split("\n")]
        print("\n".join(("", f"{each['at']}, contact: {contact}", *lines)))
    if case.report.further:
        print(f"\nand {case.report.further} more that were not kept")
    if case.report.closed_at is None:
        short = case.report.id[:SHORT]
        print(f"\nHand it out again: python app.py reports lift {short}")
        print(f"Delete it for good: python app.py reports remove {short}")


def _tell(report_id: str, outcome: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"id": report_id, "outcome": outcome}))
        return
    done = {
        "lifted": "The avatar is handed out again.",
        "removed": "The avatar is deleted for good; copies elsewhere are not in our hands.",
    }
    print(done[outcome])


def _case_json(case: Case) -> dict[str, object]:
    """Return a case as data: nothing of the subject but how their consent stands."""
    report, output = case.report, case.output
    return {
        "id": report.id,
        "is_readable": report.is_readable,
        "state": report.outcome.value if report.outcome else "open",
        "reported_at": _time(report.reported_at),
        "closed_at": _time(report.closed_at) if report.closed_at else None,
        "output_id": report.output_id,
        "style": output.style if output else None,
        "made_at": _time(output.made_at) if output else None,
        "is_here": output.is_here if output else False,
        "consent": case.consent.value if case.consent else None,
        "said_by": len(report.statements) + report.further,
        "lifted_before": case.lifted_before,
    }


def _about(case: dict[str, object]) -> str:
    if case["style"] is None:
        return "its subject withdrew, and everything of it was deleted"
    told = [f"{case['style']} of {case['made_at']}", f"consent {case['consent']}"]
    told += [] if case["is_here"] else ["deleted since"]
    told += [f"said {case['said_by']} times"] if case["said_by"] != 1 else []
    told += [f"lifted {case['lifted_before']} times before"] if case["lifted_before"] else []
    return ", ".join(told)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
