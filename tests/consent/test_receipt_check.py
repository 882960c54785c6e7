from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.adapters.database import DatabaseVault
from consent.checkpoints import LogSigner, cosign, verify_cosignature, with_cosignatures
from consent.entries import log_shred, logged_json
from consent.errors import RecordInvalid
from consent.proof_check import TrustedKeys, Verdict
from consent.receipt_check import check_receipt
from consent.receipt_form import MAX_BYTES, read_receipt
from consent.receipts import RECEIPT_DOMAIN, receipt
from consent.records import new_record
from consent.signing import DELETION_DOMAIN, ServiceSigner
from consent.statements import time_text
from consent.withdrawal import DeletionReceipt
from tests.consent.receipt_fakes import (
    ORIGIN,
    WITNESS,
    WITNESS_KEY,
    Registry,
    signed_by_passkey,
)
from tests.fakes import (
    LOG_SIGNER,
    NOON,
    SIGNER,
    MemoryLog,
    a_choice,
    a_subject,
    identifier,
    terms,
)

LATER = NOON + timedelta(hours=2)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
TRUSTED = TrustedKeys(LOG_SIGNER.vkey, (WITNESS_KEY,))


def findings(document, *, now=LATER, trusted=None):
    """Return what a file with this document shows: code to finding."""
    read = read_receipt(json.dumps(document).encode())
    return {each.code: each for each in check_receipt(read, now=now, trusted=trusted)}


def failing(document, **known):
    return {c for c, each in findings(document, **known).items() if each.verdict is Verdict.FAILS}


def unknown(document, **known):
    return {c for c, each in findings(document, **known).items() if each.verdict is Verdict.UNKNOWN}


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture
def document(registry):
    """The receipt of one consent among others, signed by passkey and witnessed."""
    registry.fill(2)
    record = registry.give("ada", passkey=True)
    registry.fill(4)
    registry.witness()
    return registry.receipt(record)


def signed_again(record, **changes):
    """Sign a changed record as its studio could, keeping its place in the log."""
    return replace(SIGNER.sign(replace(record, **changes)), log_index=record.log_index)


def issued(document, signer=SIGNER):
    """Sign a changed receipt anew as a whole, as its issuer could."""
    rest = {name: value for name, value in document.items() if name != "receipt_signature"}
    value = signer.sign_document(rest, domain=RECEIPT_DOMAIN)
    signature = {**document["receipt_signature"], "value": value.hex()}
    signature["key_id"] = signer.key_id
    signature["public_key"] = signer.public_key(signer.key_id).public_bytes_raw().hex()
    return {**rest, "receipt_signature": signature}


def test_a_receipt_as_it_was_handed_over_holds(document):
    found = findings(document, trusted=TRUSTED)
    assert failing(document, trusted=TRUSTED) == set()
    assert {code for code, each in found.items() if each.verdict is Verdict.FOUND} == {
        *("form", "whole", "record", "written", "passkey", "notice"),
        *("opening", "inclusion", "checkpoint", "witness"),
    }
    assert unknown(document, trusted=TRUSTED) == {"standing", "who"}
    assert ORIGIN in found["passkey"].sentence
    assert "entry 2 in a log of 7" in found["inclusion"].sentence
    assert "witness.example saw this checkpoint" in found["witness"].sentence


def test_every_finding_is_one_plain_sentence(document):
    for finding in findings(document).values():
        assert finding.sentence[0].isupper()
        assert finding.sentence.endswith(".")


def test_without_keys_from_elsewhere_the_witness_stays_unknown(document):
    assert failing(document) == set()
    assert unknown(document) == {"standing", "who", "witness"}
    assert LOG_SIGNER.vkey in findings(document)["checkpoint"].sentence


def test_a_receipt_without_passkey_says_that_the_studio_alone_signed(registry):
    document = registry.receipt(registry.give())
    assert failing(document) == set()
    assert "studio alone" in findings(document)["passkey"].sentence


def test_whether_a_consent_stands_is_for_the_studio_to_say(registry, document):
    assert findings(document)["standing"].verdict is Verdict.UNKNOWN
    ended = findings(document, now=NOON + timedelta(days=91))["standing"]
    assert (ended.verdict, "ran out on 2026-05-30" in ended.sentence) == (Verdict.FOUND, True)
    record = registry.give("bob")
    registry.ledger.records.withdraw(record.record_id, NOON + timedelta(minutes=1))
    withdrawn = registry.receipt(registry.ledger.records.load(record.record_id))
    assert "withdrawn" in findings(withdrawn)["standing"].sentence


def test_a_receipt_out_of_a_database_holds_before_and_after_the_end(database):
    studio = Registry(database)
    record = studio.give(passkey=True)
    studio.give("eve")
    with database.transaction() as unit:
        note = unit.log.head()
        line = cosign(note, WITNESS, "witness.example", LATER)
        seen = verify_cosignature(with_cosignatures(note, [line]), WITNESS_KEY)
        unit.log.add_cosignature(note, seen)
    studio.give("zoe")
    given = studio.receipt(record)
    assert given["log"]["size"] == 2
    assert failing(given, trusted=TRUSTED) == set()
    assert unknown(given, trusted=TRUSTED) == {"standing", "who"}
    with database.transaction() as unit:
        unit.records.withdraw(record.record_id, NOON + timedelta(minutes=1))
    DatabaseVault(database).destroy(record.subject_id)
    with database.reading() as unit:
        record = unit.records.load(record.record_id)
    ended = studio.receipt(record)
    assert failing(ended, trusted=TRUSTED) == set()
    assert unknown(ended, trusted=TRUSTED) == {"opening", "who"}
    assert failing(given, trusted=TRUSTED) == set()


# Edited


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("extensions", "audience", "commercial"),
        ("extensions", "families", ["illustrated", "painted"]),
        ("extensions", "summary", "Selfsame may do anything."),
        ("extensions", "output_cap", 9999),
        ("header", "pii_principal_id", "0" * 32),
        ("processing", "storage_locations", ["elsewhere"]),
    ],
)
def test_an_edited_record_fails_everywhere_that_binds_it(document, section, name, value):
    document["record"][section][name] = value
    assert failing(document) >= {"whole", "record", "passkey", "opening"}


def test_a_record_that_is_signed_again_by_the_studio_still_fails_the_passkey_and_the_log(document):
    record = new_record(
        a_subject(),
        a_choice(families=frozenset({"illustrated", "painted"})),
        terms(),
        record_id=document["record"]["header"]["record_id"],
        nonce=document["record"]["extensions"]["nonce"],
        now=NOON,
    )
    told = document["record"]["extensions"]["subject_signature"]
    forged = receipt(SIGNER.sign(signed_by_passkey(record)), SIGNER, now=NOON)
    forged["record"]["extensions"]["subject_signature"] = told  # the one that the subject made
    document["record"] = forged["record"]
    value = SIGNER.sign_document(document["record"], domain=b"selfsame consent record 1\n")
    document["signature"]["value"] = value.hex()
    assert failing(issued(document)) == {"passkey", "opening"}


def test_a_passkey_signature_over_something_else_fails(registry):
    other = signed_by_passkey(registry.give("eve"))
    for spoilt in (
        {"origin": "http://localhost.evil.example"},
        {"verified": False},
        {"challenge": b"\x01" * 32},
    ):
        record = signed_by_passkey(registry.give("ada"), **spoilt)
        document = registry.receipt(signed_again(record))
        assert "passkey" in failing(document), spoilt
    stolen = signed_again(registry.give("ada"), subject_signature=other.subject_signature)
    assert "passkey" in failing(registry.receipt(stolen))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "withdrawn"),
        ("issued_at", "2026-03-02T00:00:00.000000Z"),
        ("@context", {"dpv": "urn:elsewhere"}),
    ],
)
def test_what_stands_around_the_record_is_bound_as_well(document, name, value):
    document[name] = value
    assert failing(document) == {"whole"}


def test_another_text_under_the_name_of_a_notice_fails(registry):
    record = signed_again(registry.give(), notice_sha256="0" * 64)
    assert "notice" in failing(registry.receipt(record))
    unheard = signed_again(record, notice_uri="urn:selfsame:notice:99:en")
    assert "notice" in unknown(registry.receipt(unheard))


# Truncated


@pytest.mark.parametrize(
    "name", ["record", "signature", "log", "passkey", "history", "receipt_signature", "issued_at"]
)
def test_a_receipt_that_lost_a_part_is_not_whole(document, name):
    del document[name]
    assert failing(document) == {"form"}
    assert name in findings(document)["form"].sentence


def test_a_receipt_cannot_say_that_there_was_no_log(document):
    document["log"] = None
    assert failing(issued(document)) == {"form"}


def test_a_proof_that_lost_a_step_fails(document):
    for cut in (slice(1, None), slice(None, -1)):
        spoilt = copy.deepcopy(document)
        spoilt["log"]["proof"] = spoilt["log"]["proof"][cut]
        assert failing(issued(spoilt)) == {"inclusion"}


def test_a_receipt_without_its_opening_proves_less_and_says_so(document):
    document["log"]["opening"] = None
    assert failing(document) == {"whole"}
    assert "opening" in unknown(document)


@pytest.mark.parametrize("length", [0, 1, 500, -1])
def test_a_file_that_was_cut_off_is_no_receipt(document, length):
    data = json.dumps(document).encode()
    with pytest.raises(RecordInvalid) as caught:
        read_receipt(data[:length])
    assert caught.value.code == "receipt_unreadable"


# Reordered


def test_a_proof_in_another_order_fails(document):
    document["log"]["proof"].reverse()
    assert failing(issued(document)) == {"inclusion"}


def test_events_in_another_order_fail(document):
    document["history"].append({**document["history"][0], "time": "2026-02-01T00:00:00.000000Z"})
    assert failing(issued(document)) == {"history"}
    document["history"].reverse()
    assert failing(issued(document)) == {"history"}


def test_a_record_in_another_order_is_not_what_a_studio_writes(registry):
    document = registry.receipt(registry.give(families=frozenset({"illustrated", "painted"})))
    document["record"]["extensions"]["families"].reverse()
    assert failing(issued(document)) == {"record", "written", "opening"}


def test_the_order_of_names_in_the_file_means_nothing(document):
    assert failing(dict(reversed(document.items()))) == set()


def test_a_name_that_stands_twice_is_refused(document):
    text = json.dumps(document)
    twice = text.replace('"state": "given"', '"state": "withdrawn", "state": "given"')
    assert twice != text
    with pytest.raises(RecordInvalid):
        read_receipt(twice.encode())


# Replayed


def test_another_receipts_proof_does_not_open(registry, document):
    other = registry.receipt(registry.give("eve", passkey=True))
    document["log"] = other["log"]
    assert failing(issued(document)) == {"opening"}


def test_another_receipts_opening_does_not_open(registry, document):
    other = registry.receipt(registry.give("eve"))
    document["log"]["opening"] = other["log"]["opening"]
    assert failing(issued(document)) == {"opening"}


def test_another_receipts_signatures_do_not_fit(registry, document):
    other = registry.receipt(registry.give("eve", passkey=True))
    for name, codes in (
        ("signature", {"record", "opening"}),
        ("passkey", {"passkey"}),
        ("receipt_signature", {"whole"}),
    ):
        spoilt = {**document, name: other[name]}
        assert failing(spoilt) >= codes, name


def test_a_proof_of_another_tree_fails(registry, document):
    grown = copy.deepcopy(document)
    registry.fill(3)
    record = registry.ledger.records.load(document["record"]["header"]["record_id"])
    with registry.ledger.reading() as unit:
        newer = logged_json(unit.log.prove(record.log_index))
    grown["log"]["checkpoint"] = newer["checkpoint"]
    assert failing(issued(grown)) >= {"inclusion"}
    moved = copy.deepcopy(document)
    moved["log"]["index"] = 3
    assert failing(issued(moved)) == {"inclusion"}


def test_a_checkpoint_of_a_larger_tree_with_the_same_root_hash_fails(document):
    document["log"]["size"] += 1
    assert failing(issued(document)) == {"inclusion"}


# Another log, other keys


def test_a_log_made_up_for_the_receipt_fails_against_the_key_that_one_knows(registry):
    made_up = LogSigner(LOG_SIGNER.origin, STRANGER)
    registry.ledger.log = MemoryLog(made_up)
    document = registry.receipt(registry.give())
    assert failing(document) == set()
    assert failing(document, trusted=TRUSTED) == {"checkpoint"}
    told = copy.deepcopy(document)
    told["log"]["log_vkey"] = LOG_SIGNER.vkey
    assert failing(issued(told)) == {"checkpoint"}


def test_a_receipt_that_names_another_key_of_the_log_is_told(document):
    document["log"]["log_vkey"] = LogSigner(LOG_SIGNER.origin, STRANGER).vkey
    assert failing(issued(document), trusted=TRUSTED) == {"log_key"}


def test_a_witness_that_did_not_sign_fails(document):
    spoilt = copy.deepcopy(document)
    spoilt["log"]["cosignatures"][0]["witness"] = "other.example"
    assert failing(issued(spoilt)) == {"witness"}
    line = document["log"]["cosignatures"][0]["line"]
    spoilt["log"]["cosignatures"] = [{"witness": "witness.example", "line": line[:-8] + "AAAAAAA="}]
    assert failing(issued(spoilt), trusted=TRUSTED) == {"witness"}


def test_a_receipt_issued_with_another_key_than_the_record_says_so(document):
    stranger = issued(document, ServiceSigner(STRANGER))
    assert failing(stranger) == set()
    assert "keys" in unknown(stranger)


def test_a_key_that_does_not_carry_its_own_identifier_fails(document):
    document["signature"]["public_key"] = STRANGER.public_key().public_bytes_raw().hex()
    assert failing(issued(document)) == {"record"}


def test_an_entry_from_before_the_consent_fails(registry):
    later = signed_again(registry.give(at=NOON), given_at=NOON + timedelta(days=1))
    document = registry.receipt(later, now=NOON + timedelta(days=2))
    assert "log_time" in failing(document)


# Whatever else a file may hold


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"schema_version": "urn:selfsame:consent-record:2"}',
        b'{"schema_version": "urn:selfsame:receipt:1", "x": NaN}',
        b"[" * 100_000,
        b" " * (MAX_BYTES + 1),
    ],
)
def test_what_is_no_receipt_is_refused(data):
    with pytest.raises(RecordInvalid) as caught:
        read_receipt(data)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("log", "index"), 1.5),
        (("log", "index"), -1),
        (("log", "index"), 2**70),
        (("log", "size"), 1e300),
        (("log", "proof"), ["A" * 43 + "="] * 65),
        (("log", "leaf", "type"), "withdrawal"),
        (("log", "leaf", "time"), "2026-02-31T12:00:00.000000Z"),
        (("log", "checkpoint"), "nonsense"),
        (("log", "log_vkey"), "nonsense"),
        (("signature", "domain"), "selfsame deletion receipt 1\n"),
        (("history", 0, "time"), "2026-13-01T12:00:00.000000Z"),
        (("record", "header", "schema_version"), "urn:selfsame:consent-record:99"),
        (("@context",), {"a": "\ud800"}),
    ],
)
def test_a_malformed_part_is_found_and_never_raises(document, path, value):
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert failing(document)


def test_whole_numbers_may_be_written_as_fractions(document):
    document["log"]["index"] = float(document["log"]["index"])
    assert failing(document) == set()


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just([]))


@cache
def one_of_four():
    registry = Registry()
    registry.fill(1)
    record = registry.give(passkey=True)
    registry.fill(2)
    return registry.receipt(record)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_change_of_one_value_goes_unseen(data):
    document = copy.deepcopy(one_of_four())
    place, changed = document, document
    step = None
    while isinstance(changed, (dict, list)) and changed:
        names = sorted(changed) if isinstance(changed, dict) else range(len(changed))
        step = data.draw(st.sampled_from(list(names)))
        place, changed = changed, changed[step]
    value = data.draw(LEAVES.filter(lambda new: new != changed))
    place[step] = value
    with suppress(RecordInvalid):
        assert failing(document)


# Deletion receipts


@pytest.fixture
def deletion(registry):
    registry.fill(3)
    document = {
        "schema_version": "urn:selfsame:deletion-receipt:2",
        "pii_principal_id": identifier("ada"),
        "records": [identifier("record")],
        "reason": "dpv:ConsentWithdrawn",
        "ended_at": time_text(NOON),
        "completed_at": time_text(NOON + timedelta(seconds=2)),
        "stopped_jobs": 1,
        "deleted": ["5 selfies", "the key that your data was locked with"],
        "remaining": "Pictures that you downloaded stay where they are.",
        "exported_files": [
            {
                "output_id": identifier("output"),
                "media_type": "image/png",
                "sha256": "ab" * 32,
                "exported_at": time_text(NOON),
                "marks": ["visible label"],
            }
        ],
    }
    nonce = b"\x07" * 32
    index = log_shred(registry.ledger, document, nonce, NOON + timedelta(seconds=2))
    return DeletionReceipt(
        document=document,
        key_id=SIGNER.key_id,
        public_key=SIGNER.public_key(SIGNER.key_id).public_bytes_raw(),
        signature=SIGNER.sign_document(document, domain=DELETION_DOMAIN),
        nonce=nonce,
        logged=registry.ledger.log.prove(index),
        log_vkey=LOG_SIGNER.vkey,
    ).as_json()


def test_a_deletion_receipt_holds(deletion):
    assert failing(deletion, trusted=TRUSTED) == set()
    assert unknown(deletion) == unknown(deletion, trusted=TRUSTED) == {"who", "copies"}


def test_an_edited_deletion_receipt_fails(deletion):
    deletion["deleted"].append("everything else as well")
    assert failing(deletion) == {"record", "opening"}


def test_a_deletion_receipt_with_another_ones_proof_fails(deletion, document):
    deletion["log"] = {**deletion["log"], "opening": document["log"]["opening"]}
    assert failing(deletion) == {"opening"}
    deletion["log"] = {
        name: value for name, value in document["log"].items() if name in deletion["log"]
    }
    assert failing(deletion) == {"form"}


@pytest.mark.parametrize("name", ["log", "exported_files", "deleted", "signature"])
def test_a_deletion_receipt_that_lost_a_part_is_not_whole(deletion, name):
    del deletion[name]
    assert failing(deletion) == {"form"}


def test_a_deletion_receipt_without_the_key_cannot_be_checked_and_says_so(deletion):
    del deletion["signature"]["public_key"]
    assert "record" in unknown(deletion)
    assert failing(deletion) == set()


def test_further_receipts_are_checked_as_well(deletion):
    further = copy.deepcopy(deletion)
    further["stopped_jobs"] = 2
    deletion["further_receipts"] = [further]
    assert failing(deletion) == {"further_1.record", "further_1.opening"}


def test_a_deletion_receipt_of_before_the_log_can_be_read(deletion):
    old = {name: value for name, value in deletion.items() if name not in {"log", "exported_files"}}
    old["schema_version"] = "urn:selfsame:deletion-receipt:1"
    signed = {name: value for name, value in old.items() if name != "signature"}
    old["signature"]["value"] = SIGNER.sign_document(signed, domain=DELETION_DOMAIN).hex()
    assert failing(old) == set()
    assert unknown(old) == {"log", "who", "copies"}
