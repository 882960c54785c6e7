"""Which captures a run plays, and what is known of those that were played before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.attacks import bona_fide
from tests.attacks.camera import Conditions
from tests.attacks.harness import Outcome
from tests.attacks.lab import Case, Lab
from tests.attacks.media import nobodies, people
from tests.attacks.species import SPECIES, Species

ROOT = Path(__file__).absolute().parents[2]
_RULES = (
    *("challenge", "colours", "continuity", "flash", "gestures", "identity", "liveness"),
    *("performance", "profiles", "reflection", "selfies", "stream"),
)
_FIRST = ("usual", "fps_10", "drift", "hard", "gentle")
_NOT_JUDGING = (
    "__main__",
    "bona_fide",
    "chance",
    "measures",
    "plan",
    "report",
    "species",
    "test_attacks",
)
JUDGING = (
    *(f"consent/{name}.py" for name in _RULES),
    *("studio/face/*.py", "studio/sitting/capture.py", "tests/attacks/*.py"),
)
GENTLE_TOO = ("film_puppet", "moving_still", "replay_cut", "wrong_colours", "tinted", "tablet")
ATTACKING = Conditions(fps=12)  # frames cost time, and an attacker may choose
GENTLY = Conditions(fps=12, pace="gentle")


@dataclass(frozen=True, slots=True)
class Played:
    """A case and how it ended."""

    case: Case
    outcome: Outcome


def sittings(seeds: int) -> Iterator[Case]:
    """Yield every bona fide case."""
    for seed in range(1, seeds + 1):
        for condition in bona_fide.CONDITIONS.values():
            for subject in nobodies():
                yield Case(bona_fide.BONA_FIDE, subject, seed, condition.conditions)


def attacks(names: Iterable[str], subjects: Sequence[str]) -> Iterator[Case]:
    """Yield every attack, then the same under rules that lack one."""
    chosen = {name: SPECIES[name] for name in names}
    for name, species in chosen.items():
        yield from _of(name, species, subjects)
    for name, species in chosen.items():
        for rules in species.rules:
            for subject in nobodies():
                yield Case(name, subject, 1, ATTACKING, rules)


def _of(name: str, species: Species, subjects: Sequence[str]) -> Iterator[Case]:
    for seed in range(1, species.seeds + 1):
        for subject in nobodies():
            yield Case(name, subject, seed, ATTACKING)
            if name in GENTLE_TOO:
                yield Case(name, subject, seed, GENTLY)
    if species.of_people:
        for subject in subjects:
            yield Case(name, subject, 1, ATTACKING)


def interleaved(cases: Sequence[Case]) -> list[Case]:
    """Return the cases so that a run which is stopped has something of every kind.

    Attacks and the sittings that differ most come first, subject by subject; photographed people
    come last, for they are many.
    """
    turn: dict[tuple[str, str, Conditions], int] = {}
    order: list[tuple[int, int, int, Case]] = []
    for case in cases:
        kind = case.species, case.rules, case.conditions
        turn[kind] = turn.get(kind, 0) + 1
        order.append((_tier(case), turn[kind], len(order), case))
    return [case for *_, case in sorted(order, key=lambda entry: entry[:3])]


def _tier(case: Case) -> int:
    if case.subject not in nobodies():
        return 2
    if case.species == bona_fide.BONA_FIDE:
        first = [bona_fide.CONDITIONS[name].conditions for name in _FIRST]
        return int(case.conditions not in first)
    return int(case.conditions.pace == "gentle" or case.rules != "standard")


def chosen_people(count: int | None) -> Sequence[str]:
    """Return the first photographed people, or all."""
    return people() if count is None else people()[:count]


class Checkpoint:
    """A file of JSON lines, one a capture, so that a run can stop and go on.

    Results count only for the code that they were made with.
    """

    def __init__(self, path: Path, *, any_code: bool = False) -> None:
        self._path = path
        self._code = "any" if any_code else code_digest()
        self._any_code = any_code

    def load(self) -> dict[Case, Outcome]:
        """Return what was played before."""
        found: dict[Case, Outcome] = {}
        if not self._path.is_file():
            return found
        for line in self._path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if self._any_code or entry["code"] == self._code:
                found[_case(entry["case"])] = Outcome(**entry["outcome"])
        return found

    def add(self, played: Played) -> None:
        """Write one more."""
        outcome = asdict(played.outcome)
        entry = {"code": self._code, "case": asdict(played.case), "outcome": outcome}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def run(cases: Sequence[Case], checkpoint: Checkpoint, jobs: int) -> dict[Case, Outcome]:
    """Play what is not known yet, in so many processes, and return everything that is known.

    Without processes nothing is played.
    """
    known = checkpoint.load()
    left = [case for case in cases if jobs and case not in known]
    print(f"{len(cases)} captures, {len(left)} to play")
    with ProcessPoolExecutor(max(1, jobs)) as pool:
        waiting = [pool.submit(play, case) for case in left]
        for number, future in enumerate(as_completed(waiting), 1):
            played = future.result()
            checkpoint.add(played)
            known[played.case] = played.outcome
            if number % 20 == 0:
                print(f"{number} of {len(left)}", flush=True)
    return {case: known[case] for case in cases if case in known}


_LABS: list[Lab] = []  # one a process


def play(case: Case) -> Played:
    """Play one case with this process's laboratory."""
    if not _LABS:
        _LABS.append(Lab())
    lab = _LABS[0]
    is_sitting = case.species == bona_fide.BONA_FIDE
    build = bona_fide.build if is_sitting else SPECIES[case.species].build
    return Played(case, lab.play(case, build(lab, case)))


def code_digest() -> str:
    """Return a digest of everything that decides a result."""
    digest = hashlib.sha256()
    for pattern in JUDGING:
        for path in sorted(ROOT.glob(pattern)):
            if path.stem not in _NOT_JUDGING:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _case(entry: Mapping[str, object]) -> Case:
    conditions = entry["conditions"]
    if not isinstance(conditions, dict):
        raise TypeError("the checkpoint is damaged; delete it")
    plain = Case(str(entry["species"]), str(entry["subject"]), rules=str(entry["rules"]))
    return replace(plain, seed=int(str(entry["seed"])), conditions=Conditions(**conditions))
