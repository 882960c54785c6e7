"""Accounts: which passkeys belong together, where they are signed in, and what they signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from consent.adapters.tables import (
    AccountRow,
    BrowserSessionRow,
    PasskeyRow,
    SessionSubjectRow,
    SubjectRow,
    WrappedKeyRow,
)
from consent.deletions import Found
from consent.errors import ConsentRefused
from consent.passkeys import Passkey
from consent.ports import SignIn

if TYPE_CHECKING:
    from consent.adapters.database import Database


class SqlPasskeys:
    """Accounts and their passkeys in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_account(self, account_id: str, *, now: datetime) -> None:
        """Store a new account."""
        self._session.add(AccountRow(id=account_id, created_at=now))
        self._session.flush()

    def add(self, passkey: Passkey) -> None:
        """Store a passkey of an account, or raise ConsentRefused when it is known already."""
        if self._session.get(PasskeyRow, passkey.credential_id) is not None:
            raise _known()
        row = PasskeyRow(
            credential_id=passkey.credential_id,
            account_id=passkey.account_id,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            created_at=passkey.created_at,
        )
        self._session.add(row)
        self._session.flush()

    def load(self, credential_id: str) -> Passkey:
        """Return a passkey, or raise ConsentRefused."""
        row = self._session.get(PasskeyRow, credential_id, populate_existing=True)
        if row is None:
            raise unknown_passkey()
        return _passkey(row)

    def of_account(self, account_id: str) -> Sequence[Passkey]:
        """Return an account's passkeys, oldest first."""
        query = select(PasskeyRow).where(PasskeyRow.account_id == account_id)
        rows = self._session.scalars(query.order_by(PasskeyRow.created_at))
        return tuple(_passkey(row) for row in rows)

    def count(self, credential_id: str, sign_count: int) -> None:
        """Note what a passkey's counter said."""
        self._session.execute(
            update(PasskeyRow)
            .where(PasskeyRow.credential_id == credential_id)
            .values(sign_count=sign_count)
        )

    def remove(self, credential_id: str) -> None:
        """Forget a passkey."""
        self._session.execute(delete(PasskeyRow).where(PasskeyRow.credential_id == credential_id))

    def link(self, subject_id: str, credential_id: str) -> None:
        """Note whose passkey signed a subject's consent; only the first time counts.

        One that was forgotten meanwhile opens nothing.
        """
        row = self._session.get(PasskeyRow, credential_id)
        if row is None:
            return
        self._session.execute(
            update(SubjectRow)
            .where(SubjectRow.id == subject_id, SubjectRow.account_id.is_(None))
            .values(account_id=row.account_id)
        )

    def account_of(self, subject_id: str) -> str | None:
        """Return whose passkey signed for a subject."""
        return self._session.scalar(
            select(SubjectRow.account_id).where(SubjectRow.id == subject_id)
        )

    def subjects_of(self, account_id: str) -> Sequence[str]:
        """Return the subjects for whom an account's passkeys signed, newest first.

        Those of whom nothing is held any more are left out.
        """
        held = exists().where(WrappedKeyRow.subject_id == SubjectRow.id)
        query = select(SubjectRow.id).where(SubjectRow.account_id == account_id, held)
        return tuple(self._session.scalars(query.order_by(SubjectRow.created_at.desc())))

    def sign_in_of(self, token_hash: str) -> SignIn:
        """Return who signed in last in a browser session, and until when that counts."""
        row = self._session.get(BrowserSessionRow, token_hash)
        return SignIn(None, None) if row is None else SignIn(row.account_id, row.signed_in_until)

    def sign_in(
        self, old: str, new: str, account_id: str, until: datetime, *, now: datetime
    ) -> None:
        """Sign an account in under a fresh token: whoever knew the old one is left outside.

        The browser's own sittings move along; those for whom another account signed do not, and
        neither do those that have ended: nobody knows any more who signed for them.
        """
        self._session.add(
            BrowserSessionRow(
                token_hash=new, created_at=now, account_id=account_id, signed_in_until=until
            )
        )
        self._session.flush()
        foreign = select(SubjectRow.id).where(SubjectRow.account_id != account_id)
        held = select(WrappedKeyRow.subject_id)
        of_session = SessionSubjectRow.token_hash == old
        subject = SessionSubjectRow.subject_id
        self._session.execute(
            update(SessionSubjectRow)
            .where(of_session, subject.not_in(foreign), subject.in_(held))
            .values(token_hash=new)
        )
        self._session.execute(delete(SessionSubjectRow).where(of_session))
        self._session.execute(delete(BrowserSessionRow).where(BrowserSessionRow.token_hash == old))

    def sign_out(self, token_hash: str) -> None:
        """Forget who signed in."""
        self._session.execute(
            update(BrowserSessionRow)
            .where(BrowserSessionRow.token_hash == token_hash)
            .values(account_id=None, signed_in_until=None)
        )

    def leaving(self, subject_id: str) -> str | None:
        """Return the account that goes with a subject: it signed for nobody else who stays."""
        account_id = self.account_of(subject_id)
        if account_id is None or set(self.subjects_of(account_id)) - {subject_id}:
            return None
        return account_id

    def unlink(self, subject_id: str) -> None:
        """Forget whose passkey signed for a subject."""
        self._session.execute(
            update(SubjectRow).where(SubjectRow.id == subject_id).values(account_id=None)
        )

    def end_account(self, account_id: str) -> int:
        """Forget an account; browsers stay signed in until their time is over, as nobody.

        Returns:
            How many passkeys went.
        """
        gone = self._session.execute(
            delete(PasskeyRow)
            .where(PasskeyRow.account_id == account_id)
            .returning(PasskeyRow.credential_id)
        ).all()
        for row in (SubjectRow, BrowserSessionRow):
            self._session.execute(
                update(row).where(row.account_id == account_id).values(account_id=None)
            )
        self._session.execute(delete(AccountRow).where(AccountRow.id == account_id))
        return len(gone)


class AccountPurger:
    """Deletes the account that signed for a subject, when it signed for nobody else who stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say what is there."""
        with self._database.reading() as unit:
            account_id = unit.passkeys.leaving(subject_id)
            return _found(0 if account_id is None else len(unit.passkeys.of_account(account_id)))

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete, and say what went."""
        with self._database.transaction() as unit:
            account_id = unit.passkeys.leaving(subject_id)
            unit.passkeys.unlink(subject_id)
            return _found(0 if account_id is None else unit.passkeys.end_account(account_id))


def _found(number: int) -> Sequence[Found]:
    one = "passkey (delete it in your device's own list too)"
    return [Found(number, one, "passkeys (delete them in your device's own list too)")]


def unknown_passkey() -> ConsentRefused:
    """Return the refusal of a passkey that this studio does not know, or no longer."""
    return ConsentRefused(
        "passkey_unknown",
        "This passkey is not known here, or no longer.",
        why="Passkeys are forgotten with the last consent that they signed.",
        next_step="Use another one, or make a new one.",
    )


def _known() -> ConsentRefused:
    return ConsentRefused(
        "passkey_known",
        "This passkey is known here already.",
        why="A passkey opens what one person signed, and nothing else.",
        next_step="Sign in with it.",
    )


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        account_id=row.account_id,
        created_at=row.created_at,
    )
