"""One set of models for the whole run: loading them costs more than a test."""

import sys
from pathlib import Path

import pytest

from studio.face.meter import FaceMeter
from studio.subjects.cast import load_cast

WEIGHTS = Path(sys.prefix) / "share" / "selfsame" / "weights"


@pytest.fixture(scope="session")
def meter():
    meter = FaceMeter(WEIGHTS)
    yield meter
    meter.close()


@pytest.fixture(scope="session")
def cast():
    """Every baked subject by id."""
    return load_cast()


@pytest.fixture(scope="session")
def member(cast):
    """The first baked subject."""
    return next(iter(cast.values()))


@pytest.fixture(scope="session")
def still(member):
    """The first subject's full-resolution still, (H, W, 3)."""
    return member.frame(member.clips["still"][0]).image
