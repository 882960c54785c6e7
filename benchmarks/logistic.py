"""A logistic model of drawn or not, fitted so that every filter and every style counts alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from studio.styles.diffusion.stylisation import BENEATH

# On squared weights of standardised measures, beside a mean loss over each class: of 0.0005, 0.002,
# 0.006 and 0.02 the least that keeps smoothed photographs out when the fit never saw them smoothed.
RIDGE = 0.002
FOLDS = 5

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture's measures."""

    kind: str  # photograph, drawing; others are judged and not fitted on
    group: str  # filter or style
    person: str
    light: float  # mean Rec. 709 luma of the face's skin in the photograph, 0 to 255
    faces: int  # found in it
    measures: Mapping[str, float]
    beneath: Mapping[str, float]  # the same without fine lines

    @property
    def is_drawing(self) -> bool:
        """Whether it is of the class of drawings."""
        return self.kind == "drawing"


@dataclass(frozen=True, slots=True)
class Fit:
    """The model, in the numbers of `stylisation.json`."""

    names: tuple[str, ...]
    means: Values
    spreads: Values
    weights: Values
    bias: float
    threshold: float = 0.0

    def both(self, sample: Sample) -> float:
        """Return the log odds of a drawing with and without fine lines, as the guard takes them."""
        return min(self.log_odds(sample.measures), self.log_odds(sample.beneath) + BENEATH)

    def log_odds(self, measures: Mapping[str, float]) -> float:
        """Return the log odds of a drawing."""
        values = np.array([measures[name] for name in self.names])
        return float((values - self.means) / self.spreads @ self.weights) + self.bias

    def with_threshold(self, threshold: float) -> Fit:
        """Return the same model with a threshold."""
        return replace(self, threshold=threshold)

    def terms(self) -> dict[str, dict[str, float]]:
        """Return the model's terms as JSON data."""
        rows = zip(self.names, self.means, self.spreads, self.weights, strict=True)
        return {
            name: {"mean": _short(mean), "spread": _short(spread), "weight": _short(weight)}
            for name, mean, spread, weight in rows
        }


def fit(samples: Sequence[Sample]) -> Fit:
    """Fit on all samples; each group of a class weighs the same, and both classes do."""
    names = tuple(samples[0].measures)
    values = np.array([[each.measures[name] for name in names] for each in samples])
    means, spreads = values.mean(axis=0), values.std(axis=0) + 1e-9
    inputs = np.column_stack([(values - means) / spreads, np.ones(len(samples))])
    signs = np.array([1.0 if each.is_drawing else -1.0 for each in samples])
    share = _shares(samples)

    def loss(weights: Values) -> tuple[float, Values]:
        margins = signs * (inputs @ weights)
        ridge = np.append(RIDGE * weights[:-1], 0.0)
        total = float(share @ np.logaddexp(0, -margins) + ridge @ weights)
        return total, inputs.T @ (-share * signs / (1 + np.exp(margins))) + 2 * ridge

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B").x
    return Fit(names, means, spreads, found[:-1], float(found[-1]))


def cross_validated(samples: Sequence[Sample], *, by_group: bool) -> Values:
    """Return each sample's log odds by a model that did not know its person.

    Args:
        samples: of both classes.
        by_group: nor its style or filter; photographs as taken are then judged without their
            person only, since there is but one way of not filtering.
    """
    people = sorted({each.person for each in samples})
    fold = {person: number % FOLDS for number, person in enumerate(people)}
    plain = samples[0].group
    odds = np.full(len(samples), np.nan)
    groups = sorted({each.group for each in samples}) if by_group else [""]
    for group in groups:
        for number in range(FOLDS):
            judged = [
                index
                for index, each in enumerate(samples)
                if fold[each.person] == number and group in ("", each.group)
            ]
            if judged:
                known = [
                    each
                    for each in samples
                    if fold[each.person] != number and (each.group != group or group == plain)
                ]
                model = fit(known)
                odds[judged] = [model.both(samples[index]) for index in judged]
    return odds


def _shares(samples: Sequence[Sample]) -> Values:
    sizes = Counter((each.is_drawing, each.group) for each in samples)
    groups = Counter(is_drawing for is_drawing, _ in sizes)
    return np.array(
        [1 / (groups[each.is_drawing] * sizes[each.is_drawing, each.group]) for each in samples]
    )


def _short(value: float) -> float:
    return round(float(value), 5)
