"""What this machine can imagine with."""

from __future__ import annotations

from dataclasses import replace

from studio.service import StudioService
from studio.ui.views import Json, plain


def overview(service: StudioService) -> Json:
    """Return the machine, the ways of imagining and the catalogue of weights."""
    view = service.models.overview()
    linked = [
        entry if entry.licence_url.startswith("https://") else replace(entry, licence_url="")
        for entry in view.entries
    ]
    return plain(replace(view, entries=linked))
