"""The cohort: faces of nobody that every comparison of faces is normalised against."""

from __future__ import annotations

import json
from importlib import resources

from consent.identity import Cohort


def load_cohort() -> Cohort:
    """Return the embeddings that come with the studio (docs/calibration.md tells whose)."""
    data = (resources.files("studio.face") / "assets" / "cohort.json").read_text("utf-8")
    return Cohort(tuple(tuple(entry) for entry in json.loads(data)["templates"]))
