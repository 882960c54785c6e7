"""What a subject may have of what is held about them: a copy, and single deletions."""

from __future__ import annotations

from typing import Protocol


class RightsService(Protocol):
    """What a subject may have of what is held about them: a copy, and single deletions."""
