"""`calibrate`: an operator measures their own sittings, on this computer and for it alone."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Protocol

from studio.sitting.diary import Diary, DiaryError, SittingNote, read_diary

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from consent.profiles import IdentityProfile, LivenessProfile
    from studio.house import House
    from studio.settings import Settings
    from studio.sitting.booth import CaptureObserver

    class Opener(Protocol):
        """Opens a studio whose captures are observed."""

        def __call__(
            self, settings: Settings, observer: CaptureObserver
        ) -> AbstractContextManager[House]:
            """Return a context with the studio."""
            ...


FILE = "calibration.json"  # in the data folder
CONFIDENCE = 0.95  # one-sided
NEAR = 0.15  # a worst value within this share of its limit deserves a word
WANTED = 0.05  # rejected people, at most: what the studio is held to

OPENING = """\
Calibration: captures under the same rules as ever, in a studio that forgets everything else.
  condition  {condition}
  person     {person}
Kept of each capture, in {path}, readable by you alone: how it ended, some twenty numbers (frames a
second, degrees, distances), the condition and the person's label. No picture, no template, no time.
Pictures, templates and the consent given here go with their folder when you press Ctrl+C.
Nothing is sent anywhere. Sit down, consent, look into the camera; repeat by reloading the page.
"""


def calibrate(
    open_studio: Opener, settings: Settings, options: argparse.Namespace, version: str
) -> int:
    """Serve a studio over a folder that is deleted afterwards, then print the report.

    Args:
        open_studio: makes a studio of settings and an observer of its captures.
        settings: what the operator chose.
        options: condition, person, to, report and open.
        version: of this program.
    """
    path = options.to or settings.data / FILE
    try:
        if not options.report:
            diary = Diary(path, condition=options.condition, person=options.person, version=version)
            print(OPENING.format(condition=options.condition, person=options.person, path=path))
            _serve(partial(open_studio, observer=diary), settings, options, version)
        notes = read_diary(path)
    except DiaryError as error:
        print(error, file=sys.stderr)
        return 1
    print(report(notes, path))
    return 0


def _serve(
    open_studio: Callable[[Settings], AbstractContextManager[House]],
    settings: Settings,
    options: argparse.Namespace,
    version: str,
) -> None:
    from studio.commands.serve import serve

    with tempfile.TemporaryDirectory(prefix="selfsame-calibrate-") as folder:
        local = replace(
            settings,
            data=Path(folder),
            database_url="",
            jobs_url="",
            objects_url="",
            master_key="file",
        )
        with suppress(KeyboardInterrupt), open_studio(local) as house:
            serve(house, local, version=version, open_browser=options.open)


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that is held to a threshold."""

    name: str  # in SittingNote.numbers
    said: str
    value: float
    at_least: bool = True

    def margin(self, measured: float) -> float:
        """Return how far a value is on the right side, as a share of the threshold."""
        away = measured - self.value if self.at_least else self.value - measured
        return away / self.value


def limits(liveness: LivenessProfile, identity: IdentityProfile) -> tuple[Limit, ...]:
    """Return the thresholds that captures are held to and whose numbers are kept."""
    flash = liveness.flash
    return (
        Limit("frames_per_second", "frames a second", liveness.min_fps),
        Limit("longest_gap_seconds", "longest gap, s", liveness.max_gap_seconds, at_least=False),
        Limit("peak_turn_left", "turn left, degrees", liveness.turn_degrees),
        Limit("peak_turn_right", "turn right, degrees", liveness.turn_degrees),
        Limit("peak_look_up", "look up, degrees", liveness.look_up_degrees),
        Limit("peak_smile", "smile above rest", liveness.smile_rise),
        Limit("peak_mouth_open", "mouth above rest", liveness.mouth_open_rise),
        Limit("peak_blink", "blink above rest", liveness.blink_rise),
        Limit("colours_amplitude", "answer to the colours", flash.min_amplitude),
        Limit("colours_correlation", "likeness to the colours", flash.min_correlation),
        Limit("colours_decoded", "colours recognised", flash.min_decoded),
        Limit("colours_contrast", "face over background", flash.min_contrast),
        Limit("colours_relief", "relief of the face", flash.min_relief),
        Limit("colours_spread", "light added unevenly", flash.min_spread),
        Limit(
            "worst_distance", "distance to own face", identity.continuity_distance, at_least=False
        ),
    )


def report(notes: Sequence[SittingNote], path: Path) -> str:
    """Return rejections per condition, margins, and what to do, in plain text."""
    if not notes:
        return f"No sitting is noted in {path} yet."
    counted = [note for note in notes if note.outcome != "left"]
    sections = (
        f"{len(counted)} captures of {_people(counted)} in {path}"
        + (f"; {len(notes) - len(counted)} left early are not counted" if counted != notes else ""),
        "\n".join(_conditions(counted)),
        "\n".join(_margins(counted)),
        "\n".join(_advice(counted)),
        f"Delete the file to forget all of this: rm '{path}'",
    )
    return "\n\n".join(section for section in sections if section)


def bound(hit: int, people: int) -> float:
    """Return the one-sided 95 % bound (Clopper-Pearson) for the share of people who are hit.

    Captures of one person are not independent; people are.
    """
    from scipy.stats import beta

    return 1.0 if hit >= people else float(beta.ppf(CONFIDENCE, hit + 1, people - hit))


def _conditions(notes: Sequence[SittingNote]) -> Iterable[str]:
    yield f"{'condition':<32} {'n':>4} {'people':>6} {'rejected (BPCER)':>17}  95 % bound by person"
    named: dict[str, list[SittingNote]] = {}
    for note in notes:
        named.setdefault(note.condition, []).append(note)
    for name, own in (*sorted(named.items()), ("all", list(notes))):
        rejected = [note for note in own if note.outcome != "passed"]
        people = {note.person for note in own}
        worst = bound(len({note.person for note in rejected}), len(people))
        share = f"{len(rejected)} ({len(rejected) / len(own):.0%})" if own else "0"
        yield f"{name[:32]:<32} {len(own):>4} {len(people):>6} {share:>17}  <= {worst:.0%}"


def _margins(notes: Sequence[SittingNote]) -> Iterable[str]:
    from consent.profiles import STANDARD_IDENTITY, STANDARD_LIVENESS

    yield f"{'measured':<26} {'n':>4} {'limit':>9} {'worst':>8} {'median':>8}"
    for limit in limits(STANDARD_LIVENESS, STANDARD_IDENTITY):
        values = [_numbers(note)[limit.name] for note in notes if limit.name in _numbers(note)]
        if not values:
            continue
        worst = min(values, key=limit.margin)
        sign = ">=" if limit.at_least else "<="
        word = (
            "" if limit.margin(worst) > NEAR else "  close" if limit.margin(worst) >= 0 else "  <-"
        )
        yield (
            f"{limit.said:<26} {len(values):>4} {sign} {limit.value:>6.3g} {worst:>8.3g}"
            f" {median(values):>8.3g}{word}"
        )


def _numbers(note: SittingNote) -> Mapping[str, float]:
    """Return the numbers with the ratio that the rule for the background looks at."""
    numbers = dict(note.numbers)
    if "colours_amplitude" in numbers and "colours_background" in numbers:
        beyond = max(numbers["colours_background"], 1e-4)
        numbers["colours_contrast"] = numbers["colours_amplitude"] / beyond
    return numbers


def _advice(notes: Sequence[SittingNote]) -> Iterable[str]:
    """Say what to do about the reasons that occurred, the most frequent first."""
    codes = Counter(note.outcome for note in notes if note.outcome != "passed")
    for code, count in codes.most_common():
        where = sorted({note.condition for note in notes if note.outcome == code})
        yield f"{code} {count}x ({'; '.join(where)}): {_next_step(code)}"
    people = len({note.person for note in notes})
    hit = len({note.person for note in notes if note.outcome != "passed"})
    if bound(hit, people) > WANTED:
        yield (
            f"{_people(notes)} cannot show that at most {WANTED:.0%} are rejected: without any "
            "rejection that takes 59. What is marked close or <- tells more, sooner."
        )


def _next_step(code: str) -> str:
    """Return what a person is told to do about a refusal."""
    from consent.directions import refused

    try:
        return refused(code).next_step
    except KeyError:
        return "See what the page said."


def _people(notes: Sequence[SittingNote]) -> str:
    count = len({note.person for note in notes})
    return "1 person" if count == 1 else f"{count} people"
