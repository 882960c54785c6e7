"""What was made: gallery and downloads; pictures of oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outputs.types import Profile, Released, StoredOutput
from studio.service import FileFormat, StudioService, Upload
from studio.styles.types import Style
from studio.ui.views import Json, credit_json, frame_of, likeness_json, plain, sees_through

EXTENSIONS = {"jpeg": "jpg"}  # where a file's name does not end like its format
HELD_BACK = (
    "Held back: somebody says that this shows them against their will. Whoever runs this studio "
    "will look at it. You can delete it any time."
)


@dataclass(frozen=True, slots=True)
class Download:
    """Marked bytes and the name under which a browser saves them."""

    released: Released
    name: str


def gallery(service: StudioService, token: str) -> Json:
    """Return the open subject's outputs, newest first; raises Refusal."""
    styles = {style.name: style for style in service.styles()}
    formats = service.formats(token)
    return {
        "outputs": [
            _entry(output, styles.get(output.style), formats.get(output.id, ()))
            for output in service.gallery(token)
        ]
    }


def _entry(output: StoredOutput, style: Style | None, formats: Sequence[FileFormat]) -> Json:
    recipe = output.recipe or {}
    return {
        "id": output.id,
        "style": output.style,
        "title": style.title if style else output.style,
        "credit": credit_json(style) if style else None,
        "frame": frame_of(recipe.get("controls")),
        "see_through": sees_through(recipe.get("controls")),
        "likeness": likeness_json(output.likeness),
        "can_repeat": bool(recipe) and style is not None,
        "width": output.width,
        "height": output.height,
        "created_at": output.created_at.isoformat(),
        "formats": list(formats),
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
    return Download(released, f"selfsame-{middle}.{EXTENSIONS.get(file_format, file_format)}")


def add_selfies(service: StudioService, token: str, uploads: list[Upload]) -> Json:
    """Return one verdict for each picture; raises Refusal."""
    return {"verdicts": plain(service.add_selfies(token, uploads))}
