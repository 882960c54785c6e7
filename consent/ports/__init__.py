"""What the outside must supply to consent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from consent.ports.kept import Captures, Deletions, Exports, HeldRecord, Records, RemovedCapture
from consent.ports.outside import Clock, JobStopper, KeyVault, Purger
from consent.ports.people import BoundSession, Passkeys, Sessions, SessionState, SignIn, Subjects
from consent.ports.told import Announcements, Reports, TransparencyLog

__all__ = [
    "Announcements",
    "BoundSession",
    "Captures",
    "Clock",
    "Deletions",
    "Exports",
    "HeldRecord",
    "JobStopper",
    "KeyVault",
    "Ledger",
    "Passkeys",
    "Purger",
    "Records",
    "RemovedCapture",
    "Reports",
    "SessionState",
    "Sessions",
    "SignIn",
    "Subjects",
    "TransparencyLog",
    "Unit",
]


class Unit(Protocol):
    """One transaction over everything that consent keeps."""

    @property
    def subjects(self) -> Subjects:
        """Subjects in this transaction."""
        ...

    @property
    def records(self) -> Records:
        """Records in this transaction."""
        ...

    @property
    def captures(self) -> Captures:
        """Captures and probes in this transaction."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Browser sessions in this transaction."""
        ...

    @property
    def exports(self) -> Exports:
        """Downloads in this transaction."""
        ...

    @property
    def passkeys(self) -> Passkeys:
        """Accounts and their passkeys in this transaction."""
        ...

    @property
    def deletions(self) -> Deletions:
        """Deletions in this transaction."""
        ...

    @property
    def announcements(self) -> Announcements:
        """What the log said last about public things, in this transaction."""
        ...

    @property
    def reports(self) -> Reports:
        """Reports of outputs in this transaction."""
        ...

    @property
    def log(self) -> TransparencyLog:
        """The transparency log in this transaction."""
        ...

    @property
    def vault(self) -> KeyVault:
        """Data keys in this transaction: what it creates or destroys commits with it."""
        ...


class Ledger(Protocol):
    """Opens transactions; commits on a clean exit, rolls back on an exception."""

    def transaction(self) -> AbstractContextManager[Unit]:
        """Return a context that yields one unit of work that may write."""
        ...

    def reading(self) -> AbstractContextManager[Unit]:
        """Return a context that yields one unit of work that only reads and never waits."""
        ...
