"""The database: SQLite beside the pictures, or PostgreSQL by its URL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from consent.adapters.anchor import HeadAnchor
from consent.adapters.captures import SqlCaptures
from consent.adapters.deletions import SqlDeletions
from consent.adapters.exports import SqlExports
from consent.adapters.keys import MasterKey
from consent.adapters.log import SqlLog
from consent.adapters.passkeys import SqlPasskeys
from consent.adapters.reports import SqlReports
from consent.adapters.repositories import SqlAnnouncements, SqlRecords, SqlSubjects
from consent.adapters.sessions import SqlSessions
from consent.adapters.tables import Base
from consent.adapters.vault import SqlVault
from consent.checkpoints import LogSigner
from consent.errors import ConsentError

__all__ = ["Base", "Database", "DatabaseVault", "SqlUnit"]

_READ_ONLY = "selfsame_read_only"
_BUSY_MS = 10_000
_WAL_PATIENCE_SECONDS = 30.0
_WAL_PAUSE_SECONDS = 0.05


class SqlUnit:
    """One transaction over everything that consent keeps."""

    def __init__(
        self,
        session: Session,
        master: MasterKey,
        log: LogSigner | None,
        anchor: HeadAnchor | None = None,
    ) -> None:
        self.session = session
        self.log = SqlLog(session, log, follow=anchor.follow if anchor else None)
        self.vault = SqlVault(session, master)
        self.subjects = SqlSubjects(session)
        self.records = SqlRecords(session)
        self.captures = SqlCaptures(session, self.vault)
        self.sessions = SqlSessions(session)
        self.exports = SqlExports(session)
        self.deletions = SqlDeletions(session)
        self.passkeys = SqlPasskeys(session)
        self.announcements = SqlAnnouncements(session)
        self.reports = SqlReports(session, master)


class Database:
    """Engine, transactions, migrations. Implements `consent.ports.Ledger`."""

    def __init__(
        self,
        url: str,
        master: MasterKey,
        log: LogSigner | None = None,
        *,
        anchor: HeadAnchor | None = None,
    ) -> None:
        """Open.

        Args:
            url: SQLAlchemy's.
            master: wraps and seals.
            log: signs the log's heads; without it nothing can be appended.
            anchor: keeps each new head beside the keys; None: nowhere.
        """
        # What an error says goes to the log: never what was to be stored of somebody.
        self.engine = create_engine(url, hide_parameters=True)
        self._master = master
        self._log = log
        self._anchor = anchor
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._reader = self.engine.execution_options(**{_READ_ONLY: True})

    @contextmanager
    def transaction(self) -> Iterator[SqlUnit]:
        """Yield one unit that may write; commit on a clean exit, else roll back."""
        with Session(self.engine) as session, session.begin():
            yield self.unit_of(session)

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        """Yield one unit that only reads: it never waits for a writer."""
        with Session(self._reader) as session:
            yield self.unit_of(session)

    def unit_of(self, session: Session) -> SqlUnit:
        """Return a unit over somebody else's session, e.g. the job engine's transaction."""
        return SqlUnit(session, self._master, self._log, self._anchor)

    def migrate(self) -> None:
        """Bring the tables up to this version."""
        config = Config()
        config.set_main_option("script_location", "consent.adapters:migrations")
        config.set_main_option("path_separator", "os")
        with self.engine.begin() as connection:
            before = MigrationContext.configure(connection).get_current_revision()
            config.attributes["connection"] = connection
            config.attributes["master"] = self._master  # seals what older versions wrote plainly
            command.upgrade(config, "head")
            after = MigrationContext.configure(connection).get_current_revision()
        if before not in {None, after}:
            self.truncate_wal()  # it may hold what was sealed just now as it was

    def truncate_wal(
        self,
        *,
        wait: Callable[[float], None] = time.sleep,
        patience: float = _WAL_PATIENCE_SECONDS,
    ) -> None:
        """Empty SQLite's write-ahead log, which may still hold a deleted key.

        Args:
            wait: pauses for a number of seconds while readers finish.
            patience: seconds before giving up.

        Raises:
            ConsentError: readers did not finish in time; try again.
        """
        if self.engine.dialect.name != "sqlite":
            return
        for _ in range(max(1, round(patience / _WAL_PAUSE_SECONDS))):
            if _checkpointed(self.engine):
                return
            wait(_WAL_PAUSE_SECONDS)
        raise ConsentError("The write-ahead log is still being read; deletion is not complete.")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class DatabaseVault:
    """A `consent.ports.KeyVault` whose every call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, subject_id: str) -> None:
        """Make and wrap a data key for a new subject."""
        with self._database.transaction() as unit:
            unit.vault.create(subject_id)

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        """Encrypt under the subject's data key."""
        with self._database.reading() as unit:
            return unit.vault.seal(subject_id, kind, plaintext)

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt, or raise ConsentRefused when the key was destroyed."""
        with self._database.reading() as unit:
            return unit.vault.unseal(subject_id, kind, sealed)

    def derive(self, subject_id: str, label: str) -> bytes:
        """Return 32 bytes that belong to a label and die with the data key."""
        with self._database.reading() as unit:
            return unit.vault.derive(subject_id, label)

    def destroy(self, subject_id: str) -> None:
        """Destroy the wrapped key, in the write-ahead log too."""
        with self._database.transaction() as unit:
            unit.vault.destroy(subject_id)
        self._database.truncate_wal()


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Set what SQLite forgets with each connection."""
    del entry
    # Python's own transaction handling would begin late, and deferred.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at the start: a later upgrade could fail instead of wait."""
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _checkpointed(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")  # the caller waits, and can be told to stop
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy_pages_done = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        cursor.close()
    finally:
        connection.close()
    return busy_pages_done is not None and busy_pages_done[0] == 0
