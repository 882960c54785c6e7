"""`verify`: read the marks of files."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Protocol

from consent.checkpoints import LogVerifier
from consent.errors import RecordInvalid
from consent.receipt_form import MAX_BYTES, Document, read_receipt
from outputs.errors import VerifyError

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
    for file in options.files:
        try:
            report = read_marks(file.read_bytes(), receipt)
        except (OSError, VerifyError) as error:
            status = UNREADABLE
            print(f"{file}: {error}", file=sys.stderr)
            continue
        status = max(status, report.exit_status)
        found[str(file)] = json.loads(report.to_json())
        if not options.json:
            print(f"{file}\n{report.to_text()}")
    if options.json:
        print(json.dumps(found, indent=2))
    return status


def verify_elsewhere(options: argparse.Namespace) -> int:
    """Check another studio's pictures with its keys; no data folder is opened or made."""
    from outputs.provenance import ManifestReader
    from outputs.studio_keys import StudioKeys
    from outputs.verify import verify

    try:
        keys = StudioKeys.from_json(options.keys.read_bytes())
    except (OSError, VerifyError) as error:
        print(f"{options.keys}: {error}", file=sys.stderr)
        return UNREADABLE
    reader, log = ManifestReader(keys.roots), LogVerifier(keys.log)

    def read_marks(data: bytes, receipt: Document | None = None) -> Report:
        return verify(
            data, reader=reader, consent=None, log=log, whose=OF_THESE_KEYS, receipt=receipt
        )

    return verify_files(read_marks, options)


def _receipt(file: Path | None) -> Document | None:
    if file is None:
        return None
    with file.open("rb") as opened:
        return read_receipt(opened.read(MAX_BYTES + 1))
