"""What was released: put, list, read, delete; for the gallery, for jobs and for withdrawal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from consent.deletions import Found
from consent.errors import RecordInvalid
from outputs.encode import MediaType
from outputs.errors import OutputError, OutputMissing
from outputs.objects import SealedObjects
from outputs.registry import Match, Registered, draw_word, nearest
from outputs.release import reopen
from outputs.store import (
    FOLDER,
    OutputLedger,
    OutputRows,
    OutputSet,
    folder_of,
    formats_under,
    get_format,
    put_set,
    stored,
)
from outputs.types import Released, StoredOutput

WORDS = ("avatar in the gallery", "avatars in the gallery")


@dataclass(frozen=True, slots=True)
class Library:
    """The one door to stored outputs. Every question names the subject who asks."""

    objects: SealedObjects
    ledger: OutputLedger

    def put_objects(self, subject_id: str, output_id: str, formats: tuple[Released, ...]) -> str:
        """Seal and write a final output's formats, before its row; may be repeated.

        Returns:
            The key that `add_row` wants.
        """
        return put_set(self.objects, OutputSet(subject_id, output_id, formats))

    def discard(self, subject_id: str, output_id: str) -> None:
        """Delete objects that will get no row: their job was cancelled or refused; idempotent."""
        self.objects.objects.delete_prefix(f"{FOLDER}/{subject_id}/{output_id}")

    def draw_word(self, rng: Random) -> int:
        """Return a watermark's id that no output has."""
        with self.ledger.reading() as rows:
            return draw_word(rng, [one.word for one in rows.registered()])

    def nearest(self, word: int) -> Match | None:
        """Return which output a watermark's id most likely belongs to, deleted ones as well."""
        with self.ledger.reading() as rows:
            return nearest(word, rows.registered())

    def is_kept(self, output_id: str) -> bool:
        """Tell whether an output is still there, whoever it belongs to."""
        with self.ledger.reading() as rows:
            return rows.load(output_id) is not None

    def add_row(
        self, rows: OutputRows, output: StoredOutput, object_key: str, *, receipt_hash: str
    ) -> None:
        """Add the row inside the caller's transaction; the objects must lie there already.

        Args:
            rows: To write.
            output: What was released; its watermark's id is registered too.
            object_key: Of its objects.
            receipt_hash: Of the record under which it was made.

        Raises:
            OutputMissing: the objects are gone.
        """
        self.require_objects(object_key)
        rows.add(output, object_key)
        if output.watermark is not None:
            registered = Registered(output.watermark, output.id, receipt_hash)
            rows.register(registered, output.created_at)

    def require_objects(self, object_key: str) -> None:
        """Require what `put_objects` wrote.

        Raises:
            OutputMissing: the objects are gone.
        """
        if not self.objects.objects.list_prefix(object_key):
            raise _missing("The picture was removed before it could be stored.")

    def list(self, subject_id: str) -> Sequence[StoredOutput]:
        """Return a subject's outputs, newest first."""
        with self.ledger.reading() as rows:
            return rows.of_subject(subject_id)

    def read(
        self, subject_id: str, output_id: str, media_type: MediaType | None = None
    ) -> Released:
        """Return one output's bytes, checked against the hash they were stored under.

        Args:
            subject_id: Who asks.
            output_id: The output.
            media_type: One of its `formats`; None takes the one that names it.

        Raises:
            OutputMissing: none of that id belongs to the subject, or its bytes are not intact.
            ConsentRefused: the subject's key was destroyed.
        """
        output, object_key = self._owned(subject_id, output_id)
        wanted = media_type or MediaType(output.media_type)
        try:
            data, digest = get_format(
                self.objects, object_key, subject_id=subject_id, media_type=wanted
            )
            expected = output.sha256 if wanted == output.media_type else digest
            return reopen(data, wanted, expected_sha256=expected)
        except (OutputError, RecordInvalid) as error:
            raise _missing("The stored picture is missing or damaged.") from error

    def formats(self, subject_id: str) -> Mapping[str, tuple[MediaType, ...]]:
        """Return in which formats each of a subject's outputs was released, by its id.

        Earlier versions released fewer; this looks at what is there.
        """
        with self.ledger.reading() as rows:
            keys = rows.keys_of_subject(subject_id)
        there = formats_under(self.objects, f"{FOLDER}/{subject_id}")
        return {
            output_id: tuple(MediaType(kind) for kind in there.get(key, ()))
            for output_id, key in keys.items()
        }

    def watermarks(self, receipt_hashes: Collection[str]) -> Sequence[tuple[Registered, datetime]]:
        """Return the ids of all that was made under some records and when, deleted ones as well."""
        with self.ledger.reading() as rows:
            return rows.registered_under(receipt_hashes)

    def find(self, subject_id: str, output_id: str) -> StoredOutput:
        """Return what is known of one output.

        Raises:
            OutputMissing: none of that id belongs to the subject.
        """
        return self._owned(subject_id, output_id)[0]

    def delete(self, subject_id: str, output_id: str) -> None:
        """Delete one output in all its formats.

        Raises:
            OutputMissing: none of that id belongs to the subject.
        """
        self._owned(subject_id, output_id)
        with self.ledger.transaction() as rows:
            rows.delete(output_id)
        self.discard(subject_id, output_id)

    def delete_all(self, subject_id: str) -> int:
        """Delete everything of a subject and return how many outputs went."""
        with self.ledger.transaction() as rows:
            count = rows.delete_subject(subject_id)
        self.objects.objects.delete_prefix(f"{FOLDER}/{subject_id}")
        return count

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many outputs of a subject there are (consent.ports.Purger)."""
        return [Found(len(self.list(subject_id)), *WORDS)]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete everything of a subject and say what went (consent.ports.Purger)."""
        return [Found(self.delete_all(subject_id), *WORDS)]

    def sweep_orphans(self, *, before: datetime) -> int:
        """Delete objects that no row points at and return how many went.

        Args:
            before: Only objects last written before this time: a running job writes its objects
                first and its row a moment later.
        """
        old = [item.key for item in stored(self.objects) if item.modified_at < before]
        # Rows after objects: a row added in between keeps its objects.
        with self.ledger.reading() as rows:
            kept = rows.object_keys()
        found = [key for key in old if folder_of(key) not in kept]
        for key in found:
            self.objects.objects.delete(key)
        return len(found)

    def _owned(self, subject_id: str, output_id: str) -> tuple[StoredOutput, str]:
        with self.ledger.reading() as rows:
            found = rows.load(output_id)
        if found is None or found[0].subject_id != subject_id:
            raise _missing("There is no such picture in your gallery.")
        return found


def _missing(what: str) -> OutputMissing:
    return OutputMissing(
        "output_missing",
        what,
        why="A picture is shown to its own subject only, and only as it was released.",
        next_step="Open the gallery again, or make the picture anew.",
    )
