from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.errors import ConsentRefused, IdentityRefused, LivenessRefused, RecordInvalid
from consent.policy import (
    AdultAttested,
    ConsentBeforeCapture,
    Facts,
    InScope,
    Live,
    NotExpired,
    NotWithdrawn,
    OwnFace,
    RightKind,
    SameSubject,
    SignatureValid,
    standard_rules,
)
from consent.types import Audience, SubjectKind
from tests.fakes import (
    NOON,
    SIGNER,
    a_capture,
    a_choice,
    a_probe,
    a_record,
    a_request,
    a_subject,
    identifier,
)


def facts(*, kind=SubjectKind.PERSON, audience=Audience.PUBLIC, **changes):
    subject = a_subject(kind=kind)
    record = a_record(subject, choice=a_choice(audience=audience))
    capture = a_capture(record)
    probe = a_probe(capture)
    good = Facts(
        request=a_request(record, capture, probe),
        subject=subject,
        record=record,
        capture=capture,
        probes=(probe,),
        now=NOON + timedelta(minutes=5),
    )
    return replace(good, **changes)


def asking(**changes):
    good = facts()
    return replace(good, request=replace(good.request, **changes))


def with_record(**changes):
    good = facts()
    return replace(good, record=replace(good.record, **changes))


def with_capture(**changes):
    good = facts()
    return replace(good, capture=replace(good.capture, **changes))


def with_probe(**changes):
    good = facts()
    return replace(good, probes=(replace(good.probes[0], **changes),))


@pytest.mark.parametrize("kind", SubjectKind)
def test_good_facts_satisfy_every_rule(kind):
    names = [rule.check(facts(kind=kind)).rule for rule in standard_rules(SIGNER)]
    assert names == [
        "SignatureValid",
        "SameSubject",
        "AdultAttested",
        "NotWithdrawn",
        "NotExpired",
        "InScope",
        "RightKind",
        "ConsentBeforeCapture",
        "Live",
        "OwnFace",
    ]


EVE = identifier("eve")
REFUSALS = [
    (
        SignatureValid(SIGNER),
        with_record(expires_at=NOON + timedelta(days=999)),
        "signature_invalid",
    ),
    (SameSubject(), asking(subject_id=EVE), "other_subject"),
    (SameSubject(), with_record(subject_id=EVE), "other_subject"),
    (SameSubject(), with_capture(subject_id=EVE), "other_subject"),
    (SameSubject(), with_probe(subject_id=EVE), "other_subject"),
    (SameSubject(), facts(subject=a_subject("eve")), "other_subject"),
    (SameSubject(), asking(record_id=EVE), "other_subject"),
    (SameSubject(), asking(capture_id=EVE), "other_subject"),
    (SameSubject(), asking(probe_ids=(EVE,)), "other_subject"),
    (SameSubject(), asking(probe_ids=()), "other_subject"),
    (AdultAttested(), with_record(adult_attested=False), "adult_not_attested"),
    (NotWithdrawn(), with_record(withdrawn_at=NOON), "withdrawn"),
    (NotExpired(), facts(now=NOON + timedelta(days=90)), "consent_expired"),
    (NotExpired(), facts(now=NOON - timedelta(microseconds=1)), "not_yet_valid"),
    (InScope(), asking(family="painted"), "out_of_scope"),
    (InScope(), asking(medium="video"), "out_of_scope"),
    (InScope(), asking(purpose="advertising"), "out_of_scope"),
    (InScope(), asking(audience=Audience.COMMERCIAL), "out_of_scope"),
    (ConsentBeforeCapture(), with_capture(captured_at=NOON), "capture_before_consent"),
    (ConsentBeforeCapture(), with_capture(record_id=EVE), "capture_of_other_record"),
    (Live(), facts(now=NOON + timedelta(hours=12, minutes=1, seconds=1)), "capture_stale"),
    (Live(), with_capture(captured_at=NOON + timedelta(minutes=6)), "capture_stale"),
    (OwnFace(), facts(probes=()), "no_probe"),
    (OwnFace(), with_probe(capture_id=EVE), "probe_of_other_capture"),
    (OwnFace(), with_probe(distance=0.5), "retry"),
    (OwnFace(), with_probe(distance=0.6), "not_you"),
    (OwnFace(), with_probe(distance=math.nan), "not_you"),
    (OwnFace(), with_probe(z=-3.5), "retry"),
    (OwnFace(), with_probe(z=math.nan), "retry"),
]


@pytest.mark.parametrize(("rule", "given", "code"), REFUSALS)
def test_each_rule_refuses_what_it_is_for(rule, given, code):
    with pytest.raises(
        (ConsentRefused, IdentityRefused, LivenessRefused, RecordInvalid)
    ) as refused:
        rule.check(given)
    assert refused.value.code == code


@pytest.mark.parametrize("subject_kind", SubjectKind)
@pytest.mark.parametrize("record_kind", SubjectKind)
@pytest.mark.parametrize("capture_kind", SubjectKind)
def test_kinds_never_mix(subject_kind, record_kind, capture_kind):
    capture = a_capture(a_record(a_subject(kind=capture_kind)))
    record = replace(facts().record, kind=record_kind)
    mixed = facts(subject=a_subject(kind=subject_kind), record=record, capture=capture)
    if subject_kind is record_kind is capture_kind:
        assert RightKind().check(mixed).detail == capture_kind.value
        return
    with pytest.raises(ConsentRefused) as refused:
        RightKind().check(mixed)
    assert refused.value.code == "wrong_kind"


def test_one_bad_selfie_among_good_ones_refuses():
    good = facts()
    bad = a_probe(good.capture, name="bad", distance=0.6)
    with pytest.raises(IdentityRefused):
        OwnFace().check(replace(good, probes=(*good.probes, bad)))


def test_a_consent_counts_from_its_first_moment_to_its_last():
    record = facts().record
    assert NotExpired().check(facts(now=record.given_at))
    assert NotExpired().check(facts(now=record.expires_at - timedelta(microseconds=1)))


def test_a_capture_counts_from_its_moment_to_the_end_of_its_age():
    captured_at = facts().capture.captured_at
    assert Live().check(facts(now=captured_at))
    assert Live().check(facts(now=captured_at + timedelta(hours=12, microseconds=-1)))


@pytest.mark.parametrize("audience", [Audience.PRIVATE, Audience.PUBLIC])
def test_an_audience_includes_the_ones_before_it(audience):
    assert InScope().check(asking(audience=audience))


def test_every_refusal_says_why_and_what_to_do_next():
    for rule, given, _ in REFUSALS:
        with pytest.raises((ConsentRefused, IdentityRefused, LivenessRefused, RecordInvalid)) as r:
            rule.check(given)
        assert all(text.endswith((".", "!")) for text in (r.value.what, r.value.why))
        assert r.value.next_step
