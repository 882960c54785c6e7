from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.checkpoints import Checkpoint, LogSigner
from consent.entries import opening
from consent.errors import ConsentRefused, Refusal
from consent.facts import Facts, Lineage
from consent.log import LeafKind
from consent.policy import export_rules, standard_rules
from consent.presence import ConsentBeforeCapture, Live, OwnFace, RightKind
from consent.rules import (
    CLOCK_SLACK,
    AdultAttested,
    ClockForward,
    InScope,
    Logged,
    Newest,
    NotExpired,
    NoticeCurrent,
    NotWithdrawn,
    SameSubject,
    SignatureValid,
    UnderCap,
)
from consent.signing import ServiceSigner
from consent.types import Audience, SubjectKind, SyntheticCapture
from tests.fakes import (
    LOG_SIGNER,
    NOON,
    SIGNER,
    STANDARDS,
    MemoryLedger,
    a_capture,
    a_choice,
    a_probe,
    a_record,
    a_request,
    a_subject,
    identifier,
)

EVE = identifier("eve")
NOTICES = STANDARDS.notices


def facts(*, kind=SubjectKind.PERSON, audience=Audience.PUBLIC, signed=None, **changes):
    subject = a_subject(kind=kind)
    signed = signed or a_record(subject, choice=a_choice(audience=audience))
    capture = a_capture(signed)
    probe = a_probe(capture)
    ledger = MemoryLedger()
    ledger.keep(a_subject("bob"), a_record(a_subject("bob")), a_capture(a_record(a_subject("bob"))))
    ledger.keep(subject, signed, capture, probe)
    record = ledger.records.load(signed.record_id)
    good = Facts(
        request=a_request(record, capture, probe),
        subject=subject,
        record=record,
        lineage=Lineage((record,), record),
        capture=capture,
        probes=(probe,),
        made=0,
        logged=ledger.log.prove(record.log_index),
        opening=opening(ledger.vault, subject.id, LeafKind.CONSENT, record.record_id),
        last_logged_at=ledger.log.last_time(),
        now=NOON + timedelta(minutes=5),
    )
    return replace(good, **changes)


def asking(**changes):
    good = facts()
    return replace(good, request=replace(good.request, **changes))


def with_record(**changes):
    """Return facts in which the record that stands, alone, is another one."""
    good = facts()
    record = replace(good.record, **changes)
    return replace(good, record=record, lineage=Lineage((record,), record))


def with_earlier(**changes):
    """Return facts in which what the record that stands replaced is changed."""
    good = facts()
    earlier = replace(good.record, **changes)
    return replace(good, lineage=Lineage((good.record, earlier), good.record))


def with_later():
    """Return facts in which a later consent was agreed to, and is not the one that stands."""
    good = facts()
    later = a_record(good.subject, name="later", now=NOON + timedelta(minutes=2))
    return replace(good, lineage=replace(good.lineage, later=(later,)))


def signed_with(signer=SIGNER, **changes):
    """Return facts in which the record says something else, and was signed and logged so."""
    return facts(signed=signer.sign(replace(facts().record, **changes)))


def played_by_nobody():
    """Return facts in which a subject who is nobody stood before the camera for a person."""
    good = facts()
    shared = {name: getattr(good.capture, name) for name in ("id", "subject_id", "record_id")}
    rest = {name: getattr(good.capture, name) for name in ("nonce", "captured_at", "template")}
    capture = SyntheticCapture(**shared, **rest, baked_subject="nobody", frame_hashes=("ab",))
    return replace(good, capture=capture)


def with_capture(**changes):
    good = facts()
    return replace(good, capture=replace(good.capture, **changes))


def with_probe(**changes):
    good = facts()
    return replace(good, probes=(replace(good.probes[0], **changes),))


def with_logged(**changes):
    good = facts()
    return replace(good, logged=replace(good.logged, **changes))


def with_leaf(**changes):
    return with_logged(leaf=replace(facts().logged.leaf, **changes))


def with_proof(**changes):
    return with_logged(proof=replace(facts().logged.proof, **changes))


def with_old_head():
    """Return facts whose proof leads to the newest tree, while the checkpoint is an older one."""
    good = facts()
    first = good.logged.proof.path[0]
    return with_logged(checkpoint=LOG_SIGNER.sign(Checkpoint(LOG_SIGNER.origin, 1, first)))


def with_other_size():
    """Return facts whose checkpoint has the right root, and says another number of entries."""
    checkpoint = LOG_SIGNER.verifier().verify(facts().logged.checkpoint)
    return with_logged(checkpoint=LOG_SIGNER.sign(replace(checkpoint, size=checkpoint.size + 1)))


def with_forged_log(origin=LOG_SIGNER.origin):
    """Return facts that a log of somebody else's vouches for, under the same name."""
    signer = LogSigner(origin, Ed25519PrivateKey.from_private_bytes(b"\x0b" * 32))
    ledger = MemoryLedger()
    ledger.log.signer = signer
    ledger.log.append(facts().logged.leaf)
    return facts(logged=ledger.log.prove(0))


def with_repeated_entry():
    """Return facts whose leaf is told as it stands, and proved at another place."""
    good = facts()
    return with_proof(index=1 - good.logged.proof.index)


@pytest.mark.parametrize("kind", SubjectKind)
def test_good_facts_satisfy_every_rule(kind):
    names = [rule.check(facts(kind=kind)).rule for rule in standard_rules(STANDARDS)]
    assert names == [
        "SignatureValid",
        "SameSubject",
        "Newest",
        "AdultAttested",
        "NotWithdrawn",
        "NotExpired",
        "ClockForward",
        "Logged",
        "NoticeCurrent",
        "InScope",
        "UnderCap",
        "RightKind",
        "ConsentBeforeCapture",
        "Live",
        "OwnFace",
    ]


def test_handing_out_asks_for_consent_and_not_for_a_face():
    without = facts()
    request = replace(without.request, capture_id="", probe_ids=())
    handed = replace(without, request=request, capture=None, probes=())
    names = [rule.check(handed).rule for rule in export_rules(STANDARDS)]
    assert names == [
        "SignatureValid",
        "SameSubject",
        "Newest",
        "NotWithdrawn",
        "NotExpired",
        "ClockForward",
        "Logged",
        "InScope",
    ]


@pytest.mark.parametrize("rule", [RightKind(), ConsentBeforeCapture(), Live()])
def test_without_a_capture_nothing_is_drawn(rule):
    with pytest.raises(ConsentRefused) as refused:
        rule.check(facts(capture=None))
    assert refused.value.code == "no_capture"


REFUSALS = [
    (
        SignatureValid(SIGNER),
        with_record(expires_at=NOON + timedelta(days=999)),
        "signature_invalid",
    ),
    (SameSubject(), asking(subject_id=EVE), "other_subject"),
    (
        SignatureValid(SIGNER),
        with_earlier(expires_at=NOON + timedelta(days=999)),
        "signature_invalid",
    ),
    (SignatureValid(SIGNER), with_record(key_id="ab" * 32), "unknown_key"),
    (SameSubject(), with_record(subject_id=EVE), "other_subject"),
    (SameSubject(), with_earlier(subject_id=EVE), "other_subject"),
    (SameSubject(), with_capture(subject_id=EVE), "other_subject"),
    (SameSubject(), with_probe(subject_id=EVE), "other_subject"),
    (SameSubject(), facts(subject=a_subject("eve")), "other_subject"),
    (SameSubject(), asking(record_id=EVE), "other_subject"),
    (SameSubject(), asking(capture_id=EVE), "other_subject"),
    (SameSubject(), asking(probe_ids=(EVE,)), "other_subject"),
    (SameSubject(), asking(probe_ids=()), "other_subject"),
    (Newest(), with_later(), "record_set_back"),
    (AdultAttested(), with_record(adult_attested=False), "adult_not_attested"),
    (NotWithdrawn(), with_record(withdrawn_at=NOON), "withdrawn"),
    (NotWithdrawn(), with_earlier(withdrawn_at=NOON), "withdrawn"),
    (NotExpired(), facts(now=NOON + timedelta(days=90)), "consent_expired"),
    (NotExpired(), facts(now=NOON - timedelta(microseconds=1)), "not_yet_valid"),
    (ClockForward(), facts(now=NOON - CLOCK_SLACK - timedelta(microseconds=1)), "clock_back"),
    (Logged(LOG_SIGNER.verifier()), facts(logged=None), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), facts(opening=b""), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), facts(opening=b"\x01" * 32), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), with_record(signature=b"\x01" * 64), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), with_record(nonce=EVE), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), with_leaf(kind=LeafKind.GRANT), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), with_leaf(commitment="ab" * 32), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), with_leaf(at=NOON - timedelta(days=1)), "proof_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_repeated_entry(), "proof_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_proof(path=()), "proof_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_proof(path=(b"\x01" * 32,)), "proof_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_proof(index=7), "leaf_missing"),
    (Logged(LOG_SIGNER.verifier()), with_old_head(), "proof_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_other_size(), "not_logged"),
    (Logged(LOG_SIGNER.verifier()), with_logged(checkpoint="none"), "checkpoint_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_forged_log(), "checkpoint_invalid"),
    (Logged(LOG_SIGNER.verifier()), with_forged_log("log.example/eve"), "checkpoint_invalid"),
    (NoticeCurrent(NOTICES), with_record(notice_sha256="ab" * 32), "notice_changed"),
    (NoticeCurrent(frozenset()), facts(), "notice_changed"),
    (UnderCap(), facts(made=1000), "cap_reached"),
    (UnderCap(), facts(made=1001), "cap_reached"),
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
    with pytest.raises(Refusal) as refused:
        rule.check(given)
    assert refused.value.code == code


LATE = NOON + timedelta(days=90)
STRANGER = ServiceSigner(Ed25519PrivateKey.from_private_bytes(b"\x0c" * 32))
ONLY = {
    "SignatureValid": signed_with(STRANGER),
    "SameSubject": asking(subject_id=EVE),
    "Newest": with_later(),
    "AdultAttested": signed_with(adult_attested=False),
    "NotWithdrawn": with_record(withdrawn_at=NOON),
    "NotExpired": replace(with_capture(captured_at=LATE - timedelta(hours=1)), now=LATE),
    "ClockForward": facts(last_logged_at=NOON + timedelta(hours=1)),
    "Logged": facts(logged=None),
    "NoticeCurrent": signed_with(notice_sha256="ab" * 32),
    "InScope": asking(family="painted"),
    "UnderCap": facts(made=1000),
    "RightKind": played_by_nobody(),
    "ConsentBeforeCapture": with_capture(captured_at=NOON),
    "Live": facts(now=NOON + timedelta(hours=13)),
    "OwnFace": with_probe(distance=0.6),
}


def verdict(rules, given):
    """Return the names of the rules that refuse."""
    refused = []
    for rule in rules:
        try:
            rule.check(given)
        except Refusal:
            refused.append(type(rule).__name__)
    return refused


def test_each_rule_alone_keeps_something_out():
    rules = standard_rules(STANDARDS)
    assert {type(rule).__name__ for rule in rules} == set(ONLY)
    for name, given in ONLY.items():
        assert verdict(rules, given) == [name]


def test_each_rule_of_handing_out_alone_keeps_something_out():
    for rule in export_rules(STANDARDS):
        name = type(rule).__name__
        given = ONLY[name]
        request = replace(given.request, capture_id="", probe_ids=())
        without = replace(given, request=request, capture=None, probes=())
        assert verdict(export_rules(STANDARDS), without) == [name]


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
    with pytest.raises(Refusal) as refused:
        OwnFace().check(replace(good, probes=(*good.probes, bad)))
    assert refused.value.code == "not_you"


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
        with pytest.raises(Refusal) as r:
            rule.check(given)
        assert all(text.endswith((".", "!")) for text in (r.value.what, r.value.why))
        assert r.value.next_step
