"""What may be said after `python app.py log`."""

from __future__ import annotations

import argparse
from pathlib import Path

WITNESSING = frozenset({"watch", "compare"})  # actions that need nothing of a studio's data


def add_log(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `log` and its actions to the command line."""
    log = commands.add_parser("log", help="check, prove and watch the transparency log")
    actions = log.add_subparsers(dest="action", metavar="action", required=True)
    check = actions.add_parser(
        "check",
        help="check every entry, and all that points at one",
        description="Status 0: all of it holds; 1: something does not, and is named.",
    )
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    prove = actions.add_parser("prove", help="print an entry with its proof, as JSON")
    prove.add_argument("id", metavar="ID", help="a record, an avatar, or an entry's number")
    actions.add_parser("vkey", help="print the log's public keys, newest first")
    watch = actions.add_parser(
        "watch",
        help="be a witness of somebody's log",
        description="Remembers the newest checkpoint, asks for the proof that the next one "
        "continues it, and signs only then. Meant for another computer than the studio's. "
        "Status 0: cosigned; 1: refused, the log was rewritten; 2: the studio does not answer.",
    )
    watch.add_argument("url", metavar="URL", help="the studio, such as http://localhost:7860")
    watch.add_argument("--key", type=Path, required=True, help="its own key; made if not there")
    watch.add_argument("--state", type=Path, required=True, help="the file of what it has seen")
    watch.add_argument("--name", default="", help="none: a name made of its key")
    watch.add_argument("--once", action="store_true", help="look once")
    watch.add_argument("--every", type=float, default=60.0, help="seconds (%(default)s)")
    compare = actions.add_parser(
        "compare",
        help="compare what two witnesses saw",
        description="Status 0: one log; 1: it showed them different ones, or nobody can tell.",
    )
    compare.add_argument("one", type=Path, help="a witness's state file, or a checkpoint")
    compare.add_argument("other", type=Path, help="another one")
    compare.add_argument("--studio", default="", metavar="URL", help="proves one of the other")
    for asked in (watch, compare):
        asked.add_argument(
            "--log-key",
            action="append",
            default=[],
            metavar="VKEY",
            help="the log's key as you know it; may be repeated; none: as first seen",
        )
