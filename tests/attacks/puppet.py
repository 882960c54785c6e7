"""Moves one photograph: its 478 points are turned and shifted, and the picture is warped after.

Turns rotate the points that the landmark model itself believes in; expressions are copied from a
film of somebody else, point by point. This is the "moving still" of face-swapping tools, as far as
it can be had without a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import Delaunay

from consent.types import Action
from studio.face.meter import FaceMeter
from studio.face.types import Face
from studio.styles.mesh import EYES, LIPS_LOWER_IN, LIPS_UPPER_IN, OVAL
from tests.attacks.footage import Clips, frozen
from tests.attacks.light import Picture

Points = NDArray[np.float32]  # (N, 2) pixels

STEPS = 6  # pictures from rest to an action's extreme
TURN, UP = 50.0, 38.0  # degrees of the mesh; what is read off the warped picture is half
GRID = 4  # pixels between the nodes of the warp
_EYES = (33, 263)
_DEPTH = 0.9  # of the model's own: it exaggerates
_BODY = 1.55  # scale of the ring around the face that follows halfway
_MOUTH = (*LIPS_UPPER_IN, *reversed(LIPS_LOWER_IN))
_TEETH = (60, 40, 38)  # what shows behind the lips


@dataclass(frozen=True, slots=True)
class Driver:
    """How somebody's points move from rest to an expression, in units of the eyes' distance."""

    moves: dict[Action, Points]

    @classmethod
    def of(cls, clips: Clips, meter: FaceMeter) -> Driver:
        """Measure a film."""
        rest = meter.faces(clips.rests[0])[0]
        moves = {}
        for action in (Action.SMILE, Action.MOUTH_OPEN):
            extreme = meter.faces(clips.clips[action][-1])[0]
            moves[action] = (_upright(extreme) - _upright(rest)).astype(np.float32)
        return cls(moves)


def animate(photo: Picture, meter: FaceMeter, driver: Driver) -> Clips:
    """Return the clips that a puppet made of one photograph can play.

    Args:
        photo: (H, W, 3) with one face.
        meter: finds its points.
        driver: lends its expressions.
    """
    still = frozen(photo)
    frame = still.rests[0]
    face = meter.faces(frame)[0]
    clips = {}
    for action in (
        *driver.moves,
        Action.BLINK,
        Action.TURN_LEFT,
        Action.TURN_RIGHT,
        Action.LOOK_UP,
    ):
        clips[action] = [_pose(frame, face, driver, action, k / STEPS) for k in range(STEPS + 1)]
    rests = [_warp(frame, face, _sway(face, shift)) for shift in (0.0, 0.6, 1.2)]
    return Clips(clips, rests, still.portrait)


def _upright(face: Face) -> Points:
    """Return the points without place, size and roll: eyes level, one unit apart."""
    points = face.landmarks[:, :2]
    one, other = points[_EYES[0]], points[_EYES[1]]
    across = other - one
    size = np.linalg.norm(across)
    cos, sin = across / size
    turned = (points - (one + other) / 2) @ np.array([[cos, -sin], [sin, cos]], np.float32)
    return np.asarray(turned / size, np.float32)


def _pose(frame: Picture, face: Face, driver: Driver, action: Action, share: float) -> Picture:
    if action in driver.moves:
        one, other = (face.landmarks[index, :2] for index in _EYES)
        size = float(np.linalg.norm(other - one))
        target = face.landmarks[:, :2] + driver.moves[action] * size * share
        opened = share if action is Action.MOUTH_OPEN else 0.0
        return _warp(frame, face, target, mouth=opened)
    if action is Action.BLINK:
        blinking = frame.copy()
        _shut(blinking, face.landmarks[:, :2], share)
        return blinking
    yaw = {Action.TURN_LEFT: TURN, Action.TURN_RIGHT: -TURN}.get(action, 0.0)
    pitch = UP if action is Action.LOOK_UP else 0.0
    return _warp(frame, face, _rotated(face, yaw * share, pitch * share))


def _rotated(face: Face, yaw: float, pitch: float) -> Points:
    """Turn the points about a neck behind and below the face."""
    points = face.landmarks * np.array([1, 1, _DEPTH], np.float32)
    middle = points[list(OVAL)].mean(axis=0)
    width = np.ptp(points[list(OVAL), 0])
    centre = middle + np.array([0, 0.25 * width, 0.35 * width], np.float32)
    a, b = np.radians([yaw, pitch])
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    moved = (points - centre) @ (nod @ turn).T + centre
    return np.asarray(moved[:, :2], np.float32)


def _shut(image: Picture, points: Points, share: float) -> None:
    """Paint lids of the skin's colour down over the eyes, and lashes where they end."""
    layer = image.copy()
    mask = np.zeros(image.shape[:2], np.float32)
    for eye in EYES:
        upper, lower = points[list(eye.upper)], points[list(eye.lower)]
        edge = upper + (lower - upper) * share
        lid = np.concatenate([upper, edge[::-1]]).round().astype(np.int32)
        above = points[list(eye.crease)].round().astype(int)
        skin = np.median(image[above[:, 1], above[:, 0]], axis=0)
        lashes = tuple(float(value) for value in 0.35 * skin)
        cv2.fillPoly(layer, [lid], tuple(float(value) for value in skin), cv2.LINE_AA)
        cv2.polylines(layer, [edge.round().astype(np.int32)], False, lashes, 2, cv2.LINE_AA)
        cv2.fillPoly(mask, [lid], 1.0, cv2.LINE_AA)
        cv2.polylines(mask, [edge.round().astype(np.int32)], False, 1.0, 2, cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None]
    image[:] = (image * (1 - soft) + layer * soft).astype(np.uint8)


def _sway(face: Face, pixels: float) -> Points:
    return np.asarray(face.landmarks[:, :2] + np.array([pixels, -pixels / 2]), np.float32)


def _warp(frame: Picture, face: Face, target: Points, *, mouth: float = 0.0) -> Picture:
    """Move the face's points to `target`, and what is around them halfway."""
    source = face.landmarks[:, :2]
    shift = target - source
    oval = source[list(OVAL)]
    middle = oval.mean(axis=0)
    ring = middle + (oval - middle) * _BODY
    halfway = 0.35 * shift[list(OVAL)] + 0.35 * shift.mean(axis=0)
    height, width = frame.shape[:2]
    edge = _edge(width, height)
    visible = _unfolded(source, target)
    starts = np.concatenate([source[visible], ring, edge])
    ends = np.concatenate([target[visible], ring + halfway, edge])
    lookup = LinearNDInterpolator(Delaunay(ends), starts - ends)
    grid = np.mgrid[0 : height + GRID : GRID, 0 : width + GRID : GRID][::-1].astype(np.float32)
    offsets = np.nan_to_num(lookup(np.moveaxis(grid, 0, -1))).astype(np.float32)
    dense = _refined(offsets)[:height, :width]
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    maps = dense + np.stack([across, down], axis=-1).astype(np.float32)
    moved = cv2.remap(
        frame, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
    )
    picture = np.asarray(moved, np.uint8)
    if mouth > 0:
        _open_mouth(picture, target, mouth)
    return picture


def _refined(nodes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Interpolate between nodes that lie on every GRIDth pixel."""
    rows, columns = nodes.shape[:2]
    across, down = np.meshgrid(np.arange((columns - 1) * GRID), np.arange((rows - 1) * GRID))
    places = (across / GRID).astype(np.float32), (down / GRID).astype(np.float32)
    return np.asarray(cv2.remap(nodes, *places, cv2.INTER_LINEAR), np.float32)


def _unfolded(source: Points, target: Points) -> NDArray[np.bool_]:
    """Return which points keep their neighbours' order; those behind the nose's edge do not."""
    mesh = Delaunay(source)
    corners = target[mesh.simplices]
    before = source[mesh.simplices]
    folded = _areas(corners) * _areas(before) <= 0
    kept = np.ones(len(source), bool)
    kept[np.unique(mesh.simplices[folded])] = False
    return kept


def _areas(corners: NDArray[np.float32]) -> NDArray[np.float32]:
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0], np.float32)


def _edge(width: int, height: int) -> Points:
    across = np.linspace(0, width, 9)
    down = np.linspace(0, height, 7)
    points = [(x, y) for x in across for y in (0, height)] + [
        (x, y) for y in down[1:-1] for x in (0, width)
    ]
    return np.array(points, np.float32)


def _open_mouth(image: Picture, points: Points, share: float) -> None:
    """Paint what shows between the lips."""
    hole = points[list(_MOUTH)].round().astype(np.int32)
    layer = image.copy()
    cv2.fillPoly(layer, [hole], _TEETH, cv2.LINE_AA)
    soft = cv2.GaussianBlur(layer, (0, 0), 1.2)
    mask = np.zeros(image.shape[:2], np.float32)
    cv2.fillPoly(mask, [hole], 1.0, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None] * min(1.0, 3 * share)
    image[:] = (image * (1 - mask) + soft * mask).astype(np.uint8)


def faces_read(clips: Clips, meter: FaceMeter) -> Sequence[tuple[Action, Face | None]]:
    """Return what the models read off each action's extreme."""
    found = []
    for action, pictures in clips.clips.items():
        faces = meter.faces(pictures[-1])
        found.append((action, faces[0] if faces else None))
    return found
