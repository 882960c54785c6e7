"""Comparisons of faces, what the policy makes of them, and how sure a rate of errors is.

The normalisation is `consent.identity`'s, for all pairs at once; a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from benchmarks.people import Likeness, apart
from consent.profiles import STANDARD_IDENTITY
from consent.types import Template

PEER_THRESHOLD = 0.6  # face_recognition's default tolerance
CONFIDENCE = 0.95  # one-sided


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures compared."""

    one: Likeness  # the template's
    other: Likeness  # the probe
    distance: float
    z: float
    peer_distance: float = math.nan  # NaN without the peer

    @property
    def people(self) -> frozenset[str]:
        """Whom it touches."""
        return frozenset({self.one.person, self.other.person})

    @property
    def accepted(self) -> bool:
        """What the policy accepts."""
        rule = STANDARD_IDENTITY
        return self.distance <= rule.accept_distance and self.z < rule.max_z

    @property
    def retried(self) -> bool:
        """What the policy neither accepts nor refuses for good."""
        return self.distance <= STANDARD_IDENTITY.retry_distance and not self.accepted

    @property
    def refused(self) -> bool:
        """What the policy calls somebody else's face."""
        return not self.distance <= STANDARD_IDENTITY.retry_distance

    @property
    def accepted_by_peer(self) -> bool:
        """What the peer's default accepts."""
        return self.peer_distance <= PEER_THRESHOLD


@dataclass(frozen=True, slots=True)
class Rate:
    """How many comparisons came out one way, and how many people they touch."""

    hits: int
    comparisons: int
    touched: int
    people: int

    def __str__(self) -> str:
        """Count, rate and bound in one cell."""
        if not self.comparisons:
            return "none to make"
        share = self.hits / self.comparisons
        return f"{self.hits} of {self.comparisons} ({share:.1%}); people <= {self.bound:.0%}"

    @property
    def bound(self) -> float:
        """Upper bound for the share of people who are touched."""
        return upper_bound(self.touched, self.people)

    @property
    def short(self) -> str:
        """Count, and the bound for people."""
        return f"{self.hits} (<= {self.bound:.0%})"


def upper_bound(hit: int, people: int) -> float:
    """Return the one-sided 95 % bound (Clopper-Pearson) for the share of people who are hit.

    Comparisons that share a person are not independent; people are.
    """
    return 1.0 if hit >= people else float(beta.ppf(CONFIDENCE, hit + 1, people - hit))


def rate(hits: Iterable[Comparison], every: Sequence[Comparison]) -> Rate:
    """Count comparisons among all."""
    found = list(hits)
    touched = frozenset().union(*(one.people for one in found))
    people = frozenset().union(*(one.people for one in every))
    return Rate(len(found), len(every), len(touched), len(people))


@dataclass(frozen=True, slots=True)
class Strangers:
    """A cohort from which people can be left out pair by pair."""

    templates: NDArray[np.float64]  # (N, 128)
    owners: Sequence[frozenset[str]]  # of each entry: whose faces are in it; empty = nobody's
    _known: dict[tuple[Template, frozenset[str]], tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def of_nobody(cls, templates: Sequence[Template]) -> Strangers:
        """Return a cohort that holds nobody who is measured."""
        return cls(np.array(templates), [frozenset()] * len(templates))

    @classmethod
    def of_people(cls, templates: Mapping[frozenset[str], Template]) -> Strangers:
        """Return a cohort of people's own templates, or of means over several people."""
        return cls(np.array(list(templates.values())), list(templates))

    def z(
        self, one: Template, other: Template, distance: float, *, without: frozenset[str]
    ) -> float:
        """Return the normalised score of a comparison.

        Args:
            one: a template.
            other: another.
            distance: between them.
            without: people whose entries do not count.
        """
        left_out = without & frozenset().union(*self.owners)
        sides = [self._nearest(side, left_out) for side in (one, other)]
        return sum((distance - middle) / spread for middle, spread in sides) / 2

    def _nearest(self, side: Template, without: frozenset[str]) -> tuple[float, float]:
        """Return mean and standard deviation of the distances to the nearest entries."""
        key = side, without
        if key not in self._known:
            kept = np.array([not owners & without for owners in self.owners])
            far = np.linalg.norm(self.templates[kept] - np.array(side), axis=1)
            near = np.sort(far)[: STANDARD_IDENTITY.cohort_nearest]
            self._known[key] = float(near.mean()), float(near.std())
        return self._known[key]


def compare(
    pairs: Iterable[tuple[Likeness, Likeness]], cohort: Strangers, *, leave_out: bool = True
) -> Iterator[Comparison]:
    """Yield the comparison of each pair that has two faces.

    Args:
        pairs: the template's picture and the probe's.
        cohort: whom the distance is normalised by.
        leave_out: without both people of the pair.
    """
    for one, other in pairs:
        if one.template is None or other.template is None:
            continue
        distance = apart(one.template, other.template)
        without = frozenset({one.person, other.person}) if leave_out else frozenset[str]()
        z = cohort.z(one.template, other.template, distance, without=without)
        yield Comparison(one, other, distance, z, apart(one.peer, other.peer))


def pairs(
    ones: Sequence[Likeness], others: Sequence[Likeness], *, same: bool
) -> Iterator[tuple[Likeness, Likeness]]:
    """Yield pairs of a person's two pictures, or of two people's any pictures.

    The two pictures of a person are never the same photograph.
    """
    for one in ones:
        for other in others:
            if same and one.person == other.person and one.shot != other.shot:
                yield one, other
            if not same and one.person != other.person:
                yield one, other
