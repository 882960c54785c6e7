"""Baked subjects as portraits: measured once per run, since drawing starts from measurements."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.face.meter import FaceMeter
from studio.styles.portrait import prepare_portrait
from studio.styles.regions import parse_regions

ASSETS = Path(__file__).parents[3] / "studio" / "subjects" / "assets"
STILLS = sorted(ASSETS.glob("*/still_00.webp"))


@pytest.fixture(scope="session")
def measured():
    """Image, face and alpha of every baked subject's first still, by id."""
    if not STILLS:
        pytest.skip("the baked subjects are not installed")
    meter = FaceMeter(Path(sys.prefix) / "share" / "selfsame" / "weights")
    found = {}
    for still in STILLS:
        with Image.open(still) as picture:
            image = np.asarray(picture.convert("RGB"))
        found[still.parent.name] = (image, meter.faces(image)[0], meter.person(image))
    meter.close()
    return found


@pytest.fixture(scope="session")
def portraits(measured):
    return {name: prepare_portrait(*parts, size=512) for name, parts in measured.items()}


@pytest.fixture(scope="session")
def parsed(portraits):
    return {name: parse_regions(portrait) for name, portrait in portraits.items()}


@pytest.fixture(scope="session")
def first(measured):
    return next(iter(measured.values()))


@pytest.fixture(scope="session")
def first_portrait(portraits):
    return next(iter(portraits.values()))
