"""What every route needs, handed over once."""

from __future__ import annotations

from dataclasses import dataclass

from studio.service import StudioService
from studio.ui.session import TokenOf
from studio.ui.settings import UiSettings


@dataclass(frozen=True, slots=True)
class Context:
    """The studio, how sessions are read, and the limits."""

    service: StudioService
    settings: UiSettings
    token_of: TokenOf
