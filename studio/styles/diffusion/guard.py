"""What stands between a finished imagined picture and anybody's eyes.

A picture is shown when it is whole, is no photograph by the measure of `stylisation`, shows one
face and passes the safety checker; nothing else may skip or reorder this. What the checks cannot
tell (whether the one face is the person's) is measured afterwards: `studio.likeness.floor`.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.models.errors import ModelError
from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.errors import NotAvailable, PictureRefused
from studio.styles.diffusion.one_face import Faces, require_one_face
from studio.styles.diffusion.safety import SafetyChecker
from studio.styles.diffusion.stylisation import Stylisation, load_stylisation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.face.types import Face

__all__ = ["COLOURS", "Faces", "Guard", "Safety", "Shelf", "Showable", "colours_only"]

LEAST_SIDE = 16  # pixels
# Spread of grey levels (0 to 255, standard deviation) below which there is no picture: what
# numbers that are not finite come out as is one colour.
LEAST_SPREAD = 4.0
# Side in pixels at which a photograph shows colours and nobody: in none of 67 people's, enlarged
# again, is a face found (of 12 pixels in 5, of 16 in 57, and 8 of those are told apart).
COLOURS = 8
RESTS = 4.0  # times as long as it looked at a glimpse: at most a fifth of a drawing goes into looks


class Safety(Protocol):
    """Looks for what may be shown to nobody (studio.styles.diffusion.safety)."""

    def require_safe(self, pixels: NDArray[np.uint8]) -> None:
        """Raise PictureRefused unless (H, W, 3) uint8 sRGB pixels are safe."""
        ...

    def require_ready(self) -> None:
        """Raise ModelError unless it can look."""
        ...


class Shelf(Protocol):
    """Keeps verified weights (studio.models.shelf.Shelf)."""

    def files(self, kind: Kind, roles: Sequence[Role]) -> ModelFiles:
        """Return where the files of some roles lie, each checked."""
        ...


@dataclass(frozen=True, slots=True)
class Showable:
    """Evidence that a picture passed every check."""

    # Log odds that it is drawn, above the threshold of `stylisation.json`; None: its face was
    # painted, not imagined.
    drawn: float | None
    face: Face | None  # in its pixels; None: none was found, and the portrait's landmarks count


class Guard:
    """Refuses pictures that may not be shown. Safe to call from any thread."""

    def __init__(
        self,
        safety: Safety,
        faces: Faces,
        stylisation: Stylisation | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold what checks.

        Args:
            safety: looks for nudity.
            faces: finds faces.
            stylisation: tells drawings from photographs; None: as it was fitted.
            monotonic: seconds, of a clock that never goes back.
        """
        self._safety = safety
        self._faces = faces
        self._stylisation = stylisation or load_stylisation()
        self._monotonic = monotonic
        self._rests_until = -math.inf

    @classmethod
    def of(cls, shelf: Shelf, faces: Faces) -> Guard:
        """Return a guard with the safety checker on a shelf, loaded when first needed."""
        return cls(SafetyChecker(lambda: shelf.files(Kind.SD15, (Role.SAFETY,))), faces)

    def require_ready(self) -> None:
        """Make sure that a picture could be checked, before it takes minutes to draw.

        Raises:
            NotAvailable: the safety checker's weights are not here, or damaged.
        """
        try:
            self._safety.require_ready()
        except ModelError as error:
            raise _without_checker() from error

    def require_showable(
        self, pixels: NDArray[np.uint8], mask: NDArray[np.float32] | None = None
    ) -> Showable:
        """Check a finished picture.

        One face must be found in it by the studio's own detector. Where none is found the picture
        passes as well: that detector was made for photographs and misses flat and printed faces,
        which is what a stylised picture is meant to have. Such a picture is then held to more in
        colours and features (`studio.likeness.floor`), since its shape is the carried one.

        Args:
            pixels: (H, W, 3) uint8 sRGB.
            mask: (h, w) in [0, 1], 1 where it was imagined; None: everywhere.

        Raises:
            PictureRefused: `broken`, `faces`, `photo_like` or `unsafe`.
            NotAvailable: the safety checker is not here.
        """
        self._require_whole(pixels)
        face = require_one_face(pixels, self._faces)
        drawn = self._require_drawn(pixels, face, mask)
        self._require_safe(pixels)
        return Showable(drawn, face)

    def glimpse_allowed(
        self, pixels: NDArray[np.uint8], mask: NDArray[np.float32] | None = None
    ) -> bool:
        """Tell whether an unfinished picture may be shown, with its labels, to who waits for it.

        It may look like nobody yet; it may neither be unsafe nor a photograph.

        Args:
            pixels: (h, w, 3) uint8 sRGB.
            mask: (h, w) in [0, 1], 1 where it is imagined; None: everywhere.
        """
        try:
            self._require_presentable(pixels, mask)
        except (PictureRefused, NotAvailable):
            return False
        return True

    def glimpse(
        self, pixels: NDArray[np.uint8], mask: NDArray[np.float32] | None = None
    ) -> NDArray[np.uint8] | None:
        """Return what may be shown of an unfinished picture: it, its colours, or nothing.

        Looking takes time from drawing, so after each look it rests and shows nothing for a while.
        """
        begun = self._monotonic()
        if begun < self._rests_until:
            return None
        shown: NDArray[np.uint8] | None = pixels
        try:
            self._require_presentable(pixels, mask)
        except NotAvailable:
            shown = None
        except PictureRefused as refusal:
            shown = colours_only(pixels) if refusal.code == "photo_like" else None
        ended = self._monotonic()
        self._rests_until = ended + RESTS * (ended - begun)
        return shown

    def _require_presentable(
        self, pixels: NDArray[np.uint8], mask: NDArray[np.float32] | None
    ) -> None:
        """Check an unfinished picture; what is unsafe is told before what is like a photograph."""
        self._require_whole(pixels)
        self._require_safe(pixels)
        found = self._faces.faces(pixels)
        face = found[0] if found else None
        self._require_drawn(pixels, face, mask)

    def _require_drawn(
        self, pixels: NDArray[np.uint8], face: Face | None, mask: NDArray[np.float32] | None
    ) -> float | None:
        """Check that a face is drawn; one that a painted style of the studio drew is."""
        if mask is not None and not _holds(mask, pixels, face):
            return None
        return self._stylisation.require_drawn(pixels, face, mask)

    def _require_safe(self, pixels: NDArray[np.uint8]) -> None:
        try:
            self._safety.require_safe(pixels)
        except ModelError as error:
            raise _without_checker() from error

    @staticmethod
    def _require_whole(pixels: NDArray[np.uint8]) -> None:
        is_picture = (
            pixels.dtype == np.uint8
            and pixels.ndim == 3
            and pixels.shape[2] == 3
            and min(pixels.shape[:2]) >= LEAST_SIDE
        )
        if not (is_picture and float(pixels.std()) >= LEAST_SPREAD):
            raise PictureRefused(
                "broken",
                "What came out is no picture.",
                why="The numbers inside went wrong, and one colour everywhere shows nobody.",
                next_step="Try again; if it happens each time, choose another engine or other "
                "weights.",
            )


def colours_only(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (h, w, 3) pixels as a square of `COLOURS`: where what colour lies, and nobody."""
    size = (COLOURS, COLOURS)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _holds(mask: NDArray[np.float32], pixels: NDArray[np.uint8], face: Face | None) -> bool:
    """Tell whether the face lies in what was imagined."""
    middle = np.array([0.5, 0.5])  # down, along: where a portrait has its nose
    if face is not None:
        box = face.box
        down, along = (box.top + box.bottom) / 2, (box.left + box.right) / 2
        middle = np.array([down, along]) / pixels.shape[:2]
    row, column = np.clip(middle * mask.shape, 0, np.array(mask.shape) - 1).astype(int)
    return bool(mask[row, column] > 0.5)


def _without_checker() -> NotAvailable:
    """Return what anybody may read: where files lie is for whoever runs the studio."""
    return NotAvailable(
        "no_safety_checker",
        "The safety checker is not here, or not whole, so no picture can be imagined.",
        why="Every imagined picture is looked at for nudity before anybody sees it.",
        next_step="Ask whoever runs this studio to run: python app.py models pull safety-checker",
    )
