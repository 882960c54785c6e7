"""How long hypothesis looks: `--hypothesis-profile=deep` for what `make test-deep` runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import settings

from studio.assembly import open_watermarker

settings.register_profile("deep", max_examples=5_000, deadline=None, print_blob=True)


@pytest.fixture(scope="session")
def watermarker():
    """The real networks, once for the whole run."""
    return open_watermarker(Path(sys.prefix) / "share" / "selfsame" / "weights")
