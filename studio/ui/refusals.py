"""Refusals that the web layer itself speaks, and how every refusal travels."""

from __future__ import annotations

import logging
import traceback

from consent.errors import (
    ConsentRefused,
    IdentityRefused,
    LivenessRefused,
    QualityRefused,
    RecordInvalid,
    Refusal,
)
from outputs.errors import OutputMissing, VerifyError
from studio.ui.settings import MEGABYTE

log = logging.getLogger(__name__)

_STATUS_BY_CODE = {
    "no_session": 401,
    "sign_in_needed": 401,
    "wrong_host": 421,
    "wrong_origin": 403,
    "not_here": 404,
    "job_unknown": 404,
    "selfie_unknown": 404,
    "selfie_missing": 404,
    "no_such_subject": 404,
    "leaf_missing": 404,
    "witness_unknown": 403,
    "cosignature_invalid": 422,
    "checkpoint_invalid": 422,
    "closed": 403,
    "deletion_unfinished": 503,
    "style_unknown": 404,
    "too_large": 413,
    "too_many": 429,
    "too_many_jobs": 429,
    "too_many_previews": 429,
    "too_many_files": 413,
    "unreadable": 422,
    "choice_invalid": 422,
    "control_invalid": 422,
    "report_invalid": 422,
    "upload_invalid": 422,
    "upload_stalled": 408,
    "frame_invalid": 422,
    "file_too_large": 413,
    "broken": 500,
}
_STATUS_BY_TYPE: tuple[tuple[type[Refusal], int], ...] = (
    (ConsentRefused, 403),
    (IdentityRefused, 403),
    (LivenessRefused, 422),
    (QualityRefused, 422),
    (RecordInvalid, 409),
    (OutputMissing, 404),
    (VerifyError, 422),
)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status that says the same as a refusal."""
    if refusal.code in _STATUS_BY_CODE:
        return _STATUS_BY_CODE[refusal.code]
    for kind, status in _STATUS_BY_TYPE:
        if isinstance(refusal, kind):
            return status
    return 409


def no_session() -> Refusal:
    """Refuse a browser that this studio has not met."""
    return Refusal(
        "no_session",
        "This page has lost its place.",
        why="A sitting belongs to one browser, so that nobody else can open it.",
        next_step="Reload the page and begin again.",
    )


def sign_in_needed() -> Refusal:
    """Refuse whoever has not signed in on a shared server."""
    return Refusal(
        "sign_in_needed",
        "Sign in first.",
        why="This studio is shared, and what you make opens for you alone.",
        next_step="Reload the page and use your passkey.",
    )


def wrong_host() -> Refusal:
    """Refuse a name that this studio does not answer to."""
    return Refusal(
        "wrong_host",
        "This studio does not answer to that address.",
        why="A foreign page could otherwise point its own name at your computer.",
        next_step="Open the address that the studio printed when it started.",
    )


def wrong_origin() -> Refusal:
    """Refuse a request that another page sent."""
    return Refusal(
        "wrong_origin",
        "Another page tried to act in your studio.",
        why="Only the studio's own pages may act for you.",
        next_step="Close the other page and open the studio directly.",
    )


def not_here() -> Refusal:
    """Refuse an address that leads nowhere."""
    return Refusal(
        "not_here",
        "There is nothing at this address.",
        why="The studio opens only the doors that it needs.",
        next_step="Go back to the first page.",
    )


def too_large(limit: int) -> Refusal:
    """Refuse a body beyond `limit` bytes."""
    size = f"{limit // MEGABYTE} MB" if limit >= MEGABYTE else f"{limit // 1024} kB"
    return Refusal(
        "too_large",
        f"That is more than {size}.",
        why="Very large files can stop the studio for everybody.",
        next_step="Choose a smaller file: a picture saved as a JPEG, or a shorter video.",
    )


def form_too_large(limit: int) -> Refusal:
    """Refuse a form beyond `limit` bytes."""
    return Refusal(
        "too_large",
        f"That is more than {limit // 1024} kB of text.",
        why="Very large forms can stop the studio for everybody.",
        next_step="Shorten it and send it again.",
    )


def too_many_previews(limit: int) -> Refusal:
    """Return the refusal of one preview too many at once."""
    return Refusal(
        "too_many_previews",
        f"{limit} pictures are being drawn for this page already.",
        why="The studio draws for several people at once, and everybody's turn comes.",
        next_step="Wait until one of them is there.",
    )


def too_many_files(limit: int) -> Refusal:
    """Refuse more than `limit` files at once."""
    return Refusal(
        "too_many_files",
        f"These are more than {limit} files.",
        why="Very many files can stop the studio for everybody.",
        next_step=f"Send up to {limit} at once, and the others after them.",
    )


def upload_stalled() -> Refusal:
    """Refuse a body that stopped on its way."""
    return Refusal(
        "upload_stalled",
        "The file stopped on its way.",
        why="A file that never ends would keep its place from others.",
        next_step="Check your connection and send it again.",
    )


def upload_invalid() -> Refusal:
    """Refuse a form without a file."""
    return Refusal(
        "upload_invalid",
        "No file arrived.",
        why="Nothing was read and nothing was kept.",
        next_step="Choose the file again.",
    )


def unreadable() -> Refusal:
    """Refuse a request whose parts are missing, of the wrong kind or not to be parsed."""
    return Refusal(
        "unreadable",
        "The page sent something that could not be read.",
        why="The studio acts only on what it understands for certain.",
        next_step="Reload the page and try again.",
    )


def choice_invalid(detail: str) -> Refusal:
    """Refuse a consent choice that the form could not have sent."""
    return Refusal(
        "choice_invalid",
        f"The choice could not be read: {detail}.",
        why="Consent counts only when it is certain what was chosen.",
        next_step="Reload the page and choose again.",
    )


def control_invalid(detail: str) -> Refusal:
    """Refuse a style control outside its limits."""
    return Refusal(
        "control_invalid",
        detail,
        why="Every style keeps to limits within which a face stays yours.",
        next_step="Move the control back, or reload the page.",
    )


def no_preview(title: str) -> Refusal:
    """Refuse a preview of a style that takes its time."""
    return Refusal(
        "no_preview",
        f"{title} is drawn only when you ask for the picture itself.",
        why="A model draws it, for minutes perhaps, and others wait for it too.",
        next_step="Choose what it shall look like, then press Make it.",
    )


def style_unknown() -> Refusal:
    """Refuse a style that this version does not draw."""
    return Refusal(
        "style_unknown",
        "This studio does not draw that style.",
        why="Your consent names the styles that exist, and no others.",
        next_step="Choose one of the styles shown.",
    )


def frame_invalid(detail: str) -> Refusal:
    """Refuse a camera message that does not follow the protocol."""
    return Refusal(
        "frame_invalid",
        f"The camera page sent something unexpected: {detail}.",
        why="Only a camera that follows every step can show that it is you.",
        next_step="Reload the page and try again.",
    )


def capture_idle() -> Refusal:
    """Refuse a camera that fell silent."""
    return LivenessRefused(
        "capture_idle",
        "The camera stopped sending pictures.",
        why="Gaps are where one face could be swapped for another.",
        next_step="Keep this page in front and try again.",
    )


def broken(error: Exception) -> Refusal:
    """Return a plain sentence for an unexpected error and log where it arose.

    The message of the exception may hold personal data, so only types and code lines are logged.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s\n%s", type(error).__name__, frames)
    return Refusal(
        "broken",
        "Something broke on the studio's side.",
        why="Nothing was made or shown, so nothing has left unlabelled.",
        next_step="Try again; if it happens twice, restart the studio and look at its log.",
    )
