"""Passkeys: making one, signing in and out."""

from __future__ import annotations

from typing import Protocol


class AccountService(Protocol):
    """Passkeys: making one, signing in and out."""
