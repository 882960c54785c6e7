"""The transparency log as anybody may read it."""

from __future__ import annotations

from typing import Protocol


class LogService(Protocol):
    """The transparency log as anybody may read it."""
