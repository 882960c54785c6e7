"""Which of several entries of the catalogue a kind takes for a role, as the operator chose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from studio.models.errors import ModelDamaged
from studio.models.types import Kind, Role

NAME = "choices.json"


def read_choices(root: Path) -> Mapping[tuple[Kind, Role], str]:
    """Return the name of the chosen entry by kind and role; only where one was chosen.

    Raises:
        ModelDamaged: the file is there and holds no choices.
    """
    path = root / NAME
    try:
        told = json.loads(path.read_bytes())
        return {
            (Kind(kind), Role(role)): str(name)
            for kind, roles in told.items()
            for role, name in roles.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ModelDamaged(
            f"{path} holds no choices ({error}). Delete it and choose again with: "
            "python app.py models use NAME"
        ) from error


def choose(root: Path, kind: Kind, role: Role, name: str | None) -> None:
    """Remember which entry a kind takes for a role; None: whichever the studio would."""
    chosen: dict[str, dict[str, str]] = {}
    for (of_kind, of_role), held in {**read_choices(root), (kind, role): name}.items():
        if held is not None:
            chosen.setdefault(of_kind.value, {})[of_role.value] = held
    root.mkdir(parents=True, exist_ok=True)
    part = root / f"{NAME}.part"
    part.write_text(json.dumps(chosen, indent=1) + "\n", encoding="utf-8")
    part.replace(root / NAME)
