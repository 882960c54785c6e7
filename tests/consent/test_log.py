from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785

from consent.errors import LogInvalid
from consent.log import Leaf, LeafKind, commit, verify_opening
from tests.fakes import NOON

OPENING = b"\x05" * 32


def a_leaf(kind=LeafKind.CONSENT, at=NOON, payload=b"record"):
    return Leaf(kind, at, commit(OPENING, payload))


@pytest.mark.parametrize("kind", LeafKind)
def test_a_leaf_is_canonical_json_and_comes_back_equal(kind):
    leaf = a_leaf(kind)
    assert rfc8785.dumps(json.loads(leaf.to_bytes())) == leaf.to_bytes()
    assert Leaf.from_bytes(leaf.to_bytes()) == leaf


def test_a_leaf_holds_kind_time_and_commitment_and_nothing_else():
    fields = json.loads(a_leaf().to_bytes())
    assert set(fields) == {"commitment", "time", "type"}
    assert len(fields["commitment"]) == 64


def test_a_leafs_time_is_written_in_utc_whatever_it_came_in():
    berlin = timezone(timedelta(hours=1))
    leaf = a_leaf(at=datetime(2026, 3, 1, 13, 0, tzinfo=berlin))
    assert leaf.to_bytes() == a_leaf(at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC)).to_bytes()


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        a_leaf(at=datetime(2026, 3, 1, 12, 0)).to_bytes()  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("commitment", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64])
def test_only_a_hash_is_a_commitment(commitment):
    with pytest.raises(ValueError, match="64"):
        Leaf(LeafKind.CONSENT, NOON, commitment)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        a_leaf().to_bytes() + b" ",
        a_leaf().to_bytes().replace(b":", b": "),
        a_leaf().to_bytes().replace(b"consent", b"rumour"),
        a_leaf().to_bytes().replace(b"2026-03", b"2026-13"),
        a_leaf().to_bytes().replace(b"}", b',"who":"Ada"}'),
    ],
)
def test_what_is_not_written_as_the_log_writes_it_is_no_leaf(data):
    with pytest.raises(LogInvalid) as refused:
        Leaf.from_bytes(data)
    assert refused.value.code == "leaf_invalid"
    assert refused.value.next_step


def test_a_commitment_opens_to_its_payload_and_to_no_other():
    verify_opening(a_leaf(), OPENING, b"record")
    for opening, payload in ((OPENING, b"another record"), (b"\x06" * 32, b"record")):
        with pytest.raises(LogInvalid) as refused:
            verify_opening(a_leaf(), opening, payload)
        assert refused.value.code == "opening_invalid"


def test_without_the_opening_equal_payloads_cannot_be_told():
    assert commit(OPENING, b"record") != commit(b"\x06" * 32, b"record")
