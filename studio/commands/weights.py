"""`weights`: fetch the pinned model files."""

from __future__ import annotations

import sys
from pathlib import Path

from studio.weights import WeightsError, fetch


def fetch_weights(folder: Path) -> int:
    """Fetch what is missing and return the exit status."""
    try:
        fetch(folder, report=print)
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
