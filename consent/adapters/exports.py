"""Which files a subject downloaded, so that the deletion receipt can list them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consent.adapters.tables import ExportRow, WatermarkRow
from consent.types import Export


class SqlExports:
    """Downloads in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, subject_id: str, export: Export) -> None:
        """Note a download; of a file that was downloaded before, only the first time is kept."""
        if self._session.get(ExportRow, (export.output_id, export.media_type)) is not None:
            return
        row = ExportRow(
            output_id=export.output_id,
            media_type=export.media_type,
            subject_id=subject_id,
            sha256=export.sha256,
            exported_at=export.exported_at,
        )
        self._session.add(row)
        self._session.flush()

    def of_subject(self, subject_id: str) -> Sequence[Export]:
        """Return a subject's downloads, oldest first."""
        query = (
            select(ExportRow, WatermarkRow.word)
            .outerjoin(WatermarkRow, WatermarkRow.output_id == ExportRow.output_id)
            .where(ExportRow.subject_id == subject_id)
            .order_by(ExportRow.exported_at, ExportRow.output_id, ExportRow.media_type)
        )
        return tuple(_export(row, word) for row, word in self._session.execute(query))


def _export(row: ExportRow, word: int | None) -> Export:
    at: datetime = row.exported_at
    return Export(row.output_id, row.media_type, row.sha256, at, is_watermarked=word is not None)
