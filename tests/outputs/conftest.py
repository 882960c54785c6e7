from __future__ import annotations

import itertools

import pytest

from outputs.authority import make_authority
from outputs.provenance import ManifestReader, Signer
from outputs.release import Releaser
from tests.fakes import FixedClock
from tests.outputs.samples import NOW


@pytest.fixture(scope="session")
def authority():
    return make_authority(now=NOW, serial=itertools.count(1000).__next__)


@pytest.fixture(scope="session")
def signer(authority):
    return Signer(authority)


@pytest.fixture(scope="session")
def reader(authority):
    return ManifestReader([authority.root])


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def releaser(signer, reader, watermarker, clock):
    return Releaser(signer, reader, watermarker, clock, version="0.1.0")
