"""How long hypothesis looks: `--hypothesis-profile=deep` for what `make test-deep` runs."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("deep", max_examples=5_000, deadline=None, print_blob=True)
