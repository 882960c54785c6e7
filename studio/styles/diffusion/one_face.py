"""One face in an imagined picture: the person's, where the portrait has it, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.diffusion.errors import PictureRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.face.types import Box, Face

# How far the middle of the person's face may lie from the picture's, share of its side: portraits
# have it there, and what lies further out is somebody else's.
ASTRAY = 0.2
HEAD = 1.3  # side of a head over that of its face
USUAL_HEAD = 0.6  # side of the middle where faces are the person's if none was found
# The detector was made for faces that fill a selfie. In squares of these shares of the side, each
# enlarged, it finds those of a background too.
PARTS = (0.5, 0.34)
ENLARGED = 384  # pixels

Square = tuple[int, int, int]  # left, top, side, pixels


class Faces(Protocol):
    """Finds faces (studio.face.meter.FaceMeter)."""

    def faces(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Return the faces of an (H, W, 3) uint8 sRGB image, largest first."""
        ...


def require_one_face(pixels: NDArray[np.uint8], finder: Faces) -> Face | None:
    """Make sure that a picture shows nobody beside the person.

    Args:
        pixels: (H, W, 3) uint8 sRGB, composed as a portrait.
        finder: finds faces.

    Returns:
        The person's face; None where it is drawn so that none is found.

    Raises:
        PictureRefused: `faces`.
    """
    found = finder.faces(pixels)
    face = found[0] if found else None
    height, width = pixels.shape[:2]
    head = _head(face, height, width)
    middle = np.array([width / 2, height / 2])
    astray = ASTRAY * min(height, width)
    if len(found) > 1 or (face and np.abs(_middle(face.box) - middle).max() > astray):
        raise _somebody_else()
    for left, top, side in _squares(height, width):
        square = pixels[top : top + side, left : left + side]
        enlarged = np.asarray(cv2.resize(square, (ENLARGED, ENLARGED)), np.uint8)
        for other in finder.faces(enlarged):
            where = _middle(other.box) * side / ENLARGED + (left, top)
            if np.abs(where - head[0]).max() > head[1]:
                raise _somebody_else()
    return face


def _head(face: Face | None, height: int, width: int) -> tuple[NDArray[np.float64], float]:
    """Return the middle of the person's head, and half of its side, pixels."""
    if face is None:
        return np.array([width / 2, height / 2]), USUAL_HEAD * min(height, width) / 2
    return _middle(face.box), HEAD * max(face.box.width, face.box.height) / 2


def _middle(box: Box) -> NDArray[np.float64]:
    return np.array([box.left + box.right, box.top + box.bottom]) / 2


def _squares(height: int, width: int) -> Iterator[Square]:
    """Yield squares that overlap by half and cover the picture."""
    for part in PARTS:
        side = int(part * min(height, width))
        tops, lefts = (
            np.linspace(0, length - side, int(np.ceil(2 * (length - side) / side)) + 1)
            for length in (height, width)
        )
        yield from ((int(left), int(top), side) for top in tops for left in lefts)


def _somebody_else() -> PictureRefused:
    return PictureRefused(
        "faces",
        "The picture shows somebody beside you, so it was thrown away.",
        why="An avatar is of you alone; a second face would be somebody who never agreed.",
        next_step="Try again, or choose another background or fewer words.",
    )
