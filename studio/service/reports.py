"""Reports: anybody may say of an avatar "this is me and I did not agree"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """What whoever reports is told."""

    report_id: str
    next: str  # plain sentences


class ReportService(Protocol):
    """What anybody may report; no session is needed, and nothing is told about anybody."""

    def report(self, output_id: str, statement: str, contact: str) -> ReportAnswer:
        """Hold an avatar back at once and keep what was written for the operator.

        Args:
            output_id: as the manifest and Verify name it.
            statement: what the person writes, plain text.
            contact: how to reach them; may be empty.

        Raises:
            Refusal: `report_invalid`, `output_unknown` or `output_removed`.
        """
        ...
