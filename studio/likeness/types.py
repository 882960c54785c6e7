"""What is told of a drawing's likeness: a band, the numbers behind it, and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outputs.types import Released


class Band(StrEnum):
    """How near a drawing comes to its selfie, compared with drawings of other people."""

    STRONG = "strong"
    FAIR = "fair"
    LOOSE = "loose"


class Source(StrEnum):
    """Where the landmarks of a drawing come from."""

    FOUND = "found"  # in the finished drawing, by the same model as in the selfie
    CARRIED = "carried"  # along with the drawing: no face was found in it
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Measures:
    """A drawing against its selfie; None where a thing cannot be measured."""

    shape_error: float | None = None  # mean distance of landmarks, share of the eyes' distance
    shape_source: Source = Source.NONE
    skin_drift: float | None = None  # CIEDE2000
    skin_lightness: float | None = None  # L*, positive = the drawing is lighter
    hair_drift: float | None = None  # CIEDE2000
    face_distance: float | None = None  # Euclidean, of the embeddings; None: no face was found
    agreement: float | None = None  # share of the attributes that the drawing shows, 0 to 1
    kept: tuple[str, ...] = ()  # features of the selfie that the drawing shows: "glasses", ...
    lost: tuple[str, ...] = ()  # features that it does not show, or that only it shows


@dataclass(frozen=True, slots=True)
class Dropped:
    """A try that was not kept."""

    seed: int
    reason: str  # one sentence


@dataclass(frozen=True, slots=True)
class Likeness:
    """The report about one drawing. It is about a face: it is kept only with its output."""

    band: Band
    title: str  # "Strong likeness"
    percentile: int  # of drawings of other people in this style, how many in 100 are less alike
    # Of people's own drawings in this style, how many in 100 are less alike; None: not known.
    among_own: int | None
    measures: Measures
    sentences: tuple[str, ...]  # plain words, the most important first
    dropped: tuple[Dropped, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return JSON data, as it is kept beside the output."""
        data = asdict(self)
        data["measures"]["kept"] = list(self.measures.kept)
        data["measures"]["lost"] = list(self.measures.lost)
        data["sentences"] = list(self.sentences)
        data["dropped"] = [asdict(each) for each in self.dropped]
        data["band"] = self.band.value
        data["measures"]["shape_source"] = self.measures.shape_source.value
        return data


@dataclass(frozen=True, slots=True)
class MeasuredPreview:
    """A labelled preview, how much it looks like its selfie, and what draws it again."""

    released: Released
    likeness: Likeness
    recipe: Mapping[str, object]  # style, seed and controls
