"""A person's rights to what is held about them: see it, take a copy, delete single pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from consent.types import Look, Probe, SubjectKind
from studio.service.rights import OwnSelfie
from studio.sitting.coverage import CALM, SMILE, STRAIGHT_DEGREES, TURNED_DEGREES

if TYPE_CHECKING:
    from consent.ports import Ledger, Unit
    from consent.withdrawal import DeletionReceipt
    from studio.sitting.archive import Archivist
    from studio.sitting.door import Door
    from studio.sitting.selfies import SelfieVault


@dataclass(frozen=True, slots=True)
class Rights:
    """Implements `studio.service.rights.RightsService`."""

    ledger: Ledger
    door: Door
    vault: SelfieVault
    archivist: Archivist
    receipt_of: Callable[[str], DeletionReceipt | None]  # of a subject's deletion, while it is kept
    forget: Callable[[str], object]  # what was prepared from a subject's selfies

    def archive(self, token: str) -> Iterator[bytes]:
        """Return everything held about the open subject as the pieces of one ZIP file.

        Raises:
            ConsentRefused: `closed`; also while the pieces are read.
        """
        subject_id = self.door.open_subject(token)

        def require_open() -> None:
            if self.door.open_subject(token) != subject_id:
                raise _changed()

        return self.archivist.pack(subject_id, require_open)

    def deletion_receipts(self, token: str) -> Sequence[Mapping[str, object]]:
        """Return the receipts that are still kept of what was deleted of the session's person.

        With them go those of subjects who are nobody and were played since; not those of whoever
        sat at this browser before.

        Raises:
            ConsentRefused: `no_session`.
        """
        self.door.visitor(token)
        found = (self.receipt_of(each) for each in self._own(token))
        return [receipt.as_json() for receipt in found if receipt is not None]

    def _own(self, token: str) -> Iterator[str]:
        for each in self.door.earlier(token):
            with self.ledger.reading() as unit:
                kind = unit.subjects.load(each.subject_id).kind
            yield each.subject_id
            if kind is SubjectKind.PERSON:
                return

    def selfies(self, token: str) -> Sequence[OwnSelfie]:
        """Return the open subject's selfies, newest first.

        Raises:
            ConsentRefused: `closed`.
        """
        subject_id = self.door.open_subject(token)
        with self.ledger.reading() as unit:
            probes = unit.captures.probes(subject_id)
        return [OwnSelfie(each.id, each.verified_at, words_of(each.look)) for each in probes[::-1]]

    def selfie(self, token: str, selfie_id: str) -> bytes:
        """Return one selfie as a JPEG.

        Raises:
            ConsentRefused: `closed`, or `selfie_unknown`, also for another subject's.
            QualityRefused: `selfie_missing`.
        """
        subject_id = self.door.open_subject(token)
        with self.ledger.reading() as unit:
            _require_own(unit, subject_id, selfie_id)
        return self.vault.read(subject_id, selfie_id)

    def delete_selfie(self, token: str, selfie_id: str) -> None:
        """Delete one selfie: its row, then its sealed picture, and what was prepared from it.

        The gate refuses a job that draws from it at its next step.

        Raises:
            ConsentRefused: `closed`, or `selfie_unknown`, also for another subject's.
        """
        subject_id = self.door.open_subject(token)
        with self.ledger.transaction() as unit:
            _require_own(unit, subject_id, selfie_id)
            unit.captures.remove_probe(selfie_id)
        self.vault.remove(subject_id, selfie_id)
        self.forget(subject_id)


def words_of(look: Look | None) -> str:
    """Return how a face looks in a selfie, in a few words; empty when it was not measured."""
    if look is None:
        return ""
    turned = _word(look.yaw, TURNED_DEGREES, "turned left", "turned right")
    lifted = _word(look.pitch, STRAIGHT_DEGREES, "chin up", "chin down")
    mood = "smiling" if look.smile >= SMILE else "calm" if look.smile <= CALM else ""
    ahead = "" if turned or lifted else "straight ahead"
    return ", ".join(word for word in (turned, lifted, ahead, mood) if word)


def _word(degrees: float, limit: float, above: str, below: str) -> str:
    return above if degrees >= limit else below if degrees <= -limit else ""


def _require_own(unit: Unit, subject_id: str, selfie_id: str) -> Probe:
    found = {probe.id: probe for probe in unit.captures.probes(subject_id)}
    if selfie_id not in found:
        raise ConsentRefused(
            "selfie_unknown",
            "This picture of you is not here, or no longer.",
            why="A picture is shown only to the person in it.",
            next_step="Open My consent again: it lists the pictures that are here.",
        )
    return found[selfie_id]


def _changed() -> ConsentRefused:
    return ConsentRefused(
        "closed",
        "Somebody else's sitting was opened here while your copy was made.",
        why="Only the person in the pictures may have them.",
        next_step="Open your own sitting and take your copy again.",
    )
