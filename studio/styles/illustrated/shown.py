"""What a put-together figure shows of a person's attributes: to be compared with what they are."""

from __future__ import annotations

from collections.abc import Mapping

from studio.styles.attributes.types import Attributes
from studio.styles.illustrated.table import ANY, NONE, Cuts, Pick, Table

# The words of a cut's description, in their order.
CUT_WORDS = ("hair_length", "hair_shape", "hair_texture", "fringe")
BARE = frozenset({"bald", "shaved"})
# What a figure without such a part shows; of other attributes a missing part says nothing.
LEFT_OUT = {"glasses": "none", "facial_hair": "none"}
HAIR = {"hair", "cut", "crown"}  # roles that show its colour
COLOURS = {"clothes_colour": "clothes", "glasses_colour": "glasses"}


def shown_by(
    table: Table,
    attributes: Attributes,
    variants: Mapping[str, str],
    colours: Mapping[str, str],
) -> dict[str, str]:
    """Return the value of every attribute that a drawing shows.

    A variant that stands for several values shows the person's own if that is among them. What a
    style cannot tell apart, or says nothing about, is left out.

    Args:
        table: of the style.
        attributes: as they were to be drawn.
        variants: that were chosen, by part.
        colours: "#rrggbb" by role.
    """
    roles = {*table.colours.values()}.union(*(each.values() for each in table.repaint.values()))
    shown = {**LEFT_OUT, **({"skin": colours["skin"]} if "skin" in roles else {})}
    for part, picks in table.picks.items():
        for pick in picks:
            if pick.attribute:
                value = _picked(pick, str(getattr(attributes, pick.attribute)), variants.get(part))
                if value is not None and shown.get(pick.attribute, "none") == "none":
                    shown[pick.attribute] = value
    for cuts in table.cuts:
        shown |= {n: v for n, v in _cut(cuts, attributes, variants).items() if n not in shown}
    if HAIR & roles and shown.get("hair_length") not in BARE:
        shown["hair_colour"] = colours["hair"]
    expressed = table.expressed
    shown |= {name: colours[role] for name, role in COLOURS.items() if name in expressed}
    if shown["glasses"] == "none":
        shown.pop("glasses_colour", None)
    return shown


def _picked(pick: Pick, wanted: str, variant: str | None) -> str | None:
    """Return the value that a part's variant stands for."""
    if variant is None:
        return None
    values = [value for value, names in pick.variants.items() if variant in names]
    if not values:
        return None
    return wanted if wanted in values else values[0]


def _cut(cuts: Cuts, attributes: Attributes, variants: Mapping[str, str]) -> dict[str, str]:
    """Return what a haircut shows."""
    described = cuts.described.get(variants.get(cuts.part, NONE))
    if described is None:
        return {}
    shown: dict[str, str] = {}
    for name, word in zip(CUT_WORDS, described.split(), strict=False):
        values = word.split("/")
        if word != ANY:
            wanted = str(getattr(attributes, name))
            shown[name] = wanted if wanted in values else values[0]
    return shown
