"""Plain JSON of the service's view types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import datetime

from studio.styles.types import Choice, Control, Range, Style

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain(value: object) -> Json:
    """Return `value` as JSON data: dataclasses, string enums, times (ISO 8601), sets (sorted).

    Raises:
        TypeError: bytes or any other type that has no business in a page's data.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case Set():
            return [plain(item) for item in sorted(value, key=str)]
        case Sequence() if not isinstance(value, bytes | bytearray):
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form")


def style_json(style: Style) -> Json:
    """Return a style as the page draws it; each control says of which kind it is."""
    return {
        "name": style.name,
        "title": style.title,
        "family": style.family.value,
        "summary": style.summary,
        "controls": [_control_json(control) for control in style.controls],
    }


def _control_json(control: Control) -> Json:
    match control:
        case Range():
            return {
                "kind": "range",
                "name": control.name,
                "label": control.label,
                "minimum": control.minimum,
                "maximum": control.maximum,
                "step": control.step,
                "default": control.default,
            }
        case Choice():
            return {
                "kind": "choice",
                "name": control.name,
                "label": control.label,
                "options": dict(control.options),
                "default": control.default,
            }
