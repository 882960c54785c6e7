"""`verify`: read the marks of files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from outputs.errors import VerifyError

if TYPE_CHECKING:
    from outputs.report import Report

MARKED, UNMARKED, UNREADABLE = 0, 1, 2  # exit statuses


def verify_files(
    read_marks: Callable[[bytes], Report], files: Sequence[Path], *, as_json: bool
) -> int:
    """Print the findings of each file; the exit status is that of the worst file."""
    status = MARKED
    found: dict[str, object] = {}
    for file in files:
        try:
            report = read_marks(file.read_bytes())
        except (OSError, VerifyError) as error:
            status = UNREADABLE
            print(f"{file}: {error}", file=sys.stderr)
            continue
        status = max(status, report.exit_status)
        found[str(file)] = json.loads(report.to_json())
        if not as_json:
            print(f"{file}\n{report.to_text()}")
    if as_json:
        print(json.dumps(found, indent=2))
    return status
