"""What a job made, and what the engine remembers of it between two steps: no pixels."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from datetime import datetime

from outputs.types import StoredOutput

Checkpoint = dict[str, object]  # JSON data


@dataclass(frozen=True, slots=True)
class Made:
    """An output whose sealed bytes lie in the store, before its row."""

    output: StoredOutput  # without its notes
    object_key: str
    sealed_notes: bytes | None  # likeness and recipe; None: begun by an earlier version


def made_to_json(made: Made) -> Checkpoint:
    """Return what was made as JSON values, for the engine's checkpoint: ids, and notes sealed."""
    row = {**asdict(made.output), "created_at": made.output.created_at.isoformat()}
    notes = None if made.sealed_notes is None else base64.b64encode(made.sealed_notes).decode()
    return {"output": row, "object_key": made.object_key, "sealed_notes": notes}


def made_from_json(outcome: Checkpoint) -> Made:
    """Return what was made from a checkpoint."""
    row = outcome["output"]
    if not isinstance(row, dict):
        raise TypeError("the checkpoint of a rendered job holds no output")
    output = StoredOutput(**{**row, "created_at": datetime.fromisoformat(row["created_at"])})
    notes = outcome.get("sealed_notes")
    sealed = None if notes is None else base64.b64decode(str(notes))
    return Made(output, str(outcome["object_key"]), sealed)
