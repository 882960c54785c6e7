from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.checkpoints import LogSigner
from consent.reports import Dispute
from consent.types import RecordState
from outputs.consent_findings import consent_finding, log_finding, report_finding, trail_of
from outputs.log_proof import proof_json
from outputs.provenance import ManifestEvidence, ManifestState, consent_assertion
from outputs.report import State, Technique
from outputs.standing import Standing
from tests.outputs.samples import LOG_KEYS, LOGGED, RECEIPT, States, claim_of, logged_leaf

STRANGER = LogSigner(
    "elsewhere.example/log", Ed25519PrivateKey.from_private_bytes(b"\x04" * 32)
).verifier()
OURS = ManifestEvidence(
    ManifestState.TRUSTED, (), generator="Selfsame", consent=consent_assertion(claim_of())
)
FIRST_VERSION = {
    "version": 1,
    "receipt_hash": RECEIPT,
    "output_id": "output-1",
    "job_id": "job-1",
    "synthetic": False,
}
GIVEN, ENDED = RecordState.GIVEN, RecordState.EXPIRED


def with_log(fields, state=ManifestState.TRUSTED) -> ManifestEvidence:
    return replace(OURS, state=state, consent={**OURS.consent, "log": fields})


def test_proof_of_ours_tells_when_the_consent_was_logged():
    found = log_finding(OURS, LOG_KEYS)
    assert (found.technique, found.state) == (Technique.LOG, State.TRUSTED)
    assert "22 November 2026" in found.sentence or f"{LOGGED.leaf.at:%d %B %Y}" in found.sentence
    assert found.details["index"] == 5
    assert found.details["logged_at"] == LOGGED.leaf.at.isoformat()
    assert not found.tells_generated, "a consent is no mark of generation"


def test_proof_of_another_log_is_told_as_unknown_here():
    found = log_finding(replace(OURS, state=ManifestState.VALID), STRANGER)
    assert found.state is State.UNKNOWN
    assert "selfsame.test/log" in found.sentence


def test_our_proof_in_a_manifest_that_we_did_not_sign_counts_for_nothing():
    found = log_finding(replace(OURS, state=ManifestState.VALID), LOG_KEYS)
    assert found.state is State.INVALID
    assert "copied" in found.sentence


def test_proof_that_does_not_hold_is_invalid_and_says_why():
    fields = proof_json(LOGGED)
    fields["index"] = 4
    found = log_finding(with_log(fields), LOG_KEYS)
    assert found.state is State.INVALID
    assert found.sentence.startswith("The log proof does not hold: ")
    assert len(found.sentence) > 40


@pytest.mark.parametrize("fields", [7, [], "words", {"origin": 1}])
def test_proof_of_any_shape_is_a_finding(fields):
    assert log_finding(with_log(fields), LOG_KEYS).state is State.INVALID


@pytest.mark.parametrize("consent", [None, {}, FIRST_VERSION])
def test_older_file_has_no_proof(consent):
    found = log_finding(replace(OURS, consent=consent), LOG_KEYS)
    assert found.state is State.NOT_FOUND


def test_proof_in_a_manifest_that_does_not_hold_says_nothing():
    found = log_finding(replace(OURS, state=ManifestState.INVALID), LOG_KEYS)
    assert found.state is State.UNKNOWN


def test_very_long_name_of_a_log_is_cut():
    long = LogSigner("x" * 5000, Ed25519PrivateKey.from_private_bytes(b"\x05" * 32))
    fields = proof_json(logged_leaf(signer=long))
    assert len(log_finding(with_log(fields, ManifestState.VALID), LOG_KEYS).sentence) < 250


@pytest.mark.parametrize(
    ("standing", "state", "part"),
    [
        (Standing(GIVEN), State.GIVEN, "holds now"),
        (Standing(RecordState.WITHDRAWN), State.WITHDRAWN, "withdrawn since"),
        (Standing(ENDED), State.EXPIRED, "has run out"),
        (
            Standing(RecordState.REPLACED, GIVEN, frozenset({"illustrated"})),
            State.REPLACED,
            "still covers",
        ),
        (
            Standing(RecordState.REPLACED, GIVEN, frozenset({"painted"})),
            State.REPLACED,
            "no longer covers",
        ),
        (Standing(RecordState.REPLACED, ENDED), State.EXPIRED, "what took its place has run out"),
        (
            Standing(RecordState.REPLACED, RecordState.WITHDRAWN),
            State.WITHDRAWN,
            "what took its place was withdrawn",
        ),
        (Standing(RecordState.WITHDRAWN, is_shredded=True), State.WITHDRAWN, "is shredded"),
        (Standing(ENDED, is_shredded=True), State.EXPIRED, "is shredded"),
    ],
)
def test_consent_is_told_as_it_stands(standing, state, part):
    found = consent_finding(trail_of(OURS, None), States(standing))
    assert (found.technique, found.state) == (Technique.CONSENT, state)
    assert part in found.sentence


def test_file_that_names_no_family_is_only_told_of_the_change():
    older = replace(OURS, consent=FIRST_VERSION)
    changed = Standing(RecordState.REPLACED, GIVEN, frozenset({"painted"}))
    found = consent_finding(trail_of(older, None), States(changed))
    assert found.state is State.REPLACED
    assert "covers" not in found.sentence


@pytest.mark.parametrize("state", [ManifestState.VALID, ManifestState.INVALID, ManifestState.NONE])
def test_nothing_is_told_of_consent_or_reports_without_a_manifest_of_ours(state):
    evidence = replace(OURS, state=state)
    states = States(GIVEN, Dispute.HELD_BACK)
    assert consent_finding(trail_of(evidence, None), states).state is State.UNKNOWN
    assert report_finding(trail_of(evidence, None), states) == ()


@pytest.mark.parametrize(
    ("dispute", "part"),
    [(Dispute.HELD_BACK, "it is being looked at"), (Dispute.REMOVED, "removed it")],
)
def test_whoever_holds_a_disputed_file_is_told(dispute, part):
    (found,) = report_finding(trail_of(OURS, None), States(GIVEN, dispute))
    assert (found.technique, found.state) == (Technique.REPORT, State.DISPUTED)
    assert part in found.sentence


def test_nothing_is_said_of_reports_where_there_are_none():
    assert report_finding(trail_of(OURS, None), States(GIVEN)) == ()
    assert (
        report_finding(trail_of(replace(OURS, consent={"output_id": 5}), None), States(GIVEN)) == ()
    )
