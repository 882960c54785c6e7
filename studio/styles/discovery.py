"""Finds the styles: each is one module with its data as STYLE and its drawing function as draw."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol, cast

import studio.styles.illustrated.styles
import studio.styles.painted.styles
from studio.styles.types import Draw, Style

PACKAGES = (studio.styles.painted.styles, studio.styles.illustrated.styles)


class StyleModule(Protocol):
    """What a style's module holds."""

    STYLE: Style

    @property
    def draw(self) -> Draw:
        """Draws a portrait in passes."""
        ...


@cache
def style_modules() -> tuple[StyleModule, ...]:
    """Return every style's module: the families in their order, within them by title."""
    found: list[StyleModule] = []
    for package in PACKAGES:
        names = [info.name for info in pkgutil.iter_modules(package.__path__)]
        modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
        found += sorted(
            (cast("StyleModule", module) for module in modules),
            key=lambda module: module.STYLE.title,
        )
    return tuple(found)
