"""Stand-ins for what the outside supplies, and scripts of people in front of a camera."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.challenge import issue_challenge
from consent.checkpoints import Checkpoint, LogSigner
from consent.deletions import Deletion, EndReason, Found, Stock
from consent.entries import log_consent
from consent.errors import ConsentRefused
from consent.flash import linear
from consent.gate import Gate
from consent.liveness import CaptureReview, Directive
from consent.log import ConsistencyProof, InclusionProof, Leaf, LoggedLeaf
from consent.merkle import (
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    log_invalid,
    node_hash,
)
from consent.notices import Controller, load_notice, notice_hashes
from consent.policy import Standards, export_rules, standard_rules
from consent.ports import BoundSession, Clock, HeldRecord, RemovedCapture, SessionState
from consent.profiles import ASSENT_WITHIN
from consent.records import Choice, SignedRecord, Terms, new_record
from consent.signing import ServiceSigner
from consent.types import (
    Action,
    Audience,
    Capture,
    Challenge,
    Chroma,
    Colour,
    Export,
    FrameEvidence,
    Grant,
    GrantRequest,
    LiveCapture,
    Medium,
    Pace,
    Probe,
    Purpose,
    RecordState,
    Scope,
    Subject,
    SubjectKind,
    SyntheticCapture,
    Template,
)

T = TypeVar("T")
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONTROLLER = Controller(id="local", name="The person running this computer", contact="here")
SIGNER = ServiceSigner(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
LOG_SIGNER = LogSigner("selfsame.test/log", Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
STANDARDS = Standards(SIGNER, LOG_SIGNER.verifier(), notice_hashes(CONTROLLER))


def identifier(name: str) -> str:
    """Return 32 hex digits that belong to a name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def face(number: int) -> Template:
    """Return a template of 128 numbers; two numbers lie 0.6 to 0.8 apart, as strangers do."""
    rng = Random(number)
    values = [rng.gauss(0, 1) for _ in range(128)]
    size = math.sqrt(sum(value * value for value in values))
    return tuple(0.5 * value / size for value in values)


def near(template: Template, distance: float, seed: int = 0) -> Template:
    """Return a template at a given Euclidean distance."""
    away = face(10_000 + seed)
    return tuple(v + distance * 2 * a for v, a in zip(template, away, strict=True))


class FixedClock:
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


def a_subject(name: str = "ada", kind: SubjectKind = SubjectKind.PERSON) -> Subject:
    return Subject(id=identifier(name), kind=kind, created_at=NOON)


def a_choice(
    *,
    families: frozenset[str] = frozenset({"illustrated"}),
    audience: Audience = Audience.PRIVATE,
    days: int = 90,
    adult: bool = True,
) -> Choice:
    return Choice(
        purpose=Purpose.AVATAR_STILLS,
        scope=Scope(families=families, media=frozenset({Medium.STILL}), audience=audience),
        retention_days=days,
        adult_attested=adult,
    )


def terms(controller: Controller = CONTROLLER) -> Terms:
    return Terms(
        notice=load_notice(controller),
        controller=controller,
        storage_location="this computer",
        model_versions={"embedding": "test 1"},
        summary="Selfsame may draw illustrated stills of me for 90 days, for me alone.",
    )


def a_record(
    subject: Subject, *, name: str = "record", now: datetime = NOON, choice: Choice | None = None
) -> SignedRecord:
    record = new_record(
        subject,
        choice or a_choice(),
        terms(),
        record_id=identifier(f"{name} of {subject.id}"),
        nonce=identifier("nonce"),
        now=now,
    )
    return SIGNER.sign(record)


def a_capture(
    record: SignedRecord, *, name: str = "capture", at: datetime | None = None
) -> Capture:
    """Return a capture of the record's kind, a minute after the consent unless told."""
    at = at or record.given_at + timedelta(minutes=1)
    base = {
        "id": identifier(f"{name} of {record.record_id}"),
        "subject_id": record.subject_id,
        "record_id": record.record_id,
        "nonce": identifier(f"challenge of {name} of {record.record_id}"),
        "captured_at": at,
        "template": face(1),
    }
    if record.kind is SubjectKind.SYNTHETIC:
        return SyntheticCapture(**base, baked_subject="nobody", frame_hashes=("ab" * 32,))
    return LiveCapture(**base, assent=Action.SMILE, evidence={"frames": 100.0})


def a_probe(capture: Capture, *, name: str = "probe", distance: float = 0.3) -> Probe:
    return Probe(
        id=identifier(f"{name} of {capture.id}"),
        subject_id=capture.subject_id,
        capture_id=capture.id,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        distance=distance,
        z=-5.0,
        verified_at=capture.captured_at,
    )


def a_request(record: SignedRecord, capture: Capture, *probes: Probe) -> GrantRequest:
    return GrantRequest(
        subject_id=record.subject_id,
        record_id=record.record_id,
        capture_id=capture.id,
        probe_ids=tuple(probe.id for probe in probes),
        purpose=Purpose.AVATAR_STILLS,
        family="illustrated",
        style="toon",
    )


def fake_grant(**overrides: object) -> Grant:
    """Return a grant that no gate gave: for tests of what comes after the gate only."""
    values: dict[str, object] = {
        "subject_id": identifier("ada"),
        "subject_kind": SubjectKind.PERSON,
        "record_id": identifier("record"),
        "receipt_hash": "cd" * 32,
        "capture_id": identifier("capture"),
        "probe_hashes": ("ef" * 32,),
        "purpose": Purpose.AVATAR_STILLS,
        "family": "illustrated",
        "style": "toon",
        "audience": Audience.PRIVATE,
        "granted_at": NOON,
        "expires_at": NOON + timedelta(minutes=5),
    }
    return Grant(**{**values, **overrides})


@dataclass
class MemoryVault:
    """Keeps no secret: marks bytes with whose they are, and forgets destroyed subjects."""

    keys: set[str] = field(default_factory=set)

    def create(self, subject_id: str) -> None:
        self.keys.add(subject_id)

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        self._check(subject_id)
        return f"{subject_id}|{kind}|".encode() + plaintext

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        self._check(subject_id)
        return sealed.removeprefix(f"{subject_id}|{kind}|".encode())

    def derive(self, subject_id: str, label: str) -> bytes:
        self._check(subject_id)
        return hashlib.sha256(f"{subject_id}|{label}".encode()).digest()

    def destroy(self, subject_id: str) -> None:
        self.keys.discard(subject_id)

    def _check(self, subject_id: str) -> None:
        if subject_id not in self.keys:
            raise refusal("key_destroyed")


class MemoryLedger:
    """Everything consent keeps, in dictionaries; the unit is the ledger itself."""

    def __init__(self) -> None:
        self.vault = MemoryVault()
        self.subject_rows: dict[str, Subject] = {}
        self.record_rows: dict[str, SignedRecord] = {}
        self.capture_rows: dict[str, Capture] = {}
        self.probe_rows: dict[str, Probe] = {}
        self.bindings: dict[str, dict[str, tuple[datetime, datetime | None]]] = {}
        self.locked: list[str] = []
        self.subjects = _MemorySubjects(self)
        self.records = _MemoryRecords(self)
        self.captures = _MemoryCaptures(self)
        self.sessions = _MemorySessions(self)
        self.exports = _MemoryExports()
        self.deletions = _MemoryDeletions()
        self.announcements = _MemoryAnnouncements()
        self.log = MemoryLog()
        self.made: list[str] = []  # of each output the record that it was made under

    @contextmanager
    def transaction(self) -> Iterator[MemoryLedger]:
        yield self

    @contextmanager
    def reading(self) -> Iterator[MemoryLedger]:
        yield self

    def keep(
        self, subject: Subject, record: SignedRecord, capture: Capture, *probes: Probe
    ) -> None:
        """Store a whole sitting at once, logged and assented to."""
        self.subjects.add(subject)
        self.vault.create(subject.id)
        index = log_consent(self, record, record.given_at)
        self.records.add(replace(record, log_index=index, assented_at=capture.captured_at))
        self.captures.add(capture)
        for probe in probes:
            self.captures.add_probe(probe)


class _MemorySubjects:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def add(self, subject: Subject) -> None:
        self._ledger.subject_rows[subject.id] = subject

    def load(self, subject_id: str) -> Subject:
        return _found(self._ledger.subject_rows, subject_id)

    def holds_data(self, subject_id: str) -> bool:
        return subject_id in self._ledger.vault.keys

    def ended(self, now: datetime) -> list[str]:
        ended = []
        for subject_id in sorted(self._ledger.vault.keys):
            records = self._ledger.records.of_subject(subject_id)
            in_force = [
                record
                for record in records
                if record.state(now) is RecordState.GIVEN
                and (record.assented_at or record.given_at > now - ASSENT_WITHIN)
            ]
            if records and not in_force:
                ended.append(subject_id)
        return ended


class _MemoryRecords:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def add(self, record: SignedRecord) -> None:
        self._ledger.record_rows[record.record_id] = record

    def load(self, record_id: str, *, lock: bool = False) -> SignedRecord:
        if lock:
            self._ledger.locked.append(record_id)
        return _found(self._ledger.record_rows, record_id)

    def of_subject(self, subject_id: str) -> list[SignedRecord]:
        rows = self._ledger.record_rows.values()
        own = [record for record in rows if record.subject_id == subject_id]
        return sorted(own, key=lambda record: record.given_at)

    def withdraw(self, record_id: str, at: datetime) -> None:
        record = self.load(record_id)
        if record.withdrawn_at is None:
            self._ledger.record_rows[record_id] = replace(record, withdrawn_at=at)

    def hold(self, subject_id: str, now: datetime) -> list[HeldRecord]:
        records = self.of_subject(subject_id)
        self._ledger.locked.extend(record.record_id for record in records)
        return [
            HeldRecord(r.record_id, r.withdrawn_at, r.state(now) is RecordState.GIVEN)
            for r in records
        ]

    def assent(self, record_id: str, at: datetime) -> None:
        record = self.load(record_id)
        if record.assented_at is None:
            self._ledger.record_rows[record_id] = replace(record, assented_at=at)

    def replace(self, record_id: str, by: str, at: datetime) -> None:
        record = self.load(record_id)
        if record.replaced_at is None:
            changed = replace(record, replaced_at=at, replaced_by=by)
            self._ledger.record_rows[record_id] = changed

    def made_under(self, record_ids: Sequence[str]) -> int:
        return sum(record_id in record_ids for record_id in self._ledger.made)


class _MemoryCaptures:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger

    def add(self, capture: Capture) -> None:
        self._ledger.capture_rows[capture.id] = capture

    def load(self, capture_id: str) -> Capture:
        return _found(self._ledger.capture_rows, capture_id)

    def latest(self, subject_id: str) -> Capture | None:
        own = [c for c in self._ledger.capture_rows.values() if c.subject_id == subject_id]
        return max(own, key=lambda capture: capture.captured_at, default=None)

    def add_probe(self, probe: Probe) -> None:
        self._ledger.probe_rows[probe.id] = probe

    def probes(self, subject_id: str) -> list[Probe]:
        return [p for p in self._ledger.probe_rows.values() if p.subject_id == subject_id]

    def load_probe(self, probe_id: str) -> Probe:
        return _found(self._ledger.probe_rows, probe_id)

    def ids(self, subject_id: str) -> tuple[list[str], list[str]]:
        rows = self._ledger.capture_rows.values()
        captures = [row.id for row in rows if row.subject_id == subject_id]
        return captures, [probe.id for probe in self.probes(subject_id)]

    def useless(self, now: datetime, max_age: timedelta) -> list[str]:
        def is_over(capture: Capture) -> bool:
            state = self._ledger.records.load(capture.record_id).state(now)
            return state in {RecordState.WITHDRAWN, RecordState.EXPIRED}

        return [
            capture.id
            for capture in self._ledger.capture_rows.values()
            if self._ledger.subjects.holds_data(capture.subject_id)
            and self.latest(capture.subject_id) != capture
            and (is_over(capture) or capture.captured_at <= now - max_age)
        ]

    def remove(self, capture_id: str) -> RemovedCapture | None:
        gone = self._ledger.capture_rows.pop(capture_id)
        rows = self._ledger.probe_rows
        probes = tuple(probe.id for probe in rows.values() if probe.capture_id == capture_id)
        for probe_id in probes:
            del rows[probe_id]
        return RemovedCapture(gone.id, gone.subject_id, gone.record_id, gone.captured_at, probes)

    def remove_probe(self, probe_id: str) -> None:
        self._ledger.probe_rows.pop(probe_id, None)


class _MemoryExports:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], tuple[str, Export]] = {}

    def add(self, subject_id: str, export: Export) -> None:
        self.rows.setdefault((export.output_id, export.media_type), (subject_id, export))

    def of_subject(self, subject_id: str) -> list[Export]:
        return [export for whose, export in self.rows.values() if whose == subject_id]


class _MemoryDeletions:
    def __init__(self) -> None:
        self.rows: dict[str, Deletion] = {}

    def begin(self, subject_id: str, reason: EndReason, at: datetime) -> bool:
        is_first = subject_id not in self.rows
        self.rows.setdefault(subject_id, Deletion(subject_id, reason, at, Stock()))
        return is_first

    def load(self, subject_id: str, *, lock: bool = False) -> Deletion | None:
        del lock
        return self.rows.get(subject_id)

    def unfinished(self) -> list[str]:
        return sorted(name for name, row in self.rows.items() if row.completed_at is None)

    def note(self, subject_id: str, stock: Stock) -> None:
        self.rows[subject_id] = replace(self.rows[subject_id], stock=stock)

    def complete(self, subject_id: str, receipt: str, log_index: int, at: datetime) -> None:
        self.rows[subject_id] = replace(
            self.rows[subject_id],
            stock=Stock(),
            receipt=receipt,
            log_index=log_index,
            completed_at=at,
        )

    def drop_receipts(self, before: datetime) -> int:
        old = [
            name
            for name, row in self.rows.items()
            if row.receipt is not None and row.completed_at is not None
            if row.completed_at < before
        ]
        for name in old:
            self.rows[name] = replace(self.rows[name], receipt=None)
        return len(old)


class _MemoryAnnouncements:
    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def last(self, name: str) -> str | None:
        return self.rows.get(name)

    def set(self, name: str, commitment: str, log_index: int) -> None:
        del log_index
        self.rows[name] = commitment


class MemoryLog:
    """A real tree over leaves in a list."""

    def __init__(self, signer: LogSigner | None = None) -> None:
        self.leaves: list[Leaf] = []
        self.signer = signer or LOG_SIGNER
        self.cosigned: dict[int, list[str]] = {}  # lines by size

    @property
    def vkey(self) -> str:
        return self.signer.vkey

    def witnessed_size(self, index: int) -> int | None:
        return max((size for size in self.cosigned if size > index), default=None)

    def cosignatures(self, size: int) -> Sequence[str]:
        return self.cosigned.get(size, [])

    def append(self, leaf: Leaf) -> int:
        self.leaves.append(leaf)
        return len(self.leaves) - 1

    def size(self) -> int:
        return len(self.leaves)

    def head(self) -> str | None:
        return self._note(len(self.leaves)) if self.leaves else None

    def last_time(self) -> datetime | None:
        return self.leaves[-1].at if self.leaves else None

    def leaf(self, index: int) -> Leaf:
        if not 0 <= index < len(self.leaves):
            raise log_invalid("leaf_missing", "There is no such entry.")
        return self.leaves[index]

    def prove(self, index: int, size: int | None = None) -> LoggedLeaf:
        size = len(self.leaves) if size is None else size
        leaf = self.leaf(index)
        path = tuple(self._root(*span) for span in inclusion_ranges(index, size))
        return LoggedLeaf(leaf, InclusionProof(index, size, path), self._note(size))

    def consistency(self, old_size: int, new_size: int | None = None) -> ConsistencyProof:
        new_size = len(self.leaves) if new_size is None else new_size
        path = tuple(self._root(*span) for span in consistency_ranges(old_size, new_size))
        return ConsistencyProof(old_size, new_size, path)

    def _note(self, size: int) -> str:
        return self.signer.sign(Checkpoint(self.signer.origin, size, self._root(0, size)))

    def _root(self, start: int, stop: int) -> bytes:
        hashes = [leaf_hash(leaf.to_bytes()) for leaf in self.leaves[start:stop]]
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=False)
            odd = [hashes[-1]] if len(hashes) % 2 else []
            hashes = [node_hash(left, right) for left, right in pairs] + odd
        return hashes[0]


class _MemorySessions:
    def __init__(self, ledger: MemoryLedger) -> None:
        self._bindings = ledger.bindings

    def create(self, token_hash: str, *, now: datetime) -> None:
        del now
        self._bindings[token_hash] = {}

    def bind(
        self, token_hash: str, subject_id: str, opened_until: datetime | None, *, now: datetime
    ) -> None:
        self.lock(token_hash)
        self._bindings[token_hash][subject_id] = (now, opened_until)

    def current(self, token_hash: str, *, now: datetime) -> SessionState:
        bound = self._bindings.get(token_hash, {})
        if not bound:
            return SessionState(None, is_open=False)
        subject_id = max(bound, key=lambda name: bound[name][0])
        until = bound[subject_id][1]
        return SessionState(subject_id, is_open=until is not None and now < until)

    def known(self, token_hash: str) -> bool:
        return token_hash in self._bindings

    def bound_at(self, token_hash: str, subject_id: str) -> datetime | None:
        found = self._bindings.get(token_hash, {}).get(subject_id)
        return None if found is None else found[0]

    def subjects_of(self, token_hash: str) -> list[str]:
        bound = self._bindings.get(token_hash, {})
        return sorted(bound, key=lambda name: bound[name][0], reverse=True)

    def lock(self, token_hash: str) -> None:
        bound = self._bindings[token_hash]
        for subject_id, (at, _) in bound.items():
            bound[subject_id] = (at, None)

    def close_subject(self, subject_id: str) -> None:
        for bound in self._bindings.values():
            if subject_id in bound:
                bound[subject_id] = (bound[subject_id][0], None)

    def of_subject(self, subject_id: str) -> list[BoundSession]:
        found = [bound[subject_id] for bound in self._bindings.values() if subject_id in bound]
        return [BoundSession(at, at, until) for at, until in found]

    def prune(self, *, unbound_before: datetime, created_before: datetime, now: datetime) -> int:
        del unbound_before, created_before, now
        return 0


def a_gate(clock: Clock) -> Gate:
    """Return a gate with the rules of this version."""
    return Gate(standard_rules(STANDARDS), export=export_rules(STANDARDS), clock=clock)


@dataclass
class FakeStopper:
    """Counts whose jobs it was told to stop."""

    running: dict[str, int] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    def unfinished(self, subject_id: str) -> int:
        return self.running.get(subject_id, 0)

    def stop(self, subject_id: str) -> int:
        self.stopped.append(subject_id)
        return self.running.pop(subject_id, 0)


@dataclass
class FakePurger:
    """Says that it deleted something, once for each subject."""

    what: tuple[int, str, str] = (5, "selfie", "selfies")
    purged: list[str] = field(default_factory=list)

    def count(self, subject_id: str) -> list[Found]:
        return [] if subject_id in self.purged else [Found(*self.what)]

    def purge(self, subject_id: str) -> list[Found]:
        found = self.count(subject_id)
        self.purged.append(subject_id)
        return found


def a_challenge(
    *actions: Action,
    assent: Action = Action.SMILE,
    now: datetime = NOON,
    seed: int = 1,
    pace: Pace = Pace.STANDARD,
) -> Challenge:
    """Return a challenge with the given actions, or a drawn one."""
    rng = Random(seed)
    drawn = issue_challenge(identifier("ada"), identifier("record"), rng=rng, now=now, pace=pace)
    return replace(drawn, actions=actions, assent=assent) if actions else drawn


_RESTING = {
    "yaw": 0.0,
    "pitch": 0.0,
    "roll": 0.0,
    "smile": 0.05,
    "mouth_open": 0.02,
    "eyes_closed": 0.12,
}
_PERFORMED: dict[Action, dict[str, float]] = {
    Action.CENTRE: {},
    Action.TURN_LEFT: {"yaw": 30.0},
    Action.TURN_RIGHT: {"yaw": -30.0},
    Action.LOOK_UP: {"pitch": 28.0},
    Action.SMILE: {"smile": 0.7},
    Action.MOUTH_OPEN: {"mouth_open": 0.6},
    Action.BLINK: {"eyes_closed": 0.7},
    Action.COLOURS: {},
}


SKIN = (0.50, 0.30, 0.20)  # linear light that comes back from it
WALL = (0.34, 0.33, 0.33)
DARK = (0.0, 0.0, 0.0)
Light = tuple[float, ...]  # linear red, green and blue


@dataclass
class Screen:
    """The light of the screen on somebody and on the wall behind, a few frames late."""

    strength: float = 0.12  # of white light on the skin, as a share of the room's
    behind: float = 0.01  # the same on the wall
    relief: tuple[float, ...] = (1.0, 1.2, 0.8, 0.7, 0.9)  # of the strength, by part of the face
    lag: int = 2  # frames
    seen: Callable[[Colour | None], Colour | None] = lambda colour: colour
    shown: list[Light] = field(default_factory=list)  # one a frame
    colours: list[Colour | None] = field(default_factory=lambda: [None])  # each once, in order
    frames: int = 0  # since the last of them came

    def show(self, colour: Colour | None, fade_frames: float = 0.0) -> None:
        """Show a colour for one frame, or go over to it."""
        if colour is not self.colours[-1]:
            self.colours.append(colour)
            self.frames = 0
        share = min(1.0, self.frames / fade_frames) if fade_frames else 1.0
        self.frames += 1
        new, old = (self._light(self.colours[-1]), self._light((None, *self.colours)[-2]))
        self.shown.append(tuple(share * a + (1 - share) * b for a, b in zip(new, old, strict=True)))

    def _light(self, colour: Colour | None) -> Light:
        seen = self.seen(colour)
        return linear(seen) if seen else DARK

    def on(self, surface: tuple[float, float, float], strength: float) -> Chroma:
        """Return the chroma of a surface in the room's light and the screen's."""
        lit = self.lit(surface, strength)
        return lit[0] / sum(lit), lit[1] / sum(lit)

    def lit(self, surface: tuple[float, float, float], strength: float) -> Light:
        """Return the linear light that comes back from a surface."""
        light = self.shown[-self.lag - 1] if len(self.shown) > self.lag else DARK
        return tuple(
            own * (1 + strength * extra) for own, extra in zip(surface, light, strict=True)
        )


@dataclass
class Sitter:
    """Somebody in front of a camera, frame by frame; moves as people do, not at once."""

    started_at: datetime = NOON
    fps: float = 15.0
    template: Template = field(default_factory=lambda: face(1))
    performer: Template | None = None  # another face, put in wherever an action shows
    degrees_per_frame: float = 8.0
    score_per_frame: float = 0.3
    pose: dict[str, float] = field(default_factory=lambda: dict(_RESTING))
    resting: dict[str, float] = field(default_factory=lambda: dict(_RESTING))
    looks: dict[str, object] = field(default_factory=dict)  # overrides in every frame
    sequence: int = -1
    stills: int = 0
    asked: Action = Action.CENTRE  # what was heard last
    screen: Screen = field(default_factory=Screen)

    @property
    def now(self) -> datetime:
        return self.started_at + timedelta(seconds=max(self.sequence, 0) / self.fps)

    def frame(self, doing: Action = Action.CENTRE, **overrides: object) -> FrameEvidence:
        """Return the next frame, a step further towards what is being done."""
        aim = {**self.resting, **_PERFORMED[doing]}
        for name, wanted in aim.items():
            is_angle = name in {"yaw", "pitch", "roll"}
            most = self.degrees_per_frame if is_angle else self.score_per_frame
            self.pose[name] += max(-most, min(most, wanted - self.pose[name]))
        self.sequence += 1
        values: dict[str, object] = {
            "sequence": self.sequence,
            "client_ms": 1000.0 * self.sequence / self.fps,
            "arrived_at": self.now,
            "sha256": hashlib.sha256(f"frame {self.sequence}".encode()).hexdigest(),
            "faces": 1,
            "face_x": 320.0,
            "face_y": 240.0,
            "face_height": 220.0,
            "inter_eye": 95.0 * math.cos(math.radians(self.pose["yaw"])),
            "luma": 120.0,
            "skin_chroma": self.screen.on(SKIN, self.screen.strength),
            "background_chroma": self.screen.on(WALL, self.screen.behind),
            "region_chromas": tuple(
                self.screen.on(SKIN, self.screen.strength * part) for part in self.screen.relief
            ),
            "region_lights": tuple(
                sum(self.screen.lit(SKIN, self.screen.strength * part))
                for part in self.screen.relief
            ),
            **self.pose,
        }
        return FrameEvidence(**{**values, **self.looks, **overrides})

    @property
    def performing(self) -> float:
        """How much of an action the last frame shows: above 0 where a middle does not count."""
        away = {name: self.pose[name] - self.resting[name] for name in self.pose}
        head = max(abs(away["yaw"]), away["pitch"]) - 9.9
        return max(
            head / 20, *(away[name] - 0.2 for name in ("smile", "mouth_open", "eyes_closed"))
        )

    def embedding(self) -> Template:
        """Return the embedding of the last frame: 0.2 from the face at rest, 0.35 in an action.

        As with real faces, one that looks far up is nearly a stranger.
        """
        acting = self.performing > 0
        who = self.performer if acting and self.performer is not None else self.template
        far_up = self.pose["pitch"] - self.resting["pitch"] > 26.0
        distance = 0.55 if far_up else 0.35 if acting else 0.2
        return near(who, distance, seed=max(self.sequence, 0))

    def still(self) -> tuple[str, Template, FrameEvidence]:
        """Return a new still as `add_still` takes it."""
        self.stills += 1
        sha256 = hashlib.sha256(f"still {self.stills}".encode()).hexdigest()
        evidence = FrameEvidence(
            sequence=self.sequence,
            client_ms=1000.0 * self.sequence / self.fps,
            arrived_at=self.now,
            sha256=sha256,
            faces=1,
            face_x=321.0,
            face_y=241.0,
            face_height=222.0,
            inter_eye=95.0,
            luma=120.0,
            background_chroma=self.screen.on(WALL, self.screen.behind),
            **self.pose,
        )
        return sha256, near(self.template, 0.25, seed=900 + self.stills), evidence


def sit(
    review: CaptureReview,
    sitter: Sitter,
    *,
    answer: Callable[[Action], Action] = lambda asked: asked,
    stop: Callable[[Directive], bool] = lambda _: False,
    limit: int = 2000,
) -> Directive:
    """Let a sitter follow (or not) the review's instructions; return the last directive."""
    for _ in range(limit):
        said = review.observe(sitter.frame(answer(sitter.asked)))
        sitter.asked = said.instruction
        sitter.screen.show(said.colour, said.fade_seconds * sitter.fps)
        if said.finished or stop(said):
            break
        if said.wants_embedding:
            review.add_embedding(sitter.sequence, sitter.embedding())
        if said.wants_still:
            review.add_still(*sitter.still())
    return said


def refusal(code: str) -> ConsentRefused:
    return ConsentRefused(code, "No.", why="A test.", next_step="None.")


def _found(rows: dict[str, T], key: str) -> T:
    if key not in rows:
        raise refusal("unknown")
    return rows[key]
