"""Corrections by hand: what a portrait was measured to show, and what the person says instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from studio.styles.attributes.colours import MONK, hex_of, lab_of
from studio.styles.attributes.skin import skin_at
from studio.styles.attributes.types import (
    Attributes,
    Brows,
    BrowShape,
    EyeColour,
    FaceShape,
    FacialHair,
    Fringe,
    GlassesShape,
    HairLength,
    HairShape,
    HairTexture,
    Mouth,
)
from studio.styles.types import Choice, Control, Controls

AUTO = "auto"

Named = Mapping[str, tuple[str, str]]  # stored name -> label, "#rrggbb"

HAIR_COLOURS: Named = MappingProxyType(
    {
        "black": ("Black", "#1c1a1b"),
        "soft_black": ("Soft black", "#2f2826"),
        "dark_brown": ("Dark brown", "#40302a"),
        "brown": ("Brown", "#5c4030"),
        "light_brown": ("Light brown", "#84613f"),
        "chestnut": ("Chestnut", "#6d3b25"),
        "auburn": ("Auburn", "#8a4026"),
        "red": ("Red", "#b5562b"),
        "dark_blond": ("Dark blond", "#a8895d"),
        "blond": ("Blond", "#cdb07a"),
        "light_blond": ("Light blond", "#e6d3a8"),
        "grey": ("Grey", "#8f8e8d"),
        "white": ("White", "#dedcd8"),
        "dyed_pink": ("Dyed pink", "#d9709f"),
        "dyed_blue": ("Dyed blue", "#4671b8"),
        "dyed_green": ("Dyed green", "#4f9467"),
        "dyed_purple": ("Dyed purple", "#7d559f"),
    }
)
CLOTHES_COLOURS: Named = MappingProxyType(
    {
        "white": ("White", "#f0efec"),
        "grey": ("Grey", "#8b8f94"),
        "black": ("Black", "#24262a"),
        "navy": ("Navy", "#2b3a5c"),
        "blue": ("Blue", "#4b7bb5"),
        "teal": ("Teal", "#2f7f7a"),
        "green": ("Green", "#5b8a52"),
        "yellow": ("Yellow", "#dfb23e"),
        "orange": ("Orange", "#d67a3a"),
        "red": ("Red", "#b23a3c"),
        "pink": ("Pink", "#d98aa4"),
        "purple": ("Purple", "#72559a"),
    }
)
GLASSES_COLOURS: Named = MappingProxyType(
    {
        "black": ("Black", "#26262b"),
        "brown": ("Brown", "#5a3f2c"),
        "gold": ("Gold", "#b8924a"),
        "silver": ("Silver", "#a5a8ad"),
        "blue": ("Blue", "#37598f"),
        "red": ("Red", "#a13a3a"),
    }
)
COLOURS: Mapping[str, tuple[str, Named]] = MappingProxyType(
    {
        "hair_colour": ("Hair colour", HAIR_COLOURS),
        "glasses_colour": ("Colour of glasses", GLASSES_COLOURS),
        "clothes_colour": ("Colour of clothes", CLOTHES_COLOURS),
    }
)
KINDS: Mapping[str, tuple[str, type[StrEnum]]] = MappingProxyType(
    {
        "hair_length": ("Hair length", HairLength),
        "hair_shape": ("Hair shape", HairShape),
        "hair_texture": ("Hair texture", HairTexture),
        "fringe": ("Fringe", Fringe),
        "brows": ("Brows", Brows),
        "brow_shape": ("Shape of brows", BrowShape),
        "eye_colour": ("Eye colour", EyeColour),
        "glasses": ("Glasses", GlassesShape),
        "facial_hair": ("Facial hair", FacialHair),
        "face_shape": ("Face shape", FaceShape),
        "mouth": ("Mouth", Mouth),
    }
)
CORRECTABLE = ("monk", *KINDS, *COLOURS)


def correction_controls(names: Iterable[str]) -> tuple[Control, ...]:
    """Return one control for each of the named attributes, in the given order.

    Args:
        names: fields of `Attributes`. `skin` is corrected through `monk`.

    Raises:
        ValueError: no such attribute can be corrected.
    """
    return tuple(_control(name) for name in names)


def corrected(attributes: Attributes, controls: Controls) -> Attributes:
    """Return the attributes with what the person said in place of what was measured.

    Args:
        attributes: as measured.
        controls: a style's values; controls that correct nothing are passed over.

    Raises:
        ControlError: a value that the control does not offer.
    """
    changes: dict[str, object] = {}
    for name in CORRECTABLE:
        value = _control(name).accept(controls.get(name, AUTO))
        if value == AUTO:
            continue
        if name == "monk" and int(value) == attributes.monk:
            continue  # what was measured is right: it stays as light or dark as it is
        if name == "monk":
            skin = skin_at(int(value), lab_of(attributes.skin))
            changes |= {"monk": int(value), "skin": hex_of(skin)}
        elif name in COLOURS:
            changes[name] = COLOURS[name][1][str(value)][1]
        else:
            changes[name] = KINDS[name][1](str(value))
    return replace(attributes, **changes)  # type: ignore[arg-type]  # names and kinds: see above


def _control(name: str) -> Choice:
    options = {AUTO: "As measured"}
    if name == "monk":
        steps = {str(step): str(step) for step in range(1, len(MONK) + 1)}
        steps |= {"1": "1 (lightest)", str(len(MONK)): f"{len(MONK)} (darkest)"}
        return Choice(name, "Skin tone, Monk scale", options | steps, AUTO)
    if name in COLOURS:
        label, named = COLOURS[name]
        shown = {key: words for key, (words, _) in named.items()}
        return Choice(name, label, options | shown, AUTO)
    if name not in KINDS:
        raise ValueError(f"{name!r} is no attribute that can be corrected: {CORRECTABLE}")
    label, kind = KINDS[name]
    shown = {str(member): str(member).replace("_", " ").capitalize() for member in kind}
    return Choice(name, label, options | shown, AUTO)
