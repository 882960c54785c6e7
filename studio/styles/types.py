"""What a style is: data that anything may read, and a drawing function that only jobs may call."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from studio.styles.words import ControlError, accepted_words

if TYPE_CHECKING:
    from studio.styles.alignment import Anatomy
    from studio.styles.portrait import Portrait

ControlValue = float | str
Controls = Mapping[str, ControlValue]
# What lies behind a figure, for any width and height in pixels: (H, W, 3) uint8 sRGB. Asked twice
# for one size, it returns the same bytes.
Backdrop = Callable[[int, int], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a style drew: a figure that can be cut out, and what lies behind it."""

    figure: NDArray[np.uint8]  # (S, S, 4) sRGB, straight alpha; S is the portrait's size
    backdrop: Backdrop
    landmarks: NDArray[np.float32] | None  # (478, 2) figure pixels, as drawn; None: not carried
    anatomy: Anatomy | None = None  # of the figure; None: the portrait's own
    # Of a figure put together from parts: what they show, by the names of `Attributes`, colours as
    # "#rrggbb"; what they say nothing about is left out. None: the figure is drawn of the portrait.
    shown: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Glimpse:
    """How far a slow drawing has come. Its pixels are nobody's to see before they are marked."""

    words: str  # what is being done: "Loading the model", "Imagining"
    done: int  # steps
    steps: int
    seconds_left: float | None = None  # None: not known yet
    pixels: NDArray[np.uint8] | None = None  # (h, w, 3) sRGB, what it looks like by now


# A drawing in passes: it pauses after each (a layer, a frame, a denoising step), so that whoever
# lets it draw can stop it, and returns the picture at its end. Slow ones tell how far they are.
Drawing = Generator[None, None, Picture]
SlowDrawing = Generator[Glimpse, None, Picture]
Draw = Callable[["Portrait", Controls, np.random.Generator], Drawing | SlowDrawing]
Drawn = TypeVar("Drawn")


def finished(
    drawing: Generator[Glimpse | None, None, Drawn],
    *,
    between: Callable[[], None] = lambda: None,
    glimpsed: Callable[[Glimpse], None] = lambda _: None,
) -> Drawn:
    """Let a drawing run to its end and return the picture.

    Args:
        drawing: in passes.
        between: called after each pass; what it raises ends the drawing where it stands.
        glimpsed: told how far a slow drawing is, after `between`.
    """
    with closing(drawing):
        while True:
            try:
                glimpse = next(drawing)
            except StopIteration as end:
                picture: Drawn = end.value
                return picture
            between()
            if glimpse is not None:
                glimpsed(glimpse)


class Family(StrEnum):
    """The three ways in which a picture comes about; consent is given per family."""

    ILLUSTRATED = "illustrated"
    PAINTED = "painted"
    IMAGINED = "imagined"


@dataclass(frozen=True, slots=True)
class Range:
    """A number that a person may move within safe limits."""

    name: str
    label: str
    minimum: float
    maximum: float
    step: float
    default: float

    def accept(self, value: ControlValue) -> ControlValue:
        """Return `value` as a number within the limits, or raise ControlError."""
        try:
            number = float(value)
        except OverflowError as error:  # a whole number beyond all floats, too long to be told
            raise ControlError(f"{self.label} {self._limits()}.") from error
        except (ValueError, TypeError) as error:
            raise ControlError(f"{self.label} takes a number, not {value!r}.") from error
        if not (math.isfinite(number) and self.minimum <= number <= self.maximum):
            raise ControlError(f"{self.label} {self._limits()}, not {number:g}.")
        return number

    def _limits(self) -> str:
        return f"goes from {self.minimum:g} to {self.maximum:g}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few named options; `options` maps the stored name to the label shown."""

    name: str
    label: str
    options: Mapping[str, str]
    default: str

    def accept(self, value: ControlValue) -> ControlValue:
        """Return `value` if it is one of the options, or raise ControlError."""
        if value not in self.options:
            raise ControlError(f"{self.label} is one of {', '.join(self.options)}, not {value!r}.")
        return value


@dataclass(frozen=True, slots=True)
class Words:
    """A few words out of a closed list; stored as they stand there, with ", " between them."""

    name: str
    label: str
    known: Mapping[str, str]  # each word, in lower case, with the group that it is shown in
    most: int  # words
    default: str = ""

    def accept(self, value: ControlValue) -> ControlValue:
        """Return the words in the list's own spelling, or raise ControlError with the nearest."""
        return accepted_words(self, value)


Control = Range | Choice | Words

# Every style has these beside its own: they say what becomes of the drawing, not how it is drawn.
SHARED: tuple[Control, ...] = (
    Choice(
        "frame",
        "Shape",
        {
            "square": "Square",
            "circle": "Profile circle",
            "banner": "Banner",
            "sticker": "Sticker",
            "print": "Print",
            "poster": "Poster",
        },
        "square",
    ),
    Choice("cutout", "Behind you", {"no": "With background", "yes": "Transparent"}, "no"),
    Range("best_of", "Tries, of which the most alike is kept", 1, 6, 1, 1),
)


@dataclass(frozen=True, slots=True)
class Style:
    """The data of one style; `summary` is one sentence for the card."""

    name: str
    title: str
    family: Family
    summary: str
    licence: str  # SPDX identifier, or the sentence that its maker grants it by
    digital_source_type: str  # IPTC term: what is true of how the pixels came about
    controls: tuple[Control, ...]  # its own: two to five
    natural_colour: bool = False  # whether it claims to keep the colours of skin and hair
    artist: str = ""  # whose artwork it is made from
    attribution: str = ""  # what the licence asks to say beside a picture
    source: str = ""  # address of the artwork's origin
    is_slow: bool = False  # takes seconds to minutes: drawn when asked for, not while one looks on
    selfies: int = 1  # verified selfies that it draws from, at most

    def accept(self, values: Controls) -> dict[str, ControlValue]:
        """Return all controls with `values` checked and the rest at their defaults.

        Raises:
            ControlError: an unknown control, or a value outside its limits.
        """
        known = {control.name: control for control in (*self.controls, *SHARED)}
        for name in values:
            if name not in known:
                raise ControlError(f"{self.title} has no control named {name!r}.")
        return {
            name: control.accept(values.get(name, control.default))
            for name, control in known.items()
        }
