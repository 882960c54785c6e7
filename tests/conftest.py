"""How long hypothesis looks: `--hypothesis-profile=deep` for what `make test-deep` runs."""

from __future__ import annotations

import pytest
from hypothesis import settings

from outputs.watermark import Watermarker

settings.register_profile("deep", max_examples=5_000, deadline=None, print_blob=True)


@pytest.fixture(scope="session")
def watermarker():
    return Watermarker()


@pytest.fixture(scope="session")
def tiny_shelf(tmp_path_factory):
    """A models folder with tiny weights of every kind; nobody writes to it."""
    from tests.tiny import catalogue  # noqa: PLC0415 - most tests need nothing of it

    return catalogue.tiny_shelf(tmp_path_factory.mktemp("models"))
