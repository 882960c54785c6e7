"""Geometry of a head by `anny` (Apache-2.0; MakeHuman data, CC0): skin, shirt, eyes, hair roots."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import anny
import cv2
import numpy as np
import torch
from anny.models import Anny
from anny.utils.obj_utils import load_obj_file
from scipy.spatial import cKDTree

from tools.cohort.people import Person

DATA = Path(anny.__file__).parent / "data" / "mpfb2"
EYES = ((14598, 14670), (14670, 14742))  # vertices of the two eyeballs
SKIN_END = 13380  # vertices below belong to the skin, above to helpers
HEAD_CENTRE = np.array([0.0, -0.115, 0.725])  # metres, on the template
BUST, SHIRT = 0.46, 0.30  # metres: heights on the template above which parts are drawn
# Height of the hairline by the angle around the head: 0 = forehead, 180 = nape.
HAIRLINE_DEGREES = (0, 25, 42, 55, 66, 80, 90, 100, 115, 130, 150, 180)
HAIRLINE = (0.789, 0.788, 0.781, 0.765, 0.735, 0.700, 0.712, 0.722, 0.705, 0.675, 0.655, 0.650)


@dataclass(frozen=True, slots=True)
class Strands:
    """Hairs of one kind, (count, points, 3) in metres."""

    points: np.ndarray
    radius: float


@dataclass(frozen=True, slots=True)
class Growth:
    """How strands of one kind grow."""

    length: float  # metres
    gravity: float = 0.0  # 0 to 1 a step
    points: int = 7
    ground: tuple[cKDTree, np.ndarray, np.ndarray] | None = None  # tree, points, normals of a skull


@dataclass(frozen=True, slots=True)
class Head:
    """One head to draw."""

    vertices: np.ndarray  # (19158, 3) metres; z up, -y forward
    scalp: np.ndarray  # (19158,) 0 to 1, how much hair grows
    stubble: np.ndarray  # (19158,) 0 to 1
    lips: np.ndarray  # (19158,) 0 to 1
    eyes: tuple[tuple[np.ndarray, float], ...]  # centre and radius of each
    anchor: np.ndarray  # between the eyes
    strands: tuple[Strands, ...]


class HeadMaker:
    """The body model and what is known about its template."""

    def __init__(self) -> None:
        self._model = Anny(
            rig="makehuman",
            topology="anny-quads-full",
            local_changes="all",
            facial_actions="all",
            phenotypes="all",
        )
        _, coordinates, groups = load_obj_file(str(DATA / "3dobjs/base.obj"), dtype=torch.float32)
        self.labels = tuple(self._model.local_change_labels)
        template = self._vertices({"age": 0.6}, {}, {})
        self._template = template
        body = groups["body"]["face_vertex_indices"].numpy()
        tights = groups["helper-tights"]["face_vertex_indices"].numpy()
        self.body = body[template[body][:, :, 2].min(1) > BUST]
        self.shirt = tights[template[tights][:, :, 2].min(1) > SHIRT]
        self.teeth = np.concatenate(
            [
                groups[f"helper-{jaw}-teeth"]["face_vertex_indices"].numpy()
                for jaw in ("upper", "lower")
            ]
        )
        texture = np.zeros((len(template), 2))
        texture[body.ravel()] = coordinates.numpy()[
            groups["body"]["face_texture_coordinate_indices"].numpy().ravel()
        ]
        self._lips, ears = _mask("lips", texture), _mask("ears", texture)
        self._triangles = np.concatenate([self.body[:, [0, 1, 2]], self.body[:, [0, 2, 3]]])
        self._normals = _normals(template, self._triangles)
        self._eye_height = float(template[slice(*EYES[0]), 2].mean())
        self._scalp = _hairy(template) * (ears < 0.4)
        self._chin = _bearded(template) * (self._lips < 0.3)
        self._scalp[SKIN_END:] = self._chin[SKIN_END:] = 0
        # The shirt's edge: where the height above the collar is positive it is cut away.
        self.collar = template[:, 2] - (
            0.540
            + 0.035 * np.clip((template[:, 1] + 0.16) / 0.12, 0, 1)
            + 0.55 * np.clip(np.abs(template[:, 0]) - 0.05, 0, 0.06)
        )

    def make(self, person: Person) -> Head:
        """Return the head of one person."""
        changes = {k: torch.tensor([v]) for k, v in person.changes.items()}
        v = self._vertices(person.phenotype, changes, person.actions)
        eyes = tuple(_sphere(v[begin:end]) for begin, end in EYES)
        rng = np.random.default_rng(person.seed + 1_000_000)
        strands = [self._brows(v, rng)]
        if person.hair != "bald":
            strands.append(self._hair(v, person, rng))
        return Head(
            vertices=v,
            scalp=self._scalp * (0.4 if person.hair == "bald" else 1.0),
            stubble=self._chin * float(person.beard),
            lips=self._lips,
            eyes=eyes,
            anchor=(eyes[0][0] + eyes[1][0]) / 2,
            strands=tuple(strands),
        )

    def _vertices(self, phenotype: dict, changes: dict, actions: dict) -> np.ndarray:
        posed = self._model(
            phenotype_kwargs=phenotype, local_changes_kwargs=changes, facial_actions=actions
        )
        return posed["vertices"][0].detach().numpy().astype(np.float64)

    def _hair(self, v: np.ndarray, person: Person, rng: np.random.Generator) -> Strands:
        roots, normals = self._roots(v, self._scalp, 7000, rng)
        side = np.tanh(roots[:, :1] / 0.03)
        front = np.clip((-0.10 - roots[:, 1:2]) / 0.08, 0, 1)
        up, back, out = np.eye(3)[2], np.eye(3)[1], np.eye(3)[0]
        if person.hair == "curly":
            away = normals + rng.normal(0, 0.5, roots.shape)
            grown = _grow(roots, away, rng, Growth(person.hair_length))
            return Strands(grown, 0.0009)
        if person.hair == "short":
            comb = normals * 0.5 + back * 1.2 + out * side * 0.4 * front - up * 0.3
            return Strands(_grow(roots, comb, rng, Growth(person.hair_length, 0.07)), 0.0008)
        comb = normals * 0.25 + out * side * 0.8 + back * (0.25 + 2.0 * front)
        length = float(rng.uniform(0.14, 0.32))
        skull = np.unique(self._triangles)
        skull = skull[self._template[skull, 2] > BUST]
        ground = (cKDTree(v[skull]), v[skull], _normals(v, self._triangles)[skull])
        return Strands(_grow(roots, comb, rng, Growth(length, 0.34, 16, ground)), 0.0009)

    def _brows(self, v: np.ndarray, rng: np.random.Generator) -> Strands:
        count, thick, arch = 700, rng.uniform(0.7, 1.4), rng.uniform(0.4, 1.4)
        along, side = rng.beta(1.1, 1.25, count), rng.choice([-1, 1], count)
        width = np.interp(along, [0, 0.15, 0.6, 1], [0.0022, 0.0034, 0.0028, 0.0007]) * thick
        height = np.interp(along, [0, 0.3, 0.65, 1], [-0.001, 0.003, 0.0065 * arch, 0.0])
        x = side * (0.0125 + along * 0.040)
        z = self._eye_height + 0.0185 + height + rng.uniform(-1, 1, count) * width
        centres = self._template[self._triangles].mean(1)
        frontal = np.flatnonzero(
            (self._normals[self._triangles].mean(1)[:, 1] < -0.15) & (centres[:, 1] < -0.14)
        )
        tree = cKDTree(centres[frontal][:, [0, 2]])
        near = self._triangles[frontal[tree.query(np.stack([x, z], 1))[1]]]
        corners = self._template[near]
        offset = np.stack([x, np.zeros(count), z], 1) - corners.mean(1)
        offset[:, 1] = 0
        roots = v[near].mean(1) + offset
        outward = _normals(v, self._triangles)[near].mean(1)
        slope = np.interp(along, [0, 0.3, 1], [0.9, 0.35, -0.35])
        comb = 0.35 * outward + np.stack([side * 1.0, np.zeros(count), slope], 1)
        return Strands(_grow(roots + 0.0006 * outward, comb, rng, Growth(0.008, points=4)), 0.0002)

    def _roots(
        self, v: np.ndarray, density: np.ndarray, count: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Scatter roots over the skin by density and area."""
        corners = v[self._triangles]
        area = np.linalg.norm(
            np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
        )
        weight = density[self._triangles].mean(1) * area
        chosen = rng.choice(len(weight), count, p=weight / weight.sum())
        mix = rng.dirichlet([1, 1, 1], count)[..., None]
        normals = (_normals(v, self._triangles)[self._triangles[chosen]] * mix).sum(1)
        return (corners[chosen] * mix).sum(1), _unit(normals)


def _grow(
    roots: np.ndarray,
    direction: np.ndarray,
    rng: np.random.Generator,
    growth: Growth,
) -> np.ndarray:
    """Grow strands step by step, falling, and pushed out of the skull where it is given."""
    points = growth.points
    lengths = growth.length * rng.uniform(0.7, 1.2, (len(roots), 1))
    tip, heading, grown = roots, _unit(direction), [roots]
    for _ in range(points - 1):
        drift = rng.normal(0, 0.06, roots.shape)
        heading = _unit(heading * (0.85, 0.85, 1.0) - (0, 0, growth.gravity) + drift)
        tip = tip + heading * lengths / (points - 1)
        if growth.ground is not None:
            tree, surface, normals = growth.ground
            near = tree.query(tip)[1]
            depth = ((tip - surface[near]) * normals[near]).sum(1, keepdims=True)
            tip = tip + np.maximum(0.008 - depth, 0) * (depth > -0.03) * normals[near]
        grown.append(tip)
    return np.stack(grown, 1).astype(np.float32)


def _hairy(v: np.ndarray) -> np.ndarray:
    around = v - HEAD_CENTRE
    angle = np.degrees(np.arctan2(np.abs(around[:, 0]), -around[:, 1]))
    line = np.interp(angle, HAIRLINE_DEGREES, HAIRLINE)
    return np.clip((v[:, 2] - line) / 0.012 + 0.5, 0, 1) * (v[:, 2] > 0.6)


def _bearded(v: np.ndarray) -> np.ndarray:
    top = np.interp(
        np.abs(v[:, 0]),
        [0, 0.022, 0.035, 0.05, 0.062, 0.075],
        [0.664, 0.664, 0.655, 0.650, 0.672, 0.705],
    )
    below = np.clip((top - v[:, 2]) / 0.006 + 0.5, 0, 1)
    return below * np.clip((v[:, 2] - 0.566) / 0.012, 0, 1) * (v[:, 1] < -0.118)


def _mask(name: str, texture: np.ndarray) -> np.ndarray:
    image = cv2.imread(str(DATA / "textures" / f"mpfb_{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    size = image.shape[0]
    row = np.clip(((1 - texture[:, 1]) * size).astype(int), 0, size - 1)
    column = np.clip((texture[:, 0] * size).astype(int), 0, size - 1)
    return image[row, column] / 255


def _normals(v: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    flat = np.cross(
        v[triangles[:, 1]] - v[triangles[:, 0]], v[triangles[:, 2]] - v[triangles[:, 0]]
    )
    normals = np.zeros_like(v)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], flat)
    return _unit(normals)


def _sphere(v: np.ndarray) -> tuple[np.ndarray, float]:
    centre = v.mean(0)
    return centre, float(np.median(np.linalg.norm(v - centre, axis=1)))


def _unit(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-9)
