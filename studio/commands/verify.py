"""`verify`: read the marks of files."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Protocol

from consent.checkpoints import LogVerifier
from consent.errors import RecordInvalid
from consent.receipt_form import MAX_BYTES, Document, read_receipt
from outputs.errors import VerifyError
from outputs.report import printable

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from outputs.report import Report

MARKED, UNMARKED, UNREADABLE = 0, 1, 2  # exit statuses
OF_THESE_KEYS = "the studio of these keys"


class ReadMarks(Protocol):
    """Tells what a file says about itself."""

    def __call__(self, data: bytes, receipt: Document | None = None) -> Report:
        """Return the findings, or raise VerifyError."""
        ...


def verify_files(read_marks: ReadMarks, options: argparse.Namespace) -> int:
    """Print the findings of each file; the exit status is that of the worst file."""
    try:
        receipt = _receipt(options.receipt)
    except (OSError, RecordInvalid) as error:
        print(f"{options.receipt}: {error}", file=sys.stderr)
        return UNREADABLE
    status = MARKED
    found: dict[str, object] = {}
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for file in options.files:
        name = printable(str(file))
        try:
            report = read_marks(_read(file), receipt)
        except VerifyError as refusal:
            status = UNREADABLE
            found[str(file)] = {"refused": refusal.parts()}
            print(f"{name}: {refusal}", file=sys.stderr)
            continue
        status = max(status, report.exit_status)
        found[str(file)] = report.as_json()
        if not options.json:
            print(f"{name}\n{report.to_text(columns)}\n")
    if options.json:
        print(json.dumps(found, indent=2))
    return status


def verify_elsewhere(options: argparse.Namespace) -> int:
    """Check another studio's pictures with its keys; no data folder is opened or made."""
    from outputs.provenance import ManifestReader
    from outputs.studio_keys import StudioKeys
    from outputs.verify import Examiner, verify
    from outputs.watermark import Watermarker

    try:
        keys = StudioKeys.from_json(options.keys.read_bytes())
    except (OSError, VerifyError) as error:
        print(f"{options.keys}: {error}", file=sys.stderr)
        return UNREADABLE
    examiner = Examiner(
        ManifestReader(keys.roots), Watermarker(), LogVerifier(keys.log), whose=OF_THESE_KEYS
    )

    def read_marks(data: bytes, receipt: Document | None = None) -> Report:
        return verify(data, examiner, receipt)

    return verify_files(read_marks, options)


def _read(file: Path) -> bytes:
    """Return a file's bytes; a file of any size, also one that never ends, fills no memory.

    Raises:
        VerifyError: it is no file, may not be read, or is too large.
    """
    from outputs.opening import MAX_BYTES as MOST
    from outputs.opening import check_size

    if not file.is_file():
        raise _no_file("This is a folder." if file.is_dir() else "There is no such file.")
    try:
        with file.open("rb") as opened:
            check_size(file.stat().st_size)
            return opened.read(MOST + 1)
    except OSError as error:
        raise _no_file(f"The file may not be read ({error.strerror}).") from error


def _no_file(what: str) -> VerifyError:
    return VerifyError(
        "no_file",
        what,
        why="Only files can be examined, one by one.",
        next_step="Name the picture files themselves.",
    )


def _receipt(file: Path | None) -> Document | None:
    if file is None:
        return None
    with file.open("rb") as opened:
        return read_receipt(opened.read(MAX_BYTES + 1))
