"""Which licences a file of the creator's own speaks of: by its names, and by its own words.

Whoever renames a file and empties its header is not found out. This keeps those who did not know
from what they may not use: when a file is added, and again before it is drawn with.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from studio.models.folders import FOLDERS
from studio.models.licences import require_licence

_LAYOUT = {name.lower() for name in FOLDERS}  # of other programs: they say nothing of a file


def require_origin(path: Path, said: Iterable[str], accepted: frozenset[str]) -> None:
    """Make sure that nothing is known against a file.

    Args:
        path: where it lies; the folders above it count too, and where a link leads.
        said: what it says of itself.
        accepted: names of licences that the operator accepted in the settings.

    Raises:
        ModelRefused: it goes by a name, or speaks of a licence, that nobody accepted.
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    names = _names(path, home), _names(_real(path), _real(home))
    for text in (*dict.fromkeys(names), *said):
        require_licence(text, accepted)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve() raises where links lead in circles


def _names(path: Path, home: Path) -> str:
    """Return a path in one text, from below the home folder on."""
    inside = path.relative_to(home) if path.is_relative_to(home) else path
    return "/".join("folder" if name.lower() in _LAYOUT else name for name in inside.parts)
