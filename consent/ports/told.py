"""What is told to others: the log, announcements in it, and reports from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from consent.checkpoints import Cosignature
    from consent.log import ConsistencyProof, Leaf, LoggedLeaf
    from consent.reports import Dispute, Outcome, OutputReport, ReportedOutput, Statement


class Announcements(Protocol):
    """What the log said last about public things, in one transaction."""

    def last(self, name: str) -> str | None:
        """Return the commitment that was logged last under a name."""
        ...

    def set(self, name: str, commitment: str, log_index: int) -> None:
        """Note what was logged."""
        ...


class Reports(Protocol):
    """Reports of outputs in one transaction; what was written is sealed at rest."""

    def about(self, output_id: str, *, lock: bool = False) -> ReportedOutput | None:
        """Return what is known about an output; `lock` holds its row until the commit."""
        ...

    def add(self, report: OutputReport) -> None:
        """Store a new report and hold its output back from now on."""
        ...

    def join(self, report: OutputReport, statement: Statement) -> None:
        """Add a statement to an open report."""
        ...

    def open_about(self, output_id: str) -> OutputReport | None:
        """Return the open report about an output."""
        ...

    def beginning(self, start: str) -> Sequence[OutputReport]:
        """Return the reports whose id begins so."""
        ...

    def waiting(self) -> Sequence[OutputReport]:
        """Return the open reports, oldest first."""
        ...

    def count_waiting(self) -> int:
        """Return how many reports are open."""
        ...

    def close(self, report: OutputReport, outcome: Outcome, at: datetime) -> None:
        """Note what the operator decided; a lifted output is handed out again."""
        ...

    def dispute_of(self, output_id: str) -> Dispute | None:
        """Return what whoever holds the file may know."""
        ...

    def is_removed(self, output_id: str) -> bool:
        """Tell whether the operator removed an output of that id."""
        ...

    def lifted_before(self, output_id: str) -> int:
        """Return how many reports about an output the operator lifted."""
        ...

    def forget_words(self, closed_before: datetime) -> int:
        """Delete the words of reports closed before a time; return how many reports."""
        ...


class TransparencyLog(Protocol):
    """The append-only log, in one transaction: commitments only, no personal data."""

    def append(self, leaf: Leaf) -> int:
        """Add an entry, sign the new head and return the entry's index.

        Raises:
            LogInvalid: `clock_back` when the log knows a later time.
        """
        ...

    def size(self) -> int:
        """Return the number of entries."""
        ...

    def head(self) -> str | None:
        """Return the newest signed checkpoint, None while the log is empty."""
        ...

    def last_time(self) -> datetime | None:
        """Return the time of the newest entry, None while the log is empty."""
        ...

    @property
    def vkey(self) -> str:
        """The public key that the log's heads are signed with (c2sp.org/signed-note)."""
        ...

    def leaf(self, index: int) -> Leaf:
        """Return one entry, or raise LogInvalid (`leaf_missing`)."""
        ...

    def prove(self, index: int, size: int | None = None) -> LoggedLeaf:
        """Return an entry with its inclusion proof in the tree of that size, else the newest."""
        ...

    def consistency(self, old_size: int, new_size: int | None = None) -> ConsistencyProof:
        """Return the proof that the tree of the old size is the beginning of the newer one."""
        ...

    def witnessed_size(self, index: int) -> int | None:
        """Return the size of the newest tree with that entry that a witness cosigned, if any."""
        ...

    def cosignatures(self, size: int) -> Sequence[str]:
        """Return witnesses' signature lines under the checkpoint of that size."""
        ...

    def add_cosignature(self, note: str, cosignature: Cosignature) -> None:
        """Keep a witness's word about a signed checkpoint, once for each witness and size."""
        ...

    def root(self, size: int) -> bytes:
        """Return the root over the first entries, or raise LogInvalid."""
        ...
