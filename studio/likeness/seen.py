"""What is seen of a face in a selfie and in a drawing of it: the same things of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.face.types import Box, Face, Pose
from studio.likeness.types import Source
from studio.styles.attributes.colours import lab_of
from studio.styles.attributes.corrections import corrected
from studio.styles.fields import Mask, as_field, reduced
from studio.styles.framing import composed
from studio.styles.painted.colour import to_lab
from studio.styles.parsing.features import WORK

if TYPE_CHECKING:
    from studio.likeness.colour import Lab
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Picture

SIDE = 512  # pixels: everything is measured at the size of a preview, however large it is drawn
FEW = 60  # pixels of the working size: a region with fewer has no colour of its own
TRAITS = ("glasses", "facial_hair", "fringe")
BALD = frozenset({"bald", "shaved"})
# A feature is kept when it stands out from the skin around it by this share of what it did in the
# selfie (distances in CIELAB): by eye, on all painted styles; below it, one does not see it.
KEPT_SHARE = 0.4


class Meter(Protocol):
    """Finds faces and embeds them (studio.face.meter.FaceMeter)."""

    def faces(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Return the faces of an (H, W, 3) uint8 sRGB image, largest first."""
        ...

    def embed(self, image: NDArray[np.uint8], face: Face) -> tuple[float, ...]:
        """Return the face's embedding."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A face as it is seen; None where a thing cannot be told."""

    points: NDArray[np.float32] | None  # (478, 2) landmarks, pixels at `SIDE`
    source: Source
    skin: Lab | None  # mean of the bare skin of the face
    hair: Lab | None  # mean of the hair of the head
    traits: frozenset[str]  # of `TRAITS`, and "bald"
    embedding: tuple[float, ...] | None
    shown: Mapping[str, str] | None  # attributes; of a drawing, only if it is put together of parts


def see_selfie(portrait: Portrait, controls: Controls, meter: Meter) -> Seen:
    """Look at a selfie.

    Args:
        portrait: of any size.
        controls: of the style; attributes that the person corrected count as they say.
        meter: embeds the face.
    """
    image = _sized(portrait.image)
    scale = SIDE / portrait.size
    points = as_field(portrait.landmarks * scale)
    attributes = corrected(portrait.attributes, controls)
    known = {name: str(value) for name, value in asdict(attributes).items()}
    lab = to_lab(reduced(image, WORK))
    return Seen(
        points=points[:, :2],
        source=Source.FOUND,
        skin=_mean(lab, bare_skin(portrait)),
        hair=_mean(lab, portrait.regions.hair),
        traits=_traits(known),
        embedding=meter.embed(image, _face(points, portrait.blendshapes)),
        shown=known,
    )


def see_drawing(picture: Picture, portrait: Portrait, selfie: Seen, meter: Meter) -> Seen:
    """Look at a drawing.

    Args:
        picture: as a style drew it, of any size.
        portrait: that it was drawn from.
        selfie: what is seen in that portrait.
        meter: finds and embeds the face.
    """
    if picture.shown is not None:
        return _see_parts(picture.shown)
    image = _sized(composed(picture))
    found = meter.faces(image)
    points, source = _landmarks(picture, found)
    embedding = meter.embed(image, found[0]) if found else None
    lab = to_lab(reduced(image, WORK))
    before = to_lab(reduced(_sized(portrait.image), WORK))
    return Seen(
        points=points,
        source=source,
        skin=_mean(lab, bare_skin(portrait)),
        hair=_mean(lab, portrait.regions.hair),
        traits=frozenset(
            trait
            for trait in selfie.traits
            if trait not in TRAITS or _stands_out(portrait, trait, before, lab)
        ),
        embedding=embedding,
        shown=None,
    )


def bare_skin(portrait: Portrait) -> Mask:
    """Return the face's skin without features, hair, beard and frames, at the working size."""
    regions = portrait.regions
    inner = (regions.features.inside > 0.03) & (regions.skin > 0.9)
    other = sum(
        (regions.brows, regions.eyes, regions.lips, regions.teeth, regions.frames),
        start=regions.beard.mask + regions.beard.stubble + regions.hair,
    )
    return as_field(inner & (other < 0.05))


def _see_parts(shown: Mapping[str, str]) -> Seen:
    """Take a figure put together from parts at its word: its outlines are nobody's."""
    skin, hair = shown.get("skin"), shown.get("hair_colour")
    return Seen(
        points=None,
        source=Source.NONE,
        skin=None if skin is None else lab_of(skin),
        hair=None if hair is None else lab_of(hair),
        traits=_traits(shown),
        embedding=None,
        shown=dict(shown),
    )


def _traits(known: Mapping[str, str]) -> frozenset[str]:
    traits = {name for name in TRAITS if known.get(name, "none") != "none"}
    if known.get("hair_length") in BALD:
        traits.add("bald")
    return frozenset(traits)


def _landmarks(
    picture: Picture, found: tuple[Face, ...]
) -> tuple[NDArray[np.float32] | None, Source]:
    if found:
        return as_field(found[0].landmarks[:, :2]), Source.FOUND
    if picture.landmarks is None:
        return None, Source.NONE
    scale = SIDE / picture.figure.shape[0]
    return as_field(picture.landmarks[:, :2] * scale), Source.CARRIED


def _stands_out(
    portrait: Portrait, trait: str, before: NDArray[np.float32], after: NDArray[np.float32]
) -> bool:
    """Tell whether a feature of the selfie is still seen against the skin in the drawing."""
    regions = portrait.regions
    match trait:
        case "glasses":
            where = regions.frames
        case "facial_hair":
            where = as_field(np.maximum(regions.beard.mask, regions.beard.stubble))
        case _:  # hair inside the face's outline
            where = as_field(regions.hair * (regions.features.inside > 0))
    skin = bare_skin(portrait)
    first, then = ((_mean(lab, as_field(where > 0.5)), _mean(lab, skin)) for lab in (before, after))
    if first[0] is None or first[1] is None or then[0] is None or then[1] is None:
        return True  # it is too small to be judged, and not to be told lost
    apart = float(np.linalg.norm(first[0] - first[1]))
    return float(np.linalg.norm(then[0] - then[1])) >= KEPT_SHARE * apart


def _mean(lab: NDArray[np.float32], where: Mask) -> Lab | None:
    chosen = where > 0.5
    return as_field(lab[chosen].mean(axis=0)) if int(chosen.sum()) >= FEW else None


def _sized(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an (N, N, 3) image at `SIDE`."""
    if image.shape[0] == SIDE:
        return image
    across = cv2.INTER_AREA if image.shape[0] > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=across), np.uint8)


def _face(points: NDArray[np.float32], blendshapes: Mapping[str, float]) -> Face:
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    box = Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return Face(box, points, blendshapes, Pose(0.0, 0.0, 0.0))
