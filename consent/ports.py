"""What the outside must supply to consent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from consent.checkpoints import Cosignature
    from consent.deletions import Deletion, EndReason, Found, Stock
    from consent.log import ConsistencyProof, Leaf, LoggedLeaf
    from consent.passkeys import Passkey
    from consent.records import SignedRecord
    from consent.reports import Dispute, Outcome, OutputReport, ReportedOutput, Statement
    from consent.types import Capture, Export, Probe, Subject


class SessionState(NamedTuple):
    """Whom a browser session is bound to now, and whether it may see what is theirs."""

    subject_id: str | None
    is_open: bool


class SignIn(NamedTuple):
    """Who signed in last in a browser session with a passkey."""

    account_id: str | None
    until: datetime | None  # from then on it counts no more


class RemovedCapture(NamedTuple):
    """What the row of a capture said that was deleted; nothing sealed."""

    id: str
    subject_id: str
    record_id: str
    captured_at: datetime
    probe_ids: tuple[str, ...]


class BoundSession(NamedTuple):
    """When a browser session began, was bound to a subject, and until when theirs is open."""

    created_at: datetime
    bound_at: datetime
    opened_until: datetime | None


class HeldRecord(NamedTuple):
    """What a consent's row says, whether or not its statement can still be read."""

    record_id: str
    withdrawn_at: datetime | None
    is_given: bool  # neither withdrawn, replaced nor run out


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


class KeyVault(Protocol):
    """Seals bytes under a subject's own data key; destroying the key is the deletion."""

    def create(self, subject_id: str) -> None:
        """Make and wrap a data key for a new subject."""
        ...

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        """Encrypt (AES-256-GCM, associated data subject|kind|version)."""
        ...

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt, or raise ConsentRefused when the key was destroyed."""
        ...

    def derive(self, subject_id: str, label: str) -> bytes:
        """Return 32 bytes that belong to a label, or raise ConsentRefused as `unseal` does.

        They come out of the data key one way (HKDF, RFC 5869) and die with it.
        """
        ...

    def destroy(self, subject_id: str) -> None:
        """Destroy the wrapped key; idempotent; returns when no copy is left on the disk."""
        ...


class Subjects(Protocol):
    """Subjects and the browser sessions bound to them."""

    def add(self, subject: Subject) -> None:
        """Store a new subject."""
        ...

    def load(self, subject_id: str) -> Subject:
        """Return the subject, or raise ConsentRefused."""
        ...

    def ended(self, now: datetime) -> Sequence[str]:
        """Return subjects whose records are all over but whose data key still exists."""
        ...

    def holds_data(self, subject_id: str) -> bool:
        """Tell whether the subject's data key still exists."""
        ...


class Sessions(Protocol):
    """Browser sessions, known by the hash of their token only."""

    def create(self, token_hash: str, *, now: datetime) -> None:
        """Store a new session."""
        ...

    def bind(
        self, token_hash: str, subject_id: str, opened_until: datetime | None, *, now: datetime
    ) -> None:
        """Bind the session to a subject, from now on; `opened_until` opens what is theirs."""
        ...

    def current(self, token_hash: str, *, now: datetime) -> SessionState:
        """Return the subject bound last; nobody for an unknown session."""
        ...

    def known(self, token_hash: str) -> bool:
        """Tell whether a session of that token was created."""
        ...

    def subjects_of(self, token_hash: str) -> Sequence[str]:
        """Return all subjects the session was ever bound to, newest first."""
        ...

    def bound_at(self, token_hash: str, subject_id: str) -> datetime | None:
        """Return when the session was last bound to a subject, or None."""
        ...

    def lock(self, token_hash: str) -> None:
        """Close what is open in this session."""
        ...

    def close_subject(self, subject_id: str) -> None:
        """Close what is open of this subject, in whatever session."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[BoundSession]:
        """Return the sessions that were ever bound to a subject, oldest first."""
        ...

    def prune(self, *, unbound_before: datetime, created_before: datetime, now: datetime) -> int:
        """Delete sessions that nobody can come back to, and return how many.

        Args:
            unbound_before: those made before, and bound to nobody until now.
            created_before: those made before, whose cookie is over, whoever they are bound to.
            now: who is signed in until later stays.
        """
        ...


class Records(Protocol):
    """Consent records: signed bytes and their state."""

    def add(self, record: SignedRecord) -> None:
        """Store a record that was signed."""
        ...

    def load(self, record_id: str, *, lock: bool = False) -> SignedRecord:
        """Return the record with its present state; `lock` holds its row until the commit."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[SignedRecord]:
        """Return all records of a subject, oldest first."""
        ...

    def with_receipt_hash(self, wanted: str) -> SignedRecord | None:
        """Return the record that an output's manifest quotes, or None."""
        ...

    def hold(self, subject_id: str, now: datetime) -> Sequence[HeldRecord]:
        """Hold all rows of a subject until the commit, oldest first; no statement is read.

        A damaged record must keep nobody from ending what it says.
        """
        ...

    def withdraw(self, record_id: str, at: datetime) -> None:
        """Append the withdrawal to the record's events."""
        ...

    def assent(self, record_id: str, at: datetime) -> None:
        """Note that the face before the camera agreed; only the first time counts."""
        ...

    def replace(self, record_id: str, by: str, at: datetime) -> None:
        """Note that another record of the subject stands in a record's place from now on."""
        ...

    def made_under(self, record_ids: Sequence[str]) -> int:
        """Return how many outputs were ever made under these records."""
        ...


class Captures(Protocol):
    """Captures and the probes matched to them; templates are sealed at rest."""

    def add(self, capture: Capture) -> None:
        """Store a verdict."""
        ...

    def load(self, capture_id: str) -> Capture:
        """Return the capture, or raise ConsentRefused."""
        ...

    def latest(self, subject_id: str) -> Capture | None:
        """Return the newest capture of a subject."""
        ...

    def add_probe(self, probe: Probe) -> None:
        """Store a verified probe."""
        ...

    def probes(self, subject_id: str) -> Sequence[Probe]:
        """Return the subject's probes, oldest first."""
        ...

    def load_probe(self, probe_id: str) -> Probe:
        """Return one probe, or raise ConsentRefused."""
        ...

    def useless(self, now: datetime, max_age: timedelta) -> Sequence[str]:
        """Return captures that no rule will ever accept again.

        They are not their subject's newest one, and older than `max_age` or of a consent that is
        over. The newest one stays with the consent: it opens the sitting again.
        """
        ...

    def remove(self, capture_id: str) -> RemovedCapture | None:
        """Delete a capture with its probes, readable or not; None when it is not there."""
        ...

    def ids(self, subject_id: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the ids of a subject's captures and of their probes, readable or not."""
        ...

    def remove_probe(self, probe_id: str) -> None:
        """Delete one probe; idempotent."""
        ...


class Exports(Protocol):
    """Which files subjects downloaded, in one transaction."""

    def add(self, subject_id: str, export: Export) -> None:
        """Note a download; of a file that was downloaded before, only the first time is kept."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[Export]:
        """Return a subject's downloads, oldest first."""
        ...


class Deletions(Protocol):
    """Deletions that were begun, and their receipts, in one transaction."""

    def begin(self, subject_id: str, reason: EndReason, at: datetime) -> bool:
        """Note that a deletion begins; False when it had begun before."""
        ...

    def load(self, subject_id: str, *, lock: bool = False) -> Deletion | None:
        """Return a subject's deletion; `lock` holds its row until the commit."""
        ...

    def unfinished(self) -> Sequence[str]:
        """Return the subjects whose deletion has begun and has no receipt yet."""
        ...

    def note(self, subject_id: str, stock: Stock) -> None:
        """Keep what there is to delete; nothing any more once there is a receipt."""
        ...

    def complete(self, subject_id: str, receipt: str, log_index: int, at: datetime) -> None:
        """Keep the receipt, and nothing else."""
        ...

    def drop_receipts(self, before: datetime) -> int:
        """Forget the receipts that were issued before a time; return how many."""
        ...


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


class Passkeys(Protocol):
    """Accounts: which passkeys belong together, where they are signed in, what they signed."""

    def add_account(self, account_id: str, *, now: datetime) -> None:
        """Store a new account."""
        ...

    def add(self, passkey: Passkey) -> None:
        """Store a passkey of an account, or raise ConsentRefused when it is known already."""
        ...

    def load(self, credential_id: str) -> Passkey:
        """Return a passkey, or raise ConsentRefused."""
        ...

    def of_account(self, account_id: str) -> Sequence[Passkey]:
        """Return an account's passkeys, oldest first."""
        ...

    def count(self, credential_id: str, sign_count: int) -> None:
        """Note what a passkey's counter said."""
        ...

    def remove(self, credential_id: str) -> None:
        """Forget a passkey."""
        ...

    def link(self, subject_id: str, credential_id: str) -> None:
        """Note whose passkey signed a subject's consent; only the first time counts.

        One that was forgotten meanwhile opens nothing.
        """
        ...

    def account_of(self, subject_id: str) -> str | None:
        """Return whose passkey signed for a subject."""
        ...

    def subjects_of(self, account_id: str) -> Sequence[str]:
        """Return the subjects an account signed for, newest first, of whom anything is held."""
        ...

    def sign_in_of(self, token_hash: str) -> SignIn:
        """Return who signed in last in a browser session, and until when that counts."""
        ...

    def sign_in(
        self, old: str, new: str, account_id: str, until: datetime, *, now: datetime
    ) -> None:
        """Sign an account in under a fresh token, whose hash takes the old one's place."""
        ...

    def sign_out(self, token_hash: str) -> None:
        """Forget who signed in."""
        ...

    def end_account(self, account_id: str) -> int:
        """Forget an account and return how many passkeys went with it."""
        ...


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


class JobStopper(Protocol):
    """Stops what a subject's withdrawal must stop."""

    def unfinished(self, subject_id: str) -> int:
        """Return how many jobs of a subject run or wait."""
        ...

    def stop(self, subject_id: str) -> int:
        """Cancel running and queued jobs of a subject and return how many."""
        ...


class Purger(Protocol):
    """Deletes one kind of trace of a subject."""

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say what is there, and delete nothing."""
        ...

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete, and say what went; idempotent."""
        ...
