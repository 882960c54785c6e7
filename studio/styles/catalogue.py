"""Every style that this version draws, as data."""

from __future__ import annotations

from studio.styles.painted.toon import TOON
from studio.styles.types import ControlError, Style

STYLES: tuple[Style, ...] = (TOON,)


def find_style(name: str) -> Style:
    """Return a style by name.

    Raises:
        ControlError: there is none of that name.
    """
    for style in STYLES:
        if style.name == name:
            return style
    known = ", ".join(style.name for style in STYLES)
    raise ControlError(f"There is no style named {name!r}. There is: {known}.")
