"""What Verify tells of one file: findings for a page, for a terminal and for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NARROW = 24  # columns: sentences are not broken into less


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
    DETECTED = "detected"
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
    output_id: str | None = None  # to report it under, where a mark leads to a picture made here

    @property
    def tells_generated(self) -> bool:
        """Whether at least one mark says that the file was generated."""
        return any(finding.tells_generated for finding in self.findings)

    @property
    def exit_status(self) -> int:
        """0 when at least one mark says that the file was generated, 1 when none does."""
        return 0 if self.tells_generated else 1

    def as_json(self) -> dict[str, object]:
        """Return the findings as data for JSON."""
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
        return {"tells_generated": self.tells_generated, "findings": findings}

    def to_json(self) -> str:
        """Return the findings as a JSON text."""
        return json.dumps(self.as_json(), indent=2)

    def to_text(self, columns: int = 0) -> str:
        """Return the findings as a table for a terminal.

        Args:
            columns: Of the terminal; sentences are broken to stay inside. 0: never broken.
        """
        wide = max(len(finding.technique) for finding in self.findings)
        state = max(len(finding.state) for finding in self.findings)
        room = columns - wide - state - 4
        lines = []
        for finding in self.findings:
            told = printable(finding.sentence)
            head = f"{finding.technique.value:<{wide}}  {finding.state.value:<{state}}  "
            broken = textwrap.wrap(told, room) if room >= NARROW else [told]
            lines.append(head + f"\n{'':<{len(head)}}".join(broken))
        return "\n".join(lines)


def printable(text: str) -> str:
    """Return a stranger's text without anything that a terminal would act on.

    Escape sequences, and letters that turn the direction of writing, are shown as their codes.
    """
    return "".join(letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}" for letter in text)
