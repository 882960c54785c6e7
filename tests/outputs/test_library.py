from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from consent.deletions import Found
from consent.errors import ConsentRefused
from outputs.encode import MediaType
from outputs.errors import OutputMissing
from outputs.library import WORDS, Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.release import Releaser
from outputs.types import Clip, StoredOutput
from tests.fakes import FixedClock
from tests.outputs.samples import (
    NOW,
    PARAMETERS,
    WORD,
    MemoryLedger,
    grant_of,
    render_of,
    textured,
    vault_of,
)

FUTURE = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture
def library():
    return Library(
        SealedObjects(ObjectStore("memory://"), vault_of("subject-1", "subject-2")), MemoryLedger()
    )


@pytest.fixture(scope="module")
def formats(signer, reader, watermarker):
    releaser = Releaser(signer, reader, watermarker, FixedClock(), version="0.1.0")
    render = render_of(textured(384))
    return releaser.mark(
        render,
        grant_of(),
        output_id="output-1",
        job_id="job-1",
        watermark=WORD,
        parameters=PARAMETERS,
    )


def row_of(released, *, subject="subject-1", number=1) -> StoredOutput:
    return StoredOutput(
        id=f"output-{number}",
        subject_id=subject,
        record_id="record-1",
        job_id=f"job-{number}",
        style="toon",
        sha256=released.sha256,
        media_type=released.media_type,
        width=released.width,
        height=released.height,
        created_at=NOW + timedelta(minutes=number),
    )


def store(library, formats, *, subject="subject-1", number=1) -> StoredOutput:
    output = row_of(formats[0], subject=subject, number=number)
    key = library.put_objects(subject, output.id, formats)
    with library.ledger.transaction() as rows:
        library.add_row(rows, output, key, receipt_hash="5e" * 32)
    return output


def keys(library) -> list[str]:
    return [item.key for item in library.objects.objects.list_prefix("outputs")]


def test_stored_output_is_listed_and_read_in_every_format(library, formats):
    output = store(library, formats)
    assert library.list("subject-1") == [output]
    for released in formats:
        assert library.read("subject-1", "output-1", MediaType(released.media_type)) == released


def test_animation_is_stored_listed_and_read_in_every_format(library, releaser):
    clip = Clip(tuple(render_of(textured(256, seed=seed)) for seed in (3, 4)), 0.2)
    asked = {"output_id": "output-1", "job_id": "job-1", "watermark": WORD}
    made = releaser.mark_clip(clip, grant_of(), **asked, parameters=PARAMETERS)
    output = store(library, made)
    kinds = tuple(MediaType(released.media_type) for released in made)
    assert library.formats("subject-1") == {output.id: kinds}
    assert library.read("subject-1", output.id) == made[0], "the one that names it"
    for released, kind in zip(made, kinds, strict=True):
        assert library.read("subject-1", output.id, kind) == released
    with pytest.raises(OutputMissing):
        library.read("subject-1", output.id, MediaType.PNG)


def test_newest_output_comes_first(library, formats):
    outputs = [store(library, formats, number=number) for number in (1, 2, 3)]
    assert library.list("subject-1") == outputs[::-1]


def test_another_subject_sees_reads_and_deletes_nothing(library, formats):
    store(library, formats)
    assert library.list("subject-2") == []
    for question in (library.read, library.delete):
        with pytest.raises(OutputMissing) as refusal:
            question("subject-2", "output-1")
        assert refusal.value.code == "output_missing"
    assert library.list("subject-1") != []


def test_unknown_output_is_missing(library):
    with pytest.raises(OutputMissing):
        library.read("subject-1", "output-9")


def test_bytes_are_sealed_at_rest(library, formats):
    store(library, formats)
    for key in keys(library):
        assert formats[0].data[:8] not in library.objects.objects.get(key)


def test_changed_bytes_are_not_shown(library, formats):
    store(library, formats)
    for key in keys(library):
        data = bytearray(library.objects.get(key, subject_id="subject-1", kind="output"))
        data[-100] ^= 1
        library.objects.put(key, bytes(data), subject_id="subject-1", kind="output")
    for media_type in MediaType:
        with pytest.raises(OutputMissing, match="missing or damaged"):
            library.read("subject-1", "output-1", media_type)


def test_picture_swapped_under_its_own_name_is_not_shown(library, formats):
    store(library, formats)
    png = next(key for key in keys(library) if key.endswith("png"))
    library.objects.objects.delete(png)
    other = formats[1].data
    name = f"{png.rpartition('/')[0]}/{hashlib.sha256(other).hexdigest()}.png"
    library.objects.put(name, other, subject_id="subject-1", kind="output")
    with pytest.raises(OutputMissing):
        library.read("subject-1", "output-1")


def test_damaged_seal_is_not_shown(library, formats):
    store(library, formats)
    for key in keys(library):
        library.objects.objects.put(key, b"\1" + bytes(500))
    with pytest.raises(OutputMissing, match="missing or damaged"):
        library.read("subject-1", "output-1")


def test_lost_object_is_missing(library, formats):
    store(library, formats)
    library.objects.objects.delete_prefix("outputs")
    with pytest.raises(OutputMissing):
        library.read("subject-1", "output-1")


def test_row_without_objects_is_refused(library, formats):
    output = row_of(formats[0])
    with library.ledger.transaction() as rows, pytest.raises(OutputMissing):
        library.add_row(
            rows, output, "outputs/subject-1/output-1/0123456789abcdef", receipt_hash="5e" * 32
        )
    assert library.list("subject-1") == []


def test_crash_between_objects_and_row_leaves_an_orphan_that_is_swept(library, formats):
    library.put_objects("subject-1", "output-1", formats)
    assert library.list("subject-1") == []
    assert library.sweep_orphans(before=FUTURE) == len(formats)
    assert keys(library) == []


def test_second_try_after_a_crash_keeps_its_own_objects(library, formats):
    first_try = formats[::-1]  # other bytes under the same output id
    library.put_objects("subject-1", "output-1", first_try)
    output = store(library, formats)
    assert library.sweep_orphans(before=FUTURE) == len(formats)
    assert library.read("subject-1", output.id).sha256 == formats[0].sha256
    assert library.read("subject-1", output.id, MediaType.WEBP).sha256 == formats[1].sha256


def test_objects_of_a_job_that_still_runs_are_not_swept(library, formats):
    library.put_objects("subject-1", "output-1", formats)
    assert library.sweep_orphans(before=datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert len(keys(library)) == len(formats)


def test_crash_between_row_and_objects_on_deletion_shows_nothing(library, formats):
    output = store(library, formats)
    with library.ledger.transaction() as rows:
        rows.delete(output.id)
    assert library.list("subject-1") == []
    with pytest.raises(OutputMissing):
        library.read("subject-1", output.id)
    assert library.sweep_orphans(before=FUTURE) == len(formats)


def test_deleting_one_keeps_the_others(library, formats):
    for number in (1, 10):
        store(library, formats, number=number)
    library.delete("subject-1", "output-1")
    assert [output.id for output in library.list("subject-1")] == ["output-10"]
    assert library.read("subject-1", "output-10")
    assert len(keys(library)) == len(formats)


def test_purging_a_subject_says_what_went_and_leaves_others(library, formats):
    store(library, formats, number=1)
    store(library, formats, number=2)
    store(library, formats, subject="subject-2", number=3)
    assert library.purge("subject-1") == [Found(2, *WORDS)]
    assert library.purge("subject-1") == [Found(0, *WORDS)]
    assert library.list("subject-1") == []
    assert len(library.list("subject-2")) == 1
    assert all(key.startswith("outputs/subject-2/") for key in keys(library))


def test_purge_takes_orphans_too(library, formats):
    library.put_objects("subject-1", "output-1", formats)
    library.purge("subject-1")
    assert keys(library) == []


def test_destroyed_key_closes_the_picture(library, formats):
    store(library, formats)
    library.objects.vault.destroy("subject-1")
    with pytest.raises(ConsentRefused):
        library.read("subject-1", "output-1")
