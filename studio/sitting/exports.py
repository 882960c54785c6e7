"""Avatars are handed out here: the gate is asked, and downloads are remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from consent.types import Audience, Export, GrantRequest, Purpose
from studio.styles.catalogue import find_style

if TYPE_CHECKING:
    from consent.gate import Gate
    from consent.ports import Clock, Ledger
    from outputs.encode import MediaType
    from outputs.library import Library
    from outputs.types import Released, StoredOutput


@dataclass(frozen=True, slots=True)
class Exports:
    """Hands out what was made, as long as the consent that stands covers it."""

    ledger: Ledger
    gate: Gate
    library: Library
    clock: Clock

    def read(
        self, subject_id: str, output_id: str, media_type: MediaType, *, save: bool = False
    ) -> Released:
        """Return marked bytes of one output.

        Args:
            subject_id: whose gallery is open.
            output_id: of the output.
            media_type: which of its formats.
            save: it is downloaded, not only shown; the deletion receipt will list it.

        Raises:
            OutputMissing: none of that id belongs to the subject.
            ConsentRefused: `frozen`, or the consent that stands does not cover it.
        """
        output = self.library.find(subject_id, output_id)
        require_free(output)
        released = self.library.read(subject_id, output_id, media_type)
        with self.ledger.transaction() if save else self.ledger.reading() as unit:
            self.gate.permit_export(_request(output), unit, lock=save)
            if save:
                now = self.clock.now()
                export = Export(output_id, released.media_type, released.sha256, now)
                unit.exports.add(subject_id, export)
        return released


def _request(output: StoredOutput) -> GrantRequest:
    return GrantRequest(
        subject_id=output.subject_id,
        record_id=output.record_id,
        capture_id="",
        probe_ids=(),
        purpose=Purpose.AVATAR_STILLS,
        family=find_style(output.style).family.value,
        style=output.style,
        audience=Audience.PRIVATE,
    )


def require_free(output: StoredOutput) -> None:
    """Refuse what is done with an output that is held back.

    Raises:
        ConsentRefused: `frozen`.
    """
    if output.frozen_at is None:
        return
    raise ConsentRefused(
        "frozen",
        "This avatar is held back: somebody says that it shows them against their will.",
        why="Until that is looked into, it must not spread further.",
        next_step="Whoever runs this studio will look at it. You can delete it any time.",
    )
