"""Browser sessions and whom they are bound to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Result, delete, exists, false, func, select, update
from sqlalchemy.orm import Session

from consent.adapters.tables import BrowserSessionRow, SessionSubjectRow
from consent.ports import BoundSession, SessionState


class SqlSessions:
    """Browser sessions in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, token_hash: str, *, now: datetime) -> None:
        """Store a new session."""
        self._session.add(BrowserSessionRow(token_hash=token_hash, created_at=now))
        self._session.flush()

    def bind(
        self, token_hash: str, subject_id: str, opened_until: datetime | None, *, now: datetime
    ) -> None:
        """Bind the session to a subject and close what it had open of others."""
        self.lock(token_hash)
        row = SessionSubjectRow(
            token_hash=token_hash, subject_id=subject_id, opened_until=opened_until, bound_at=now
        )
        self._session.merge(row)
        self._session.flush()

    def current(self, token_hash: str, *, now: datetime) -> SessionState:
        """Return the subject bound last, and whether theirs is open now."""
        query = select(SessionSubjectRow).where(SessionSubjectRow.token_hash == token_hash)
        row = self._session.scalar(query.order_by(SessionSubjectRow.bound_at.desc()).limit(1))
        if row is None:
            return SessionState(None, is_open=False)
        is_open = row.opened_until is not None and now < row.opened_until
        return SessionState(row.subject_id, is_open=is_open)

    def known(self, token_hash: str) -> bool:
        """Tell whether a session of that token was created."""
        return self._session.get(BrowserSessionRow, token_hash) is not None

    def bound_at(self, token_hash: str, subject_id: str) -> datetime | None:
        """Return when the session was last bound to a subject, or None."""
        row = self._session.get(SessionSubjectRow, (token_hash, subject_id))
        return None if row is None else row.bound_at

    def subjects_of(self, token_hash: str) -> Sequence[str]:
        """Return all subjects the session was ever bound to, newest first."""
        query = select(SessionSubjectRow.subject_id).where(
            SessionSubjectRow.token_hash == token_hash
        )
        return tuple(self._session.scalars(query.order_by(SessionSubjectRow.bound_at.desc())))

    def lock(self, token_hash: str) -> None:
        """Close what is open in this session."""
        self._session.execute(
            update(SessionSubjectRow)
            .where(SessionSubjectRow.token_hash == token_hash)
            .values(opened_until=None)
        )

    def close_subject(self, subject_id: str) -> None:
        """Close what is open of this subject, in whatever session."""
        self._session.execute(
            update(SessionSubjectRow)
            .where(SessionSubjectRow.subject_id == subject_id)
            .values(opened_until=None)
        )

    def of_subject(self, subject_id: str) -> Sequence[BoundSession]:
        """Return the sessions that were ever bound to a subject, oldest first."""
        query = (
            select(
                BrowserSessionRow.created_at,
                SessionSubjectRow.bound_at,
                SessionSubjectRow.opened_until,
            )
            .join(BrowserSessionRow, BrowserSessionRow.token_hash == SessionSubjectRow.token_hash)
            .where(SessionSubjectRow.subject_id == subject_id)
        )
        rows = self._session.execute(query.order_by(SessionSubjectRow.bound_at))
        return tuple(BoundSession(*row) for row in rows)

    def prune(self, *, unbound_before: datetime, created_before: datetime, now: datetime) -> int:
        """Delete sessions that nobody can come back to, and return how many."""
        is_bound = exists().where(SessionSubjectRow.token_hash == BrowserSessionRow.token_hash)
        is_signed_in = BrowserSessionRow.signed_in_until > now
        is_unused = ~is_bound & (BrowserSessionRow.created_at < unbound_before)
        is_unused &= func.coalesce(is_signed_in, false()) == false()
        is_over = BrowserSessionRow.created_at < created_before
        is_gone = is_over | is_unused
        bindings = SessionSubjectRow.token_hash.in_(
            select(BrowserSessionRow.token_hash).where(is_gone)
        )
        self._execute(delete(SessionSubjectRow).where(bindings))
        gone = delete(BrowserSessionRow).where(is_gone).returning(BrowserSessionRow.token_hash)
        return len(self._execute(gone).all())

    def _execute(self, statement: Executable) -> Result[Any]:
        options = {"synchronize_session": False}  # the database alone knows what is old
        return self._session.execute(statement.execution_options(**options))
