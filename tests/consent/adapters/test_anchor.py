"""A database that is older than the studio, or another one, is refused."""

from __future__ import annotations

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from consent.adapters.anchor import HeadAnchor, require_continuity
from consent.adapters.database import Database
from consent.checkpoints import (
    read_checkpoint,
)
from consent.errors import ConsentRefused
from tests.consent.adapters.logs import (
    VERIFIER,
    a_leaf,
    check,
    damage_node,
    fill,
    refused,
    rewrite,
)
from tests.consent.conftest import MASTER
from tests.fakes import LOG_SIGNER, NOON


@pytest.fixture
def anchored(migrated, tmp_path):
    """A database, the file beside its keys, and a copy of both to put back."""
    path = tmp_path / "anchored.db"
    shutil.copy(migrated, path)
    anchor = HeadAnchor(tmp_path / "keys")
    database = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER, anchor=anchor)
    yield database, anchor, path
    database.close()


def continues(database, anchor):
    with database.reading() as unit:
        require_continuity(unit.log, anchor, VERIFIER)


def test_the_newest_head_is_kept_beside_the_keys_for_its_owner_alone(anchored, tmp_path):
    database, anchor, _ = anchored
    assert anchor.read() is None
    fill(database, 3)
    assert read_checkpoint(anchor.read()).size == 3
    assert stat.S_IMODE((tmp_path / "keys" / "log-head").stat().st_mode) == 0o600
    continues(database, anchor)


def test_what_was_not_committed_is_not_kept_beside_the_keys(anchored):
    database, anchor, _ = anchored
    fill(database, 3)

    def halfway():
        with database.transaction() as unit:
            unit.log.append(a_leaf(3))
            assert read_checkpoint(anchor.read()).size == 3
            unit.subjects.load("unknown")

    with pytest.raises(ConsentRefused):
        halfway()
    fill(database, 1, start=3)
    assert read_checkpoint(anchor.read()).size == 4


def test_a_database_put_back_from_a_copy_is_refused_and_named(anchored, tmp_path):
    database, anchor, path = anchored
    fill(database, 3)
    database.truncate_wal()
    shutil.copy(path, tmp_path / "copy.db")
    fill(database, 2, start=3)
    older = Database(f"sqlite:///{tmp_path / 'copy.db'}", MASTER, LOG_SIGNER)
    refusal = refused(continues, older, anchor)
    older.close()
    assert refusal.code == "log_rolled_back"
    assert "3 of 5 entries" in refusal.what
    assert "app.db" in refusal.next_step


def test_an_empty_database_in_place_of_the_log_is_refused(anchored, database):
    known, anchor, _ = anchored
    fill(known, 3)
    assert refused(continues, database, anchor).code == "log_rolled_back"


@pytest.mark.parametrize("size", [5, 8])
def test_a_copy_that_went_its_own_way_is_refused(anchored, database, size):
    known, anchor, _ = anchored
    fill(known, 5)
    rewrite(database, [a_leaf(number, at=NOON) for number in range(size)])
    assert refused(continues, database, anchor).code == "log_forked"


def test_a_lagging_file_is_no_fault_and_catches_up(anchored, tmp_path):
    database, _, _ = anchored
    fill(database, 3)
    behind = (tmp_path / "keys" / "log-head").read_bytes()
    fill(database, 2, start=3)
    (tmp_path / "keys" / "log-head").write_bytes(behind)
    opened_anew = HeadAnchor(tmp_path / "keys")
    continues(database, opened_anew)
    assert read_checkpoint(opened_anew.read()).size == 5


def test_a_forged_file_is_refused(anchored, tmp_path):
    database, anchor, _ = anchored
    fill(database, 3)
    file = tmp_path / "keys" / "log-head"
    file.write_text(file.read_text().replace("\n3\n", "\n2\n"))
    assert refused(continues, database, anchor).code == "checkpoint_invalid"


def test_a_forged_file_is_left_as_it_is_and_stops_nothing(anchored, tmp_path, caplog):
    database, _, _ = anchored
    fill(database, 3)
    (tmp_path / "keys" / "log-head").write_text("forged")
    fill(database, 1, start=3)
    assert "could not be kept" in caplog.text
    assert (tmp_path / "keys" / "log-head").read_text() == "forged"


def test_writers_of_several_processes_keep_the_newest_head(anchored, tmp_path):
    database, _, _ = anchored
    fill(database, 3)
    with database.reading() as unit:
        notes = [unit.log.prove(0, size).checkpoint for size in (1, 2, 3)]
    anchors = [HeadAnchor(tmp_path / "others") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            list(pool.map(lambda anchor: [anchor.keep(note) for note in notes], anchors))
    assert read_checkpoint(anchors[0].read()).size == 3


def test_a_tree_that_lost_its_hashes_is_noticed_at_opening(anchored):
    database, anchor, _ = anchored
    fill(database, 4)
    damage_node(database, 2, 0)
    assert refused(continues, database, anchor).code == "tree_changed"


def test_a_disk_that_refuses_the_file_stops_nothing(anchored, tmp_path, caplog):
    database, _, _ = anchored
    (tmp_path / "keys").write_text("no folder")
    fill(database, 3)
    assert "could not be kept" in caplog.text
    assert check(database).checkpoint.size == 3
