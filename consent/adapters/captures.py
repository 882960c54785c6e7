"""Captures and the probes that were matched to them; templates and numbers are sealed.

What is sealed as `EVIDENCE` is the JSON of {"numbers", "colours"} for a person and of
{"frame_hashes"} for a baked subject; as `NUMBERS`, of {"distance", "z", "look", "origin"}, null
where nothing was measured or noted. Both also hold, as "row", what the row says in the open, so
that nobody without the key makes an old capture a new one or moves it to another consent; rows of
before do not.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, exists, select
from sqlalchemy.orm import Session, aliased

from consent.adapters.repositories import unknown
from consent.adapters.tables import CaptureRow, ProbeRow, RecordRow, WrappedKeyRow
from consent.adapters.vault import SqlVault
from consent.errors import RecordInvalid
from consent.ports import RemovedCapture
from consent.statements import time_text
from consent.types import (
    Action,
    Capture,
    Colour,
    LiveCapture,
    Look,
    Origin,
    OriginKind,
    Probe,
    SubjectKind,
    SyntheticCapture,
    Template,
)

# The gate asks these at every step: made once, and read without the mapper.
_CAPTURE = select(CaptureRow.__table__).where(CaptureRow.id == bindparam("wanted"))
_PROBE = select(ProbeRow.__table__).where(ProbeRow.id == bindparam("wanted"))

TEMPLATE, EVIDENCE, NUMBERS = "template", "evidence", "numbers"  # in the seals' associated data


class SqlCaptures:
    """Captures and probes in one transaction."""

    def __init__(self, session: Session, vault: SqlVault) -> None:
        self._session = session
        self._vault = vault

    def add(self, capture: Capture) -> None:
        """Store a verdict with its template and its numbers sealed."""
        live = capture if isinstance(capture, LiveCapture) else None
        synthetic = capture if isinstance(capture, SyntheticCapture) else None
        row = CaptureRow(
            id=capture.id,
            subject_id=capture.subject_id,
            record_id=capture.record_id,
            kind=(SubjectKind.PERSON if live else SubjectKind.SYNTHETIC).value,
            nonce=capture.nonce,
            captured_at=capture.captured_at,
            assent=live.assent.value if live else None,
            baked_subject=synthetic.baked_subject if synthetic else None,
            sealed_evidence=self._seal(capture.subject_id, EVIDENCE, _evidence(capture)),
            template=self._vault.seal(capture.subject_id, TEMPLATE, _packed(capture.template)),
        )
        self._session.add(row)
        self._session.flush()

    def load(self, capture_id: str) -> Capture:
        """Return the capture, or raise ConsentRefused."""
        row = self._session.connection().execute(_CAPTURE, {"wanted": capture_id}).first()
        if row is None:
            raise unknown("capture")
        return self._capture(row)

    def latest(self, subject_id: str) -> Capture | None:
        """Return the newest capture of a subject."""
        query = select(CaptureRow).where(CaptureRow.subject_id == subject_id)
        row = self._session.scalar(query.order_by(CaptureRow.captured_at.desc()).limit(1))
        return None if row is None else self._capture(row)

    def add_probe(self, probe: Probe) -> None:
        """Store a verified probe."""
        row = ProbeRow(
            id=probe.id,
            subject_id=probe.subject_id,
            capture_id=probe.capture_id,
            sha256=probe.sha256,
            sealed_numbers=self._seal(probe.subject_id, NUMBERS, _numbers(probe)),
            verified_at=probe.verified_at,
        )
        self._session.add(row)
        self._session.flush()

    def probes(self, subject_id: str) -> Sequence[Probe]:
        """Return the subject's probes, oldest first."""
        query = select(ProbeRow).where(ProbeRow.subject_id == subject_id)
        rows = self._session.scalars(query.order_by(ProbeRow.verified_at, ProbeRow.id))
        return tuple(self._probe(row) for row in rows)

    def load_probe(self, probe_id: str) -> Probe:
        """Return one probe, or raise ConsentRefused."""
        row = self._session.connection().execute(_PROBE, {"wanted": probe_id}).first()
        if row is None:
            raise unknown("selfie")
        return self._probe(row)

    def ids(self, subject_id: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the ids of a subject's captures and of their probes, oldest first."""
        captures = select(CaptureRow.id).where(CaptureRow.subject_id == subject_id)
        probes = select(ProbeRow.id).where(ProbeRow.subject_id == subject_id)
        return (
            tuple(self._session.scalars(captures.order_by(CaptureRow.captured_at, CaptureRow.id))),
            tuple(self._session.scalars(probes.order_by(ProbeRow.verified_at, ProbeRow.id))),
        )

    def useless(self, now: datetime, max_age: timedelta) -> Sequence[str]:
        """Return captures that no rule will ever accept again (consent.ports.Captures)."""
        newer = aliased(CaptureRow)
        is_newest = ~exists().where(
            newer.subject_id == CaptureRow.subject_id, newer.captured_at > CaptureRow.captured_at
        )
        over = RecordRow.withdrawn_at.is_not(None)
        ran_out = (RecordRow.expires_at <= now) & RecordRow.replaced_at.is_(None)
        query = select(CaptureRow.id).join(RecordRow, RecordRow.id == CaptureRow.record_id)
        # What a destroyed key leaves behind goes with its deletion.
        query = query.join(WrappedKeyRow, WrappedKeyRow.subject_id == CaptureRow.subject_id)
        query = query.where(~is_newest, over | ran_out | (CaptureRow.captured_at <= now - max_age))
        return tuple(self._session.scalars(query.order_by(CaptureRow.captured_at, CaptureRow.id)))

    def remove(self, capture_id: str) -> RemovedCapture | None:
        """Delete a capture with its probes, readable or not; None when it is not there."""
        probes = delete(ProbeRow).where(ProbeRow.capture_id == capture_id)
        probe_ids = tuple(self._session.scalars(probes.returning(ProbeRow.id)))
        columns = (CaptureRow.id, CaptureRow.subject_id, CaptureRow.record_id)
        gone = delete(CaptureRow).where(CaptureRow.id == capture_id)
        row = self._session.execute(gone.returning(*columns, CaptureRow.captured_at)).first()
        return None if row is None else RemovedCapture(*row, probe_ids)

    def remove_probe(self, probe_id: str) -> None:
        """Delete one probe; idempotent."""
        self._session.execute(delete(ProbeRow).where(ProbeRow.id == probe_id))

    def _capture(self, row: CaptureRow | Row[Any]) -> Capture:
        template = _unpacked(self._vault.unseal(row.subject_id, TEMPLATE, row.template))
        kept = self._unseal(row.subject_id, EVIDENCE, row.sealed_evidence)
        _require_same(kept, _capture_row(row.id, row.record_id, row.nonce, row.captured_at))
        if row.kind == SubjectKind.PERSON.value and row.assent is not None:
            return LiveCapture(
                id=row.id,
                subject_id=row.subject_id,
                record_id=row.record_id,
                nonce=row.nonce,
                captured_at=row.captured_at,
                assent=Action(row.assent),
                template=template,
                evidence=kept["numbers"],
                colours=tuple(Colour(name) for name in kept["colours"]),
            )
        return SyntheticCapture(
            id=row.id,
            subject_id=row.subject_id,
            record_id=row.record_id,
            nonce=row.nonce,
            captured_at=row.captured_at,
            baked_subject=row.baked_subject or "",
            template=template,
            frame_hashes=tuple(kept["frame_hashes"]),
        )

    def _probe(self, row: ProbeRow | Row[Any]) -> Probe:
        kept = self._unseal(row.subject_id, NUMBERS, row.sealed_numbers)
        _require_same(kept, _probe_row(row.id, row.capture_id, row.sha256, row.verified_at))
        look = kept["look"]
        return Probe(
            id=row.id,
            subject_id=row.subject_id,
            capture_id=row.capture_id,
            sha256=row.sha256,
            distance=_nan_if_none(kept["distance"]),
            z=_nan_if_none(kept["z"]),
            verified_at=row.verified_at,
            look=None if look is None else Look(**{k: _nan_if_none(v) for k, v in look.items()}),
            origin=_origin(kept.get("origin")),
        )

    def _seal(self, subject_id: str, kind: str, content: Mapping[str, Any]) -> bytes:
        text = json.dumps(content, allow_nan=False)
        return self._vault.seal(subject_id, kind, text.encode())

    def _unseal(self, subject_id: str, kind: str, sealed: bytes) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._vault.unseal(subject_id, kind, sealed))
        return content


def _evidence(capture: Capture) -> dict[str, Any]:
    row = _capture_row(capture.id, capture.record_id, capture.nonce, capture.captured_at)
    if isinstance(capture, SyntheticCapture):
        return {"row": row, "frame_hashes": list(capture.frame_hashes)}
    colours = [colour.value for colour in capture.colours]
    return {"row": row, "numbers": dict(capture.evidence), "colours": colours}


def _numbers(probe: Probe) -> dict[str, Any]:
    look = probe.look and {name: _none_if_nan(v) for name, v in asdict(probe.look).items()}
    row = _probe_row(probe.id, probe.capture_id, probe.sha256, probe.verified_at)
    distance, z = _none_if_nan(probe.distance), _none_if_nan(probe.z)
    origin = probe.origin and asdict(probe.origin)
    return {"row": row, "distance": distance, "z": z, "look": look, "origin": origin}


def _origin(kept: Mapping[str, Any] | None) -> Origin | None:
    """Return what was noted of a probe's file; nothing was before there were origins."""
    if kept is None:
        return None
    types = tuple(kept["digital_source_types"])
    kind = OriginKind(kept["kind"])
    return Origin(**{**kept, "kind": kind, "digital_source_types": types})


def _capture_row(capture_id: str, record_id: str, nonce: str, at: datetime) -> list[str]:
    return [capture_id, record_id, nonce, time_text(at)]


def _probe_row(probe_id: str, capture_id: str, sha256: str, at: datetime) -> list[str]:
    return [probe_id, capture_id, sha256, time_text(at)]


def _require_same(kept: Mapping[str, Any], row: list[str]) -> None:
    """Hold a row to what was sealed with it.

    Raises:
        RecordInvalid: `row_changed`.
    """
    if kept.get("row", row) != row:
        raise RecordInvalid(
            "row_changed",
            "What is stored of your look into the camera was changed.",
            why="Only an undamaged capture can say that you were there, and when.",
            next_step="Look into the camera once more.",
        )


def _none_if_nan(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _nan_if_none(value: float | None) -> float:
    return math.nan if value is None else value


def _packed(template: Template) -> bytes:
    return struct.pack(f"<{len(template)}d", *template)


def _unpacked(data: bytes) -> Template:
    return struct.unpack(f"<{len(data) // 8}d", data)
