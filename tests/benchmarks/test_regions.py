"""The regions' overlap with the true masks must not fall; the benchmark tells the figures."""

import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

import pytest

from benchmarks.regions import COMPARED, MASKED, measured, overlaps, true_mask
from studio.face.meter import FaceMeter
from studio.subjects.cast import load_cast

WEIGHTS = Path(sys.prefix) / "share" / "selfsame" / "weights"
# Mean intersection over union, a little below what is measured.
FLOOR = {
    "skin": 0.93,
    "hair": 0.80,
    "clothes": 0.85,
    "neck": 0.78,
    "beard": 0.70,
    "brows": 0.64,
    "eyes": 0.66,
    "lips": 0.71,
    "teeth": 0.36,
    "frames": 0.58,
    "background": 0.97,
}


@pytest.fixture(scope="module")
def found():
    """Overlaps by region, over every masked frame."""
    meter = FaceMeter(WEIGHTS)
    shares = defaultdict(list)
    for sample in measured(meter):
        for region, share in overlaps(sample.portrait(512), sample).items():
            shares[region].append(share)
    meter.close()
    return shares


def test_every_region_has_a_floor():
    assert FLOOR.keys() == COMPARED.keys()


@pytest.mark.parametrize("region", FLOOR)
def test_regions_lie_where_the_renderer_put_them(found, region):
    assert fmean(found[region]) >= FLOOR[region]


def test_no_bald_head_is_given_hair_and_no_shaven_face_a_beard(found):
    hairless = 1
    assert len(found["hair"]) == len(MASKED) * (len(load_cast()) - hairless)
    assert len(found["beard"]) == len(MASKED)


def test_masks_have_the_size_and_the_labels_that_are_documented():
    for subject in load_cast():
        for frame in MASKED:
            labels = true_mask(subject, frame)
            assert labels.shape == (480, 640)
            assert {0, 1, 2, 4, 5, 6, 10} <= set(labels.ravel().tolist()) <= set(range(12))
