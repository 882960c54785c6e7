"""How rightly attributes are told: baked subjects in many frames, lights and colours.

The thresholds were set with these subjects in view: the figures show that nothing broke, not how
well strangers are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.recoloured import LIGHTINGS, Picture, true_hair, with_hair, with_skin
from benchmarks.regions import true_mask
from benchmarks.stage import Stage
from benchmarks.table import Row, alone
from studio.face.meter import FaceMeter
from studio.styles.alignment import align_photo
from studio.styles.attributes.colours import Lab, apart, lab_of
from studio.styles.attributes.corrections import HAIR_COLOURS
from studio.styles.attributes.measure import measure_attributes
from studio.styles.attributes.skin import skin_at, skin_seen
from studio.styles.attributes.types import Attributes, FacialHair, GlassesShape, HairLength
from studio.styles.regions import parse_regions
from studio.subjects.cast import load_cast

SIZE = 512  # pixels of the portrait
STILL = "still_00.webp"
FRAMES = (
    *("rest_01", "rest_02", "smile_02", "smile_03", "mouth_open_02", "mouth_open_03"),
    *("turn_left_01", "turn_right_01", "look_up_01", "look_down_01", "blink_02"),
)
ENOUGH = 0.95  # share of right answers
NEAR = 10.0  # CIELAB distance of hair's colour from the true one
STEPS = (2, 5, 7, 9)  # of the Monk scale that every subject's skin is coloured after
OTHER_HAIR = ("black", "brown", "auburn", "red", "blond", "grey", "white", "dyed_blue")
REPETITIONS = 7


@dataclass(frozen=True, slots=True)
class Truth:
    """What a baked subject looks like, from its parameters; the skin tone by eye."""

    monk: int
    hair: HairLength
    glasses: bool = False
    facial_hair: FacialHair = FacialHair.NONE


TRUTH: Mapping[str, Truth] = {
    "ash": Truth(2, HairLength.LONG),
    "birch": Truth(3, HairLength.SHORT, facial_hair=FacialHair.FULL),
    "cedar": Truth(9, HairLength.SHORT),
    "hazel": Truth(5, HairLength.SHORT, glasses=True),
    "maple": Truth(2, HairLength.SHORT),
    "rowan": Truth(7, HairLength.BALD),
}
TOLD: Mapping[str, Callable[[Attributes, Truth], bool]] = {
    "glasses": lambda a, t: (a.glasses is not GlassesShape.NONE) == t.glasses,
    "beard": lambda a, t: a.facial_hair is t.facial_hair,
    "baldness": lambda a, t: (a.hair_length is HairLength.BALD) == (t.hair is HairLength.BALD),
    "hair length": lambda a, t: a.hair_length is t.hair,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One picture, and what is true of it."""

    name: str
    image: Picture
    truth: Truth
    hair: Lab | None = None  # as drawn; None: not judged
    monk: int | None = None  # None: not judged


@dataclass(slots=True)
class Tally:
    """What was found over all cases."""

    right: dict[str, list[bool]] = field(default_factory=lambda: {name: [] for name in TOLD})
    hair: list[float] = field(default_factory=list)  # CIELAB distances
    steps: list[int] = field(default_factory=list)  # of the Monk scale away from the truth
    wrong: list[str] = field(default_factory=list)


def rows(stage: Stage) -> Iterator[Row]:
    """Yield the shares of right answers, hair's and skin's differences, and the time."""
    tally = Tally()
    for case in cases(stage.meter):
        judge(case, told(stage.meter, case.image), tally)
    for name, answers in tally.right.items():
        share = sum(answers) / len(answers)
        wrong = ", ".join(words for words in tally.wrong if words.startswith(name))
        yield Row(
            f"{name} told rightly",
            "of 1",
            share,
            len(answers),
            target=f">= {ENOUGH}",
            met=share >= ENOUGH,
            note=wrong or "none wrong",
        )
    yield from _colours(tally)
    yield _time(stage)


def _colours(tally: Tally) -> Iterator[Row]:
    near = sum(distance <= NEAR for distance in tally.hair) / len(tally.hair)
    within = sum(step <= 1 for step in tally.steps) / len(tally.steps)
    yield Row(
        "hair colour from the true one",
        "dE",
        median(tally.hair),
        len(tally.hair),
        target=f"<= {NEAR:g}",
        met=near >= ENOUGH,
        note=f"CIE 1976; {near:.0%} within {NEAR:g}, largest {max(tally.hair):.1f}",
    )
    yield Row(
        "Monk step from the true one",
        "steps",
        float(np.mean(tally.steps)),
        len(tally.steps),
        note=f"by eye, or as coloured; {within:.0%} within one step",
    )


def cases(meter: FaceMeter) -> Iterator[Case]:
    """Yield the pictures: stills, other frames, other lights, and other hair and skin."""
    for subject, member in load_cast().items():
        truth = TRUTH[subject]
        still = member.frame(STILL).image
        labels = true_mask(subject, "still_00")
        hair = true_hair(still, labels)
        yield Case(f"{subject}/still", still, truth, hair, truth.monk)
        for name in FRAMES:
            yield Case(
                f"{subject}/{name}", member.frame(f"{name}.webp").image, truth, hair, truth.monk
            )
        for light in LIGHTINGS:
            yield Case(f"{subject}/{light.name}", light.over(still), truth, hair, truth.monk)
        yield from _recoloured(meter, subject, still, labels)


def told(meter: FaceMeter, image: Picture) -> Attributes:
    """Measure a picture as the studio does."""
    portrait = align_photo(image, meter.faces(image)[0], meter.person(image), size=SIZE)
    return measure_attributes(portrait, parse_regions(portrait))


def judge(case: Case, attributes: Attributes, tally: Tally) -> None:
    """Add to the tally how right the attributes of a case are."""
    for name, is_right in TOLD.items():
        right = is_right(attributes, case.truth)
        tally.right[name].append(right)
        if not right:
            tally.wrong.append(f"{name} of {case.name}")
    if case.hair is not None:
        tally.hair.append(apart(lab_of(attributes.hair_colour), case.hair))
    if case.monk is not None:
        tally.steps.append(abs(attributes.monk - case.monk))


def _recoloured(
    meter: FaceMeter, subject: str, still: Picture, labels: NDArray[np.uint8]
) -> Iterator[Case]:
    truth = TRUTH[subject]
    portrait = align_photo(still, meter.faces(still)[0], meter.person(still), size=SIZE)
    cheeks = skin_seen(parse_regions(portrait))
    if cheeks is None:
        raise ValueError(f"{subject} shows no cheeks")
    for step in STEPS:
        image = with_skin(still, labels, cheeks, skin_at(step, cheeks))
        yield Case(f"{subject}/skin {step}", image, truth, true_hair(still, labels), step)
    if truth.hair is HairLength.BALD:
        return
    for name in OTHER_HAIR:
        image = with_hair(still, labels, lab_of(HAIR_COLOURS[name][1]))
        yield Case(f"{subject}/hair {name}", image, truth, true_hair(image, labels))


def _time(stage: Stage) -> Row:
    image = stage.still
    portrait = align_photo(image, stage.meter.faces(image)[0], stage.meter.person(image), size=1024)
    regions = parse_regions(portrait)
    took = alone(lambda: measure_attributes(portrait, regions), REPETITIONS)
    return Row(
        "attributes of a portrait of 1024 px",
        "ms",
        took.median,
        REPETITIONS,
        fastest=took.fastest,
    )
