from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consent.notices import Controller
from consent.receipts import CONTEXT, receipt, receipt_page
from consent.records import new_record
from tests.fakes import NOON, SIGNER, a_choice, a_record, a_subject, identifier, terms


def test_the_receipt_can_be_checked_with_nothing_but_itself():
    document = json.loads(json.dumps(receipt(a_record(a_subject()), SIGNER)))
    signature = document["signature"]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))
    signed = signature["domain"].encode() + rfc8785.dumps(document["record"])
    key.verify(bytes.fromhex(signature["value"]), signed)
    document["record"]["extensions"]["audience"] = "commercial"
    with pytest.raises(InvalidSignature):
        key.verify(
            bytes.fromhex(signature["value"]),
            signature["domain"].encode() + rfc8785.dumps(document["record"]),
        )


def test_the_receipt_tells_of_a_withdrawal():
    record = replace(a_record(a_subject()), withdrawn_at=NOON)
    assert receipt(record, SIGNER)["withdrawn_at"] == "2026-03-01T12:00:00.000000Z"
    assert receipt(a_record(a_subject()), SIGNER)["withdrawn_at"] is None


def test_the_receipt_explains_its_words():
    assert CONTEXT["lawful_basis"] == "dpv:hasLegalBasis"
    assert receipt(a_record(a_subject()), SIGNER)["@context"] == CONTEXT


def hostile_record():
    controller = Controller(id="x", name="<script>alert(1)</script>", contact='"><img src=x>')
    record = new_record(
        a_subject(),
        a_choice(families=frozenset({"<b>bold</b>"})),
        terms(controller),
        record_id=identifier("r"),
        nonce=identifier("n"),
        now=NOON,
    )
    return SIGNER.sign(record)


def test_the_page_escapes_everything():
    page = receipt_page(hostile_record(), "<iframe>&\n", now=NOON)
    for tag in ("<script", "<img", "<b>", "<iframe"):
        assert tag not in page
    assert "&lt;script&gt;" in page


def test_the_page_says_whether_consent_stands():
    record = a_record(a_subject())
    assert "in force" in receipt_page(record, "Notice", now=NOON)
    assert "run out" in receipt_page(record, "Notice", now=NOON + timedelta(days=90))
    withdrawn = replace(record, withdrawn_at=NOON)
    assert "withdrawn" in receipt_page(withdrawn, "Notice", now=NOON)


def test_the_page_asks_nothing_of_the_network():
    page = receipt_page(a_record(a_subject()), "Notice", now=NOON)
    assert "http" not in page
    assert "src=" not in page
