"""The log's newest head beside the keys, so that an older or another database is noticed.

A database may be put back from a copy, or exchanged, with everything in it consistent: what was
withdrawn since would stand again. Keys are kept out of backups, so the file that lies with them
still knows better. It follows each commit: it may lag behind the database, and is never ahead.
"""

from __future__ import annotations

import logging
from pathlib import Path

from filelock import FileLock
from sqlalchemy import event
from sqlalchemy.orm import Session

from consent.adapters.keys import write_private
from consent.adapters.log import SqlLog
from consent.checkpoints import Checkpoint, LogVerifier, read_checkpoint
from consent.errors import LogInvalid
from consent.merkle import EMPTY_ROOT, log_invalid

PATIENCE_SECONDS = 5.0  # for another process that writes the file
LOG = logging.getLogger(__name__)
_NOTE = "selfsame_log_head"


class HeadAnchor:
    """The file `log-head` in the keys' folder, mode 600."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "log-head"
        # Several processes may share the folder; a thread's lock keeps out other threads too.
        self._lock = FileLock(folder / "log-head.lock", timeout=PATIENCE_SECONDS, mode=0o600)

    def read(self) -> str | None:
        """Return the signed checkpoint, None before the first."""
        return self._path.read_text(encoding="utf-8") if self._path.exists() else None

    def keep(self, note: str) -> None:
        """Write a newer head; a disk that refuses is told of, and stops nothing."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._lock:
                if read_checkpoint(note).size > self._size():
                    write_private(self._path, note.encode())
        except (OSError, LogInvalid) as error:  # a lock that nobody gives back is an OSError
            LOG.warning("The log's head could not be kept: %s", error)

    def _size(self) -> int:
        kept = self.read()
        return -1 if kept is None else read_checkpoint(kept).size

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
        known = _known(kept, verifier)
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


def _known(kept: str, verifier: LogVerifier) -> Checkpoint:
    try:
        return verifier.verify(kept)
    except LogInvalid as error:
        raise log_invalid(
            "checkpoint_invalid",
            "The file log-head beside the keys was changed, or is of another log.",
            next_step="Check whether somebody changed files here, and whether the setting "
            "log_origin is what it was; then move the file log-head out of the keys' folder.",
        ) from error


_PUT_BACK = (
    "Put the newest app.db back. If it is lost for good, move the file log-head out of the keys' "
    "folder: the studio opens, and witnesses will say that the log lost entries."
)


def _after_rollback(session: Session, _previous: object) -> None:
    if session.info.get(_NOTE):
        session.info[_NOTE] = ""
