"""Logs for tests: fill one, and damage it in every way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, update

from consent.adapters.log import SqlLog
from consent.adapters.log_check import check_log
from consent.adapters.tables import LogHeadRow, LogLeafRow, LogNodeRow
from consent.checkpoints import (
    Checkpoint,
    cosign,
    verify_cosignature,
    with_cosignatures,
    witness_key,
)
from consent.errors import LogInvalid
from consent.log import Leaf, LeafKind, commit
from tests.fakes import LOG_SIGNER, NOON

WITNESS = Ed25519PrivateKey.from_private_bytes(b"\x13" * 32)
WITNESS_VKEY = witness_key("ada.example", WITNESS.public_key()).vkey
VERIFIER = LOG_SIGNER.verifier()


def a_leaf(number, at=None):
    at = NOON + timedelta(seconds=number) if at is None else at
    return Leaf(list(LeafKind)[number % 8], at, commit(bytes(32), number.to_bytes(4)))


def fill(database, count, start=0):
    with database.transaction() as unit:
        for number in range(start, start + count):
            assert unit.log.append(a_leaf(number)) == number


def check(database, witnesses=()):
    with database.reading() as unit:
        return check_log(unit.session, VERIFIER, witnesses=witnesses)


def refused(work, *arguments, **named):
    with pytest.raises(LogInvalid) as caught:
        work(*arguments, **named)
    assert caught.value.next_step
    return caught.value


def cosign_head(database, size):
    """Keep a witness's word about the tree of a size."""
    with database.transaction() as unit:
        note = LOG_SIGNER.sign(Checkpoint(LOG_SIGNER.origin, size, unit.log.root(size)))
        cosigned = with_cosignatures(note, [cosign(note, WITNESS, "ada.example", NOON)])
        unit.log.add_cosignature(note, verify_cosignature(cosigned, WITNESS_VKEY))


def rewrite(database, leaves, signer=LOG_SIGNER):
    """Write a whole log anew, consistent in itself, as somebody with the log's key could."""
    with database.transaction() as unit:
        for table in (LogLeafRow, LogNodeRow, LogHeadRow):
            unit.session.execute(delete(table))
        log = SqlLog(unit.session, signer)
        for leaf in leaves:
            log.append(leaf)


def change_leaf(database, index, data):
    with database.transaction() as unit:
        unit.session.execute(update(LogLeafRow).where(LogLeafRow.index == index).values(leaf=data))


def damage_node(database, level, index):
    where = (LogNodeRow.level == level) & (LogNodeRow.index == index)
    with database.transaction() as unit:
        unit.session.execute(update(LogNodeRow).where(where).values(hash=bytes(32)))
