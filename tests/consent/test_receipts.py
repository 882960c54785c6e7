from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyld import jsonld

from consent.notices import CURRENT_VERSION
from consent.receipt_form import fault_of
from consent.receipts import context, history
from consent.records import narrowed_record, passkey_challenge
from consent.types import Audience, Change, RecordState
from tests.consent.receipt_fakes import WITNESS_KEY, Registry
from tests.fakes import LOG_SIGNER, NOON, SIGNER, identifier

DPV = "https://w3id.org/dpv#"
DCT = "http://purl.org/dc/terms/"
# Terms of W3C DPV 2.0 (dpv.csv, pd.csv, eu-gdpr.csv of that release) that receipts may use.
DPV_TERMS = {
    *("DataSubject", "DataController", "ConsentReceipt", "ExplicitlyExpressedConsent"),
    *("ConsentGiven", "ConsentWithdrawn", "ConsentExpired", "ConsentStatusInvalidForProcessing"),
    *("Collect", "Analyse", "Store", "Transform", "Erase"),
    *("hasConsentControl", "hasConsentStatus", "hasContact", "hasDataSource", "hasDataSubject"),
    *("hasDuration", "hasEntity", "hasIndicationMethod", "hasJurisdiction", "hasLegalBasis"),
    *("hasLocation", "hasName", "hasNotice", "hasPersonalData", "hasProcessing", "hasPurpose"),
    *("hasRecipient", "hasRecordOfActivity", "hasRight", "hasScope", "hasStorageCondition"),
    *("isImplementedUsingTechnology", "isIndicatedAtTime", "isIndicatedBy"),
}
OWN_TERMS = {"specialCategory", "adultAttested", "writtenRelease"}


@pytest.fixture
def registry():
    return Registry()


def names_in(document):
    """Yield every IRI of an expanded document."""
    if isinstance(document, list):
        for item in document:
            yield from names_in(item)
    elif isinstance(document, dict) and document.get("@type") != "@json":
        for name, value in document.items():
            if name in {"@id", "@type"}:
                yield from [value] if isinstance(value, str) else value
            elif name != "@value":
                yield name
                yield from names_in(value)


def expanded(document):
    dropped = []
    options = {"on_property_dropped": lambda *lost: dropped.append(lost)}
    (node,) = jsonld.expand(document, options)
    assert not dropped
    return node


@pytest.mark.parametrize(
    ("name", "covered"), [("receipt_signature", None), ("signature", "record")]
)
def test_both_signatures_can_be_checked_with_nothing_but_the_receipt(registry, name, covered):
    document = registry.receipt(registry.give())
    signature = document.pop(name)
    signed = document[covered] if covered else document
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))
    value, domain = bytes.fromhex(signature["value"]), signature["domain"].encode()
    key.verify(value, domain + rfc8785.dumps(signed))
    document["record"]["extensions"]["audience"] = "commercial"
    with pytest.raises(InvalidSignature):
        key.verify(value, domain + rfc8785.dumps(signed))


@pytest.mark.parametrize("passkey", [True, False])
def test_a_receipt_follows_its_schema(registry, passkey):
    record = registry.give(passkey=passkey)
    registry.fill(4)
    registry.witness()
    document = registry.receipt(record)
    assert fault_of(document) is None
    assert (document["passkey"] is not None) is passkey
    if passkey:
        assert document["passkey"]["challenge"] == passkey_challenge(record).hex()


def test_a_receipt_of_before_the_log_holds_no_proof(registry):
    record = replace(registry.give(), version=1, summary="", log_index=None)
    document = registry.receipt(SIGNER.sign(record))
    assert document["log"] is None
    assert fault_of(document) is None


def test_a_jsonld_processor_finds_consent_under_dpv(registry):
    node = expanded(registry.receipt(registry.give(passkey=True, audience=Audience.PUBLIC)))
    assert node["@type"] == [f"{DPV}ConsentReceipt"]
    assert node[f"{DPV}hasConsentStatus"] == [{"@id": f"{DPV}ConsentGiven"}]
    (record,) = node[f"{DPV}hasRecordOfActivity"]
    assert record[f"{DPV}hasPurpose"] == [{"@id": "urn:selfsame:purpose:avatar-stills"}]
    assert record[f"{DPV}hasDataSubject"] == [{"@value": identifier("ada")}]
    assert record[f"{DPV}hasLegalBasis"] == [{"@id": f"{DPV[:-1]}/legal/eu/gdpr#A9-2-a"}]
    assert record[f"{DPV}hasRecipient"] == []
    (kept,) = record[f"{DPV}hasStorageCondition"]
    assert kept[f"{DPV}hasDuration"] == [{"@value": 90}]
    assert kept["http://www.w3.org/ns/dcat#endDate"][0]["@value"].startswith("2026-05-30T12:00")
    (status,) = record[f"{DPV}hasConsentStatus"]
    assert status["@type"] == [f"{DPV}ConsentGiven"]
    assert status[f"{DCT}valid"][0]["@value"].startswith("2026-05-30T12:00")
    assert record[f"{DPV}hasNotice"][0]["@id"] == f"urn:selfsame:notice:{CURRENT_VERSION}:en"
    assert [who["@type"] for who in record[f"{DPV}hasEntity"]] == [
        [f"{DPV}DataSubject"],
        [f"{DPV}DataController"],
    ]
    assert f"{DPV[:-1]}/pd#FacialPrint" in set(names_in(record))


def test_every_word_of_a_receipt_means_something_that_exists(registry):
    record = registry.give(passkey=True)
    registry.ledger.records.withdraw(record.record_id, NOON + timedelta(minutes=1))
    found = set(
        names_in(expanded(registry.receipt(registry.ledger.records.load(record.record_id))))
    )
    assert {name.removeprefix(DPV) for name in found if name.startswith(DPV)} <= DPV_TERMS
    own = "urn:selfsame:term:"
    assert {name.removeprefix(own) for name in found if name.startswith(own)} <= OWN_TERMS
    assert all(":" in name for name in found)


def test_a_receipt_can_be_changed_without_changing_the_next_one(registry):
    context()["dpv"] = "urn:elsewhere"
    assert context()["dpv"] == DPV


def test_the_proof_is_of_the_tree_that_a_witness_saw(registry):
    record = registry.give()
    registry.fill(2)
    assert registry.receipt(record)["log"]["size"] == 3
    registry.witness()
    registry.fill(5)
    log = registry.receipt(record)["log"]
    assert (log["index"], log["size"]) == (0, 3)
    assert [each["witness"] for each in log["cosignatures"]] == ["witness.example"]
    assert log["log_vkey"] == LOG_SIGNER.vkey
    assert WITNESS_KEY.startswith("witness.example+")


def test_a_receipt_after_the_end_tells_it_and_holds_no_opening(registry):
    record = registry.give()
    registry.ledger.records.withdraw(record.record_id, NOON + timedelta(minutes=1))
    registry.ledger.vault.destroy(record.subject_id)
    document = registry.receipt(registry.ledger.records.load(record.record_id))
    assert document["state"] == "withdrawn"
    assert [each["event"] for each in document["history"]] == ["given", "assented", "withdrawn"]
    assert document["history"][-1]["state"] == "dpv:ConsentWithdrawn"
    assert document["log"]["opening"] is None
    assert fault_of(document) is None


def test_history_tells_narrower_from_wider(registry):
    first = registry.give(families=frozenset({"illustrated", "painted"}))
    minute = timedelta(minutes=1)
    narrower = SIGNER.sign(
        narrowed_record(
            first,
            scope=replace(first.scope, families=frozenset({"painted"})),
            expires_at=first.expires_at,
            summary="Less.",
            record_id=identifier("narrower"),
            nonce=identifier("n"),
            now=NOON + minute,
        )
    )
    narrower = replace(narrower, assented_at=first.assented_at)
    (event,) = history(narrower, NOON + minute)
    assert (event.event, event.record_id) == ("narrowed", first.record_id)
    wider = replace(narrower, change=Change.EXTENDED, assented_at=None)
    assert [each.event for each in history(wider, NOON + minute)] == ["extended"]
    agreed = replace(wider, assented_at=NOON + 2 * minute)
    assert [each.event for each in history(agreed, NOON + 3 * minute)] == ["extended", "assented"]
    replaced = replace(first, replaced_at=NOON + minute, replaced_by=narrower.record_id)
    assert history(replaced, NOON + minute)[-1].state is RecordState.REPLACED
    assert history(replaced, NOON + minute)[-1].record_id == narrower.record_id
    assert history(first, first.expires_at)[-1].event == "expired"
