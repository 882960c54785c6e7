"""What Verify tells of the consent behind a picture: its log proof, its state, and reports.

Nothing here tells who the subject is, nor who reported anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from consent.errors import LogInvalid
from consent.reports import Dispute
from consent.types import RecordState
from outputs.log_proof import LogKeys, check_proof
from outputs.provenance import ManifestEvidence, ManifestState
from outputs.registry import Match
from outputs.report import Finding, State, Technique
from outputs.standing import Standing

HERE = "this installation"
SHOWN_ORIGIN = 80  # characters of a log's name; a stranger's may be very long


class ConsentStates(Protocol):
    """What this installation knows of the consent that a manifest quotes."""

    def standing_of(self, receipt_hash: str) -> Standing | None:
        """Return how the record stands now, or None when this installation has no such record."""
        ...

    def dispute_of(self, output_id: str) -> Dispute | None:
        """Return whether an output is held back or was removed after a report."""
        ...

    def is_kept(self, output_id: str) -> bool:
        """Tell whether this installation still keeps an output."""
        ...

    def nearest(self, word: int) -> Match | None:
        """Return the output whose watermark's id comes nearest to one that was read."""
        ...


def log_finding(evidence: ManifestEvidence, keys: LogKeys, whose: str = HERE) -> Finding:
    """Check offline that the consent was logged before the picture was signed.

    The manifest quotes the log's checkpoint, so the entry is older than the manifest. When exactly
    it was made is the studio's word, unless a witness cosigned.
    """
    if evidence.state is ManifestState.INVALID:
        sentence = "The manifest does not hold, so its log proof says nothing of this picture."
        return Finding(Technique.LOG, State.UNKNOWN, sentence)
    fields = (evidence.consent or {}).get("log")
    if fields is None:
        sentence = "The file carries no proof from a log of consents."
        return Finding(Technique.LOG, State.NOT_FOUND, sentence)
    try:
        proof = check_proof(fields, keys)
    except LogInvalid as error:
        return Finding(Technique.LOG, State.INVALID, f"The log proof does not hold: {error.what}")
    details: dict[str, object] = {
        "origin": proof.checkpoint.origin,
        "index": proof.index,
        "size": proof.checkpoint.size,
        "logged_at": proof.leaf.at.isoformat(),
        "commitment": proof.leaf.commitment,
    }
    if not proof.is_ours:
        sentence = (
            "The proof holds together and leads to another log "
            f"({proof.checkpoint.origin[:SHOWN_ORIGIN]}), whose key nobody here has."
        )
        return Finding(Technique.LOG, State.UNKNOWN, sentence, details=details)
    if evidence.state is not ManifestState.TRUSTED:
        sentence = (
            f"The proof is one of {whose}, but this manifest was not signed there: "
            "it may have been copied from another picture."
        )
        return Finding(Technique.LOG, State.INVALID, sentence, details=details)
    sentence = (
        f"A consent was logged by {whose} on {proof.leaf.at:%d %B %Y, %H:%M:%S} UTC, "
        "before this picture was signed and released."
    )
    return Finding(Technique.LOG, State.TRUSTED, sentence, details=details)


@dataclass(frozen=True, slots=True)
class Trail:
    """What leads from a file to the consent behind it."""

    by: Technique  # the mark that leads there
    receipt_hash: str
    output_id: str
    family: str = ""  # of styles; empty where the mark does not tell


def trail_of(evidence: ManifestEvidence, match: Match | None) -> Trail | None:
    """Return what leads to the consent: a manifest of ours, else a watermark's certain id.

    Args:
        evidence: Of the manifest.
        match: Certain, or None.
    """
    quoted = evidence.consent or {}
    receipt, output_id = quoted.get("receipt_hash"), quoted.get("output_id")
    is_ours = evidence.state is ManifestState.TRUSTED
    if is_ours and isinstance(receipt, str) and isinstance(output_id, str):
        family = quoted.get("family")
        named = family if isinstance(family, str) else ""
        return Trail(Technique.MANIFEST, receipt, output_id, named)
    if match is None:
        return None
    found = match.registered
    return Trail(Technique.WATERMARK, found.receipt_hash, found.output_id)


def consent_finding(trail: Trail | None, consent: ConsentStates | None) -> Finding:
    """Tell how the record stands now, and whether the picture is still kept."""
    if consent is None:
        sentence = "Only the studio that made a picture knows how its consent stands now."
        return Finding(Technique.CONSENT, State.UNKNOWN, sentence)
    if trail is None:
        sentence = "The file does not prove a consent record of this installation."
        return Finding(Technique.CONSENT, State.UNKNOWN, sentence)
    standing = consent.standing_of(trail.receipt_hash)
    if standing is None:
        sentence = "The picture names a consent record that this installation no longer has."
        return Finding(Technique.CONSENT, State.UNKNOWN, sentence)
    state, told = _told(standing, trail.family)
    is_kept = consent.is_kept(trail.output_id)
    sentence = f"{_BEHIND[trail.by]} {told}"
    if standing.is_shredded:
        sentence += f" {_SHREDDED}"
    elif not is_kept:
        sentence += f" {_DELETED}"
    if trail.by is Technique.WATERMARK:
        sentence += f" {_UNPROVED}"
        if state not in _ENDED:  # a copied watermark must not lend its consent to another picture
            state = State.UNKNOWN
    details: dict[str, object] = {
        "found_by": trail.by.value,
        "consent_withdrawn": state is State.WITHDRAWN,
        "key_shredded": standing.is_shredded,
        "picture_deleted": not is_kept,
    }
    return Finding(Technique.CONSENT, state, sentence, details=details)


def report_finding(trail: Trail | None, consent: ConsentStates | None) -> tuple[Finding, ...]:
    """Tell that the subject may not have agreed, if somebody says so; else there is no finding.

    Whoever holds the file may know: they hold somebody's face. It says neither who reported nor
    whether they are right.
    """
    dispute = consent.dispute_of(trail.output_id) if consent and trail else None
    if dispute is None:
        return ()
    return (Finding(Technique.REPORT, State.DISPUTED, _DISPUTES[dispute]),)


def _told(standing: Standing, family: str) -> tuple[State, str]:
    """Return the state that counts now and the end of the sentence."""
    if standing.state is not RecordState.REPLACED or standing.successor is None:
        return _STATES[standing.state], _SENTENCES[standing.state]
    if standing.successor is not RecordState.GIVEN:
        ended = _SENTENCES[standing.successor]
        return _STATES[standing.successor], f"was changed, and what took its place {ended}"
    if not family:
        return State.REPLACED, "was changed since; what took its place holds now."
    if family in standing.families:
        return State.REPLACED, "was changed since, and still covers pictures of this kind."
    return State.REPLACED, "was changed since, and no longer covers pictures of this kind."


_BEHIND = {
    Technique.MANIFEST: "The consent quoted by the manifest",
    Technique.WATERMARK: "The consent that the watermark's id leads to",
}
_SHREDDED = (
    "All that was kept for it was destroyed. Its key is shredded, and the picture is deleted here."
)
_DELETED = "The picture itself was deleted here."
_UNPROVED = "That it is this picture's is not proved: a watermark can be copied."
_STATES = {
    RecordState.GIVEN: State.GIVEN,
    RecordState.WITHDRAWN: State.WITHDRAWN,
    RecordState.EXPIRED: State.EXPIRED,
    RecordState.REPLACED: State.REPLACED,
}
_ENDED = (State.WITHDRAWN, State.EXPIRED)
_SENTENCES = {
    RecordState.GIVEN: "was given and holds now.",
    RecordState.WITHDRAWN: "was withdrawn since.",
    RecordState.EXPIRED: "has run out since.",
    RecordState.REPLACED: "was changed since.",
}
_DISPUTES = {
    Dispute.HELD_BACK: (
        "Somebody says that this shows them without their consent; it is being looked at. "
        "Please do not pass it on."
    ),
    Dispute.REMOVED: (
        "Somebody said that this shows them without their consent, and whoever runs this studio "
        "removed it. Please do not pass it on."
    ),
}
