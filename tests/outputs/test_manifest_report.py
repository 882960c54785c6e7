"""What strangers write into manifests: any shape, any size."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outputs.manifest_evidence import ManifestEvidence
from outputs.manifest_report import MOST_ITEMS, MOST_TEXT, evidence_of, text_of
from outputs.provenance import (
    Action,
    Ingredient,
    ManifestState,
    Signature,
    SoftBinding,
    TimeStamp,
)

CAMERA = {
    "active_manifest": "urn:c2pa:1",
    "manifests": {
        "urn:c2pa:1": {
            "claim_generator_info": [{"name": "A camera", "version": "2.1"}],
            "assertions": [
                {
                    "label": "c2pa.actions",
                    "data": {
                        "actions": [
                            {
                                "action": "c2pa.created",
                                "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty",
                                "softwareAgent": "Firmware 2",
                            }
                        ]
                    },
                },
                {
                    "label": "c2pa.soft-binding",
                    "data": {"alg": "com.example.1", "blocks": [{"scope": {}, "value": "AA=="}]},
                },
                {
                    "label": "c2pa.training-mining",
                    "data": {"entries": {"c2pa.ai_training": {"use": "constrained"}}},
                },
            ],
            "ingredients": [
                {
                    "title": "a part",
                    "relationship": "componentOf",
                    "active_manifest": "urn:c2pa:2",
                    "validation_results": {"activeManifest": {"failure": []}},
                }
            ],
            "signature_info": {
                "alg": "Es384",
                "issuer": "A maker",
                "common_name": "Camera 7",
                "time": "2026-03-01T13:00:00+01:00",
            },
        },
        "urn:c2pa:2": {
            "claim_generator": "Painter/3.2 some/library",
            "assertions": [
                {
                    "label": "c2pa.actions.v2",
                    "data": {"actions": [{"digitalSourceType": "trainedAlgorithmicMedia"}]},
                }
            ],
        },
    },
    "validation_results": {
        "activeManifest": {
            "success": [{"code": "timeStamp.validated"}],
            "failure": [{"code": "signingCredential.untrusted"}],
        }
    },
    "validation_state": "Valid",
}


def test_manifest_of_another_program_is_read_whole():
    evidence = evidence_of(CAMERA)
    assert evidence.state is ManifestState.VALID
    assert (evidence.generator, evidence.generator_version) == ("A camera", "2.1")
    assert evidence.actions == (Action("c2pa.created", "empty", "Firmware 2"),)
    assert evidence.ingredients == (
        Ingredient(
            "a part", ManifestState.VALID, ("trainedAlgorithmicMedia",), "componentOf", "Painter"
        ),
    )
    assert evidence.soft_bindings == (SoftBinding("com.example.1", "AA=="),)
    assert evidence.watermark is None
    assert evidence.mining == {"c2pa.ai_training": "constrained"}
    signature = evidence.signature
    assert signature == Signature(
        "Camera 7", "A maker", "es384", signature.signed_at, TimeStamp.UNTRUSTED
    )
    assert signature.signed_at.isoformat() == "2026-03-01T12:00:00+00:00"
    assert evidence.consent is None


def changed(path: str, value: object) -> ManifestEvidence:
    report = json.loads(json.dumps(CAMERA))
    *parents, last = path.split("/")
    node = report
    for name in parents:
        node = node[int(name) if isinstance(node, list) else name]
    node[int(last) if isinstance(node, list) else last] = value
    return evidence_of(report)


ODD = [None, 7, 1.5, True, "words", [], {}, [[]], [None, 3], {"a": {}}, [{"label": 3, "data": 4}]]
PLACES = [
    "active_manifest",
    "manifests",
    "manifests/urn:c2pa:1",
    "manifests/urn:c2pa:1/claim_generator_info",
    "manifests/urn:c2pa:1/assertions",
    "manifests/urn:c2pa:1/assertions/0/data",
    "manifests/urn:c2pa:1/assertions/0/data/actions",
    "manifests/urn:c2pa:1/assertions/0/data/actions/0/digitalSourceType",
    "manifests/urn:c2pa:1/assertions/1/data/blocks",
    "manifests/urn:c2pa:1/assertions/2/data/entries",
    "manifests/urn:c2pa:1/ingredients",
    "manifests/urn:c2pa:1/ingredients/0/active_manifest",
    "manifests/urn:c2pa:1/ingredients/0/metadata",
    "manifests/urn:c2pa:1/ingredients/0/validation_results",
    "manifests/urn:c2pa:1/signature_info",
    "manifests/urn:c2pa:1/signature_info/time",
    "manifests/urn:c2pa:2/claim_generator",
    "validation_results",
    "validation_results/activeManifest",
    "validation_results/activeManifest/failure",
    "validation_state",
]


@pytest.mark.parametrize("path", PLACES)
def test_any_part_may_have_any_shape(path):
    for value in ODD:
        assert isinstance(changed(path, value), ManifestEvidence)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["manifests", "active_manifest", "assertions", "label", "data", "actions"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_nothing_that_json_can_say_is_a_crash(report):
    assert isinstance(evidence_of(report), ManifestEvidence)


@pytest.mark.parametrize("state", [None, "", "trusted", "Trusted ", {"Trusted": 1}])
def test_state_that_is_not_told_is_no_trust(state):
    assert changed("validation_state", state).state is ManifestState.INVALID


def test_texts_and_lists_are_cut():
    whole = "manifests/urn:c2pa:1"
    assert len(changed(f"{whole}/signature_info/issuer", "x" * 10**6).signature.issuer) == MOST_TEXT
    many = [{"action": "c2pa.edited"}] * 10_000
    assert len(changed(f"{whole}/assertions/0/data/actions", many).actions) == MOST_ITEMS
    assert len(changed(f"{whole}/ingredients", [{"title": "x"}] * 999).ingredients) == MOST_ITEMS
    entries = {f"use {number}": {"use": "allowed"} for number in range(999)}
    mining = changed(f"{whole}/assertions/2/data/entries", entries).mining
    assert len(mining) == MOST_ITEMS
    codes = [{"code": f"code {number}"} for number in range(999)]
    assert len(changed("validation_results/activeManifest/failure", codes).why) == MOST_ITEMS


def test_texts_bear_nothing_that_a_terminal_would_act_on():
    assert text_of("red\x1b[31m\u202eback\n\0") == "red[31mback"
    assert text_of(["no", "text"]) == ""


@pytest.mark.parametrize(
    "value", ["", "1", "0x123456", "2b7e151", "2b7e15160", "2B7E1516", "২b7e1516", "-2b7e151", 7]
)
def test_our_soft_binding_has_eight_digits_or_is_none(value):
    bindings = {"alg": "org.selfsame.watermark.1", "blocks": [{"scope": {}, "value": value}]}
    assert changed("manifests/urn:c2pa:1/assertions/1/data", bindings).watermark is None


def test_two_soft_bindings_of_ours_name_no_watermark():
    blocks = [{"scope": {}, "value": value} for value in ("00000001", "00000002")]
    bindings = {"alg": "org.selfsame.watermark.1", "blocks": blocks}
    assert changed("manifests/urn:c2pa:1/assertions/1/data", bindings).watermark is None


def test_ingredient_whose_manifest_does_not_hold_is_told_as_such():
    failed = {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}}
    path = "manifests/urn:c2pa:1/ingredients/0/validation_results"
    assert changed(path, failed).ingredients[0].state is ManifestState.INVALID


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ([], TimeStamp.NONE),
        (["timeStamp.mismatch"], TimeStamp.INVALID),
        (["timeStamp.validated"], TimeStamp.UNTRUSTED),
        (["timeStamp.validated", "timeStamp.trusted"], TimeStamp.TRUSTED),
        (["timeStamp.trusted"], TimeStamp.INVALID),
    ],
)
def test_time_stamp_counts_only_when_it_was_validated(codes, state):
    told = [{"code": code} for code in codes]
    assert changed("validation_results/activeManifest/success", told).signature.time_stamp is state
