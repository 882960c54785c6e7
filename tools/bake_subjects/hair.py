"""Hair, brows, beard and lashes of one posed head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from tools.bake_subjects.geometry import Head, Template
from tools.bake_subjects.growth import (
    Growth,
    Roots,
    Surface,
    Veil,
    bare,
    grow,
    project,
    scatter,
    smoothstep,
)
from tools.bake_subjects.parameters import Beard, Hair, HairStyle, Pigment, Subject

HEAD_CENTRE = np.array([0.0, -0.115, 0.725])  # metres, on the template
# Height of the hairline by the angle around the head: 0 = forehead, 180 = nape.
HAIRLINE_DEGREES = (0, 25, 42, 55, 66, 80, 90, 100, 115, 130, 150, 180)
HAIRLINE = (0.789, 0.788, 0.781, 0.765, 0.735, 0.700, 0.712, 0.722, 0.705, 0.675, 0.655, 0.650)
LOCKS = 220  # hairs lean together in so many locks
BROW_HEIGHT = 0.0148  # metres above the eyes' centres
LASHES = Pigment(0.98, 0.3)


@dataclass(frozen=True, slots=True)
class Strands:
    """Hairs of one kind: (count, points, 3) metres, radius at root and tip, pigment."""

    points: np.ndarray
    root: float
    tip: float
    pigment: Pigment


@dataclass(frozen=True, slots=True)
class Fleece:
    """Everything that grows on a head, and how dark it makes the skin beneath."""

    strands: tuple[Strands, ...]
    scalp: np.ndarray  # (vertices,) 0 to 1
    stubble: np.ndarray  # (vertices,) 0 to 1
    lash_line: np.ndarray  # (vertices,) 0 to 1


class Barber:
    """Grows one subject's hair; the same hairs, from one seed, in every pose."""

    def __init__(self, template: Template, subject: Subject) -> None:
        self._t, self._s = template, subject
        self._scalp = _scalp(template, subject.hair)
        self._beard = _beard(template) if subject.beard else np.zeros(len(template.vertices))

    def dress(self, head: Head) -> Fleece:
        """Return everything that grows on the posed head."""
        hair = self._s.hair
        strands = [self._brows(head), self._lashes(head)]
        if hair.style is not HairStyle.BALD:
            strands.append(self._hair(head))
        if self._s.beard:
            strands.append(self._whiskers(head, self._s.beard))
        line = np.zeros(len(self._t.vertices))
        for inner, outer in self._t.lids:
            line[inner], line[outer] = 0.95, 0.30
        line[self._t.lid_edges] = 1.0
        shade = hair.shadow if hair.style is HairStyle.BALD else 0.9
        return Fleece(tuple(strands), self._scalp * shade, self._beard * 0.75, line)

    def _rng(self, part: int) -> np.random.RandomState:
        return np.random.RandomState(self._s.seed + part)

    def _hair(self, head: Head) -> Strands:
        hair, rng = self._s.hair, self._rng(1)
        roots = scatter(self._t, self._scalp, hair.strands, self._rng(0))
        home = roots.at(self._t.vertices)
        leaders = rng.choice(len(home), LOCKS)
        _, lock = cKDTree(home[leaders]).query(home)
        locks = rng.normal(size=(LOCKS, 3))[lock]
        grower = {
            HairStyle.SHORT: self._short,
            HairStyle.CURLY: self._curly,
            HairStyle.LONG: self._long,
        }[hair.style]
        return Strands(grower(head, roots, locks, rng), 0.00022, 0.00008, hair.pigment)

    def _short(
        self, head: Head, roots: Roots, locks: np.ndarray, rng: np.random.RandomState
    ) -> np.ndarray:
        hair, (out, back, up) = self._s.hair, head.rotation.T
        home, normal = roots.at(self._t.vertices), _unit(roots.at(head.normals))
        count = len(home)
        front = smoothstep(-0.13, -0.20, home[:, 1])[:, None]
        low = smoothstep(0.80, 0.73, home[:, 2])[:, None]
        side = np.tanh((home[:, :1] - hair.parting) / 0.035)
        if hair.forward:
            # Swept forward and over to one side, so that the fringe is a slanting edge.
            comb = -back * (0.9 * front + 0.1) + out * 0.75 * front - up * 0.8 * low
            comb = comb + back * 0.5 * low * (1 - front)
        else:
            comb = back * (1.0 - 0.25 * front) + out * side * 0.45 * front - up * 0.8 * low
            comb = comb + up * 0.25 * front
        growth = Growth(
            length=hair.length
            * rng.uniform(0.8, 1.15, count)
            * np.interp(home[:, 2], [0.66, 0.74, 0.80], [0.30, 0.5, 1.0]),
            points=8,
            gravity=0.03,
            frizz=0.025,
            clumps=locks * 0.05,
        )
        margin = 0.002 + 0.010 * rng.rand(count) * np.interp(home[:, 2], [0.70, 0.80], [0.2, 1])
        surface = Surface(self._t, head)
        return grow(
            roots.at(head.vertices),
            normal * 0.30 + comb,
            growth,
            rng,
            surface=(surface, margin),
        )

    def _curly(
        self, head: Head, roots: Roots, locks: np.ndarray, rng: np.random.RandomState
    ) -> np.ndarray:
        home, normal = roots.at(self._t.vertices), _unit(roots.at(head.normals))
        growth = Growth(
            length=self._s.hair.length
            * rng.uniform(0.75, 1.15, len(home))
            * np.interp(home[:, 2], [0.66, 0.72, 0.80], [0.4, 0.75, 1.0]),
            points=14,
            frizz=0.17,
            curl=0.0022,
            clumps=locks * 0.05,
            clump_fade=1.0,
        )
        return grow(roots.at(head.vertices), normal + locks * 0.15, growth, rng)

    def _long(
        self, head: Head, roots: Roots, locks: np.ndarray, rng: np.random.RandomState
    ) -> np.ndarray:
        hair, (out, back, up) = self._s.hair, head.rotation.T
        home, normal = roots.at(self._t.vertices), _unit(roots.at(head.normals))
        count = len(home)
        side = np.tanh((home[:, 0] - hair.parting + rng.normal(size=count) * 0.002) / 0.008)
        front = smoothstep(-0.13, -0.20, home[:, 1])[:, None]
        comb = out * side[:, None] * 0.8 + back * (1.7 * front + 0.25) - up * 0.25 * (1 - front)
        growth = Growth(
            length=hair.length * rng.uniform(0.85, 1.15, count),
            points=22,
            gravity=0.34,
            damping=0.80,
            frizz=0.025,
            clumps=locks * 0.06,
            clump_fade=0.75,
        )
        margin = 0.004 + hair.volume * rng.rand(count) ** 0.7 * (0.35 + 0.65 * side**2)
        return grow(
            roots.at(head.vertices),
            normal * 0.25 + comb,
            growth,
            rng,
            surface=(Surface(self._t, head), margin),
            veil=Veil(head, np.sign(side)),
        )

    def _brows(self, head: Head) -> Strands:
        brows, rng = self._s.brows, self._rng(2)
        t = rng.beta(1.1, 1.25, brows.hairs)  # 0 at the nose, 1 at the temple
        side = rng.choice([-1, 1], brows.hairs)
        half = np.interp(t, [0, 0.15, 0.6, 1], [0.0020, 0.0032, 0.0027, 0.0007]) * brows.thickness
        arc = np.interp(t, [0, 0.3, 0.65, 1], [-0.001, 0.003, 0.0062 * brows.arch, 0.0])
        z = self._t.eye_height + BROW_HEIGHT + brows.lift + arc
        z = z + rng.uniform(-1, 1, brows.hairs) * half
        roots = project(self._t, np.stack([side * (0.0125 + t * 0.040), z], axis=1))
        out, _, up = head.rotation.T
        directions = (
            _unit(roots.at(head.normals)) * 0.25
            + np.outer(side * np.interp(t, [0, 0.3, 1], [0.35, 1, 1]), out)
            + np.outer(np.interp(t, [0, 0.3, 1], [0.9, 0.35, -0.35]), up)
            + rng.normal(size=(brows.hairs, 3)) * 0.10
        )
        growth = Growth(rng.uniform(0.005, 0.009, brows.hairs), points=4, gravity=0.08, frizz=0.02)
        points = grow(roots.at(head.vertices), directions, growth, rng)
        return Strands(points, 0.00012, 0.00004, brows.pigment)

    def _whiskers(self, head: Head, beard: Beard) -> Strands:
        rng = self._rng(5)
        roots = scatter(self._t, self._beard, beard.hairs, self._rng(4))
        _, _, up = head.rotation.T
        normal = _unit(roots.at(head.normals))
        directions = normal * 0.5 - up * 0.9 + rng.normal(size=normal.shape) * 0.22
        growth = Growth(
            beard.length * rng.uniform(0.6, 1.3, beard.hairs),
            points=5,
            gravity=0.1,
            frizz=0.08,
            curl=0.0006,
        )
        points = grow(roots.at(head.vertices), directions, growth, rng)
        return Strands(points, 0.00015, 0.00006, beard.pigment)

    def _lashes(self, head: Head) -> Strands:
        rng, v = self._rng(6), head.vertices
        _, _, up = head.rotation.T
        lashes = []
        for (inner, outer), eye in zip(self._t.lids, head.eyes, strict=True):
            at = rng.uniform(0, len(outer) - 1.001, 70)
            low = at.astype(int)
            share = (at - low)[:, None]
            root = v[outer[low]] * (1 - share) + v[outer[low + 1]] * share
            edge = v[inner[low]] * (1 - share) + v[inner[low + 1]] * share
            forward = _unit(root - eye.centre) + 0.2 * _unit(root - edge)
            forward = _unit(forward + rng.normal(size=forward.shape) * 0.10)
            length = (rng.uniform(0.0035, 0.0055, len(at)) * np.interp(at, [0, 5, 9], [0.6, 1, 1]))[
                :, None
            ]
            lashes.append(
                np.stack(
                    [root + forward * length * s + up * length * 0.30 * s * s for s in _LASH_STEPS],
                    axis=1,
                )
            )
        return Strands(np.concatenate(lashes).astype(np.float32), 0.00010, 0.00002, LASHES)


_LASH_STEPS = (0.0, 0.35, 0.7, 1.0)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _scalp(template: Template, hair: Hair) -> np.ndarray:
    v = template.vertices
    d = v - HEAD_CENTRE
    around = np.rad2deg(np.arctan2(np.abs(d[:, 0]), -d[:, 1]))
    height = v[:, 2] - np.interp(around, HAIRLINE_DEGREES, HAIRLINE)
    if hair.recede:
        height = height - hair.recede * smoothstep(-0.16, -0.20, v[:, 1])
    return bare(smoothstep(-0.006, 0.006, height) * (v[:, 2] > 0.6) * (template.ears < 0.4))


def _beard(template: Template) -> np.ndarray:
    x, y, z = template.vertices.T
    edge = np.interp(
        np.abs(x),
        [0, 0.022, 0.035, 0.05, 0.062, 0.075],
        [0.664, 0.664, 0.655, 0.650, 0.672, 0.705],
    )
    density = smoothstep(0.003, -0.003, z - edge) * smoothstep(0.590, 0.606, z) * (y < -0.118)
    philtrum = (z > 0.660) & (np.abs(x) < 0.006)
    clear = (template.lips < 0.3) & (template.mouth_inside < 0.3) & ~philtrum
    return bare(density * clear)
