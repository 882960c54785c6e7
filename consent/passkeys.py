"""Passkeys (WebAuthn level 3): making one, signing in with one, and signing a consent with one.

The library decides whether a ceremony holds; `consent.credentials` refuses what it lets pass, an
answer given inside a page of another site and base64url that says the same in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from consent.credentials import (
    Credential,
    RelyingParty,
    client_data_of,
    credential_id_of,
    decoded,
    encoded,
    named_party,
    reason,
    require_own_page,
    response_value,
    unreadable,
)
from consent.errors import ConsentRefused, RecordInvalid
from consent.records import ConsentRecord, passkey_challenge
from consent.types import SubjectSignature

RP_NAME = "Selfsame"
ALGORITHMS = (
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
)
CEREMONY_MS = 120_000  # milliseconds that a browser gives the person: a hint
CHALLENGE_BYTES = 32
_REQUIRED = UserVerificationRequirement.REQUIRED
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """The public half of a passkey that a device made, before it belongs to an account."""

    credential_id: str  # base64url
    public_key: str  # COSE_Key, base64url
    sign_count: int  # of the last ceremony; 0 where the device does not count


@dataclass(frozen=True, slots=True)
class Passkey(NewPasskey):
    """The public half of a passkey of an account."""

    account_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Assertion:
    """A signature of a passkey that verified."""

    signature: SubjectSignature
    sign_count: int  # as the device says


@dataclass(frozen=True, slots=True)
class SubjectEvidence:
    """A subject's own signature over a record that verified."""

    credential_id: str  # base64url
    rp_id: str  # of the studio that asked for it
    origin: str  # of the page on which it was given
    challenge: str  # hex: the hash of the record that was signed


def registration_options(
    party: RelyingParty, *, challenge: bytes, user_handle: bytes, name: str, known: Collection[str]
) -> dict[str, Any]:
    """Return what a browser needs to make a passkey (PublicKeyCredentialCreationOptionsJSON).

    Args:
        party: who asks.
        challenge: 32 random bytes.
        user_handle: random; the device files the passkey under it.
        name: what the device's list of passkeys shows.
        known: credential ids that the account has: such a device makes no second one.
    """
    options = generate_registration_options(
        rp_id=party.rp_id,
        rp_name=RP_NAME,
        user_name=name,
        user_id=user_handle,
        challenge=challenge,
        timeout=CEREMONY_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_REQUIRED
        ),
        exclude_credentials=_descriptors(known),
        supported_pub_key_algs=list(ALGORITHMS),
    )
    return options_to_json_dict(options)


def request_options(
    party: RelyingParty, *, challenge: bytes, known: Collection[str] = ()
) -> dict[str, Any]:
    """Return what a browser needs to sign (PublicKeyCredentialRequestOptionsJSON).

    Args:
        party: who asks.
        challenge: what is signed: 32 random bytes, or a record's hash.
        known: credential ids that may answer; empty: the person chooses among their own.
    """
    options = generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge,
        timeout=CEREMONY_MS,
        allow_credentials=_descriptors(known),
        user_verification=_REQUIRED,
    )
    return options_to_json_dict(options)


def verify_registration(
    credential: Credential, *, expected_challenge: bytes, expected: RelyingParty
) -> NewPasskey:
    """Verify that a device made a passkey for this studio (WebAuthn level 3, section 7.1).

    Raises:
        ConsentRefused: `passkey_unreadable`, `passkey_elsewhere`, `passkey_stale` (another
            challenge), `passkey_unverified` (nobody was asked for finger, face or PIN) or
            `passkey_invalid`.
    """
    require_own_page(client_data_of(credential), expected)
    verified = _held(
        lambda: verify_registration_response(
            credential=dict(credential),
            expected_challenge=expected_challenge,
            expected_rp_id=expected.rp_id,
            expected_origin=expected.origin,
            require_user_verification=True,
            supported_pub_key_algs=list(ALGORITHMS),
        ),
        lambda: reason(credential, expected_challenge, expected, 0),
    )
    return NewPasskey(
        credential_id=encoded(verified.credential_id),
        public_key=encoded(verified.credential_public_key),
        sign_count=verified.sign_count,
    )


def verify_assertion(
    credential: Credential,
    *,
    passkey: NewPasskey,
    expected_challenge: bytes,
    expected: RelyingParty,
) -> Assertion:
    """Verify a passkey's signature (WebAuthn level 3, section 7.2).

    Args:
        credential: AuthenticationResponseJSON, as it came.
        passkey: the stored one that it names.
        expected_challenge: what was to be signed.
        expected: who asked.

    Raises:
        ConsentRefused: as `verify_registration`, and `passkey_copied`: its counter went back.
    """
    if credential_id_of(credential) != passkey.credential_id:
        raise unreadable()
    signature = SubjectSignature(
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        authenticator_data=response_value(credential, "authenticatorData"),
        client_data_json=response_value(credential, "clientDataJSON"),
        signature=response_value(credential, "signature"),
    )
    require_own_page(client_data_of(credential), expected)
    verified = _held(
        lambda: verify_authentication_response(
            credential=_answer(signature),
            expected_challenge=expected_challenge,
            expected_rp_id=expected.rp_id,
            expected_origin=expected.origin,
            credential_public_key=decoded(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        ),
        lambda: reason(credential, expected_challenge, expected, passkey.sign_count),
    )
    return Assertion(signature, verified.new_sign_count)


def verify_subject_signature(
    record: ConsentRecord,
    *,
    expected_rp_ids: Collection[str] | None = None,
    expected_origins: Collection[str] | None = None,
) -> SubjectEvidence:
    """Verify offline that a passkey signed exactly this record.

    Args:
        record: with the subject's signature.
        expected_rp_ids: names of the studios that may have asked; None: the name of the page.
        expected_origins: pages on which it may have been given; None: any. The signature says on
            which it was, and the evidence repeats it.

    Raises:
        RecordInvalid: `subject_signature_missing` or `subject_signature_invalid`.
    """
    signature = record.subject_signature
    if signature is None:
        what = "No passkey signed this consent; the studio alone did."
        raise _invalid("subject_signature_missing", what)
    challenge = passkey_challenge(record)
    try:
        credential = _answer(signature)
        signed_by = decoded(signature.authenticator_data)
        party = named_party(
            client_data_of(credential), signed_by, expected_rp_ids, expected_origins
        )
        passkey = NewPasskey(signature.credential_id, signature.public_key, sign_count=0)
        verify_assertion(credential, passkey=passkey, expected_challenge=challenge, expected=party)
    except ConsentRefused as error:
        what = "The passkey's signature does not fit this consent."
        raise _invalid("subject_signature_invalid", what) from error
    return SubjectEvidence(signature.credential_id, party.rp_id, party.origin, challenge.hex())


def _answer(signature: SubjectSignature) -> dict[str, Any]:
    """Return a browser's answer with what is signed, and no more."""
    return {
        "id": signature.credential_id,
        "rawId": signature.credential_id,
        "type": "public-key",
        "response": {
            "authenticatorData": signature.authenticator_data,
            "clientDataJSON": signature.client_data_json,
            "signature": signature.signature,
        },
    }


def _held(verify: Callable[[], T], words: Callable[[], ConsentRefused]) -> T:
    """Return what the library verified; whatever else it comes to is a refusal.

    It reads what strangers send, and lets the errors of its parsers through.
    """
    try:
        return verify()
    except Exception as error:
        raise words() from error


def _invalid(code: str, what: str) -> RecordInvalid:
    return RecordInvalid(
        code,
        what,
        why="A consent counts as signed by the person only when their own key signed it.",
        next_step="Ask for the receipt anew, or give the consent again.",
    )


def _descriptors(known: Collection[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=decoded(each)) for each in known]
