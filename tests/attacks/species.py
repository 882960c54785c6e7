"""Every kind of attack by name, and which refusals are right for it.

"Species" is the word of ISO/IEC 30107-3 for a kind of presentation attack instrument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.attacks import faults, impostors, presentations
from tests.attacks.lab import Attempt, Case, Lab

Build = Callable[[Lab, Case], Attempt]


@dataclass(frozen=True, slots=True)
class Species:
    """One kind of attack."""

    title: str
    build: Build
    refused_with: frozenset[str]  # codes that are right for it; none: it is known to pass
    seeds: int = 1  # captures of each subject
    of_people: bool = False  # photographs are enough to make it
    rules: tuple[str, ...] = ()  # variants of the rules that it is tried against too


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


_NO_MOVE = _codes("no_response", "wrong_action")
_COLOURS = _codes(
    "colours_weak", "colours_wrong", "colours_everywhere", "colours_unseen", "colours_flat"
)

SPECIES: Mapping[str, Species] = MappingProxyType(
    {
        "flat_print": Species(
            "flat print, tremor, turned by 45 degrees when asked",
            presentations.flat,
            _NO_MOVE | _COLOURS,
            of_people=True,
            rules=("no_expressions", "no_turns"),
        ),
        "bent_print": Species(
            "the same, bent to a radius of 12 or 20 cm",
            presentations.bent,
            _NO_MOVE | _COLOURS,
            of_people=True,
            rules=("no_expressions", "no_turns"),
        ),
        "cut_out_print": Species(
            "flat print whose eyes and mouth are cut out, with the holder's moving behind",
            presentations.cut_out,
            _NO_MOVE | _COLOURS,
            rules=("no_turns",),
        ),
        "still": Species(
            "one photograph from a software camera",
            presentations.still,
            _NO_MOVE | _COLOURS,
            of_people=True,
        ),
        "shaken_still": Species(
            "the same, shaken, tilted and zoomed",
            presentations.shaken,
            _NO_MOVE | _COLOURS | _codes("jump"),
            of_people=True,
        ),
        "moving_still": Species(
            "one photograph that is warped to do what is asked",
            presentations.moving_still,
            _NO_MOVE | _COLOURS | _codes("face_changed", "jump"),
            of_people=True,
            rules=("no_colours",),
        ),
        "film_puppet": Species(
            "films of every action, played when it is asked for",
            presentations.film_puppet,
            _COLOURS,
            rules=("no_colours",),
        ),
        "loop": Species(
            "a loop of all actions, lit by the colours",
            presentations.loop,
            _NO_MOVE | _COLOURS | _codes("jump"),
        ),
        "replay": Species(
            "an earlier sitting, from its start",
            presentations.replay,
            _NO_MOVE | _COLOURS | _codes("jump"),
        ),
        "replay_cut": Species(
            "an earlier sitting, its actions cut to order, its colours begun in time",
            presentations.replay_cut,
            _codes("colours_wrong", "colours_weak"),
            seeds=2,
            rules=("no_colours",),
        ),
        "wrong_colours": Species(
            "somebody live who answers another sequence",
            presentations.wrong_colours,
            _codes("colours_wrong", "colours_weak"),
            seeds=2,
        ),
        "wrong_order": Species(
            "somebody live who does the actions in another order",
            impostors.wrong_order,
            _codes("wrong_action", "no_response"),
        ),
        "tablet": Species(
            "film puppet on a tablet that does not mirror the screen",
            presentations.tablet,
            _COLOURS | _NO_MOVE | _codes("face_changed", "too_far", "no_face"),
            rules=("no_colours",),
        ),
        "tablet_glass": Species(
            "the same on glass that mirrors the screen evenly",
            presentations.glass,
            _COLOURS | _NO_MOVE | _codes("face_changed", "too_far", "no_face"),
        ),
        "swap": Species(
            "film of the victim at rest, own head for the actions",
            impostors.swap,
            _codes("face_changed", "jump"),
            rules=("no_continuity",),
        ),
        "own_face_lit": Species(
            "film of the victim, own lit face for the colours",
            impostors.own_face_lit,
            _codes("face_changed", "jump"),
            rules=("no_continuity",),
        ),
        "alternating": Species(
            "the same, with every second picture the victim's",
            impostors.alternating,
            _codes("face_changed", "jump", "colours_wrong"),
            seeds=2,
        ),
        "two_people": Species(
            "two people from the start", impostors.two_people, _codes("two_faces")
        ),
        "second_person": Species(
            "a second person joins", impostors.second_person, _codes("two_faces", "jump")
        ),
        "switch": Species(
            "another person from some moment on",
            impostors.switch,
            _codes("face_changed", "jump"),
            seeds=2,
            rules=("no_continuity",),
        ),
        "switch_in_colours": Species(
            "another person from some moment of the colours on",
            impostors.switch_in_colours,
            _codes("face_changed", "jump"),
        ),
        "reordered": Species(
            "two neighbouring frames swapped",
            impostors.faulty(faults.reordered),
            _codes("out_of_order"),
        ),
        "dropped": Species("0.6 s missing", impostors.faulty(faults.dropped), _codes("too_slow")),
        "duplicated": Species(
            "one frame sent twice",
            impostors.faulty(faults.duplicated),
            _codes("replayed", "repeated_frame"),
        ),
        "delayed": Species(
            "frames that arrive ever later than they say",
            impostors.faulty(faults.delayed),
            _codes("late", "expired"),
        ),
        "backdated": Species(
            "a stream held back from some moment on",
            impostors.faulty(faults.backdated),
            _codes("late"),
        ),
        "stale": Species(
            "a challenge that runs out on the way",
            impostors.stale,
            _codes("expired"),
        ),
        "tinted": Species(
            "film puppet, the whole picture tinted by the page's colours",
            presentations.tinted,
            _codes("colours_everywhere"),
        ),
        "person_tinted": Species(
            "one photograph warped, the person in it tinted evenly by the page's colours",
            presentations.person_tinted,
            _codes("colours_flat", "face_changed") | _NO_MOVE,
        ),
        "sculpted": Species(
            "the same, the face tinted as a head would be lit",
            presentations.sculpted,
            frozenset(),
        ),
        "film_by_colour": Species(
            "films of the victim's sittings under each colour, cut to what the page shows",
            presentations.film_by_colour,
            frozenset(),
        ),
    }
)
