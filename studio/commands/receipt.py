"""`receipt check`: what a receipt proves, found out without a studio."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from consent.errors import LogInvalid, RecordInvalid
from consent.proof_check import Finding, TrustedKeys, Verdict
from consent.receipt_check import check_receipt
from consent.receipt_form import MAX_BYTES, read_receipt
from consent.signed_notes import VerifierKey

HOLDS, FAILS, UNREADABLE = 0, 1, 2  # exit statuses


def check(options: Namespace, now: datetime) -> int:
    """Print what was found out about one receipt; the status says whether something fails."""
    file: Path = options.file
    try:
        trusted = _trusted(options.log_key, options.witness_key)
        with file.open("rb") as opened:
            document = read_receipt(opened.read(MAX_BYTES + 1))
    except OSError as error:
        print(f"{file}: {error.strerror}", file=sys.stderr)
        return UNREADABLE
    except (RecordInvalid, LogInvalid) as refused:
        print(f"{file}: {refused}", file=sys.stderr)
        return UNREADABLE
    findings = check_receipt(document, now=now, trusted=trusted)
    status = FAILS if any(each.verdict is Verdict.FAILS for each in findings) else HOLDS
    if options.json:
        print(json.dumps(_as_json(findings, status), indent=2))
    else:
        print(_printable(_as_text(file, findings)))
    return status


def _trusted(log_key: str | None, witness_keys: Sequence[str]) -> TrustedKeys:
    """Return the keys that were given, or raise LogInvalid when one is none."""
    for vkey in (*([log_key] if log_key else ()), *witness_keys):
        VerifierKey.parse(vkey)
    return TrustedKeys(log_key, tuple(witness_keys))


def _as_json(findings: Sequence[Finding], status: int) -> dict[str, object]:
    return {
        "status": status,
        "findings": [
            {"code": each.code, "verdict": each.verdict.value, "sentence": each.sentence}
            for each in findings
        ],
    }


def _printable(text: str) -> str:
    """Return text without what would steer a terminal: a receipt may come from anybody."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def _as_text(file: Path, findings: Sequence[Finding]) -> str:
    width = max(len(verdict.value) for verdict in Verdict)
    lines = [
        f"  {each.verdict.value:<{width}}  {' '.join(each.sentence.split())}" for each in findings
    ]
    counts = [
        f"{sum(each.verdict is verdict for each in findings)} {verdict.value}"
        for verdict in Verdict
    ]
    return "\n".join((str(file), *lines, ", ".join(counts)))
