"""The log's newest head beside the keys, so that an older or another database is noticed.

A database may be put back from a copy, or exchanged, with everything in it consistent: what was
withdrawn since would stand again. Keys are kept out of backups, so the file that lies with them
still knows better. It follows each commit: it may lag behind the database, and is never ahead.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from consent.adapters.keys import write_private
from consent.adapters.log import SqlLog
from consent.checkpoints import LogVerifier, read_checkpoint
from consent.merkle import EMPTY_ROOT, log_invalid

LOG = logging.getLogger(__name__)
_NOTE = "selfsame_log_head"


class HeadAnchor:
    """The file `log-head` in the keys' folder, mode 600."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "log-head"
        self._lock = threading.Lock()
        self._size = -1  # of the newest head that was written here

    def read(self) -> str | None:
        """Return the signed checkpoint, None before the first."""
        return self._path.read_text(encoding="utf-8") if self._path.exists() else None

    def keep(self, note: str) -> None:
        """Write a newer head; a disk that refuses is told of, and stops nothing."""
        size = read_checkpoint(note).size
        with self._lock:
            if size <= self._size:
                return
            try:
                write_private(self._path, note.encode())
            except OSError as error:
                LOG.warning("The log's head could not be kept: %s", error.strerror)
            else:
                self._size = size

    def follow(self, session: Session, note: str) -> None:
        """Keep a head once its transaction has been committed, and only then."""
        if _NOTE not in session.info:
            event.listen(session, "after_commit", self._after_commit)
            event.listen(session, "after_soft_rollback", _after_rollback)
        session.info[_NOTE] = note

    def _after_commit(self, session: Session) -> None:
        note = session.info.get(_NOTE)
        if note:
            session.info[_NOTE] = ""
            self.keep(note)


def require_continuity(log: SqlLog, anchor: HeadAnchor, verifier: LogVerifier) -> None:
    """Require that the database's log continues what this studio knew; called at opening.

    Raises:
        LogInvalid: `checkpoint_invalid` when a head is not signed by the log, `tree_changed` when
            the tree is not the signed one, `log_rolled_back` when entries are missing, and
            `log_forked` when there are others instead.
    """
    kept = anchor.read()  # first: another process may add an entry in between
    note = log.head()
    size, root = 0, EMPTY_ROOT
    if note is not None:
        head = verifier.verify(note)
        size, root = head.size, log.root(head.size)
        if root != head.root:
            raise log_invalid("tree_changed", "The log's tree is not the one that was signed.")
    if kept is not None:
        known = verifier.verify(kept)
        if size < known.size:
            raise log_invalid(
                "log_rolled_back",
                f"The database is older than this studio: its log has {size} of "
                f"{known.size} entries.",
                next_step=_PUT_BACK,
            )
        if log.root(known.size) != known.root:
            raise log_invalid(
                "log_forked",
                f"The database's log is another one: its first {known.size} entries differ.",
                next_step=_PUT_BACK,
            )
    if note is not None and note != kept:
        anchor.keep(note)


_PUT_BACK = (
    "Put the newest app.db back. If it is lost for good, move the file log-head out of the keys' "
    "folder: the studio opens, and witnesses will say that the log lost entries."
)


def _after_rollback(session: Session, _previous: object) -> None:
    if session.info.get(_NOTE):
        session.info[_NOTE] = ""
