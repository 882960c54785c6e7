"""Where hairs are rooted and how a strand grows, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from tools.bake_subjects.geometry import SHIRT, SKIN_END, Head, Template, vertex_normals


@dataclass(frozen=True, slots=True)
class Roots:
    """Places on the skin, kept as triangles and weights so that they follow every pose."""

    triangles: np.ndarray  # (N, 3) vertex numbers
    weights: np.ndarray  # (N, 3) barycentric

    def at(self, values: np.ndarray) -> np.ndarray:
        """Interpolate (vertices, 3) values at the roots."""
        return (values[self.triangles] * self.weights[..., None]).sum(1)


@dataclass(frozen=True, slots=True)
class Growth:
    """How strands of one kind grow. Lengths in metres."""

    length: np.ndarray  # (N,)
    points: int
    gravity: float = 0.0  # added to the direction at each step
    damping: float = 1.0  # of the horizontal direction at each step
    frizz: float = 0.0  # standard deviation of the direction's noise at each step
    curl: float = 0.0  # radius of the curl
    clumps: np.ndarray | None = None  # (N, 3), the direction in which a lock leans
    clump_fade: float = 0.6  # how much of the lean is left after each step


class Surface:
    """The skin and shirt of one posed head, which hair lies on and does not enter."""

    def __init__(self, template: Template, head: Head) -> None:
        v, rest = head.vertices, template.vertices
        skin = np.unique(template.triangles)
        cloth = np.arange(*SHIRT)[rest[slice(*SHIRT), 2] > 0.2]
        cloth_normals = vertex_normals(v, template.shirt_triangles)
        self._points = np.concatenate([v[skin], v[cloth]])
        self._normals = np.concatenate([head.normals[skin], cloth_normals[cloth]])
        self._tree = cKDTree(self._points)

    def push_out(self, points: np.ndarray, margin: np.ndarray) -> np.ndarray:
        """Lift points that are nearer than their margin, (N,) metres, along the surface."""
        _, nearest = self._tree.query(points)
        normals = self._normals[nearest]
        depth = ((points - self._points[nearest]) * normals).sum(1)
        lift = np.maximum(margin - depth, 0) * (depth > -0.03)
        return points + lift[:, None] * normals


@dataclass(frozen=True, slots=True)
class Veil:
    """Keeps long hair out of the face: the strip before it is swept to the strand's side."""

    head: Head
    side: np.ndarray  # (N,) -1 or 1

    def sweep(self, points: np.ndarray) -> np.ndarray:
        """Move (N, 3) points that hang before the face."""
        local = (points - self.head.pivot) @ self.head.rotation
        before = (local[:, 1] < -0.05) & (local[:, 2] < 0.10) & (np.abs(local[:, 0]) < 0.080)
        swept = local[:, 0] * 0.5 + self.side * 0.5 * 0.084
        local[:, 0] = np.where(before, swept, local[:, 0])
        return local @ self.head.rotation.T + self.head.pivot


def scatter(
    template: Template, density: np.ndarray, count: int, rng: np.random.RandomState
) -> Roots:
    """Draw roots over the skin by a density per vertex."""
    triangles, v = template.triangles, template.vertices
    a, b, c = (v[triangles[:, i]] for i in range(3))
    share = density[triangles].mean(1) * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    chosen = rng.choice(len(triangles), count, p=share / share.sum())
    return Roots(triangles[chosen], rng.dirichlet([1, 1, 1], count))


def project(template: Template, points: np.ndarray) -> Roots:
    """Project (N, 2) points (x, z) of the template's frontal view onto the foremost skin."""
    triangles, v = template.triangles, template.vertices
    centres = v[triangles].mean(1)
    facing = template.normals[triangles].mean(1)[:, 1] < -0.15
    front = triangles[facing & (centres[:, 1] < -0.14)]
    tree = cKDTree(v[front].mean(1)[:, [0, 2]])
    found = [_foremost(v, front[tree.query(p, 16)[1]], p) for p in points]
    return Roots(np.array([f[0] for f in found]), np.array([f[1] for f in found]))


def _foremost(
    v: np.ndarray, candidates: np.ndarray, point: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    best, depth = (candidates[0], np.full(3, 1 / 3)), np.inf
    for triangle in candidates:
        flat = v[triangle][:, [0, 2]]
        edges = np.array([flat[0] - flat[2], flat[1] - flat[2]]).T
        if abs(np.linalg.det(edges)) < 1e-12:
            continue
        first, second = np.linalg.solve(edges, point - flat[2])
        weights = np.array([first, second, 1 - first - second])
        y = float(weights @ v[triangle][:, 1])
        if weights.min() > -1e-3 and y < depth:
            best, depth = (triangle, weights), y
    return best


def grow(
    roots: np.ndarray,
    directions: np.ndarray,
    growth: Growth,
    rng: np.random.RandomState,
    *,
    surface: tuple[Surface, np.ndarray] | None = None,
    veil: Veil | None = None,
) -> np.ndarray:
    """Return strands, (N, points, 3) float32; the surface comes with a margin per strand."""
    count, step = len(roots), growth.length / (growth.points - 1)
    d = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    across, along = _frame(d, rng)
    phase = rng.uniform(0, 2 * np.pi, count)
    tip = roots.copy()
    strand = [roots - 0.001 * d]
    for k in range(growth.points - 1):
        d = d * (growth.damping, growth.damping, 1.0) - np.array([0.0, 0.0, growth.gravity])
        if growth.clumps is not None:
            d = d + growth.clumps * growth.clump_fade**k
        d = d + rng.normal(size=(count, 3)) * growth.frizz
        d /= np.linalg.norm(d, axis=1, keepdims=True)
        tip = tip + d * step[:, None]
        if surface is not None:
            tip = surface[0].push_out(tip, surface[1] * min(1.0, (k + 1) / 3))
        if veil is not None:
            tip = veil.sweep(tip)
        turn = (phase + 1.3 * k)[:, None]
        strand.append(tip + growth.curl * (across * np.cos(turn) + along * np.sin(turn)))
    return np.stack(strand, axis=1).astype(np.float32)


def _frame(d: np.ndarray, rng: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    across = np.cross(d, rng.normal(size=d.shape))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return across, np.cross(d, across)


def smoothstep(start: float, end: float, x: np.ndarray) -> np.ndarray:
    """Return 0 at the start, 1 at the end, and a smooth ramp between them."""
    t = np.clip((x - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def bare(density: np.ndarray) -> np.ndarray:
    """Return the density with the helpers taken out: hair grows on skin only."""
    density[SKIN_END:] = 0
    return density
