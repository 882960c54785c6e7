"""A small Gaussian mixture over colours, fitted the same way every time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field

MAX_SAMPLES = 2000
ROUNDS = 5
FLOOR = 6.0  # variance added to every axis, squared Lab units: camera noise and compression


@dataclass(frozen=True, slots=True)
class Mixture:
    """Weighted Gaussians over D features."""

    weights: NDArray[np.float32]  # (K,)
    means: NDArray[np.float32]  # (K, D)
    whiten: NDArray[np.float32]  # (K, D, D) x @ whiten has unit covariance
    offsets: NDArray[np.float32]  # (K,) log of weight and of the determinant

    def log_likelihood(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the log density of (..., D) features under the likeliest Gaussian, (...)."""
        flat = features.reshape(-1, features.shape[-1])
        terms = [
            offset - 0.5 * _squares(flat - mean, whiten)
            for mean, whiten, offset in zip(self.means, self.whiten, self.offsets, strict=True)
        ]
        best = np.maximum.reduce(terms)
        return as_field(best.reshape(features.shape[:-1]))

    def distance(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the Mahalanobis distance of (..., D) features to the nearest Gaussian."""
        flat = features.reshape(-1, features.shape[-1])
        squares = [
            _squares(flat - mean, whiten)
            for mean, whiten in zip(self.means, self.whiten, strict=True)
        ]
        nearest = np.sqrt(np.minimum.reduce(squares))
        return as_field(nearest.reshape(features.shape[:-1]))


def fit_mixture(samples: NDArray[np.float32], parts: int) -> Mixture:
    """Fit by k-means from lightness quantiles, so that the same pixels give the same mixture.

    Args:
        samples: (N, D) float32, N >= 1, first axis lightness.
        parts: Gaussians at most; fewer when there are few samples.

    Returns:
        The mixture.
    """
    data = samples[:: max(1, len(samples) // MAX_SAMPLES)].astype(np.float32)
    parts = max(1, min(parts, len(data) // 40))
    centres = data[np.argsort(data[:, 0])[_starts(len(data), parts)]]
    labels = np.zeros(len(data), np.intp)
    for _ in range(ROUNDS):
        spread = np.square(data[:, None] - centres[None]).sum(axis=2)
        labels = spread.argmin(axis=1)
        centres = np.stack(
            [data[labels == k].mean(axis=0) if (labels == k).any() else centres[k] for k in
             range(parts)]
        )  # fmt: skip
    return _gaussians(data, labels, centres)


def _squares(offsets: NDArray[np.float32], whiten: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared Mahalanobis lengths; einsum, since a threaded product of 4 by 4 only waits."""
    white = np.einsum("nd,de->ne", offsets, whiten)
    return as_field(np.einsum("ne,ne->n", white, white))


def _starts(count: int, parts: int) -> NDArray[np.intp]:
    return ((np.arange(parts) + 0.5) / parts * count).astype(np.intp)


def _gaussians(
    data: NDArray[np.float32], labels: NDArray[np.intp], centres: NDArray[np.float32]
) -> Mixture:
    axes = data.shape[1]
    weights, whitens, offsets = [], [], []
    for k in range(len(centres)):
        own = data[labels == k] - centres[k]
        scatter = own.T @ own / max(1, len(own)) + FLOOR * np.eye(axes)
        factor = np.linalg.inv(np.linalg.cholesky(scatter)).T
        weight = (len(own) + 1) / (len(data) + len(centres))
        weights.append(weight)
        whitens.append(factor)
        log_det = 2 * np.log(np.diag(factor)).sum()
        offsets.append(np.log(weight) + 0.5 * log_det - 0.5 * axes * np.log(2 * np.pi))
    return Mixture(
        weights=np.asarray(weights, np.float32),
        means=centres.astype(np.float32),
        whiten=np.asarray(whitens, np.float32),
        offsets=np.asarray(offsets, np.float32),
    )
