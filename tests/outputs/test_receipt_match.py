from __future__ import annotations

import json
from dataclasses import replace

import pytest

from consent.records import receipt_hash
from outputs.provenance import ManifestEvidence, ManifestState, consent_assertion
from outputs.receipt_match import receipt_finding
from outputs.report import State, Technique
from tests.consent.receipt_fakes import Registry
from tests.outputs.samples import claim_of


@pytest.fixture(scope="module")
def registry():
    return Registry()


@pytest.fixture(scope="module")
def record(registry):
    registry.fill(3)
    return registry.give("ada")


@pytest.fixture
def receipt(registry, record):
    return json.loads(json.dumps(registry.receipt(record)))


@pytest.fixture
def evidence(registry, record):
    """Of a picture that was made under the record."""
    logged = registry.ledger.log.prove(record.log_index)
    claim = claim_of(receipt_hash=receipt_hash(record), logged=logged)
    return ManifestEvidence(ManifestState.TRUSTED, (), consent=consent_assertion(claim))


def test_receipt_opens_the_entry_that_the_picture_quotes(evidence, receipt):
    found = receipt_finding(evidence, receipt)
    assert (found.technique, found.state) == (Technique.RECEIPT, State.FOUND)
    assert "opens the log's entry" in found.sentence


def test_receipt_says_nothing_of_a_picture_that_a_stranger_signed(evidence, receipt):
    found = receipt_finding(replace(evidence, state=ManifestState.VALID), receipt)
    assert found.state is State.UNKNOWN
    assert "vouch" in found.sentence


def test_receipt_of_another_consent_does_not_fit(evidence, registry):
    other = json.loads(json.dumps(registry.receipt(registry.give("bea"))))
    found = receipt_finding(evidence, other)
    assert found.state is State.INVALID
    assert "another consent" in found.sentence


def test_edited_receipt_does_not_fit(evidence, receipt):
    receipt["record"]["extensions"]["families"] = ["painted"]
    assert receipt_finding(evidence, receipt).state is State.INVALID


def test_entry_of_another_consent_is_not_opened(evidence, receipt, registry):
    logged = registry.ledger.log.prove(0)
    foreign = consent_assertion(claim_of(logged=logged))["log"]
    mixed = replace(evidence, consent={**evidence.consent, "log": foreign})
    found = receipt_finding(mixed, receipt)
    assert found.state is State.INVALID
    assert "does not open" in found.sentence


@pytest.mark.parametrize("log", [None, [], {}, {"leaf": 5}, {"leaf": {"type": "consent"}}])
def test_entry_of_any_shape_is_a_finding(evidence, receipt, log):
    found = receipt_finding(replace(evidence, consent={**evidence.consent, "log": log}), receipt)
    assert found.state in {State.FOUND, State.INVALID}
    assert "opens the log's entry that" not in found.sentence


def test_receipt_whose_opening_died_with_the_key_still_names_the_consent(evidence, receipt):
    receipt["log"]["opening"] = None
    found = receipt_finding(evidence, receipt)
    assert found.state is State.FOUND
    assert "nothing here opens" in found.sentence


@pytest.mark.parametrize("state", [ManifestState.INVALID, ManifestState.NONE])
def test_picture_without_an_intact_manifest_cannot_be_compared(evidence, receipt, state):
    assert receipt_finding(replace(evidence, state=state), receipt).state is State.UNKNOWN


def test_picture_of_another_program_cannot_be_compared(evidence, receipt):
    assert receipt_finding(replace(evidence, consent=None), receipt).state is State.UNKNOWN


@pytest.mark.parametrize("missing", ["record", "signature", "log", "schema_version"])
def test_receipt_that_lacks_a_part_is_a_finding(evidence, receipt, missing):
    del receipt[missing]
    assert receipt_finding(evidence, receipt).state is State.INVALID


def test_finding_tells_nothing_of_the_receipt_s_owner(evidence, receipt, record):
    sentence = receipt_finding(evidence, receipt).sentence
    assert record.subject_id not in sentence
    assert record.record_id not in sentence
