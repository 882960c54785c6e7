"""Baked subjects as portraits at the size at which likeness is measured."""

import pytest

from studio.likeness.gauge import Gauge
from studio.likeness.seen import SIDE
from studio.styles.portrait import prepare_portrait


@pytest.fixture(scope="package")
def portraits(meter, cast):
    found = {}
    for name, member in cast.items():
        still = member.frame(member.clips["still"][0]).image
        face = meter.faces(still)[0]
        found[name] = prepare_portrait(still, face, meter.person(still), size=SIDE)
    return found


@pytest.fixture(scope="package")
def gauge(meter):
    return Gauge(meter)
