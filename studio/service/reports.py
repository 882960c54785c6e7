"""What anybody may report: "This is me and I did not agree"; the operator answers."""

from __future__ import annotations

from typing import Protocol


class ReportService(Protocol):
    """What anybody may report: "This is me and I did not agree"; the operator answers."""
