"""Plain JSON of the service's view types."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import datetime

from studio.styles.attributes.corrections import CORRECTABLE
from studio.styles.types import SHARED, Choice, Control, Range, Style, Words

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
    """Return a style as the page draws it; each control says of which kind and group it is."""
    return {
        "name": style.name,
        "title": style.title,
        "family": style.family.value,
        "summary": style.summary,
        "is_slow": style.is_slow,
        "selfies": style.selfies,
        "credit": credit_json(style),
        "controls": [
            *(_control_json(control, _group(control)) for control in style.controls),
            *(_control_json(control, "shared") for control in SHARED),
        ],
    }


def vocabularies_json(styles: Sequence[Style]) -> Json:
    """Return the closed lists of words that some styles take, by id: each group with its words.

    Styles share a list of several hundred words, which so travels once.
    """
    found: dict[str, Json] = {}
    for control in (each for style in styles for each in style.controls):
        if isinstance(control, Words) and _vocabulary(control) not in found:
            groups: dict[str, list[Json]] = {}
            for word, group in control.known.items():
                groups.setdefault(group, []).append(word)
            found[_vocabulary(control)] = dict(groups)
    return found


def _vocabulary(control: Words) -> str:
    """Return the id of a control's list: the same for the same words in the same groups."""
    listed = "\n".join(f"{group}\t{word}" for word, group in control.known.items())
    return hashlib.sha256(listed.encode()).hexdigest()[:12]


def credit_json(style: Style) -> Json:
    """Return whose work a style is and under which licence."""
    return {
        "licence": style.licence,
        "attribution": style.attribution,
        "source": style.source if style.source.startswith("https://") else "",
    }


def frame_of(controls: object) -> Json:
    """Return the words for the frame that some kept controls name; None where there are none."""
    chosen = controls.get("frame") if isinstance(controls, Mapping) else None
    for control in SHARED:
        if isinstance(control, Choice) and control.name == "frame":
            return control.options.get(str(chosen))
    return None


def sees_through(controls: object) -> bool:
    """Tell whether a picture with some kept controls is transparent around the figure."""
    if not isinstance(controls, Mapping):
        return False
    return controls.get("cutout") == "yes" or controls.get("frame") in {"circle", "sticker"}


def likeness_json(kept: Mapping[str, object] | None) -> Json:
    """Return what a page shows of a likeness: words, none of the numbers behind them."""
    if kept is None:
        return None
    dropped = kept.get("dropped")
    tries = dropped if isinstance(dropped, Sequence) else ()
    return {
        "band": plain(kept.get("band")),
        "title": plain(kept.get("title")),
        "sentences": plain(kept.get("sentences", ())),
        "dropped": [plain(each.get("reason")) for each in tries if isinstance(each, Mapping)],
    }


def _group(control: Control) -> str:
    return "correction" if control.name in CORRECTABLE else "own"


def _control_json(control: Control, group: str) -> Json:
    match control:
        case Range():
            return {
                "kind": "range",
                "group": group,
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
                "group": group,
                "name": control.name,
                "label": control.label,
                "options": dict(control.options),
                "default": control.default,
            }
        case Words():
            return {
                "kind": "words",
                "group": group,
                "name": control.name,
                "label": control.label,
                "most": control.most,
                "vocabulary": _vocabulary(control),
                "default": control.default,
            }
