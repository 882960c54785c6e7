from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.errors import RecordInvalid
from consent.records import canonical_bytes
from consent.signing import DELETION_DOMAIN, RECORD_DOMAIN, ServiceSigner
from consent.types import Audience, Scope, SubjectKind
from tests.fakes import SIGNER, a_record, a_subject, identifier

OLD = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)
NEW = Ed25519PrivateKey.from_private_bytes(b"\x04" * 32)


def test_a_signed_record_verifies():
    record = a_record(a_subject())
    assert SIGNER.verify(record).key_id == SIGNER.key_id


@pytest.mark.parametrize(
    "change",
    [
        {
            "scope": Scope(
                frozenset({"painted"}), a_record(a_subject()).scope.media, Audience.PRIVATE
            )
        },
        {"expires_at": a_record(a_subject()).expires_at + timedelta(days=1)},
        {"subject_id": identifier("eve")},
        {"kind": SubjectKind.SYNTHETIC},
        {"nonce": identifier("other")},
        {"signature": b"\x00" * 64},
        {"signature": b""},
    ],
    ids=["scope", "expiry", "subject", "kind", "nonce", "signature", "no signature"],
)
def test_an_edited_record_is_refused(change):
    with pytest.raises(RecordInvalid) as refused:
        SIGNER.verify(replace(a_record(a_subject()), **change))
    assert refused.value.code == "signature_invalid"


def test_a_key_that_is_not_ours_is_refused():
    stranger = ServiceSigner(NEW)
    with pytest.raises(RecordInvalid) as refused:
        SIGNER.verify(stranger.sign(a_record(a_subject())))
    assert refused.value.code == "unknown_key"


def test_after_a_rotation_old_records_verify_and_new_ones_use_the_new_key():
    before = ServiceSigner(OLD).sign(a_record(a_subject()))
    after = ServiceSigner(NEW, older=[OLD.public_key()])
    assert after.verify(before).key_id == ServiceSigner(OLD).key_id
    assert after.sign(before).key_id == ServiceSigner(NEW).key_id


def test_a_signature_over_one_kind_of_document_is_none_over_another():
    record = a_record(a_subject())
    with pytest.raises(RecordInvalid):
        SIGNER.verify_bytes(
            canonical_bytes(record), record.signature, record.key_id, domain=DELETION_DOMAIN
        )


def test_a_document_signature_covers_its_canonical_bytes():
    document = {"b": 1, "a": ["x"]}
    signature = SIGNER.sign_document(document, domain=DELETION_DOMAIN)
    payload = rfc8785.dumps({"a": ["x"], "b": 1})
    assert SIGNER.verify_bytes(payload, signature, SIGNER.key_id, domain=DELETION_DOMAIN)
    with pytest.raises(RecordInvalid):
        SIGNER.verify_bytes(payload, signature, SIGNER.key_id, domain=RECORD_DOMAIN)
