from __future__ import annotations

import sys
from pathlib import Path

import pytest

from studio.assembly import open_house
from studio.settings import Settings
from tests.fakes import FixedClock
from tests.studio.jobs.seed import seed


@pytest.fixture(scope="session")
def weights():
    return Path(sys.prefix) / "share" / "selfsame" / "weights"


class TickingClock(FixedClock):
    """Every look is a millisecond later: consent comes before capture, as in life."""

    def now(self):
        return self.advance(milliseconds=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("jobs") / "data"


@pytest.fixture(scope="module")
def house(data, weights):
    settings = Settings(data=data, weights=weights)
    with open_house(settings, TickingClock(), version="0", listen=False) as house:
        yield house


@pytest.fixture
def token(house):
    return seed(house)
