"""An artist's definition, cut down to what a table uses and parsed once per process.

The definitions are those of the package `dicebear_styles`; `dicebear` puts their parts together.
What a table does not name is left out before anything is parsed: head coverings, masks, tears and
other things that no portrait is measured for, and most of the time that parsing takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import dicebear

from studio.styles.illustrated.table import NONE, Added, Names, Shape, Table

Json = dict[str, Any]  # of a definition
WHOLE = "*"
CANVAS = "canvas"
EVERYWHERE = {"x": "-4000", "y": "-4000", "width": "8000", "height": "8000"}


@dataclass(frozen=True, slots=True)
class Artwork:
    """A parsed definition: variants and colours in, SVG text out. The text never leaves."""

    style: dicebear.Style
    parts: Names
    roles: Mapping[str, str]  # the definition's colour -> role

    def compose(self, variants: Mapping[str, str], colours: Mapping[str, str]) -> str:
        """Return SVG of the chosen variants.

        Args:
            variants: By part; a part that is not named is left out.
            colours: "#rrggbb" by role.
        """
        # All that a seed would choose is chosen: its value does not matter.
        options: Json = {"seed": "0", "backgroundColor": []}
        for part in self.parts:
            options[f"{part}Probability"] = 100 if part in variants else 0
            if part in variants:
                options[f"{part}Variant"] = [variants[part]]
        options |= {f"{name}Color": [colours[role]] for name, role in self.roles.items()}
        return str(dicebear.Avatar(self.style, options))


def load_definition(name: str) -> Json:
    """Return the definition of this name as the package brings it."""
    text = files("dicebear_styles").joinpath(f"{name}.json").read_text(encoding="utf-8")
    definition: Json = json.loads(text)
    return definition


def prepare_artwork(table: Table) -> Artwork:
    """Cut a definition down to what the table uses, paint it by roles, and parse it.

    Raises:
        ValueError: the table names a part or variant that the definition does not have.
    """
    definition = load_definition(table.artwork)
    components, canvas = definition["components"], definition["canvas"]
    for added in table.added:
        _add(added, components, canvas["elements"])
    components = _used(components, table)
    drawn = {
        part: [v["elements"] for v in components[part]["variants"].values()] for part in components
    }
    for part, lists in {**drawn, CANVAS: [canvas["elements"]]}.items():
        paints = {**table.repaint.get(WHOLE, {}), **table.repaint.get(part, {})}
        for elements in lists:
            _prepare(elements, paints)
    roles = dict(table.colours) | {role: role for role in _roles(table)}
    kept = {
        "meta": definition["meta"],
        "attributes": definition["attributes"],
        "canvas": canvas,
        "components": components,
        "colors": {name: {"values": ["#000000"]} for name in {*definition["colors"], *roles}},
    }
    return Artwork(dicebear.Style(kept), tuple(components), roles)


def _roles(table: Table) -> set[str]:
    painted = {role for paints in table.repaint.values() for role in paints.values()}
    shaped = {role for shape in table.shapes() for role in (shape.fill, shape.stroke) if role}
    return painted | shaped


def _add(added: Added, components: Json, canvas: list[Json]) -> None:
    """Put the shapes into a part that there is, or into a new one at its place."""
    variants = {
        name: {"elements": [_path(shape) for shape in shapes]}
        for name, shapes in added.variants.items()
    }
    if added.part in components:
        components[added.part]["variants"] |= variants
        return
    components[added.part] = {"width": 1, "height": 1, "variants": variants}
    names = [element.get("name") for element in canvas]
    at = names.index(added.under) if added.under else len(canvas)
    canvas.insert(at, {"type": "component", "name": added.part})


def _path(shape: Shape) -> Json:
    attributes: Json = {"d": shape.path, "fill": "none", "fill-rule": "evenodd"}
    if shape.fill:
        attributes["fill"] = {"type": "color", "name": shape.fill}
        attributes["fill-opacity"] = f"{shape.opacity:g}"
    if shape.stroke:
        attributes["stroke"] = {"type": "color", "name": shape.stroke}
        attributes |= {"stroke-width": f"{shape.width:g}", "stroke-linecap": "round"}
        attributes["stroke-linejoin"] = "round"
    return {"type": "element", "name": "path", "attributes": attributes}


def _used(components: Json, table: Table) -> Json:
    """Return the components with the variants that the table names, and nothing else."""
    wanted = {
        part: {name for pick in picks for names in pick.variants.values() for name in names}
        for part, picks in table.picks.items()
    }
    wanted |= {cuts.part: set(cuts.described) for cuts in table.cuts}
    for part, names in wanted.items():
        names.discard(NONE)
        if missing := names - set(components.get(part, {}).get("variants", {})):
            raise ValueError(f"{table.artwork} has no {part} named {sorted(missing)}")
    return {
        part: components[part]
        | {"variants": {name: components[part]["variants"][name] for name in sorted(names)}}
        for part, names in wanted.items()
    }


def _prepare(elements: list[Json], paints: Mapping[str, str]) -> None:
    """Paint elements by roles, and leave to them only what looks the same everywhere.

    Light and shade that is blended over other colours goes: it would change the skin's. Masks by
    alpha are painted white: then they mask by luminance, which every reader of SVG knows, alike.
    """
    elements[:] = [e for e in elements if not _is_blended(e)]
    for element in elements:
        attributes, children = element.get("attributes", {}), element.get("children", [])
        for key in ("fill", "stroke"):
            value = attributes.get(key)
            name = str(value["name"] if isinstance(value, dict) else value)
            if name in paints:
                attributes[key] = {"type": "color", "name": paints[name]}
        _prepare(children, paints)
        if element.get("name") == "mask":
            # Everywhere, instead of round what is masked: Skia does not find that for ellipses.
            attributes |= {"maskUnits": "userSpaceOnUse"} | EVERYWHERE
            if attributes.get("style") == "mask-type:alpha":
                _whiten(children)


def _is_blended(element: Json) -> bool:
    """Tell whether an element, or all that a group holds, is blended over what lies below."""
    children = element.get("children", [])
    if "mix-blend-mode" in str(element.get("attributes", {}).get("style", "")):
        return True
    return element.get("name") == "g" and bool(children) and all(map(_is_blended, children))


def _whiten(elements: list[Json]) -> None:
    for element in elements:
        if element["type"] == "element":
            element.setdefault("attributes", {})["fill"] = "#ffffff"
        _whiten(element.get("children", []))
