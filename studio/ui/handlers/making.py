"""Styles, previews and jobs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from consent.errors import Refusal
from outputs.types import Profile, Released
from studio.service import JobState, JobView, StudioService
from studio.styles.types import Style
from studio.styles.words import ControlError
from studio.ui.refusals import control_invalid, no_preview, style_unknown
from studio.ui.views import Json, likeness_json, plain, style_json, vocabularies_json

MAX_SEED = 2**31 - 1
MAX_CONTROLS_TEXT = 4096  # characters; a page sends some hundred
NO_GLIMPSE = "no_glimpse"  # code of the refusal where there is nothing to look at
ENDED = frozenset({JobState.DONE, JobState.REFUSED, JobState.CANCELLED, JobState.FAILED})


def styles(service: StudioService) -> Json:
    """Return every style with its controls, and whether and how fast something can imagine."""
    listed = service.styles()
    return {
        "styles": [style_json(style) for style in listed],
        "vocabularies": vocabularies_json(listed),
        "imagination": {
            "is_ready": service.models.can_imagine(),
            "seconds": plain(service.models.seconds()),
        },
    }


def read_controls(service: StudioService, style: str, values: object) -> dict[str, float | str]:
    """Return all of a style's controls, checked.

    Raises:
        Refusal: unknown style, or a value outside its control's limits.
    """
    if not isinstance(values, dict):
        raise control_invalid("Controls are names with values.")
    checked: dict[str, float | str] = {}
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise control_invalid(f"{name} takes a number or a word.")
        if isinstance(value, float) and not math.isfinite(value):
            raise control_invalid(f"{name} takes a finite number.")
        checked[str(name)] = value
    try:
        return _style(service, style).accept(checked)
    except ControlError as error:
        raise control_invalid(str(error)) from error


def read_controls_text(service: StudioService, style: str, text: str) -> dict[str, float | str]:
    """Return the controls of a query string's JSON; raises Refusal."""
    if len(text) > MAX_CONTROLS_TEXT:
        raise control_invalid("Controls are too long to be read.")
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise control_invalid("Controls could not be read.") from error
    return read_controls(service, style, values)


def read_seed(value: object) -> int:
    """Return a seed between 0 and 2^31 - 1; raises Refusal."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEED:
        raise control_invalid(f"The seed is a whole number from 0 to {MAX_SEED}.")
    return value


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page asks to be drawn, as it sent it."""

    style: str
    controls: str  # JSON
    seed: int
    measured: bool = False  # whether to tell how much it looks like the selfie


def preview(
    service: StudioService, token: str, wish: Wish, still_wanted: Callable[[], None]
) -> tuple[Released, Json]:
    """Return a labelled preview of the person's own portrait, and its likeness or None.

    Raises:
        Refusal: it may not be drawn.
        NoLongerWanted: `still_wanted` raises it when nobody waits any more.
    """
    still_wanted()  # others had their turn first
    if (style := _style(service, wish.style)).is_slow:
        raise no_preview(style.title)
    values = read_controls_text(service, wish.style, wish.controls)
    seed = read_seed(wish.seed)
    likeness: Json = None
    if wish.measured:
        found = service.easel.measured(token, wish.style, values, seed, still_wanted=still_wanted)
        released, likeness = found.released, likeness_json(found.likeness.as_json())
    else:
        released = service.preview(token, wish.style, values, seed, still_wanted=still_wanted)
    return _require_preview(released), likeness


def _require_preview(released: Released) -> Released:
    if released.profile is not Profile.PREVIEW:
        raise RuntimeError("a preview left the studio in another profile")
    return released


def portrait(service: StudioService, token: str, style: str) -> bytes:
    """Return the selfie that a style would be drawn from, as a JPEG; raises Refusal."""
    return service.easel.portrait(token, _style(service, style).name)


def make(service: StudioService, token: str, body: Mapping[str, object]) -> Json:
    """Enqueue one job; raises Refusal."""
    style = str(body.get("style", ""))
    controls = read_controls(service, style, body.get("controls", {}))
    return {"job_id": service.make(token, style, controls, read_seed(body.get("seed", 0)))}


def again(service: StudioService, token: str, output_id: str, body: Mapping[str, object]) -> Json:
    """Enqueue a job that draws an output again, or varies it; raises Refusal."""
    try:
        job_id = service.easel.again(token, output_id, vary=body.get("vary") is True)
    except ControlError as error:
        raise control_invalid(str(error)) from error
    return {"job_id": job_id}


def job(service: StudioService, token: str, job_id: str) -> JobView:
    """Return a job's progress; raises Refusal, also for another session's job."""
    return service.job(token, job_id)


def glimpse(service: StudioService, token: str, job_id: str) -> Released | None:
    """Return the newest labelled look at a picture in the making, or None; raises Refusal.

    There is none before the first step, nor once the job has ended: a page may ask in between.
    """
    try:
        return _require_preview(service.easel.glimpse(token, job_id))
    except Refusal as refusal:
        if refusal.code != NO_GLIMPSE:
            raise
        return None


def _style(service: StudioService, name: str) -> Style:
    for style in service.styles():
        if style.name == name:
            return style
    raise style_unknown()
