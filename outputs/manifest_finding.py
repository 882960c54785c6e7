"""What Verify tells of a C2PA manifest: of this studio's, and of any other program's."""

from __future__ import annotations

from outputs.plain_words import words_for_action, words_for_faults, words_for_source
from outputs.plain_words import words_for_sources as told_sources
from outputs.provenance import GENERATOR, ManifestEvidence, ManifestState
from outputs.report import Finding, Issuer, State, Technique
from outputs.xmp import GENERATED_TYPES

SHOWN_ACTIONS = 6  # in the sentence; the details have more


def manifest_finding(evidence: ManifestEvidence, whose: str) -> Finding:
    """Tell whether the manifest holds, who made it, and what it says of the picture."""
    issuer = issuer_of(evidence)
    generated = any(kind in GENERATED_TYPES for kind in evidence.digital_source_types)
    intact = evidence.state in {ManifestState.TRUSTED, ManifestState.VALID}
    return Finding(
        Technique.MANIFEST,
        _STATES[evidence.state],
        _sentence(evidence, issuer, whose),
        tells_generated=intact and generated,
        details=_details(evidence, issuer, whose),
    )


def issuer_of(evidence: ManifestEvidence) -> Issuer:
    """Tell who made a manifest, as far as that can be known offline."""
    if evidence.state is ManifestState.NONE:
        return Issuer.NOBODY
    if evidence.state is ManifestState.TRUSTED:
        return Issuer.OURS
    if evidence.generator == GENERATOR:
        return Issuer.ANOTHER_INSTALLATION
    return Issuer.OTHER_GENERATOR


def _details(evidence: ManifestEvidence, issuer: Issuer, whose: str) -> dict[str, object]:
    details: dict[str, object] = {
        "issuer": whose if issuer is Issuer.OURS else issuer.value,
        "generator": evidence.generator,
        "status": list(evidence.why),
        "digital_source_types": list(evidence.digital_source_types),
    }
    if evidence.state is ManifestState.NONE:
        return details
    details["generator_version"] = evidence.generator_version
    details["actions"] = [
        {"action": each.name, "digital_source_type": each.digital_source_type}
        for each in evidence.actions
    ]
    details["ingredients"] = [
        {"title": each.title, "state": each.state.value, "generator": each.generator}
        for each in evidence.ingredients
    ]
    if evidence.mining:
        details["training_and_mining"] = dict(evidence.mining)
    if (signer := evidence.signature) is not None:
        details["signer"] = {
            "name": signer.name,
            "organisation": signer.issuer,
            "algorithm": signer.algorithm,
            "signed_at": signer.signed_at.isoformat() if signer.signed_at else None,
            "time_stamp": signer.time_stamp.value,
        }
    if evidence.consent is not None:
        details["synthetic_subject"] = evidence.consent.get("synthetic") is True
        if issuer is Issuer.OURS:
            details["output_id"] = evidence.consent.get("output_id")
    return details


def _sentence(evidence: ManifestEvidence, issuer: Issuer, whose: str) -> str:
    if evidence.state is ManifestState.NONE:
        why = ", ".join(evidence.why)
        return f"There is none ({why}); saving a picture again with most programs removes it."
    if evidence.state is ManifestState.INVALID:
        return f"There is one that does not hold: {words_for_faults(evidence.why)}."
    match issuer:
        case Issuer.OURS:
            return f"It is intact and was signed by {whose}.{_says(evidence)}"
        case Issuer.ANOTHER_INSTALLATION:
            return (
                "It is intact and names another Selfsame installation as its maker; nobody here "
                f"can vouch for its signature, and its state is unknown.{_says(evidence)}"
            )
        case _:
            name = evidence.generator or "an unnamed program"
            signer = evidence.signature.name if evidence.signature else ""
            by = f"signed as “{signer}”; " if signer else ""
            return (
                f"It is intact and names {name} as its maker, not Selfsame; {by}"
                f"nobody here can vouch for that signature.{_says(evidence)}"
            )


def _says(evidence: ManifestEvidence) -> str:
    """Return what the manifest says was done, as a sentence of its own."""
    done = dict.fromkeys(
        words_for_action(each.name)
        + (f" ({words_for_source(each.digital_source_type)})" if each.digital_source_type else "")
        for each in evidence.actions
    )
    told = ", ".join(list(done)[:SHOWN_ACTIONS]) or told_sources(evidence.digital_source_types)
    return f" It says that the picture was {told}." if told else ""


_STATES = {
    ManifestState.TRUSTED: State.TRUSTED,
    ManifestState.VALID: State.VALID,
    ManifestState.INVALID: State.INVALID,
    ManifestState.NONE: State.NOT_FOUND,
}
