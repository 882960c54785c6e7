"""A person's rights: a copy of everything, and the list of pictures of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio.service import StudioService
from studio.ui.views import Json, plain


@dataclass(frozen=True, slots=True)
class Copy:
    """The pieces of a ZIP file, and the name under which a browser saves it."""

    pieces: Iterator[bytes]
    name: str


def archive(service: StudioService, token: str) -> Copy:
    """Return everything held about the open subject; raises Refusal."""
    pieces = service.rights.archive(token)
    return Copy(pieces, f"selfsame-my-data-{service.now():%Y-%m-%d}.zip")


def deletion_receipts(service: StudioService, token: str) -> Json:
    """Return the receipts that are still kept of what was deleted; raises Refusal."""
    return {"receipts": plain(service.rights.deletion_receipts(token))}


def selfies(service: StudioService, token: str) -> Json:
    """Return the open subject's selfies, newest first; raises Refusal."""
    return {"selfies": plain(service.rights.selfies(token))}
