"""How well a portrait's regions are told apart: against the rendered subjects' true masks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from statistics import fmean

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.stage import Stage
from benchmarks.table import Row, alone
from studio.face.meter import FaceMeter
from studio.face.types import Face
from studio.styles.fields import Mask, as_field, enlarged
from studio.styles.portrait import Portrait, prepare_portrait
from studio.styles.regions import Regions
from studio.subjects.cast import load_cast

SIZE = 1024  # pixels of the portrait
SIDE = 512  # pixels at which masks are compared: brows and rims are a few pixels wide
REPETITIONS = 5
MASKED = ("still_00", "mouth_open_03")  # frames with a true mask
LEAST = 20  # pixels: less than that is no region
HALF = 0.5  # of a pixel: the region that fills more has it
OVERGROWN = ("beard", "brows")
BETWEEN = 9  # pixels of skin between hairs of one beard or brow
MOST_MS = 500
# Numbers in the masks, as tools/bake_subjects/masks.py writes them.
SKIN, NECK, HAIR, BROWS, EYES, LIPS, MOUTH, TEETH, BEARD, CLOTHES, FRAMES = range(1, 12)
FACE = (SKIN, BROWS, EYES, LIPS, MOUTH, TEETH)

Measure = Callable[[Regions], Mask]
# Region: how the studio tells it, the labels that are it, and those that may be either.
COMPARED: Mapping[str, tuple[Measure, tuple[int, ...], tuple[int, ...]]] = {
    "skin": (lambda r: r.skin, (*FACE, NECK, BEARD), (FRAMES,)),
    "hair": (lambda r: r.hair, (HAIR,), ()),
    "clothes": (lambda r: r.clothes, (CLOTHES,), ()),
    "neck": (lambda r: r.neck, (NECK,), (BEARD,)),
    "beard": (lambda r: r.beard.mask, (BEARD,), ()),
    "brows": (lambda r: r.brows, (BROWS,), (FRAMES,)),
    "eyes": (lambda r: r.eyes, (EYES,), ()),
    "lips": (lambda r: r.lips, (LIPS,), (MOUTH,)),
    "teeth": (lambda r: r.teeth, (TEETH,), ()),
    "frames": (lambda r: r.frames, (FRAMES,), ()),
    "background": (lambda r: r.background, (0,), ()),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One baked frame, measured, and its true mask."""

    name: str
    image: NDArray[np.uint8]  # (H, W, 3) sRGB
    face: Face
    person: Mask  # (H, W) alpha
    labels: NDArray[np.uint8]  # (480, 640)

    def portrait(self, size: int) -> Portrait:
        """Prepare the frame as the studio does."""
        return prepare_portrait(self.image, self.face, self.person, size=size)


def rows(stage: Stage) -> Iterator[Row]:
    """Yield the mean overlap of each region over the frames that show it."""
    samples = list(measured(stage.meter))
    found = {s.name: overlaps(s.portrait(SIZE), s) for s in samples}
    for region in COMPARED:
        shares = {name: o[region] for name, o in found.items() if region in o}
        worst = min(shares, key=lambda name: shares[name])
        yield Row(
            f"overlap of {region}",
            "IoU",
            fmean(shares.values()),
            len(shares),
            note=f"baked frames; least {shares[worst]:.2f}, {worst}",
        )
    took = alone(lambda: samples[0].portrait(SIZE), REPETITIONS)
    yield Row(
        f"portrait at {SIZE} px: align and tell its regions",
        "ms",
        took.median,
        REPETITIONS,
        target=f"<= {MOST_MS}",
        met=took.median <= MOST_MS,
        fastest=took.fastest,
    )


def measured(meter: FaceMeter) -> Iterator[Sample]:
    """Yield every baked frame that has a true mask."""
    for subject, member in load_cast().items():
        for frame in MASKED:
            image = member.frame(f"{frame}.webp").image
            face, person = meter.faces(image)[0], meter.person(image)
            yield Sample(f"{subject}/{frame}", image, face, person, true_mask(subject, frame))


def true_mask(subject: str, frame: str) -> NDArray[np.uint8]:
    """Return what each pixel of a frame shows, (480, 640) labels."""
    file = resources.files("studio.subjects") / "assets" / subject / f"{frame}.png"
    with Image.open(io.BytesIO(file.read_bytes())) as sheet:
        return np.asarray(sheet, np.uint8)


def overlaps(portrait: Portrait, sample: Sample) -> dict[str, float]:
    """Intersection over union of every region that is there, or is said to be.

    Args:
        portrait: The sample, prepared.
        sample: The frame and its true mask.
    """
    shares = _aligned(portrait, sample)
    known = enlarged(as_field(portrait.covered), SIDE) > HALF
    result = {}
    for region, (measure, own, either) in COMPARED.items():
        counted = known & (shares[..., list(either)].sum(axis=2) < HALF)
        truth = shares[..., list(own)].sum(axis=2) > HALF
        truth = (_overgrown(truth) if region in OVERGROWN else truth) & counted
        told = (enlarged(measure(portrait.regions), SIDE) > HALF) & counted
        if (truth | told).sum() > LEAST:
            result[region] = float((truth & told).sum() / (truth | told).sum())
    return result


def _overgrown(hairs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The area in which short hairs stand, with the skin between them."""
    gap = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (BETWEEN, BETWEEN))
    return np.asarray(cv2.morphologyEx(hairs.astype(np.uint8), cv2.MORPH_CLOSE, gap) > 0)


def _aligned(portrait: Portrait, sample: Sample) -> NDArray[np.float32]:
    """(SIDE, SIDE, labels) shares: the mask laid as the photograph was, by its landmarks."""
    at = np.asarray(sample.face.landmarks, np.float64)[:, :2]
    known = np.column_stack([at, np.ones(len(at))])
    matrix = np.linalg.lstsq(known, portrait.landmarks[:, :2].astype(np.float64), rcond=None)[0].T
    matrix *= SIDE / portrait.size
    scale = sample.image.shape[1] / sample.labels.shape[1]
    # The mask may be a reduced frame: pixel centres are half a pixel from the borders of both.
    matrix[:, 2] += matrix[:, :2] @ np.full(2, 0.5 * scale - 0.5)
    matrix[:, :2] *= scale
    planes = [
        cv2.warpAffine(as_field(sample.labels == k), matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
        for k in range(FRAMES + 1)
    ]
    return np.dstack(planes)
