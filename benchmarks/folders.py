"""Where benchmarks find what is not part of the project."""

from __future__ import annotations

import sys
from pathlib import Path

WEIGHTS = Path(sys.prefix) / "share" / "selfsame" / "weights"
# The project's own measuring photographs; benchmarks that use them are left out without them.
LONDON = Path(__file__).parents[1].parent / "shared" / "media" / "london"
