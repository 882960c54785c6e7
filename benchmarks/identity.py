"""Who is taken for whom: the policy, and `face_recognition` at its default on the same pairs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks.folders import LONDON
from benchmarks.identity_tables import Trial, unordered
from benchmarks.people import Gallery
from benchmarks.selfies import load_peer
from benchmarks.stage import Stage
from benchmarks.table import Row
from benchmarks.verification import Comparison, Strangers, rate
from studio.face.cohort import load_cohort

Wrong = Callable[[Comparison], bool]
MISSING = "the photographs are not on this computer; see docs/calibration.md"


def rows(stage: Stage) -> Iterator[Row]:
    """Yield false matches and false non-matches; one row that says so without photographs."""
    peer = load_peer()
    if not LONDON.is_dir() or peer is None:
        why = MISSING if peer is not None else "face_recognition is missing"
        yield Row("strangers accepted, owners refused", "%", float("nan"), 0, note=why)
        return
    likenesses = Gallery(LONDON, stage.meter, peer, None).read()
    yield from rows_of(unordered(likenesses, Strangers.of_nobody(load_cohort().templates)))


def rows_of(trial: Trial) -> Iterator[Row]:
    """Yield the rates of a trial: owners, then strangers of everybody and of each own group."""
    yield _row("owners not accepted (FNMR)", trial.genuine, _refused, _refused_by_peer)
    own = [one for one in trial.impostors if one.one.group == one.other.group]
    accept = partial(_row, ours=_accepted, theirs=_accepted_by_peer)
    yield accept("strangers accepted (FMR), everybody", trial.impostors)
    yield accept("strangers accepted (FMR), of the same group", own)
    for group in sorted({one.one.group for one in own}):
        yield accept(f"strangers accepted (FMR), {group}", [o for o in own if o.one.group == group])


def _accepted(one: Comparison) -> bool:
    return one.accepted


def _refused(one: Comparison) -> bool:
    return not one.accepted


def _refused_by_peer(one: Comparison) -> bool:
    return not one.accepted_by_peer


def _accepted_by_peer(one: Comparison) -> bool:
    return one.accepted_by_peer


def _row(what: str, comparisons: Sequence[Comparison], ours: Wrong, theirs: Wrong) -> Row:
    mine = rate(filter(ours, comparisons), comparisons)
    other = rate(filter(theirs, comparisons), comparisons)
    return Row(
        what,
        "%",
        100 * mine.hits / len(comparisons),
        len(comparisons),
        "face_recognition at 0.6",
        100 * other.hits / len(comparisons),
        note=f"ours {mine}; peer {other}; bounds 95 %, by person",
    )
