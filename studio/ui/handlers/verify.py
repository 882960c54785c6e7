"""Verify: what any file says about itself, for the page and for programs."""

from __future__ import annotations

import base64

from outputs.report import Finding, Report, State, Technique
from studio.service import StudioService, Upload
from studio.ui.views import Json, plain

TITLES = {
    Technique.LABEL: "Visible label",
    Technique.WATERMARK: "Invisible watermark",
    Technique.MANIFEST: "Signed manifest",
    Technique.XMP: "Metadata",
    Technique.LOG: "Log proof",
    Technique.CONSENT: "Consent",
    Technique.REPORT: "Report",
    Technique.RECEIPT: "Receipt",
}
HOW = {
    Technique.LABEL: "Looked for in the picture",
    Technique.WATERMARK: "Read from the colours",
    Technique.MANIFEST: "The signed note inside the file: C2PA, Content Credentials",
    Technique.XMP: "The unsigned note inside the file: IPTC, TC260",
    Technique.LOG: "Checked with the log's key",
    Technique.CONSENT: "Asked of this studio",
    Technique.REPORT: "Asked of this studio",
    Technique.RECEIPT: "Compared with the receipt",
}
TONES = {
    State.FOUND: "good",
    State.DETECTED: "good",
    State.TRUSTED: "good",
    State.VALID: "good",
    State.GIVEN: "good",
    State.POSSIBLE: "warn",
    State.INVALID: "warn",
    State.WITHDRAWN: "warn",
    State.EXPIRED: "warn",
    State.REPLACED: "warn",
    State.DISPUTED: "warn",
}


def verify(service: StudioService, upload: Upload, *, annotated: bool) -> Json:
    """Return a file's separate findings, with a small copy that shows where; raises Refusal."""
    if not annotated:
        return _answer(upload.name, service.verify(upload.data))
    report, copy = service.verify_and_show(upload.data)
    picture = f"data:image/webp;base64,{base64.b64encode(copy.data).decode()}"
    shown: Json = {"url": picture, "width": copy.width, "height": copy.height}
    return {**_answer(upload.name, report), "annotated": shown}


def _tone(finding: Finding) -> str:
    """Return how a page shows a state; a consent to which a watermark alone leads is no proof."""
    is_hint = finding.details.get("found_by") == Technique.WATERMARK.value
    return "" if is_hint and finding.state is State.GIVEN else TONES.get(finding.state, "")


def _answer(name: str, report: Report) -> dict[str, Json]:
    return {
        "name": name,
        "tells_generated": report.tells_generated,
        "findings": [_finding(item) for item in report.findings],
        "output_id": report.output_id,
    }


def _finding(finding: Finding) -> Json:
    return {
        "technique": finding.technique.value,
        "title": TITLES[finding.technique],
        "how": HOW[finding.technique],
        "state": finding.state.value,
        "word": finding.state.value.capitalize(),
        "tone": _tone(finding),
        "tells_generated": finding.tells_generated,
        "sentence": finding.sentence,
        "details": plain(finding.details),
    }
