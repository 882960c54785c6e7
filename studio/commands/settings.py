"""`settings`: show what the studio was told."""

from __future__ import annotations

import json
import re
from dataclasses import fields

from studio.settings import PREFIX, Settings

# Where they lie when empty.
IN_DATA = frozenset({"database_url", "jobs_url", "objects_url", "models"})
SECRET = frozenset({"invitation"})  # a screen is shown to others, and output is kept in logs
ADDRESSES = frozenset(
    {"database_url", "jobs_url", "objects_url", "models_mirror", "time_stamp_url"}
)
# What of an address may be secret: all between its scheme and its last @, as a password may hold
# anything, and values whose name says so.
_USER = re.compile(r"\A([\w+.-]*:/{0,2})?.*@", re.DOTALL)
_VALUE = re.compile(r"(?i)([?&][^=&]*(?:pass|pwd|secret|token|key|sig)[^=&]*=)[^&#]*")
_HIDDEN = "(hidden)"


def show_settings(settings: Settings, *, as_json: bool) -> int:
    """Print every setting with the variable that changes it."""
    values = {
        field.name: _plain(field.name, getattr(settings, field.name)) for field in fields(settings)
    }
    if as_json:
        print(json.dumps(values, indent=2))
        return 0
    width = max(len(name) for name in values)
    for name, value in values.items():
        shown = ", ".join(value) or "(none)" if isinstance(value, list) else value
        empty = "(in the data folder)" if name in IN_DATA else "(none)"
        print(f"{name:<{width}}  {shown or empty}")
    print(f"\nChange one with {PREFIX}NAME=value, or in a TOML file named by {PREFIX}CONFIG.")
    return 0


def _plain(name: str, value: object) -> object:
    if name in SECRET and value:
        return "(set)"
    if name in ADDRESSES:
        return _VALUE.sub(rf"\1{_HIDDEN}", _USER.sub(rf"\1{_HIDDEN}@", str(value)))
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, int) else str(value)
