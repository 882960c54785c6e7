"""What a file says about itself: separate findings, each with its technique, never one verdict.

Nothing here tells who the subject is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from consent.receipt_form import Document
from outputs.badge import Kind
from outputs.consent_findings import (
    HERE,
    ConsentStates,
    consent_finding,
    log_finding,
    report_finding,
)
from outputs.encode import decode
from outputs.errors import MarkMissing, TooLarge, VerifyError
from outputs.label_search import find_label
from outputs.log_proof import LogKeys
from outputs.provenance import GENERATOR, ManifestEvidence, ManifestReader, ManifestState
from outputs.receipt_match import receipt_finding
from outputs.report import Finding, Issuer, Report, State, Technique
from outputs.xmp import GENERATED_TYPES, read_packet

MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 25_000_000  # telephones make 24.5; each million takes some 10 MB while it is open


def verify(
    data: bytes,
    *,
    reader: ManifestReader,
    consent: ConsentStates | None,
    log: LogKeys,
    whose: str = HERE,
    receipt: Document | None = None,
) -> Report:
    """Examine a file of any origin, offline.

    Args:
        data: The file's bytes.
        reader: Reads manifests against a studio's anchors: this installation's, or given ones.
        consent: Looks up the record and the output that a manifest of ours quotes; None where
            another studio's pictures are checked with its keys.
        log: The same studio's log keys.
        whose: What that studio is called.
        receipt: Somebody's, to compare the picture with.

    Raises:
        VerifyError: empty, too large, or not a picture that can be opened safely.
    """
    if not data:
        raise _unreadable("empty_file", "The file is empty.")
    if len(data) > MAX_BYTES:
        raise _unreadable("file_too_large", f"The file is larger than {MAX_BYTES >> 20} MB.")
    try:
        decoded = decode(data, max_pixels=MAX_PIXELS)
    except TooLarge as error:
        raise _too_many_pixels() from error
    except MarkMissing as error:
        raise _unreadable("not_a_picture", f"The file cannot be opened: {error}.") from error
    manifest = reader.read(data)
    return Report(
        (
            _label(decoded.pixels),
            _manifest(manifest, whose),
            _xmp(decoded.xmp),
            log_finding(manifest, log, whose),
            consent_finding(manifest, consent),
            *report_finding(manifest, consent),
            *(() if receipt is None else (receipt_finding(manifest, receipt),)),
        )
    )


def _label(pixels: NDArray[np.uint8]) -> Finding:
    finds = find_label(pixels)
    if not finds:
        sentence = "No visible label of ours was found; it may have been cut off or painted over."
        return Finding(Technique.LABEL, State.NOT_FOUND, sentence)
    places = " and ".join(_PLACES[find.kind] for find in finds)
    details = {
        "copies": [
            {
                "kind": find.kind.value,
                "box": [round(value) for value in find.rect],
                "correlation": round(find.correlation, 3),
                "contrast": round(find.contrast, 1),
            }
            for find in finds
        ]
    }
    sentence = f"The picture says AI GENERATED {places}."
    return Finding(Technique.LABEL, State.FOUND, sentence, tells_generated=True, details=details)


def _manifest(evidence: ManifestEvidence, whose: str) -> Finding:
    issuer = issuer_of(evidence)
    generated = any(kind in GENERATED_TYPES for kind in evidence.digital_source_types)
    intact = evidence.state in (ManifestState.TRUSTED, ManifestState.VALID)
    details: dict[str, object] = {
        "issuer": whose if issuer is Issuer.OURS else issuer.value,
        "generator": evidence.generator,
        "status": list(evidence.why),
        "digital_source_types": list(evidence.digital_source_types),
    }
    if evidence.consent is not None:
        details["synthetic_subject"] = evidence.consent.get("synthetic") is True
        if issuer is Issuer.OURS:
            details["output_id"] = evidence.consent.get("output_id")
    return Finding(
        Technique.MANIFEST,
        _MANIFEST_STATES[evidence.state],
        _manifest_sentence(evidence, issuer, whose),
        tells_generated=intact and generated,
        details=details,
    )


def issuer_of(evidence: ManifestEvidence) -> Issuer:
    """Tell who made a manifest, as far as that can be known offline."""
    if evidence.state is ManifestState.NONE:
        return Issuer.NOBODY
    if evidence.state is ManifestState.TRUSTED:
        return Issuer.OURS
    if evidence.generator == GENERATOR and evidence.consent is not None:
        return Issuer.ANOTHER_INSTALLATION
    return Issuer.OTHER_GENERATOR


def _manifest_sentence(evidence: ManifestEvidence, issuer: Issuer, whose: str) -> str:
    reasons = ", ".join(evidence.why)
    if evidence.state is ManifestState.NONE:
        return f"There is none ({reasons}); saving a picture again with most programs removes it."
    if evidence.state is ManifestState.INVALID:
        changed = " The picture changed after signing." if "Hash.mismatch" in reasons else ""
        return f"The manifest does not hold: {reasons}.{changed}"
    match issuer:
        case Issuer.OURS:
            return f"The manifest is intact and was signed by {whose}."
        case Issuer.ANOTHER_INSTALLATION:
            return (
                "The manifest is intact and names another Selfsame installation as its maker; "
                "nobody here can vouch for its signature."
            )
        case _:
            name = evidence.generator or "an unnamed program"
            return (
                f"The manifest is intact and names {name} as its maker; "
                "nobody here can vouch for its signature."
            )


def _xmp(packet: bytes) -> Finding:
    if not packet:
        return Finding(Technique.XMP, State.NOT_FOUND, "The file carries no XMP metadata.")
    try:
        fields = read_packet(packet)
    except MarkMissing as error:
        return Finding(Technique.XMP, State.INVALID, f"The XMP metadata is not used: {error}.")
    generated = fields.digital_source_type in GENERATED_TYPES
    details: dict[str, object] = {
        "digital_source_type": fields.digital_source_type,
        "creator_tool": fields.creator_tool,
        "aigc": fields.aigc,
        "alt_text": fields.alt_text,
    }
    if not generated:
        sentence = "The XMP metadata does not say that the picture was generated."
        return Finding(Technique.XMP, State.NOT_FOUND, sentence, details=details)
    sentence = (
        f"The XMP metadata says {fields.digital_source_type}; "
        "it is not signed, so anybody could have written it."
    )
    return Finding(Technique.XMP, State.FOUND, sentence, tells_generated=True, details=details)


def _unreadable(code: str, what: str) -> VerifyError:
    return VerifyError(
        code,
        what,
        why="Only a picture that opens safely can be examined.",
        next_step="Choose the picture file itself: PNG, WebP or JPEG.",
    )


def _too_many_pixels() -> VerifyError:
    return VerifyError(
        "picture_too_large",
        f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.",
        why="A small file can hold a picture so large that opening it stops the studio.",
        next_step=(
            "Choose a smaller copy: the visible label is found in it, "
            "though saving again removes the signed note."
        ),
    )


_PLACES = {
    Kind.CORNER: "on a badge",
    Kind.CHIN: "in one line",
    Kind.SMALL: "in the top right corner",
}
_MANIFEST_STATES = {
    ManifestState.TRUSTED: State.TRUSTED,
    ManifestState.VALID: State.VALID,
    ManifestState.INVALID: State.INVALID,
    ManifestState.NONE: State.NOT_FOUND,
}
