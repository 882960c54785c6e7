"""`settings`: show what the studio was told."""

from __future__ import annotations

import json
from dataclasses import fields

from studio.settings import PREFIX, Settings


def show_settings(settings: Settings, *, as_json: bool) -> int:
    """Print every setting with the variable that changes it."""
    values = {field.name: _plain(getattr(settings, field.name)) for field in fields(settings)}
    if as_json:
        print(json.dumps(values, indent=2))
        return 0
    width = max(len(name) for name in values)
    for name, value in values.items():
        shown = ", ".join(value) or "(none)" if isinstance(value, list) else value
        print(f"{name:<{width}}  {shown or '(in the data folder)'}")
    print(f"\nChange one with {PREFIX}NAME=value, or in a TOML file named by {PREFIX}CONFIG.")
    return 0


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int) else str(value)
