"""The log's entries about one subject, with all that is needed to check and to open them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from consent.entries import capture_payload, logged_json, opening, output_payload
from consent.log import LeafKind, commit

if TYPE_CHECKING:
    from consent.ports import TransparencyLog, Unit
    from consent.types import Capture
    from outputs.types import StoredOutput

BEFORE = timedelta(seconds=5)  # clocks are put right while they run
MOST_ENTRIES = 1000  # that are looked through for one; a capture is logged a moment after its time

Json = dict[str, object]


def capture_proof(unit: Unit, capture: Capture) -> Json | None:
    """Return a capture's entry, None when it came before there was a log."""
    key = opening(unit.vault, capture.subject_id, LeafKind.CAPTURE, capture.id)
    payload = capture_payload(capture)
    index = find_entry(unit.log, commit(key, payload), since=capture.captured_at - BEFORE)
    return None if index is None else _opened(unit, index, key, payload)


def output_proof(unit: Unit, output: StoredOutput) -> Mapping[str, Json]:
    """Return an output's entry, and that of the leave under which it was stored."""
    if output.log_index is None:
        return {}
    key = opening(unit.vault, output.subject_id, LeafKind.OUTPUT, output.id)
    payload = output_payload(output.id, output.record_id, output.sha256)
    found = {"output": _opened(unit, output.log_index, key, payload)}
    before = output.log_index - 1
    if before >= 0 and unit.log.leaf(before).kind is LeafKind.GRANT:
        # What it commits to is not kept: a grant lives for one step.
        found["grant"] = logged_json(unit.log.prove(before))
    return found


def find_entry(log: TransparencyLog, commitment: str, *, since: datetime) -> int | None:
    """Return the index of an entry; entries are in the order of their times."""
    low, high = 0, log.size()
    while low < high:
        middle = (low + high) // 2
        if log.leaf(middle).at < since:
            low = middle + 1
        else:
            high = middle
    for index in range(low, min(log.size(), low + MOST_ENTRIES)):
        if log.leaf(index).commitment == commitment:
            return index
    return None


def _opened(unit: Unit, index: int, key: bytes, payload: bytes) -> Json:
    return {
        **logged_json(unit.log.prove(index)),
        "opening": key.hex(),
        "payload": base64.b64encode(payload).decode(),
    }
