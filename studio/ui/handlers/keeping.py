"""What was made: gallery, downloads, and reading any file's marks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from outputs.report import Finding, Report, State, Technique
from outputs.types import Profile, Released, StoredOutput
from studio.service import StudioService, Upload
from studio.ui.views import Json, plain

FileFormat = Literal["png", "webp"]
HELD_BACK = (
    "Held back: somebody says that this shows them against their will. Whoever runs this studio "
    "will look at it. You can delete it any time."
)
TITLES = {
    Technique.LABEL: "Visible label",
    Technique.MANIFEST: "Signed manifest",
    Technique.XMP: "Metadata",
    Technique.LOG: "Log proof",
    Technique.CONSENT: "Consent",
    Technique.REPORT: "Report",
}
TONES = {
    State.FOUND: "good",
    State.TRUSTED: "good",
    State.VALID: "good",
    State.GIVEN: "good",
    State.INVALID: "warn",
    State.WITHDRAWN: "warn",
    State.EXPIRED: "warn",
    State.REPLACED: "warn",
    State.DISPUTED: "warn",
}


@dataclass(frozen=True, slots=True)
class Download:
    """Marked bytes and the name under which a browser saves them."""

    released: Released
    name: str


def gallery(service: StudioService, token: str) -> Json:
    """Return the open subject's outputs, newest first; raises Refusal."""
    titles = {style.name: style.title for style in service.styles()}
    return {"outputs": [_entry(output, titles) for output in service.gallery(token)]}


def _entry(output: StoredOutput, titles: dict[str, str]) -> Json:
    return {
        "id": output.id,
        "style": output.style,
        "title": titles.get(output.style, output.style),
        "width": output.width,
        "height": output.height,
        "created_at": output.created_at.isoformat(),
        "held_back": HELD_BACK if output.frozen_at else None,
    }


def download(
    service: StudioService, token: str, output_id: str, file_format: FileFormat, *, save: bool
) -> Download:
    """Return one output's marked bytes; raises Refusal, also for another subject's output.

    `save` tells that it leaves as a file: the studio then notes it for the deletion receipt.
    """
    released = service.output(token, output_id, file_format, save=save)
    if released.profile is not Profile.FINAL:
        raise RuntimeError("a download left the studio in another profile")
    known = {output.id: output for output in service.gallery(token)}
    output = known.get(output_id)
    middle = f"{output.style}-{output.created_at:%Y-%m-%d}" if output else "avatar"
    return Download(released, f"selfsame-{middle}.{file_format}")


def add_selfies(service: StudioService, token: str, uploads: list[Upload]) -> Json:
    """Return one verdict for each picture; raises Refusal."""
    return {"verdicts": plain(service.add_selfies(token, uploads))}


def verify(service: StudioService, upload: Upload) -> Json:
    """Return a file's separate findings; raises Refusal."""
    report = service.verify(upload.data)
    return {
        "name": upload.name,
        "findings": [_finding(item) for item in report.findings],
        "output_id": _made_here(report),
    }


def _made_here(report: Report) -> str | None:
    """Return the id under which anybody may report the picture: a manifest of ours tells it."""
    for item in report.findings:
        if item.technique is Technique.MANIFEST and isinstance(item.details.get("output_id"), str):
            return str(item.details["output_id"])
    return None


def _finding(finding: Finding) -> Json:
    """Return one finding with its words; its numbers go into the details."""
    details = json.dumps(plain(finding.details), indent=2) if finding.details else ""
    return {
        "name": finding.technique.value,
        "title": TITLES.get(finding.technique, finding.technique.value),
        "state": finding.state.value,
        "word": finding.state.value.capitalize(),
        "tone": TONES.get(finding.state, ""),
        "sentence": finding.sentence,
        "details": details,
    }
