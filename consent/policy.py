"""Which rules a grant must satisfy, and which an avatar that is handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consent.checkpoints import LogVerifier
from consent.facts import Rule
from consent.presence import ConsentBeforeCapture, Live, OwnFace, RightKind
from consent.profiles import STANDARD_GATE, STANDARD_IDENTITY, GateProfile, IdentityProfile
from consent.rules import (
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
from consent.signing import ServiceVerifier


@dataclass(frozen=True, slots=True)
class Standards:
    """What the rules are held to."""

    verifier: ServiceVerifier
    log: LogVerifier
    notices: frozenset[str]  # SHA-256 of the notice as it is shown now, one for each language
    gate: GateProfile = STANDARD_GATE
    identity: IdentityProfile = STANDARD_IDENTITY


def standard_rules(standards: Standards) -> tuple[Rule, ...]:
    """Return the rules of this version, in the order in which a person should hear of them."""
    return (
        SignatureValid(standards.verifier),
        SameSubject(),
        Newest(),
        AdultAttested(),
        NotWithdrawn(),
        NotExpired(),
        ClockForward(),
        Logged(standards.log),
        NoticeCurrent(standards.notices),
        InScope(),
        UnderCap(),
        RightKind(),
        ConsentBeforeCapture(),
        Live(standards.gate),
        OwnFace(standards.identity),
    )


def export_rules(standards: Standards) -> tuple[Rule, ...]:
    """Return what must hold when an avatar that was made is handed out to its subject."""
    return (
        SignatureValid(standards.verifier),
        SameSubject(),
        Newest(),
        NotWithdrawn(),
        NotExpired(),
        ClockForward(),
        Logged(standards.log),
        InScope(),
    )


def describe(rules: Sequence[Rule]) -> dict[str, object]:
    """Return names and thresholds of rules as JSON data: what the log's policy entry commits to."""
    return {type(rule).__name__: _values(rule) for rule in rules}


def _values(rule: Rule) -> dict[str, str]:
    """Return a rule's thresholds; verifiers and notices have entries of their own."""
    return {
        name: str(getattr(rule, name))
        for name in getattr(type(rule), "__slots__", ())
        if name not in {"verifier", "hashes"}
    }
