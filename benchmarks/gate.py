"""A decision of the gate over a long log, beside a plain look at the consent's row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import bindparam, select

from benchmarks.log import SIGNER, grown
from benchmarks.table import Row, Work, milliseconds
from consent.adapters.database import Database
from consent.adapters.tables import RecordRow
from consent.entries import log_consent
from consent.gate import Gate
from consent.notices import Controller, load_notice, notice_hashes
from consent.policy import Standards, export_rules, standard_rules
from consent.records import Choice, Terms, new_record
from consent.signing import ServiceSigner
from consent.types import (
    Action,
    Audience,
    GrantRequest,
    LiveCapture,
    Medium,
    Probe,
    Purpose,
    Scope,
    Subject,
    SubjectKind,
)

if TYPE_CHECKING:
    from benchmarks.stage import Stage

LOG_SIZE = 100_000  # entries
REPETITIONS = 1000
MOST_MS = 1.0
SERVICE = ServiceSigner(Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))
CONTROLLER = Controller("bench", "Nobody", "nowhere")
GIVEN = datetime(2026, 6, 1, tzinfo=UTC)  # after the last entry of the log
PLAIN = select(RecordRow.withdrawn_at, RecordRow.expires_at).where(
    RecordRow.id == bindparam("wanted")
)
PEER = "plain look at the row"


class NowClock:
    """A moment after the capture."""

    def now(self) -> datetime:
        """Return it."""
        return GIVEN + timedelta(minutes=10)


def rows(stage: Stage) -> Iterator[Row]:
    """Yield a decision with its transaction, and within one."""
    del stage
    with _studio() as (database, gate, request):
        yield from _decisions(database, gate, request)


def _decisions(database: Database, gate: Gate, request: GrantRequest) -> Iterator[Row]:
    def ours() -> None:
        with database.reading() as unit:
            gate.grant(request, unit)

    def theirs() -> None:
        with database.reading() as unit:
            _look(unit.session.connection().execute(PLAIN, {"wanted": request.record_id}).one())

    yield _row("a decision of the gate", _pairs(ours, theirs), note=_NOTE)
    with database.reading() as unit:
        connection = unit.session.connection()
        inside = _pairs(
            lambda: gate.grant(request, unit),
            lambda: _look(connection.execute(PLAIN, {"wanted": request.record_id}).one()),
        )
    yield _row("the same inside an open transaction", inside, note="")


_NOTE = (
    f"opened, decided and closed, over a log of {LOG_SIZE:,} entries: record, capture, selfie, "
    "proof and key are loaded and 15 rules asked each time; theirs reads two columns and trusts "
    "them"
)


def _look(row: tuple[datetime | None, datetime]) -> None:
    withdrawn_at, expires_at = row
    if withdrawn_at is not None or not NowClock().now() < expires_at:
        raise RuntimeError("the consent ended")


def _pairs(ours: Work, theirs: Work) -> list[tuple[float, float]]:
    for work in (ours, theirs):
        work()
    return [(milliseconds(ours), milliseconds(theirs)) for _ in range(REPETITIONS)]


def _row(what: str, pairs: list[tuple[float, float]], *, note: str) -> Row:
    mine, other = zip(*pairs, strict=True)
    slowest = quantiles(mine, n=100)[98]
    return Row(
        what,
        "ms",
        median(mine),
        REPETITIONS,
        peer=PEER,
        theirs=median(other),
        ratio=median(one / two for one, two in pairs),
        target=f"<= {MOST_MS:g} ms",
        met=median(mine) <= MOST_MS,
        fastest=min(mine),
        note=f"99 of 100 within {slowest:.2f} ms{'; ' if note else ''}{note}",
    )


@contextmanager
def _studio() -> Iterator[tuple[Database, Gate, GrantRequest]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        grown(Path(folder), LOG_SIZE) as log,
    ):
        request = _sitting(log.database)
        standards = Standards(SERVICE, SIGNER.verifier(), notice_hashes(CONTROLLER))
        rules, export = standard_rules(standards), export_rules(standards)
        yield log.database, Gate(rules, export=export, clock=NowClock()), request


def _sitting(database: Database) -> GrantRequest:
    """Store a person's consent, capture and selfie, and return what they allow."""
    subject = Subject("a" * 32, SubjectKind.PERSON, GIVEN)
    scope = Scope(frozenset({"painted"}), frozenset({Medium.STILL}), Audience.PRIVATE)
    terms = Terms(load_notice(CONTROLLER), CONTROLLER, "this computer", {"x": "1"}, "A summary.")
    record = new_record(
        subject,
        Choice(Purpose.AVATAR_STILLS, scope, 90, adult_attested=True),
        terms,
        record_id="b" * 32,
        nonce="c" * 32,
        now=GIVEN,
    )
    signed = SERVICE.sign(record)
    at = GIVEN + timedelta(minutes=1)
    capture = LiveCapture(
        id="d" * 32,
        subject_id=subject.id,
        record_id=record.record_id,
        nonce="e" * 32,
        captured_at=at,
        assent=Action.SMILE,
        template=tuple(number / 1000 for number in range(128)),
        evidence={f"number {number}": float(number) for number in range(20)},
    )
    probe = Probe("f" * 32, subject.id, capture.id, "ab" * 32, 0.2, -6.0, at)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        index = log_consent(unit, signed, GIVEN)
        unit.records.add(replace(signed, log_index=index, assented_at=at))
        unit.captures.add(capture)
        unit.captures.add_probe(probe)
    return GrantRequest(
        subject_id=subject.id,
        record_id=record.record_id,
        capture_id=capture.id,
        probe_ids=(probe.id,),
        purpose=Purpose.AVATAR_STILLS,
        family="painted",
        style="toon",
    )
