"""A head by `anny` (Apache-2.0; MakeHuman data, CC0), posed, with what grows and lies on it.

Metres; z up, the template faces -y, the subject's left is +x. Vertex numbers are those of
anny's `anny-quads-full` topology, which keeps MakeHuman's 19,158 vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import anny
import cv2
import numpy as np
import torch
from anny.models import Anny
from anny.utils.obj_utils import load_obj_file

from tools.bake_subjects.actions import Pose
from tools.bake_subjects.parameters import Subject

DATA = Path(anny.__file__).parent / "data" / "mpfb2"
EYES = ((14598, 14670), (14670, 14742))  # vertices of the subject's left and right eyeball
SHIRT = (15328, 18002)  # vertices of the helper that the shirt is made of
SKIN_END = 13380  # vertices below belong to the skin, those above to helpers
BUST, WAIST = 0.46, 0.30  # heights on the template above which skin and shirt are drawn
REST_SMILE = 0.12  # a friendly mouth at rest, 0 to 1
# How a turn of the head is shared among the bones.
NECK = (("neck01", 0.15), ("neck02", 0.2), ("neck03", 0.25), ("head", 0.4))
# The left eye's upper lid margin from the nose outwards: the edge at the eyeball, and in front.
LID_INNER = (6844, 6841, 6838, 6785, 6784, 6790, 6793, 6796, 6799, 6802)
LID_OUTER = (6845, 6842, 6839, 6787, 6786, 6791, 6794, 6797, 6800, 6803)


@dataclass(frozen=True, slots=True)
class Eye:
    """An eyeball: centre and radius in metres, and the unit vector it looks along."""

    centre: np.ndarray
    axis: np.ndarray
    radius: float


@dataclass(frozen=True, slots=True)
class Head:
    """One posed head."""

    vertices: np.ndarray  # (19158, 3)
    normals: np.ndarray  # (19158, 3) of the skin
    rotation: np.ndarray  # (3, 3) of the head's bone from rest to the pose
    offset: np.ndarray  # (3,): posed = rest @ rotation.T + offset, for what hangs on the head
    pivot: np.ndarray  # (3,) the posed head's joint
    rest: np.ndarray  # (19158, 3) with a straight head and a calm face
    eyes: tuple[Eye, Eye]

    @property
    def anchor(self) -> np.ndarray:
        """The point between the resting eyes, at which the camera looks."""
        return np.mean([self.rest[slice(*eye)].mean(0) for eye in EYES], axis=0)

    def hang(self, points: np.ndarray) -> np.ndarray:
        """Carry points fitted to the resting head over to the pose."""
        return points @ self.rotation.T + self.offset


class Template:
    """The body model, and what is known of its unposed average."""

    def __init__(self) -> None:
        self._model = Anny(
            rig="makehuman",
            topology="anny-quads-full",
            local_changes="all",
            facial_actions="all",
            phenotypes="all",
        )
        _, uv, groups = load_obj_file(str(DATA / "3dobjs/base.obj"), dtype=torch.float32)
        faces = {name: g["face_vertex_indices"].numpy() for name, g in groups.items()}
        self._bones = list(self._model.bone_labels)
        self._changes = set(self._model.local_change_labels)
        self.vertices, self._rest_bones = self._evaluate({"age": 0.6}, {}, {}, None)
        body = faces["body"]
        shown = self.vertices[body][:, :, 2].min(1) > BUST
        self.body = body[shown]
        corner_uv = uv.numpy()[groups["body"]["face_texture_coordinate_indices"].numpy()]
        self.body_uv = corner_uv[shown]
        tights = faces["helper-tights"]
        self.shirt = tights[self.vertices[tights][:, :, 2].min(1) > WAIST]
        self.shirt_triangles = _triangulate(tights)
        self.teeth = np.concatenate([faces["helper-upper-teeth"], faces["helper-lower-teeth"]])
        self.tongue = faces["helper-tongue"]
        self.triangles = _triangulate(body)
        self.triangles = self.triangles[self.vertices[self.triangles].mean(1)[:, 2] > 0.45]
        self.normals = vertex_normals(self.vertices, self.triangles)
        self.eye_height = float(self.vertices[slice(*EYES[0]), 2].mean())
        texture = np.zeros((len(self.vertices), 2))
        texture[body.ravel()] = corner_uv.reshape(-1, 2)
        self.lips = _mask("lips", texture)
        self.ears = _mask("ears", texture)
        self.mouth_inside = _mask("inside-mouth", texture)
        self.lids = self._lids()
        self.lid_edges = self._lid_edges()

    def pose(self, subject: Subject, pose: Pose) -> Head:
        """Return one subject's head in one pose."""
        changes = {
            name: x
            for label, x in subject.changes.items()
            for name in (label, f"l-{label}", f"r-{label}")
            if name in self._changes
        }
        actions = {"mouthSmileLeft": REST_SMILE, "mouthSmileRight": REST_SMILE}
        actions = {k: max(x, pose.face.get(k, 0.0)) for k, x in actions.items()} | {
            k: x for k, x in pose.face.items() if k not in actions
        }
        # Lids that are about to close must not be lifted at the same time.
        lifted = subject.wide_eyes * (1 - actions.get("eyeBlinkLeft", 0.0))
        actions |= {"eyeWideLeft": lifted, "eyeWideRight": lifted}
        v, bones = self._evaluate(subject.phenotype, changes, actions, self._turn(pose, subject))
        rest, rest_bones = self._evaluate(subject.phenotype, changes, {}, None)
        head = self._bones.index("head")
        carry = bones[head] @ np.linalg.inv(rest_bones[head])
        rotation = carry[:3, :3]
        # The model's eyes look a little above the camera, and a lifted head lifts them further.
        gaze = rotation @ np.array([0.0, 0.0, -0.05 - np.sin(np.deg2rad(subject.carriage))])
        return Head(
            vertices=v,
            normals=vertex_normals(v, self.triangles),
            rotation=rotation,
            offset=carry[:3, 3],
            pivot=bones[head][:3, 3],
            rest=rest,
            eyes=(self._eye(v, 0, gaze), self._eye(v, 1, gaze)),
        )

    def _evaluate(
        self, phenotype: dict, changes: dict, actions: dict, turn: dict | None
    ) -> tuple[np.ndarray, np.ndarray]:
        with torch.no_grad():
            out = self._model(
                pose_parameters=turn,
                phenotype_kwargs=dict(phenotype),
                local_changes_kwargs=changes,
                facial_actions=actions,
            )
        vertices = out["vertices"][0].numpy().astype(np.float64)
        return vertices, out["bone_poses"][0].numpy().astype(np.float64)

    def _turn(self, pose: Pose, subject: Subject) -> dict[str, torch.Tensor]:
        def shared(weight: float) -> torch.Tensor:
            turn = _about(2, pose.yaw * weight) @ _about(
                0, -(pose.pitch + subject.carriage) * weight
            )
            turn = turn @ _about(1, pose.roll * weight)
            matrix = np.eye(4)
            matrix[:3, :3] = turn
            return torch.tensor(matrix, dtype=torch.float32)[None]

        return {bone: shared(weight) for bone, weight in NECK}

    def _eye(self, vertices: np.ndarray, side: int, lowered: np.ndarray) -> Eye:
        begin, end = EYES[side]
        ball = vertices[begin:end]
        centre = ball.mean(0)
        radius = float(np.median(np.linalg.norm(ball - centre, axis=1)))
        front = begin + np.argsort(self.vertices[begin:end, 1])[:9]
        axis = vertices[front].mean(0) - centre
        axis = axis / np.linalg.norm(axis) + lowered
        return Eye(centre, axis / np.linalg.norm(axis), radius)

    def _lids(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """The upper lids' inner and outer margin; the right ones by mirroring."""
        left = np.array(LID_INNER), np.array(LID_OUTER)
        skin = self.vertices[:SKIN_END]

        def mirror(numbers: np.ndarray) -> np.ndarray:
            wanted = skin[numbers] * np.array([-1.0, 1.0, 1.0])
            return np.array([_nearest(skin, p) for p in wanted])

        return left, (mirror(left[0]), mirror(left[1]))

    def _lid_edges(self) -> np.ndarray:
        """Vertices where the upper lids touch the eyeballs, behind the inner margins."""
        skin = self.vertices[:SKIN_END]
        numbers: list[int] = []
        for (begin, end), (inner, _) in zip(EYES, self.lids, strict=True):
            centre = self.vertices[begin:end].mean(0)
            radius = np.median(np.linalg.norm(self.vertices[begin:end] - centre, axis=1))
            depth = np.linalg.norm(skin - centre, axis=1) - radius
            touching = np.flatnonzero((np.abs(depth) < 0.0012) & (skin[:, 1] < centre[1]))
            numbers += [touching[_nearest(skin[touching], skin[i])] for i in inner]
        return np.unique(numbers)


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Return area-weighted unit normals, (N, 3), for an (M, 3) list of triangles."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    flat = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(normals, triangles[:, i], flat)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def _nearest(points: np.ndarray, to: np.ndarray) -> int:
    return int(np.linalg.norm(points - to, axis=1).argmin())


def _triangulate(quads: np.ndarray) -> np.ndarray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _about(axis: int, degrees: float) -> np.ndarray:
    """Return a right-handed rotation about x, y or z (0, 1 or 2)."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    angle = np.deg2rad(degrees)
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = np.cos(angle)
    turn[j, i] = np.sin(angle)
    turn[i, j] = -turn[j, i]
    return turn


def _mask(name: str, texture: np.ndarray) -> np.ndarray:
    image = cv2.imread(str(DATA / "textures" / f"mpfb_{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    size = image.shape[0]
    rows = np.clip(((1 - texture[:, 1]) * size).astype(int), 0, size - 1)
    columns = np.clip((texture[:, 0] * size).astype(int), 0, size - 1)
    return image[rows, columns] / 255.0
