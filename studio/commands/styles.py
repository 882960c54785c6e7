"""`styles`: list what can be drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from studio.styles.catalogue import STYLES
from studio.styles.types import SHARED, Control, Range, Style, Words


def list_styles(*, as_json: bool) -> int:
    """Print every style with its controls, licence and attribution."""
    if as_json:
        print(json.dumps([_as_json(style) for style in STYLES], indent=2))
        return 0
    for style in STYLES:
        print(f"{style.name}  ({style.family.value})  {style.summary}")
        print(f"    {style.licence}{'. ' if style.attribution else ''}{style.attribution}")
        _print_controls(style.controls)
    print("all of them")
    _print_controls(SHARED)
    return 0


def _as_json(style: Style) -> Mapping[str, object]:
    facts = {key: value for key, value in asdict(style).items() if key != "controls"}
    return {
        **facts,
        "controls": [_control(control) for control in style.controls],
        "shared_controls": [_control(control) for control in SHARED],
    }


def _control(control: Control) -> Mapping[str, object]:
    kind = type(control).__name__.lower()
    return {"kind": kind, **asdict(control)}


def _print_controls(controls: tuple[Control, ...]) -> None:
    for control in controls:
        if isinstance(control, Range):
            accepts = f"{control.minimum:g} to {control.maximum:g}"
        elif isinstance(control, Words):
            accepts = f"up to {control.most} of {len(control.known)} words; --json lists them"
        else:
            accepts = ", ".join(control.options)
        print(f"    {control.name} = {control.default}   {accepts}")
