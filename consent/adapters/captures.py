"""Captures and the probes that were matched to them; templates are sealed."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.adapters.repositories import unknown
from consent.adapters.tables import CaptureRow, ProbeRow
from consent.adapters.vault import SqlVault
from consent.types import (
    Action,
    Capture,
    LiveCapture,
    Probe,
    SubjectKind,
    SyntheticCapture,
    Template,
)


class SqlCaptures:
    """Captures and probes in one transaction."""

    def __init__(self, session: Session, vault: SqlVault) -> None:
        self._session = session
        self._vault = vault

    def add(self, capture: Capture) -> None:
        """Store a verdict with its template sealed."""
        live = capture if isinstance(capture, LiveCapture) else None
        synthetic = capture if isinstance(capture, SyntheticCapture) else None
        kept: object = dict(live.evidence) if live else {}
        if synthetic:
            kept = list(synthetic.frame_hashes)
        row = CaptureRow(
            id=capture.id,
            subject_id=capture.subject_id,
            record_id=capture.record_id,
            kind=(SubjectKind.PERSON if live else SubjectKind.SYNTHETIC).value,
            nonce=capture.nonce,
            captured_at=capture.captured_at,
            assent=live.assent.value if live else None,
            baked_subject=synthetic.baked_subject if synthetic else None,
            evidence=json.dumps(kept),
            template=self._vault.seal(capture.subject_id, "template", _packed(capture.template)),
        )
        self._session.add(row)
        self._session.flush()

    def load(self, capture_id: str) -> Capture:
        """Return the capture, or raise ConsentRefused."""
        row = self._session.get(CaptureRow, capture_id)
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
            distance=probe.distance,
            z=None if math.isnan(probe.z) else probe.z,
            verified_at=probe.verified_at,
        )
        self._session.add(row)
        self._session.flush()

    def probes(self, subject_id: str) -> Sequence[Probe]:
        """Return the subject's probes, oldest first."""
        query = select(ProbeRow).where(ProbeRow.subject_id == subject_id)
        rows = self._session.scalars(query.order_by(ProbeRow.verified_at, ProbeRow.id))
        return tuple(_probe(row) for row in rows)

    def load_probe(self, probe_id: str) -> Probe:
        """Return one probe, or raise ConsentRefused."""
        row = self._session.get(ProbeRow, probe_id)
        if row is None:
            raise unknown("selfie")
        return _probe(row)

    def _capture(self, row: CaptureRow) -> Capture:
        template = _unpacked(self._vault.unseal(row.subject_id, "template", row.template))
        if row.kind == SubjectKind.PERSON.value and row.assent is not None:
            return LiveCapture(
                id=row.id,
                subject_id=row.subject_id,
                record_id=row.record_id,
                nonce=row.nonce,
                captured_at=row.captured_at,
                assent=Action(row.assent),
                template=template,
                evidence=json.loads(row.evidence),
            )
        return SyntheticCapture(
            id=row.id,
            subject_id=row.subject_id,
            record_id=row.record_id,
            nonce=row.nonce,
            captured_at=row.captured_at,
            baked_subject=row.baked_subject or "",
            template=template,
            frame_hashes=tuple(json.loads(row.evidence)),
        )


def _probe(row: ProbeRow) -> Probe:
    return Probe(
        id=row.id,
        subject_id=row.subject_id,
        capture_id=row.capture_id,
        sha256=row.sha256,
        distance=row.distance,
        z=math.nan if row.z is None else row.z,
        verified_at=row.verified_at,
    )


def _packed(template: Template) -> bytes:
    return struct.pack(f"<{len(template)}d", *template)


def _unpacked(data: bytes) -> Template:
    return struct.unpack(f"<{len(data) // 8}d", data)
