"""The preparation that every style draws from: made once per selfie, then kept in memory."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from studio.face.types import Face
from studio.styles.alignment import Aligned, align_photo
from studio.styles.attributes.measure import measure_attributes
from studio.styles.attributes.types import Attributes
from studio.styles.regions import Regions, parse_regions, within
from studio.styles.rim import refine_hair, without_wall


@dataclass(frozen=True, slots=True)
class Portrait(Aligned):
    """An aligned photograph and what each of its pixels shows.

    Unlike in the photograph, the wall shows between strands of hair (`person`), and neither the
    person's rim nor what lies close outside of it has the wall's colour (`image`).
    """

    regions: Regions
    attributes: Attributes
    others: tuple[Aligned, ...] = ()  # further verified selfies of the same person, as taken


def prepare_portrait(
    image: NDArray[np.uint8], face: Face, person: NDArray[np.float32], *, size: int = 1024
) -> Portrait:
    """Align a photograph and tell its regions apart.

    Args:
        image: (H, W, 3) uint8 sRGB.
        face: The face measured in `image`, landmarks in its pixels.
        person: (H, W) float32, the segmentation's alpha in [0, 1] at the image's size.
        size: Side of the portrait, pixels.

    Raises:
        ValueError: the alpha's size differs from the image's.
    """
    aligned = align_photo(image, face, person, size=size)
    parsed = parse_regions(aligned)
    person = refine_hair(aligned.image, aligned.person, parsed)
    regions = within(parsed, person)
    parts = {field.name: getattr(aligned, field.name) for field in fields(aligned)}
    cleaned = without_wall(aligned.image, person)
    parts["image"] = np.where(aligned.covered[..., None], cleaned, 0).astype(np.uint8)
    parts["person"] = person
    return Portrait(**parts, regions=regions, attributes=measure_attributes(aligned, regions))
