"""What a file says about itself: separate findings, each with its technique, never one verdict.

Nothing here tells who the subject is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consent.receipt_form import Document
from outputs.badge import Kind
from outputs.consent_findings import (
    HERE,
    ConsentStates,
    consent_finding,
    log_finding,
    report_finding,
    trail_of,
)
from outputs.errors import MarkMissing
from outputs.label_match import Found
from outputs.label_search import find_label
from outputs.label_words import WORDS
from outputs.log_proof import LogKeys
from outputs.manifest_finding import manifest_finding
from outputs.opening import Frame, Opened, open_file
from outputs.plain_words import words_for_source
from outputs.provenance import ManifestEvidence, ManifestReader, ManifestState
from outputs.receipt_match import receipt_finding
from outputs.report import Finding, Report, State, Technique
from outputs.watermark import Watermarker
from outputs.watermark_finding import Sighting, look_for_watermark, watermark_finding
from outputs.xmp import GENERATED_TYPES, read_packet


@dataclass(frozen=True, slots=True)
class Examiner:
    """What a file is examined with; nothing of it asks the network."""

    reader: ManifestReader  # against a studio's anchors: this installation's, or given ones
    watermarker: Watermarker
    log: LogKeys  # the same studio's
    consent: ConsentStates | None = None  # None where another studio's pictures are checked
    whose: str = HERE  # what that studio is called


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labels of one frame."""

    frame: Frame
    finds: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings, and what was seen where."""

    report: Report
    opened: Opened
    labels: tuple[Labelled, ...]  # of each frame that was looked at
    watermark: Sighting


def verify(data: bytes, examiner: Examiner, receipt: Document | None = None) -> Report:
    """Tell what a file of any origin says about itself.

    Args:
        data: The file's bytes.
        examiner: What it is examined with.
        receipt: Somebody's, to compare the picture with.

    Raises:
        VerifyError: empty, too large, or not a picture that can be opened safely.
    """
    return examine(data, examiner, receipt).report


def examine(data: bytes, examiner: Examiner, receipt: Document | None = None) -> Examination:
    """Return what `verify` tells, and where in the picture it was seen; raises as `verify`."""
    opened = open_file(data)
    labels = tuple(Labelled(frame, find_label(frame.pixels)) for frame in opened.frames)
    consent, whose = examiner.consent, examiner.whose
    nearest = None if consent is None else consent.nearest
    sighting = look_for_watermark(opened.frames, examiner.watermarker, nearest)
    manifest = examiner.reader.read(data)
    trail = trail_of(manifest, sighting.certain)
    findings = (
        _label(labels, opened),
        watermark_finding(
            sighting, knows_ids=consent is not None, manifest_output=_output_of(manifest)
        ),
        manifest_finding(manifest, whose),
        _xmp(opened.xmp),
        log_finding(manifest, examiner.log, whose),
        consent_finding(trail, consent),
        *report_finding(trail, consent),
        *(() if receipt is None else (receipt_finding(manifest, receipt),)),
    )
    report = Report(findings, None if trail is None else trail.output_id)
    return Examination(report, opened, labels, sighting)


def _output_of(manifest: ManifestEvidence) -> str | None:
    found = (manifest.consent or {}).get("output_id")
    is_ours = manifest.state is ManifestState.TRUSTED
    return found if is_ours and isinstance(found, str) else None


def _label(labels: Sequence[Labelled], opened: Opened) -> Finding:
    seen = [each for each in labels if each.finds]
    if not seen:
        sentence = "No visible label of ours was found; it may have been cut off or painted over."
        return Finding(Technique.LABEL, State.NOT_FOUND, sentence)
    places = " and ".join(_PLACES[find.kind] for find in seen[0].finds)
    details: dict[str, object] = {
        "copies": [
            {
                "frame": each.frame.number + 1,
                "kind": find.kind.value,
                "corners": [[round(x), round(y)] for x, y in find.polygon],
                "language": find.locale,
                "pill": find.tone.value,
                "tilt": round(find.tilt, 1),
                "correlation": round(find.correlation, 3),
                "contrast": round(find.contrast, 1),
            }
            for each in seen
            for find in each.finds
        ]
    }
    said = WORDS[seen[0].finds[0].locale].said
    sentence = f"The picture says {said} {places}."
    if opened.total > 1:
        sentence += f" {_frames(len(seen), len(labels), opened)}"
    return Finding(Technique.LABEL, State.FOUND, sentence, tells_generated=True, details=details)


def _frames(seen: int, looked_at: int, opened: Opened) -> str:
    among = f"{opened.total} in all" if opened.is_whole else f"of the first {opened.total}"
    return f"Seen in {seen} of the {looked_at} frames that were looked at ({among})."


def _xmp(packet: bytes) -> Finding:
    if not packet:
        return Finding(Technique.XMP, State.NOT_FOUND, "The file carries no note of this kind.")
    try:
        fields = read_packet(packet)
    except MarkMissing as error:
        return Finding(Technique.XMP, State.INVALID, f"The metadata is not used: {error}.")
    generated = fields.digital_source_type in GENERATED_TYPES
    details: dict[str, object] = {
        "digital_source_type": fields.digital_source_type,
        "creator_tool": fields.creator_tool,
        "aigc": fields.aigc,
        "alt_text": fields.alt_text,
    }
    if fields.credit.attribution:
        details["attribution"] = fields.credit.attribution
        details["artwork"] = fields.credit.source
    if not generated:
        sentence = "The metadata does not say that the picture was generated."
        return Finding(Technique.XMP, State.NOT_FOUND, sentence, details=details)
    sentence = (
        f"The metadata says that the picture was {words_for_source(fields.digital_source_type)}. "
        "It is not signed: anybody could have written it."
    )
    return Finding(Technique.XMP, State.FOUND, sentence, tells_generated=True, details=details)


_PLACES = {
    Kind.CORNER: "on a badge",
    Kind.CHIN: "in a line below the mouth",
    Kind.SMALL: "in the top right corner",
}
