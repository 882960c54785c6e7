"""The tables of the illustrated styles: which of an artist's drawn parts shows which attribute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]  # left, top, right, bottom in the artwork's own units
Names = tuple[str, ...]

# SPDX identifier -> how a licence is named where a person reads it, with its address.
LICENCES = {
    "CC0-1.0": "CC0 1.0, creativecommons.org/publicdomain/zero/1.0",
    "CC-BY-4.0": "CC BY 4.0, creativecommons.org/licenses/by/4.0",
}
HAIR = ("hair_length", "hair_shape", "hair_texture", "fringe")  # a cut's words, in their order
ANY = "*"  # in place of such a word: the cut says nothing of it
NONE = "-"  # in place of a variant's name: the part is left out


@dataclass(frozen=True, slots=True)
class Artist:
    """Whose work a style is, and what its licence asks."""

    work: str
    name: str
    licence: str  # SPDX identifier, or the sentence that its maker grants it by
    source: str  # address

    @property
    def attribution(self) -> str:
        """What stands beside a picture: work, artist, licence, and that it was changed."""
        terms = LICENCES.get(self.licence, self.licence)
        return f"Adapted from \u201c{self.work}\u201d by {self.name} ({terms})"


@dataclass(frozen=True, slots=True)
class Pick:
    """Which variants of a part show an attribute.

    Where a table names several picks for one part, the first that has variants for the value
    decides; where none has, or it has `NONE`, the part is left out.
    """

    attribute: str  # a field of `Attributes`, or "" for what is not measured
    variants: Mapping[str, Names]

    def of(self, value: str) -> Names:
        """Return the variants that show this value; none: the part is left out."""
        return self.variants.get(value, ())


def by(attribute: str, **variants: str) -> Pick:
    """Return a pick by one attribute: for each of its values the names of variants, spaced."""
    return Pick(attribute, {value: tuple(names.split()) for value, names in variants.items()})


def always(names: str) -> Pick:
    """Return a pick among variants that show nothing measured; the seed chooses."""
    return Pick("", {"": tuple(names.split())})


@dataclass(frozen=True, slots=True)
class Cuts:
    """The haircuts of a style, each told by what it looks like.

    A description has four words, of length, shape, texture and fringe as `Attributes` name them;
    a stroke between two words says that the cut passes for both, a star that it says nothing. A
    fifth word, "dark" or "light", is for cuts that the artist drew for such hair only. The cut
    `NONE` leaves the part out.
    """

    part: str
    described: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Face:
    """Where the drawn face lies, in the artwork's units: what a label must and must not cover."""

    head: Box  # as wide as the face; its bottom is as low as a label on chin and neck may reach
    eyes: Box  # both
    nose: Box
    mouth: Box  # of the largest mouth in use


@dataclass(frozen=True, slots=True)
class Shape:
    """A path in the artwork's units; fill and stroke are roles, "" for none."""

    path: str
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    opacity: float = 1.0  # of the fill


@dataclass(frozen=True, slots=True)
class Added:
    """What the artist did not draw and likeness asks for: variants of a part, or a new part.

    A new part is placed right under the part named `under`, or over everything.
    """

    part: str
    variants: Mapping[str, tuple[Shape, ...]]
    under: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """All that one illustrated style needs beside its data."""

    artwork: str  # name of the definition in the package `dicebear_styles`
    view: tuple[float, float, float]  # left, top and side of the square that is shown
    face: Face
    cuts: tuple[Cuts, ...]  # of hair; what falls behind the face may be a part of its own
    picks: Mapping[str, tuple[Pick, ...]]  # by part
    colours: Mapping[str, str]  # the artwork's colour -> role in `colours.Colours`
    # Parts whose colours are told apart further than the artist did: part -> colour (a name of
    # the artwork's or a literal such as "#1B0640") -> role. "*" is every part.
    repaint: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    added: tuple[Added, ...] = ()

    @property
    def expressed(self) -> Names:
        """The attributes that the drawing shows, by which it can be corrected."""
        shown = ["monk", "hair_colour"]
        for place, name in enumerate(HAIR):
            words = {told.split()[place] for cuts in self.cuts for told in cuts.described.values()}
            shown += [name] if len(words - {ANY}) > 1 else []
        picked = [pick.attribute for picks in self.picks.values() for pick in picks]
        roles = {*self.colours.values()}.union(*(p.values() for p in self.repaint.values()))
        roles |= {role for shape in self.shapes() for role in (shape.fill, shape.stroke)}
        coloured = {"glasses": "glasses_colour", "clothes": "clothes_colour", "iris": "eye_colour"}
        shown += [name for role, name in coloured.items() if role in roles]
        return tuple(dict.fromkeys([*shown, *(name for name in picked if name)]))

    def shapes(self) -> tuple[Shape, ...]:
        """Return all shapes that the table adds to the artwork."""
        return tuple(s for a in self.added for shapes in a.variants.values() for s in shapes)
