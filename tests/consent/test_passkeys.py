"""What a passkey's signature is worth, and everything that it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.credentials import decoded, encoded, relying_party
from consent.errors import ConsentRefused, RecordInvalid
from consent.passkeys import (
    NewPasskey,
    registration_options,
    request_options,
    verify_assertion,
    verify_registration,
    verify_subject_signature,
)
from consent.records import (
    canonical_bytes,
    passkey_challenge,
    record_from_json,
    with_signature,
    with_subject_signature,
)
from consent.types import Audience, Medium, Scope
from tests.authenticator import EDDSA, ES256, HERE, PRESENT, RS256, VERIFIED, SoftPasskey, spoilt
from tests.fakes import SIGNER, a_record, a_subject

CHALLENGE = bytes(range(32))
PARTY = relying_party(HERE)
OPTIONS = request_options(PARTY, challenge=CHALLENGE)
MAKING = registration_options(
    PARTY, challenge=CHALLENGE, user_handle=b"u" * 32, name="Selfsame, made today", known=()
)


def stored(passkey: SoftPasskey, sign_count: int = 0) -> NewPasskey:
    return NewPasskey(passkey.id, encoded(passkey.cose()), sign_count)


def check(passkey: SoftPasskey, answer, *, sign_count: int = 0, party=PARTY, challenge=CHALLENGE):
    return verify_assertion(
        answer,
        passkey=stored(passkey, sign_count),
        expected_challenge=challenge,
        expected=party,
    )


def code_of(caught) -> str:
    assert caught.value.what
    assert caught.value.why
    assert caught.value.next_step
    return caught.value.code


def signed_record(passkey: SoftPasskey, record=None):
    """Return a record as a passkey and the service signed it, read back from its bytes."""
    record = record or a_record(a_subject())
    plain = record_from_json(canonical_bytes(record))
    options = request_options(PARTY, challenge=passkey_challenge(plain))
    assertion = check(
        passkey, passkey.get(options), challenge=passkey_challenge(plain), sign_count=0
    )
    return SIGNER.sign(with_subject_signature(plain, assertion.signature))


# Making one


def test_a_device_is_asked_for_a_neutral_passkey_that_checks_the_person():
    made = registration_options(
        PARTY,
        challenge=CHALLENGE,
        user_handle=b"u" * 32,
        name="Selfsame, made today",
        known=("AAAA",),
    )
    assert made["rp"] == {"name": "Selfsame", "id": "localhost"}
    assert made["attestation"] == "none"
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "preferred"
    assert [entry["id"] for entry in made["excludeCredentials"]] == ["AAAA"]
    assert {entry["alg"] for entry in made["pubKeyCredParams"]} == {ES256, EDDSA, RS256}


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_a_passkey_that_was_made_signs_afterwards(algorithm):
    passkey = SoftPasskey(algorithm)
    made = verify_registration(passkey.create(MAKING), expected_challenge=CHALLENGE, expected=PARTY)
    assert made == NewPasskey(passkey.id, encoded(passkey.cose()), 1)
    told = verify_assertion(
        passkey.get(OPTIONS), passkey=made, expected_challenge=CHALLENGE, expected=PARTY
    )
    assert told.sign_count == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"origin": "http://localhost:7861"}, "passkey_elsewhere"),
        ({"origin": "https://localhost:7860"}, "passkey_elsewhere"),
        ({"rp_id": "evil.example"}, "passkey_elsewhere"),
        ({"flags": PRESENT}, "passkey_unverified"),
        ({"flags": VERIFIED}, "passkey_invalid"),
        ({"client_data": {"crossOrigin": True}}, "passkey_elsewhere"),
        ({"client_data": {"type": "webauthn.get"}}, "passkey_invalid"),
        ({"client_data": {"challenge": "AAAA"}}, "passkey_stale"),
    ],
)
def test_making_one_is_refused_where_the_ceremony_was_another(wrong, code):
    passkey = SoftPasskey(**wrong)
    with pytest.raises(ConsentRefused) as caught:
        verify_registration(passkey.create(MAKING), expected_challenge=CHALLENGE, expected=PARTY)
    assert code_of(caught) == code


def test_an_answer_to_signing_in_makes_no_passkey():
    answer = SoftPasskey().get(OPTIONS)
    with pytest.raises(ConsentRefused) as caught:
        verify_registration(answer, expected_challenge=CHALLENGE, expected=PARTY)
    assert code_of(caught) == "passkey_invalid"


# Signing


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"origin": "http://localhost:7861"}, "passkey_elsewhere"),
        ({"origin": "http://localhost.evil.example"}, "passkey_elsewhere"),
        ({"rp_id": "evil.example"}, "passkey_elsewhere"),
        ({"flags": PRESENT}, "passkey_unverified"),
        ({"flags": VERIFIED}, "passkey_invalid"),
        ({"client_data": {"crossOrigin": True}}, "passkey_elsewhere"),
        ({"client_data": {"crossOrigin": "no"}}, "passkey_elsewhere"),
        ({"client_data": {"type": "webauthn.create"}}, "passkey_invalid"),
        ({"client_data": {"challenge": encoded(bytes(32))}}, "passkey_stale"),
    ],
)
def test_a_signature_of_another_page_studio_person_or_ceremony_is_refused(wrong, code):
    passkey = SoftPasskey(**wrong)
    with pytest.raises(ConsentRefused) as caught:
        check(passkey, passkey.get(OPTIONS))
    assert code_of(caught) == code


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
@pytest.mark.parametrize("name", ["clientDataJSON", "authenticatorData", "signature"])
def test_no_bit_of_an_answer_may_change(algorithm, name):
    passkey = SoftPasskey(algorithm)
    answer = passkey.get(OPTIONS)
    check(passkey, answer)
    for place in range(0, len(decoded(answer["response"][name])), 7):
        with pytest.raises(ConsentRefused):
            check(passkey, spoilt(answer, name, place))


def test_the_answer_of_another_passkey_is_refused():
    mine, yours = SoftPasskey(), SoftPasskey()
    with pytest.raises(ConsentRefused):
        check(mine, yours.get(OPTIONS))
    claimed = {**yours.get(OPTIONS), "id": mine.id, "rawId": mine.id}
    with pytest.raises(ConsentRefused) as caught:
        check(mine, claimed)
    assert code_of(caught) == "passkey_invalid"


@pytest.mark.parametrize("seen", [5, 6, 900])
def test_a_counter_that_does_not_go_on_is_named(seen):
    passkey = SoftPasskey(sign_count=4)
    answer = passkey.get(OPTIONS)
    assert check(passkey, answer, sign_count=4).sign_count == 5
    with pytest.raises(ConsentRefused) as caught:
        check(passkey, answer, sign_count=seen)
    assert code_of(caught) == "passkey_copied"


def test_a_device_that_does_not_count_is_believed():
    passkey = SoftPasskey(counts=False)
    assert check(passkey, passkey.get(OPTIONS)).sign_count == 0
    assert check(passkey, passkey.get(OPTIONS)).sign_count == 0


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": 1},
        {"id": "AAAA"},
        {"id": "AAAA", "rawId": "AAAB", "response": {}},
        {"id": "AAAA", "rawId": "AAAA", "response": []},
        {"id": "AAAA", "rawId": "AAAA", "response": {"clientDataJSON": "e30"}},
    ],
)
def test_an_answer_in_another_form_is_unreadable(answer):
    with pytest.raises(ConsentRefused) as caught:
        check(SoftPasskey(credential_id=decoded("AAAA")), answer)
    assert code_of(caught) == "passkey_unreadable"


@pytest.mark.parametrize(
    "told", ["[]", "1", "null", "{", "[" * 3000, '{"challenge":1}', "\xff", ""]
)
def test_client_data_that_is_no_object_is_refused(told):
    passkey = SoftPasskey()
    answer = passkey.get(OPTIONS)
    answer["response"]["clientDataJSON"] = encoded(told.encode("latin-1"))
    with pytest.raises(ConsentRefused) as caught:
        check(passkey, answer)
    assert code_of(caught) in {"passkey_unreadable", "passkey_elsewhere"}


@pytest.mark.parametrize("text", ["", "A", "AB", "AA==", "A A", "AA+A", "AA/A", "é", "A" * 4100])
def test_base64url_is_read_in_one_way_only(text):
    with pytest.raises(ConsentRefused) as caught:
        decoded(text)
    assert code_of(caught) == "passkey_unreadable"


@pytest.mark.parametrize(
    "key", [b"", b"\x04" + bytes(10), b"\xa0", b"\xff", b"\xa1\x01\x02", bytes(80)]
)
def test_a_stored_key_that_is_none_is_refused(key):
    passkey = SoftPasskey()
    kept = NewPasskey(passkey.id, encoded(key), 0)
    with pytest.raises(ConsentRefused):
        verify_assertion(
            passkey.get(OPTIONS), passkey=kept, expected_challenge=CHALLENGE, expected=PARTY
        )


# The name that a passkey belongs to


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("http://localhost:7860", "localhost"),
        ("https://studio.example", "studio.example"),
        ("https://Studio.Example:8443", "studio.example"),
    ],
)
def test_a_passkey_belongs_to_the_name_in_the_address(origin, name):
    assert relying_party(origin).rp_id == name


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:7860", "http://[::1]:7860", "https://192.168.1.4", "null", ""]
)
def test_an_address_without_a_name_is_refused_in_words(origin):
    with pytest.raises(ConsentRefused) as caught:
        relying_party(origin)
    assert code_of(caught) == "passkey_needs_name"
    assert "http://localhost" in caught.value.next_step


# A signed record, offline


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
def test_a_record_proves_by_itself_that_its_subject_signed_it(algorithm):
    passkey = SoftPasskey(algorithm)
    record = signed_record(passkey)
    evidence = verify_subject_signature(record)
    assert evidence.credential_id == passkey.id
    assert (evidence.rp_id, evidence.origin) == ("localhost", HERE)
    assert evidence.challenge == passkey_challenge(record).hex()
    read = record_from_json(canonical_bytes(record))
    assert verify_subject_signature(read) == evidence
    SIGNER.verify(record)


def test_a_record_that_only_the_service_signed_says_so():
    with pytest.raises(RecordInvalid) as caught:
        verify_subject_signature(a_record(a_subject()))
    assert code_of(caught) == "subject_signature_missing"


@pytest.mark.parametrize(
    "edit",
    [
        {"scope": Scope(frozenset({"painted"}), frozenset({Medium.STILL}), Audience.PRIVATE)},
        {
            "scope": Scope(
                frozenset({"illustrated"}), frozenset({Medium.STILL}), Audience.COMMERCIAL
            )
        },
        {"summary": "Selfsame may do anything."},
        {"notice_sha256": "00" * 32},
        {"language": "de"},
        {"subject_id": "0" * 32},
        {"nonce": "0" * 32},
        {"retention_days": 365},
        {"replaces": "0" * 32},
    ],
)
def test_an_edited_record_loses_its_subjects_signature(edit):
    record = signed_record(SoftPasskey())
    with pytest.raises(RecordInvalid) as caught:
        verify_subject_signature(replace(record, **edit))
    assert code_of(caught) == "subject_signature_invalid"


def test_a_later_end_loses_the_signature():
    record = signed_record(SoftPasskey())
    with pytest.raises(RecordInvalid):
        verify_subject_signature(replace(record, expires_at=record.expires_at + timedelta(days=1)))


def test_no_byte_of_a_signed_record_may_change():
    record = signed_record(SoftPasskey())
    text = canonical_bytes(record)
    passed = 0
    for place in range(0, len(text), 11):
        changed = bytearray(text)
        changed[place] ^= 1
        try:
            read = record_from_json(bytes(changed))
        except (RecordInvalid, ValueError):
            continue  # it is no record any more, or names a day that is none
        if canonical_bytes(read) == text:
            continue  # what is not read, such as a fixed sentence, is written anew as it was
        as_stored = with_signature(read, key_id=record.key_id, signature=record.signature)
        with pytest.raises(RecordInvalid):
            SIGNER.verify(as_stored)
        if read.subject_signature.credential_id != record.subject_signature.credential_id:
            continue  # the name under which the device keeps it is signed by the service alone
        with pytest.raises(RecordInvalid):
            verify_subject_signature(read)
        passed += 1
    assert passed > 20


def test_a_signature_over_one_record_is_none_over_another():
    first = signed_record(SoftPasskey())
    second = a_record(a_subject("bert"))
    with pytest.raises(RecordInvalid):
        verify_subject_signature(replace(second, subject_signature=first.subject_signature))


def test_each_part_of_the_signature_counts():
    record = signed_record(SoftPasskey())
    other = signed_record(SoftPasskey()).subject_signature
    for name in ("public_key", "authenticator_data", "client_data_json", "signature"):
        mixed = replace(record.subject_signature, **{name: getattr(other, name)})
        if mixed == record.subject_signature:
            continue  # both devices counted to the same number
        with pytest.raises(RecordInvalid):
            verify_subject_signature(replace(record, subject_signature=mixed))


@pytest.mark.parametrize(
    "wrong",
    [
        {"flags": PRESENT},
        {"rp_id": "evil.example"},
        {"client_data": {"crossOrigin": True}},
        {"client_data": {"type": "webauthn.create"}},
        {"origin": "http://127.0.0.1:7860"},
    ],
)
def test_a_signature_of_another_ceremony_is_none_of_a_consent(wrong):
    record = a_record(a_subject())
    honest = signed_record(SoftPasskey(), record)
    passkey = SoftPasskey(**wrong)
    answer = passkey.get({"challenge": encoded(passkey_challenge(record))})["response"]
    forged = replace(
        honest.subject_signature,
        credential_id=passkey.id,
        public_key=encoded(passkey.cose()),
        authenticator_data=answer["authenticatorData"],
        client_data_json=answer["clientDataJSON"],
        signature=answer["signature"],
    )
    with pytest.raises(RecordInvalid) as caught:
        verify_subject_signature(replace(honest, subject_signature=forged))
    assert code_of(caught) == "subject_signature_invalid"


def test_who_checks_may_say_which_studio_and_page_it_must_have_been():
    record = signed_record(SoftPasskey())
    verify_subject_signature(record, expected_rp_ids=["localhost"], expected_origins=[HERE])
    for expected in (
        {"expected_rp_ids": ["studio.example"]},
        {"expected_origins": ["https://studio.example"]},
        {"expected_rp_ids": []},
        {"expected_origins": []},
    ):
        with pytest.raises(RecordInvalid) as caught:
            verify_subject_signature(record, **expected)
        assert code_of(caught) == "subject_signature_invalid"
