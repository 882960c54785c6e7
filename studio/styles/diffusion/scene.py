"""What one batch is imagined from, and what becomes of it: the same for all of its seeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.styles.diffusion import guides
from studio.styles.diffusion.lines import lines_of
from studio.styles.diffusion.picture import seen, whole_picture, with_background, with_face
from studio.styles.diffusion.types import Part
from studio.styles.fields import as_field

if TYPE_CHECKING:
    from studio.styles.diffusion.guides import Pixels
    from studio.styles.fields import Mask
    from studio.styles.portrait import Portrait
    from studio.styles.types import Picture


@dataclass(frozen=True, slots=True)
class Scene:
    """A portrait, the part of it that is imagined, and the painted picture that the rest is of."""

    portrait: Portrait
    part: Part
    painted: Picture | None  # None: all of it is imagined

    def start(self, size: int) -> Pixels:
        """Return what the imagining begins with, (size, size, 3) uint8 sRGB."""
        if self.painted is not None:
            return seen(self.painted, size)
        return guides.before_plain_ground(self.portrait, size)

    def lines(self, size: int) -> Pixels:
        """Return the portrait's lines, white on black, (size, size, 3) uint8."""
        return lines_of(self.portrait, size)

    def faces(self, size: int) -> tuple[Pixels, ...]:
        """Return the face of every selfie, (size, size, 3) uint8 sRGB each."""
        selfies = (self.portrait, *self.portrait.others)
        return tuple(guides.face_crop(selfie, size) for selfie in selfies)

    def mask(self, size: int) -> Mask | None:
        """Return where to imagine, (size, size) in [0, 1]; None: everywhere."""
        match self.part, self.painted:
            case (Part.FACE, picture) if picture is not None:
                return guides.face_mask(self.portrait, size)
            case (Part.BACKGROUND, picture) if picture is not None:
                return guides.background_mask(as_field(picture.figure[..., 3] / 255), size)
            case _:
                return None

    def finished(self, pixels: Pixels) -> Picture:
        """Return imagined pixels, (size, size, 3) uint8 sRGB, as a picture."""
        match self.part, self.painted:
            case (Part.FACE, picture) if picture is not None:
                mask = guides.face_mask(self.portrait, pixels.shape[0])
                return with_face(pixels, picture, mask)
            case (Part.BACKGROUND, picture) if picture is not None:
                return with_background(pixels, picture)
            case _:
                return whole_picture(pixels, self.portrait)
