"""The JSON Schema of consent records, one file a version, kept in `schemas/`."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from jsonschema import Draft202012Validator, ValidationError

from consent.errors import RecordInvalid
from consent.statements import NEWEST, SCHEMA


@cache
def _validator(version: int) -> Draft202012Validator:
    name = f"schemas/consent-record-{version}.json"
    text = resources.files("consent").joinpath(name).read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def validate(document: object) -> None:
    """Hold a statement to the schema of the version that it names.

    Raises:
        RecordInvalid: `record_schema`.
    """
    try:
        _validator(_version_of(document)).validate(document)
    except ValidationError as error:
        raise malformed() from error


def _version_of(document: object) -> int:
    """Return the schema version that a document names, the newest where it names none."""
    known = {f"{SCHEMA}:{version}": version for version in range(1, NEWEST + 1)}
    header = document.get("header") if isinstance(document, dict) else None
    named = header.get("schema_version") if isinstance(header, dict) else None
    return known.get(str(named), NEWEST)


def malformed() -> RecordInvalid:
    """Return the refusal of a record that cannot be read."""
    return RecordInvalid(
        "record_schema",
        "This consent record is not in the form it must have.",
        why="Only an undamaged record can say what you agreed to.",
        next_step="Give your consent again; the studio makes a new record.",
    )
