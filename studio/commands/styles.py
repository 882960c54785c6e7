"""`styles`: list what can be drawn."""

from __future__ import annotations

import json
from dataclasses import asdict

from studio.styles.catalogue import STYLES
from studio.styles.types import Range


def list_styles(*, as_json: bool) -> int:
    """Print every style with its controls."""
    if as_json:
        print(json.dumps([asdict(style) for style in STYLES], indent=2, default=dict))
        return 0
    for style in STYLES:
        print(f"{style.name}  ({style.family.value})  {style.summary}")
        for control in style.controls:
            if isinstance(control, Range):
                accepts = f"{control.minimum:g} to {control.maximum:g}"
            else:
                accepts = ", ".join(control.options)
            print(f"    {control.name} = {control.default}   {accepts}")
    return 0
