"""What every route needs, handed over once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from studio.service import StudioService
from studio.ui.allowance import Allowance
from studio.ui.session import TokenOf
from studio.ui.settings import UiSettings
from studio.ui.turns import Places, Turns


@dataclass(frozen=True, slots=True)
class Context:
    """The studio, how sessions are read, the limits, turns and allowances."""

    service: StudioService
    settings: UiSettings
    token_of: TokenOf
    turns: Turns
    previews: Places  # of each session
    bodies: asyncio.Semaphore  # held while a file comes in and is looked at
    sessions: Allowance
    consents: Allowance
    passkeys: Allowance
    reports: Allowance
