from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.errors import ConsentRefused, RecordInvalid
from consent.records import canonical_bytes, new_record, receipt_hash, record_from_json
from consent.statements import statement
from consent.types import Audience, RecordState, SubjectKind
from tests.fakes import NOON, a_choice, a_record, a_subject, identifier, terms


def make(choice=None, **changes):
    values = {"record_id": identifier("r"), "nonce": identifier("n"), "now": NOON, **changes}
    return new_record(a_subject(), choice or a_choice(), terms(), **values)


def test_without_the_tick_there_is_no_record():
    with pytest.raises(ConsentRefused) as refused:
        make(a_choice(adult=False))
    assert refused.value.code == "adult_not_attested"


def test_a_truthy_tick_is_not_a_tick():
    with pytest.raises(ConsentRefused):
        make(replace(a_choice(), adult_attested="yes"))


def test_nothing_switched_on_is_nothing_to_make():
    with pytest.raises(ConsentRefused, match=r"Nothing to make yet\. Switch on") as refused:
        make(a_choice(families=frozenset()))
    assert refused.value.code == "nothing_allowed"


@pytest.mark.parametrize("days", [0, -1, 366])
def test_consent_lasts_a_day_to_a_year(days):
    with pytest.raises(ConsentRefused) as refused:
        make(a_choice(days=days))
    assert refused.value.code == "retention_too_long"


@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_record_expires_when_the_person_chose(days):
    assert make(a_choice(days=days)).expires_at == NOON + timedelta(days=days)


@pytest.mark.parametrize("changes", [{"record_id": "short"}, {"nonce": "x" * 32}])
def test_malformed_identifiers_are_refused(changes):
    with pytest.raises(RecordInvalid) as refused:
        make(**changes)
    assert refused.value.code == "record_schema"


@pytest.mark.parametrize("kind", SubjectKind)
@pytest.mark.parametrize("audience", Audience)
def test_a_record_survives_its_canonical_bytes(kind, audience):
    subject = a_subject(kind=kind)
    record = new_record(
        subject,
        a_choice(audience=audience, families=frozenset({"illustrated", "painted"})),
        terms(),
        record_id=identifier("r"),
        nonce=identifier("n"),
        now=NOON + timedelta(microseconds=1),
    )
    assert record_from_json(canonical_bytes(record)) == record


def test_canonical_bytes_do_not_depend_on_order():
    one = make(a_choice(families=frozenset(["illustrated", "painted"])))
    other = make(a_choice(families=frozenset(["painted", "illustrated"])))
    assert canonical_bytes(one) == canonical_bytes(other)


def test_the_statement_has_the_sections_of_the_standard():
    document = statement(make())
    assert set(document) == {"header", "processing", "parties", "events", "extensions"}
    assert document["processing"]["lawful_basis"] == "eu-gdpr:A9-2-a"
    assert document["processing"]["recipients"] == []
    assert document["events"][0]["consent_type"] == "dpv:ExplicitlyExpressedConsent"
    assert document["extensions"]["subject_signature"] is None
    assert any(
        item["name"] == "face template" for item in document["processing"]["pii_information"]
    )


def changed(path, value):
    document = json.loads(canonical_bytes(make()))
    *parents, last = path
    place = document
    for key in parents:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["extensions", "adult_attested"], False),
        (["extensions", "families"], []),
        (["extensions", "nonce"], None),
        (["extensions", "more"], "than agreed"),
        (["header", "subject_kind"], "animal"),
        (["header", "schema_version"], "urn:selfsame:consent-record:3"),
        (["processing", "purpose"], "advertising"),
        (["processing", "recipients"], ["a broker"]),
        (["processing", "retention", "days"], 3650),
        (["processing", "retention", "until"], "tomorrow"),
        (["parties"], []),
        (["events"], []),
    ],
)
def test_a_record_that_does_not_follow_the_schema_is_refused(path, value):
    with pytest.raises(RecordInvalid) as refused:
        record_from_json(changed(path, value))
    assert refused.value.code == "record_schema"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"record"', b"\xff"])
def test_what_is_not_a_record_is_refused(text):
    with pytest.raises(RecordInvalid):
        record_from_json(text)


def test_state_follows_time_and_withdrawal():
    record = a_record(a_subject())
    assert record.state(NOON) is RecordState.GIVEN
    assert record.state(record.expires_at) is RecordState.EXPIRED
    withdrawn = replace(record, withdrawn_at=NOON)
    assert withdrawn.state(record.expires_at) is RecordState.WITHDRAWN


def test_a_withdrawal_changes_neither_statement_nor_receipt_hash():
    record = a_record(a_subject())
    withdrawn = replace(record, withdrawn_at=NOON)
    assert canonical_bytes(withdrawn) == canonical_bytes(record)
    assert receipt_hash(withdrawn) == receipt_hash(record)


def test_different_records_have_different_receipt_hashes():
    ada = a_record(a_subject("ada"))
    assert receipt_hash(ada) != receipt_hash(a_record(a_subject("bob")))
    assert receipt_hash(ada) != receipt_hash(a_record(a_subject("ada"), name="second"))
