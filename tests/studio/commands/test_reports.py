from __future__ import annotations

import json
from argparse import Namespace
from datetime import timedelta

import pytest

import app
from consent.errors import Refusal
from consent.reports import Outcome, OutputReport, ReportedOutput, Statement
from consent.types import RecordState
from outputs.report import printable
from studio.commands.reports import run_reports
from studio.sitting.reports import Case
from tests.fakes import NOON

EVIL = "Look:\x1b[2J\x07 \u202egnp.exe\nsecond line"


def a_case(**changes) -> Case:
    values = {
        "report": OutputReport(
            id="abcdef0123456789" * 2,
            output_id="output-1",
            reported_at=NOON,
            statements=(Statement(NOON, EVIL, ""), Statement(NOON, "Me too", "a@example.org")),
        ),
        "output": ReportedOutput(
            "output-1", "subject-1", "record-1", "toon", NOON - timedelta(days=1), True, NOON
        ),
        "consent": RecordState.GIVEN,
        "lifted_before": 0,
    }
    return Case(**{**values, **changes})


class Desk:
    """Stands in for `studio.sitting.reports.Reports`."""

    def __init__(self, *cases: Case) -> None:
        self.held = cases
        self.done: list[tuple[str, str]] = []
        self.forgot = 0

    def forget(self) -> int:
        self.forgot += 1
        return 0

    def cases(self) -> tuple[Case, ...]:
        return self.held

    def case(self, start: str) -> Case:
        for case in self.held:
            if case.report.id.startswith(start):
                return case
        raise Refusal("report_unknown", "There is no such report.", why="-", next_step="Look.")

    def lift(self, start: str) -> OutputReport:
        self.done.append(("lift", start))
        return self.case(start).report

    def remove(self, start: str) -> OutputReport:
        self.done.append(("remove", start))
        return self.case(start).report


def run(desk: Desk, action: str | None = None, name: str = "", *, as_json: bool = False) -> int:
    return run_reports(desk, Namespace(action=action, id=name, json=as_json))


def test_list_tells_what_waits_and_how_to_read_it(capsys):
    desk = Desk(a_case(), a_case(output=None, consent=None))
    assert run(desk) == run(desk, "list") == 0
    shown = capsys.readouterr().out
    assert "2 reports wait:" in shown
    assert "abcdef0123" in shown
    assert "toon of" in shown
    assert "consent given" in shown
    assert "its subject withdrew" in shown
    assert "python app.py reports show ID" in shown
    assert desk.forgot == 2


def test_list_without_reports_says_so(capsys):
    assert run(Desk()) == 0
    assert capsys.readouterr().out == "No report waits.\n"


def test_list_for_programs_names_no_subject_and_no_words(capsys):
    assert run(Desk(a_case()), "list", as_json=True) == 0
    shown = capsys.readouterr().out
    (case,) = json.loads(shown)["reports"]
    assert case["state"] == "open"
    assert case["consent"] == "given"
    assert case["said_by"] == 2
    for secret in ("subject-1", "record-1", "Look", "example.org"):
        assert secret not in shown


def test_show_prints_the_words_and_nothing_that_a_terminal_acts_on(capsys):
    assert run(Desk(a_case()), "show", "abcdef") == 0
    shown = capsys.readouterr().out
    assert "Look:\\u{1b}[2J\\u{7} \\u{202e}gnp.exe\n   second line" in shown
    assert "a@example.org" in shown
    assert "reports lift abcdef0123" in shown
    assert "subject-1" not in shown


def test_show_of_a_closed_report_offers_nothing_to_decide(capsys):
    report = a_case().report
    closed = OutputReport(report.id, "output-1", NOON, (), 0, NOON, Outcome.REMOVED)
    assert run(Desk(a_case(report=closed)), "show", report.id) == 0
    shown = capsys.readouterr().out
    assert "The words were deleted." in shown
    assert "lift" not in shown


def test_show_of_words_that_cannot_be_opened_says_so_and_still_offers_to_decide(capsys):
    damaged = OutputReport("abc" * 10, "output-1", NOON, (), is_readable=False)
    assert run(Desk(a_case(report=damaged)), "show", "abc") == 0
    shown = capsys.readouterr().out
    assert "cannot be opened" in shown
    assert "reports lift abcabcabca" in shown


def test_show_for_programs_has_the_words_as_they_came(capsys):
    assert run(Desk(a_case()), "show", "abc", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["statements"][0]["text"] == EVIL


@pytest.mark.parametrize(
    ("action", "said"), [("lift", "handed out again"), ("remove", "deleted for good")]
)
def test_decision_is_taken_once_and_told(action, said, capsys):
    desk = Desk(a_case())
    assert run(desk, action, "abc") == 0
    assert said in capsys.readouterr().out
    assert desk.done == [(action, "abc")]


@pytest.mark.parametrize("action", ["show", "lift", "remove"])
def test_unknown_report_fails_with_a_sentence(action, capsys):
    assert run(Desk(a_case()), action, "zz") == 1
    assert capsys.readouterr().err == "There is no such report. Look.\n"


def test_ordinary_letters_of_any_language_stay_as_they_are():
    assert printable("Größe: 这是我 ✓") == "Größe: 这是我 ✓"


@pytest.mark.parametrize(
    ("words", "action", "as_json"),
    [
        ([], None, False),
        (["--json"], None, True),
        (["list"], "list", False),
        (["list", "--json"], "list", True),
        (["--json", "list"], "list", True),
        (["show", "abc"], "show", False),
        (["lift", "abc", "--json"], "lift", True),
        (["remove", "abc"], "remove", False),
    ],
)
def test_command_line_is_understood(words, action, as_json):
    options = app._parser().parse_args(["reports", *words])
    assert (options.command, options.action, options.json) == ("reports", action, as_json)


@pytest.mark.parametrize("words", [["show"], ["lift"], ["remove"], ["forget"], ["list", "abc"]])
def test_command_line_that_names_no_report_is_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        app._parser().parse_args(["reports", *words])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
