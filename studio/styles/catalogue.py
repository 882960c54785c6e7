"""Every style that this version draws, as data."""

from __future__ import annotations

from studio.styles.discovery import preset_modules, style_modules
from studio.styles.types import Style
from studio.styles.words import ControlError

STYLES: tuple[Style, ...] = (
    *(module.STYLE for module in style_modules()),
    *(module.STYLE for module in preset_modules()),
)


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
