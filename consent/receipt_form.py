"""The form of receipts: reading a file that anybody may have made, and holding it to a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import rfc8785
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from consent.errors import RecordInvalid
from consent.records import record_from_json
from consent.statements import time_value

MAX_BYTES = 1_000_000  # a receipt has about 12 kB
CONSENT, DELETION = "urn:selfsame:receipt:", "urn:selfsame:deletion-receipt:"
_SCHEMAS = {CONSENT: "receipt-1", DELETION: "deletion-receipt-2"}
_LONGEST = 120  # characters of what a schema says
Document = Mapping[str, Any]


def read_receipt(data: bytes) -> Document:
    """Return the document of a receipt's file.

    Raises:
        RecordInvalid: `receipt_unreadable`.
    """
    if len(data) > MAX_BYTES:
        raise _unreadable("This file is too large to be a receipt.")
    try:
        document = json.loads(data, object_pairs_hook=_named_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _unreadable("This file cannot be read as a receipt.") from error
    if not isinstance(document, dict) or kind_of(document) is None:
        raise _unreadable("This file is not a receipt of Selfsame.")
    return document


def kind_of(document: Document) -> str | None:
    """Return CONSENT or DELETION, None when the document is neither."""
    version = str(document.get("schema_version"))
    return next((kind for kind in _SCHEMAS if version.startswith(kind)), None)


def fault_of(document: Document) -> str | None:
    """Return what is wrong with a receipt's form in a sentence, None when nothing is."""
    kind = kind_of(document) or CONSENT
    try:
        error = best_match(_validator(_SCHEMAS[kind]).iter_errors(document))
        if error is not None:
            return _told(error)
        rfc8785.dumps(dict(document))
        if kind == CONSENT:
            record_from_json(rfc8785.dumps(document["record"]))
        for each in _times(document):
            time_value(each)
    except (RecordInvalid, ValueError, RecursionError):
        return "The receipt holds something that no studio writes."
    return None


def _told(error: ValidationError) -> str:
    place = "/".join(str(part) for part in error.absolute_path)
    said = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    where = f" at {place}" if place else ""
    return f"The receipt is not whole{where}: {said}."


def _times(document: Document) -> list[str]:
    own = [document[name] for name in ("issued_at", "ended_at", "completed_at") if name in document]
    happened = [each["time"] for each in document.get("history", ())]
    further = [time for each in document.get("further_receipts", ()) for time in _times(each)]
    return own + happened + further


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = _schema(name)
    schema["$defs"]["log_proof"] = _schema("log-proof-1")  # found by its $id
    return Draft202012Validator(schema)


def _schema(name: str) -> dict[str, Any]:
    path = resources.files("consent").joinpath(f"schemas/{name}.json")
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse names that stand twice: two readers would read two receipts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a number of JSON")


def _unreadable(what: str) -> RecordInvalid:
    return RecordInvalid(
        "receipt_unreadable",
        what,
        why="Only an undamaged receipt can prove anything.",
        next_step="Download the receipt again from My consent, as a file.",
    )
