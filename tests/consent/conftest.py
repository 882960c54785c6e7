from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from consent.adapters.database import Database
from consent.adapters.keys import MasterKey
from tests.fakes import LOG_SIGNER

MASTER = MasterKey(b"\x02" * 32)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """A database file with all tables and no rows, made once."""
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    database = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER)
    database.migrate()
    database.truncate_wal()
    database.close()
    return path


@pytest.fixture
def database(migrated, tmp_path):
    path = tmp_path / "app.db"
    shutil.copy(migrated, path)
    database = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER)
    yield database
    database.close()
