"""What Verify tells of one file: findings for a page, for a terminal and for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

UNREADABLE = 2  # exit status of the command line when a file cannot be examined


class Technique(StrEnum):
    """How a finding was made."""

    LABEL = "visible label"
    WATERMARK = "invisible watermark"
    MANIFEST = "C2PA manifest"
    XMP = "XMP metadata"
    CONSENT = "consent record"
    LOG = "log proof"
    RECEIPT = "receipt"
    REPORT = "report"


class State(StrEnum):
    """What was found."""

    FOUND = "found"
    POSSIBLE = "possible"
    NOT_FOUND = "not found"
    TRUSTED = "trusted"
    VALID = "valid"
    INVALID = "invalid"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"
    DISPUTED = "disputed"
    UNKNOWN = "unknown here"


class Issuer(StrEnum):
    """Who made a manifest."""

    OURS = "this installation"
    ANOTHER_INSTALLATION = "another Selfsame installation"
    OTHER_GENERATOR = "another program"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `tells_generated` when it is a valid mark that the picture was generated."""

    technique: Technique
    state: State
    sentence: str
    tells_generated: bool = False
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All findings about one file."""

    findings: tuple[Finding, ...]

    @property
    def exit_status(self) -> int:
        """0 when at least one mark says that the file was generated, 1 when none does."""
        return 0 if any(finding.tells_generated for finding in self.findings) else 1

    def to_json(self) -> str:
        """Return the findings as a JSON text."""
        findings = [
            {
                "technique": finding.technique.value,
                "state": finding.state.value,
                "tells_generated": finding.tells_generated,
                "sentence": finding.sentence,
                "details": dict(finding.details),
            }
            for finding in self.findings
        ]
        return json.dumps({"findings": findings}, indent=2)

    def to_text(self) -> str:
        """Return the findings as lines for a terminal."""
        wide = max(len(finding.technique) for finding in self.findings)
        return "\n".join(
            f"{finding.technique.value:<{wide}}  {finding.state.value:<12}  "
            f"{printable(finding.sentence)}"
            for finding in self.findings
        )


def printable(text: str) -> str:
    """Return a stranger's text without anything that a terminal would act on.

    Escape sequences, and letters that turn the direction of writing, are shown as their codes.
    """
    return "".join(letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}" for letter in text)
