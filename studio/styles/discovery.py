"""Finds the styles: each is one module with its data as STYLE.

Beside it a drawn style has its drawing function as draw, and an imagined one its look as PRESET:
what draws that needs a model, and is given one by the stylists.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Protocol, cast

import studio.styles.diffusion.styles
import studio.styles.illustrated.styles
import studio.styles.painted.styles
from studio.styles.diffusion.types import Preset
from studio.styles.types import Draw, Style

PACKAGES = (studio.styles.painted.styles, studio.styles.illustrated.styles)


class StyleModule(Protocol):
    """What the module of a drawn style holds."""

    STYLE: Style

    @property
    def draw(self) -> Draw:
        """Draws a portrait in passes."""
        ...


class PresetModule(Protocol):
    """What the module of an imagined style holds."""

    STYLE: Style
    PRESET: Preset


@cache
def style_modules() -> tuple[StyleModule, ...]:
    """Return every drawn style's module: the families in their order, within them by title."""
    found = [module for package in PACKAGES for module in _modules(package)]
    return tuple(cast("StyleModule", module) for module in found)


@cache
def preset_modules() -> tuple[PresetModule, ...]:
    """Return every imagined style's module, by title."""
    found = _modules(studio.styles.diffusion.styles)
    return tuple(cast("PresetModule", module) for module in found)


def _modules(package: ModuleType) -> list[ModuleType]:
    names = [info.name for info in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return sorted(modules, key=lambda module: str(module.STYLE.title))
