"""A copy of everything held about one subject.

It is the right of access (GDPR, articles 15 and 20), not an export under the consent: what is
held is handed to its own subject also when the consent was narrowed since. Held back is an avatar
that somebody else says shows them (article 15, paragraph 4). Every avatar in here counts as
downloaded, and is noted as such before its bytes leave.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from consent.errors import ConsentRefused, QualityRefused, RecordInvalid
from consent.records import receipt_hash
from consent.types import Capture, Export, LiveCapture
from outputs.encode import MediaType
from outputs.errors import OutputMissing
from studio.sitting.archive_words import DAMAGED, FROZEN, README, TEMPLATE
from studio.sitting.packing import Entry, HeldBack, pack
from studio.sitting.proofs import capture_proof, output_proof

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger
    from consent.records import SignedRecord
    from outputs.library import Library
    from outputs.types import Released, StoredOutput
    from studio.sitting.desk import Desk
    from studio.sitting.selfies import SelfieVault

ID = re.compile(r"[0-9a-f]{32}")
Parts = Iterator[Entry | HeldBack]


@dataclass(frozen=True, slots=True)
class Archivist:
    """Gathers what is held about a subject; reads each thing in a short transaction of its own."""

    ledger: Ledger
    clock: Clock
    desk: Desk
    library: Library
    selfies: SelfieVault
    jobs: Callable[[str], Sequence[Any]]  # a subject's jobs, as dataclasses

    def pack(self, subject_id: str, require_open: Callable[[], None]) -> Iterator[bytes]:
        """Return the pieces of the ZIP file.

        Args:
            subject_id: whose it is.
            require_open: raises when the session may see nothing any more; asked for each entry.
        """
        now = self.clock.now()
        about = {"made_at": now.isoformat(), "pii_principal_id": subject_id}
        return pack(self._parts(subject_id), about, require_open, now)

    def _parts(self, subject_id: str) -> Parts:
        try:
            with self.ledger.reading() as unit:
                records = unit.records.of_subject(subject_id)
        except RecordInvalid:
            records = ()
            yield HeldBack({"records": "all"}, DAMAGED)
        yield from _readme({record.language for record in records})
        yield from self._lists(subject_id)
        for record in records:
            yield from self._record(subject_id, record)
        yield from self._captures(subject_id)
        yield from self._selfies(subject_id)
        formats = self.library.formats(subject_id)
        for output in self.library.list(subject_id):
            yield from self._avatar(output, formats.get(output.id, ()))
        yield self._watermarks(records)
        # Last, so that it lists the avatars in here too.
        with self.ledger.reading() as unit:
            exports = unit.exports.of_subject(subject_id)
        yield _listed("downloads.json", "files that you downloaded, this copy included", exports)

    def _lists(self, subject_id: str) -> Parts:
        with self.ledger.reading() as unit:
            subject = unit.subjects.load(subject_id)
            sessions = [each._asdict() for each in unit.sessions.of_subject(subject_id)]
            account = unit.passkeys.account_of(subject_id)
            passkeys = [] if account is None else unit.passkeys.of_account(account)
        yield _listed("subject.json", "the random name under which you are known here", subject)
        yield _listed("sessions.json", "when browsers were opened for you", sessions)
        yield _listed("passkeys.json", "public halves of your passkeys", passkeys)
        yield _listed("jobs.json", "what you asked to be drawn", self.jobs(subject_id))

    def _record(self, subject_id: str, record: SignedRecord) -> Parts:
        name = f"records/{_checked(record.record_id)}"
        receipt = self.desk.receipt(subject_id, record.record_id)
        yield _listed(f"{name}.json", "what you agreed to, as a signed receipt", receipt)
        page = self.desk.receipt_page(subject_id, record.record_id).encode()
        yield Entry(f"{name}.html", "the same receipt as a page to read", page)

    def _captures(self, subject_id: str) -> Parts:
        with self.ledger.reading() as unit:
            capture_ids, _ = unit.captures.ids(subject_id)
        for capture_id in capture_ids:
            try:
                with self.ledger.reading() as unit:
                    capture = unit.captures.load(capture_id)
                    content = {**_verdict(capture), "log": capture_proof(unit, capture)}
            except (ConsentRefused, RecordInvalid):
                yield HeldBack({"capture_id": capture_id}, DAMAGED)
                continue
            words = "a look into the camera: what was measured, and your face template"
            yield _listed(f"captures/{_checked(capture_id)}.json", words, content)

    def _selfies(self, subject_id: str) -> Parts:
        with self.ledger.reading() as unit:
            _, probe_ids = unit.captures.ids(subject_id)
        for probe_id in probe_ids:
            name = f"selfies/{_checked(probe_id)}"
            try:
                with self.ledger.reading() as unit:
                    probe = unit.captures.load_probe(probe_id)
                jpeg = self.selfies.read(subject_id, probe_id)
            except (ConsentRefused, RecordInvalid, QualityRefused):
                yield HeldBack({"selfie_id": probe_id}, DAMAGED)
                continue
            yield _listed(
                f"{name}.json",
                "what was measured on the picture and what its file said of itself",
                probe,
            )
            yield Entry(f"{name}.jpg", "a picture of you that was kept", jpeg, is_packed=True)

    def _watermarks(self, records: Sequence[SignedRecord]) -> Entry:
        found = self.library.watermarks([receipt_hash(record) for record in records])
        words = "the hidden numbers of your avatars, also of deleted ones; they stay when you stop"
        content = [
            {
                "number": f"{registered.word:08x}",
                "output_id": registered.output_id,
                "receipt_hash": registered.receipt_hash,
                "created_at": at,
            }
            for registered, at in found
        ]
        return _listed("watermarks.json", words, content)

    def _avatar(self, output: StoredOutput, kinds: Sequence[MediaType]) -> Parts:
        what = {"output_id": output.id, "sha256": output.sha256}
        try:
            # As it is now: it may have been reported, or deleted, while the copy is made.
            output = self.library.find(output.subject_id, output.id)
            if output.frozen_at is not None:
                yield HeldBack(what, FROZEN)
                return
            # The one that names it comes always: where it is gone, the picture is damaged.
            wanted = dict.fromkeys((MediaType(output.media_type), *kinds))
            formats = [self.library.read(output.subject_id, output.id, each) for each in wanted]
        except OutputMissing:
            yield HeldBack(what, DAMAGED)
            return
        known = {**asdict(output), "log": self._note_export(output, formats)}
        name = f"avatars/{_checked(output.id)}"
        yield _listed(f"{name}.json", "what is known of the avatar", known)
        for released in formats:
            suffix = MediaType(released.media_type).name.lower()
            words = "an avatar of you with its marks, as it can be downloaded"
            yield Entry(f"{name}.{suffix}", words, released.data, is_packed=True)

    def _note_export(
        self, output: StoredOutput, formats: Sequence[Released]
    ) -> Mapping[str, dict[str, object]]:
        """Note the download, or refuse once the deletion has begun: its receipt lists them all."""
        now = self.clock.now()
        with self.ledger.transaction() as unit:
            # Its rows are held: a withdrawal comes before this or lists what is noted here.
            held = {each.record_id: each for each in unit.records.hold(output.subject_id, now)}
            is_ending = unit.deletions.load(output.subject_id) is not None
            if is_ending or held[output.record_id].withdrawn_at is not None:
                raise _ended()
            for released in formats:
                export = Export(output.id, released.media_type, released.sha256, now)
                unit.exports.add(output.subject_id, export)
            return output_proof(unit, output)


def _readme(spoken: set[str]) -> Parts:
    for language, (name, text) in README.items():
        if language == "en" or language in spoken:
            yield Entry(name, "what is in here, in plain words", text.encode())


def _verdict(capture: Capture) -> dict[str, object]:
    kept = asdict(capture)
    kind = "live" if isinstance(capture, LiveCapture) else "synthetic"
    return {**kept, "kind": kind, "template": {"what": TEMPLATE, "numbers": list(capture.template)}}


def _listed(name: str, what: str, content: object) -> Entry:
    text = json.dumps(_plain(content), indent=1, ensure_ascii=False, allow_nan=False)
    return Entry(name, what, text.encode())


def _plain(value: object) -> object:
    """Return JSON data; what was not measured is null."""
    match value:
        case datetime():
            return value.isoformat()
        case float():
            return value if math.isfinite(value) else None
        case str() | int() | None:
            return value
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return _plain(asdict(value))
        case _:
            raise TypeError(f"{type(value).__name__} has no plain form")


def _checked(identifier: str) -> str:
    """Return an id of ours as a part of a file's name; nothing that anybody typed can be one."""
    if not ID.fullmatch(identifier):
        raise ValueError("this is not an id of the studio")
    return identifier


def _ended() -> ConsentRefused:
    return ConsentRefused(
        "withdrawn",
        "Everything here is being deleted.",
        why="After a consent has ended nothing of it leaves the studio.",
        next_step="The deletion receipt tells what went.",
    )
