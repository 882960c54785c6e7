"""What the rules about one face from start to end stand on: baked subjects' frames by action.

The subjects are nobody: they tell how turning, laughing and coloured light move an embedding, not
how people differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from benchmarks.conditions import STRENGTHS
from benchmarks.stage import Picture
from consent.flash import screen_hex
from consent.profiles import STANDARD_IDENTITY, STANDARD_LIVENESS, LivenessProfile
from consent.types import Action, Colour, Template
from studio.face.meter import FaceMeter
from studio.face.types import Face
from studio.subjects.cast import STILL, CastMember
from studio.subjects.player import READ_NOISE, Player
from studio.subjects.screen import Screen

EXPRESSIONS = (Action.SMILE, Action.MOUTH_OPEN, Action.BLINK)
HEAD = (Action.TURN_LEFT, Action.TURN_RIGHT, Action.LOOK_UP)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a subject, and how far its head was moved for the action."""

    subject: str
    action: str
    degrees: float  # of the action: yaw to its side, or pitch above rest; NaN for others
    template: Template


@dataclass(frozen=True, slots=True)
class Row:
    """Frames that one rule compares."""

    name: str
    chosen: Callable[[Frame], bool]


def table(cast: Mapping[str, CastMember], meter: FaceMeter) -> str:
    """Return own and foreign distances of the frames that each rule compares."""
    templates = {member.id: _enrolled(member, meter) for member in cast.values()}
    frames = [frame for member in cast.values() for frame in _frames(member, meter)]
    limit = STANDARD_IDENTITY.continuity_distance
    lines = [
        f"| frames | own, n | highest distance | margin to {limit} | beyond it "
        "| other subjects', n | lowest | within it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in _rows(STANDARD_LIVENESS):
        own = list(_distances(frames, templates, row, same=True))
        foreign = list(_distances(frames, templates, row, same=False))
        if not own:
            continue
        lines.append(
            f"| {row.name} | {len(own)} | {max(own):.3f} | {limit - max(own):+.3f} "
            f"| {sum(one > limit for one in own)} | {len(foreign)} | {min(foreign):.3f} "
            f"| {sum(one <= limit for one in foreign)} |"
        )
    return "\n".join(lines) + f"\n\n{len(cast)} subjects; camera noise of {READ_NOISE} grey levels."


def _rows(profile: LivenessProfile) -> Sequence[Row]:
    turn, far = profile.turn_degrees, profile.embed_turn_degrees
    low, high = profile.embed_look_up_from, profile.embed_look_up_to
    turns = {action.value for action in HEAD if action is not Action.LOOK_UP}
    look_up = Action.LOOK_UP.value
    return (
        *(_by_action(name) for name in ("rest", STILL, *(each.value for each in EXPRESSIONS))),
        Row(f"turned {turn:.0f} to {far:.0f} degrees (compared)", _between(turns, turn, far)),
        Row(f"turned beyond {far:.0f} (not compared)", _between(turns, far, math.inf)),
        Row(
            f"looking up {low:.0f} to {high:.0f} degrees (compared)", _between({look_up}, low, high)
        ),
        Row(f"looking up beyond {high:.0f} (not compared)", _between({look_up}, high, math.inf)),
        *(_by_action(f"colours at {strength}") for strength in STRENGTHS),
    )


def _by_action(name: str) -> Row:
    return Row(name.replace("_", " "), lambda frame: frame.action == name)


def _between(actions: set[str], low: float, high: float) -> Callable[[Frame], bool]:
    return lambda frame: frame.action in actions and low <= frame.degrees <= high


def _distances(
    frames: Sequence[Frame], templates: Mapping[str, Template], row: Row, *, same: bool
) -> Iterator[float]:
    for frame in frames:
        if row.chosen(frame):
            for subject, template in templates.items():
                if (subject == frame.subject) is same:
                    yield math.dist(frame.template, template)


def _enrolled(member: CastMember, meter: FaceMeter) -> Template:
    """Return the mean of five frames at rest, as a capture enrols it."""
    rng = np.random.default_rng(1)
    names = member.clips["rest"]
    found = [
        _embed(meter, _noisy(member.frame(names[number % len(names)]).image, rng))
        for number in range(STANDARD_LIVENESS.enrolment_frames)
    ]
    return tuple(fmean(values) for values in zip(*found, strict=True))


def _frames(member: CastMember, meter: FaceMeter) -> Iterator[Frame]:
    rng = np.random.default_rng(2)
    rest = _face(meter, member.frame(member.clips["rest"][0]).image).pose
    actions = ("rest", STILL, *(action.value for action in (*EXPRESSIONS, *HEAD)))
    for action in actions:
        for name in member.clips[action]:
            image = _noisy(member.frame(name).image, rng)
            faces = meter.faces(image)
            if faces:
                pose = faces[0].pose
                moved = {
                    Action.TURN_LEFT.value: pose.yaw,
                    Action.TURN_RIGHT.value: -pose.yaw,
                    Action.LOOK_UP.value: pose.pitch - rest.pitch,
                }.get(action, math.nan)
                yield Frame(member.id, action, moved, meter.embed(image, faces[0]))
    for strength in STRENGTHS:
        for image in _under_colours(member, strength):
            yield Frame(member.id, f"colours at {strength}", math.nan, _embed(meter, image))


def _under_colours(member: CastMember, strength: float) -> Iterator[Picture]:
    """Yield frames of a resting subject in the baked light of a screen, colour by colour."""
    screen = Screen(strength, delay=0.0)
    player = Player(member, np.random.default_rng(3), screen=screen)
    for colour in Colour:
        player.show(screen_hex(colour))
        player.now += 1.0
        yield player.rest().image


def _face(meter: FaceMeter, image: Picture) -> Face:
    return meter.faces(image)[0]


def _embed(meter: FaceMeter, image: Picture) -> Template:
    return meter.embed(image, _face(meter, image))


def _noisy(image: Picture, rng: np.random.Generator) -> Picture:
    noise = rng.normal(0.0, READ_NOISE, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), dtype=np.uint8)
