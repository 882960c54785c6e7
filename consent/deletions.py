"""What a deletion found and how far it has come: kept, so that a crash loses no word of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from consent.types import Export


class EndReason(StrEnum):
    """Why a subject's data goes, in DPV terms."""

    WITHDRAWN = "dpv:ConsentWithdrawn"
    EXPIRED = "dpv:ConsentExpired"


class Found(NamedTuple):
    """Traces of one kind that are there, or that went."""

    number: int
    one: str  # "selfie"
    many: str  # "selfies"

    @property
    def words(self) -> str:
        """The number and what it counts."""
        return f"{self.number} {self.one if self.number == 1 else self.many}"


@dataclass(frozen=True, slots=True)
class Stock:
    """What there was to delete; deletion begins once this is kept."""

    found: tuple[Found, ...] = ()
    stopped_jobs: int = 0
    exported: tuple[Export, ...] = ()  # files that were downloaded
    had_key: bool = False

    def joined(self, other: Stock) -> Stock:
        """Return what both know: an earlier look may have seen more, or a later one."""
        exported = {(each.output_id, each.media_type): each for each in other.exported}
        exported.update({(each.output_id, each.media_type): each for each in self.exported})
        return Stock(
            found=most((*self.found, *other.found)),
            stopped_jobs=max(self.stopped_jobs, other.stopped_jobs),
            exported=tuple(sorted(exported.values(), key=lambda each: each.exported_at)),
            had_key=self.had_key or other.had_key,
        )


@dataclass(frozen=True, slots=True)
class Deletion:
    """The deletion of what belongs to one subject."""

    subject_id: str
    reason: EndReason
    begun_at: datetime
    stock: Stock
    completed_at: datetime | None = None
    receipt: str | None = None  # JSON; None before the end, and once it is no longer kept
    log_index: int | None = None  # of the entry about the receipt


def most(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return each kind once, with its largest count."""
    kinds: dict[str, Found] = {}
    for each in found:
        known = kinds.get(each.many, each)
        kinds[each.many] = max(known, each, key=lambda one: one.number)
    return tuple(kinds.values())


def total(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return each kind once, with the sum of its counts."""
    kinds: dict[str, Found] = {}
    for each in found:
        before = kinds[each.many].number if each.many in kinds else 0
        kinds[each.many] = each._replace(number=before + each.number)
    return tuple(kinds.values())
