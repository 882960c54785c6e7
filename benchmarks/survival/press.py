"""Releases renders for real: every mark is written and read back as in the studio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from benchmarks.claims import claim_in
from consent.types import Audience, Grant, Purpose, SubjectKind
from outputs.authority import Authority
from outputs.provenance import ManifestReader, Signer
from outputs.release import Releaser
from outputs.types import Released, Render
from outputs.watermark import Watermarker

LEAVE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A clock that stands: a run must not outlive its own grants."""

    moment: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment


class Press:
    """Gives itself leave, for pictures of baked subjects only, and releases."""

    def __init__(self, authority: Authority, watermarker: Watermarker, moment: datetime) -> None:
        self.reader = ManifestReader([authority.root])
        self.watermarker = watermarker
        self._moment = moment
        self._releaser = Releaser(
            Signer(authority),
            self.reader,
            watermarker,
            Stopped(moment),
            version="survival",
        )

    def release(self, render: Render, word: int) -> tuple[Released, ...]:
        """Return the final output, in every format of stills.

        Raises:
            ReleaseRefused: a mark did not read back.
        """
        return self._releaser.mark(
            render,
            self._grant(render),
            output_id=f"{word:032x}",
            job_id="0" * 32,
            watermark=word,
            parameters={"style": render.style},
        )

    def _grant(self, render: Render) -> Grant:
        return Grant(
            subject_id="baked",
            subject_kind=SubjectKind.SYNTHETIC,
            record_id="0" * 32,
            receipt_hash="0" * 64,
            capture_id="0" * 32,
            probe_hashes=("0" * 64,),
            purpose=Purpose.AVATAR_STILLS,
            family=render.family,
            style=render.style,
            audience=Audience.PRIVATE,
            granted_at=self._moment,
            expires_at=self._moment + LEAVE,
            logged=claim_in(1000).logged,
        )
