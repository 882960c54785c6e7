from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import MasterKey
from consent.adapters.tables import OutputRow
from consent.deletions import Found
from consent.errors import ConsentRefused
from outputs.adapters.database import OutputDatabase, SqlOutputRows
from outputs.encode import MediaType
from outputs.errors import OutputMissing
from outputs.library import WORDS, Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.registry import Registered
from outputs.store import OutputSet
from outputs.types import StoredOutput
from tests.fakes import a_record, a_subject
from tests.outputs.samples import NOW, PARAMETERS, WORD, grant_of, render_of, textured


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/app.db", MasterKey(os.urandom(32)))
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def library(database, tmp_path):
    objects = SealedObjects(ObjectStore(f"file://{tmp_path}/objects"), DatabaseVault(database))
    return Library(objects, OutputDatabase(database))


@pytest.fixture
def formats(releaser):
    render = render_of(textured(384))
    return releaser.mark(
        render,
        grant_of(),
        output_id="output-1",
        job_id="job-1",
        watermark=WORD,
        parameters=PARAMETERS,
    )


@pytest.fixture
def output(database, formats):
    subject = a_subject()
    record = a_record(subject)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.records.add(record)
    png = formats[0]
    return StoredOutput(
        id="output-1",
        subject_id=subject.id,
        record_id=record.record_id,
        job_id="job-1",
        style="toon",
        sha256=png.sha256,
        media_type=png.media_type,
        width=png.width,
        height=png.height,
        created_at=NOW,
    )


def test_row_is_added_in_the_transaction_of_the_job(library, database, formats, output):
    key = library.put_objects(output.subject_id, output.id, formats)
    with database.transaction() as unit:
        unit.records.load(output.record_id, lock=True)
        library.add_row(
            SqlOutputRows(unit.session, unit.vault), output, key, receipt_hash="5e" * 32
        )
    assert library.list(output.subject_id) == [output]
    assert library.read(output.subject_id, output.id) == formats[0]
    assert library.read(output.subject_id, output.id, MediaType.WEBP) == formats[1]


def test_transaction_that_fails_leaves_no_row(library, database, formats, output):
    key = library.put_objects(output.subject_id, output.id, formats)

    def die_before_the_commit() -> None:
        with database.transaction() as unit:
            library.add_row(
                SqlOutputRows(unit.session, unit.vault), output, key, receipt_hash="5e" * 32
            )
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        die_before_the_commit()
    assert library.list(output.subject_id) == []
    assert library.sweep_orphans(before=datetime(2999, 1, 1, tzinfo=UTC)) == len(formats)


def test_it_tells_which_formats_there_are_and_which_hidden_number(library, formats, output):
    first = replace(output, watermark=WORD)
    older = replace(output, id="output-2", job_id="job-2")
    for made, kinds in ((first, formats), (older, formats[:2])):
        key = library.put_objects(made.subject_id, made.id, kinds)
        with library.ledger.transaction() as rows:
            library.add_row(rows, made, key, receipt_hash="5e" * 32)
    assert library.formats(output.subject_id) == {
        "output-1": tuple(each.media_type for each in formats),
        "output-2": (MediaType.PNG, MediaType.WEBP),
    }
    assert library.formats("somebody-else") == {}
    assert {each.id: each.watermark for each in library.list(output.subject_id)} == {
        "output-1": WORD,
        "output-2": None,
    }
    assert library.find(output.subject_id, "output-1") == first
    library.delete(output.subject_id, "output-1")
    (kept,) = library.watermarks(["5e" * 32, "00" * 32])
    assert kept == (Registered(WORD, "output-1", "5e" * 32), NOW)
    assert library.watermarks([]) == library.watermarks(["00" * 32]) == []


def test_job_yields_one_output(library, formats, output):
    key = library.put_objects(output.subject_id, output.id, formats)
    with library.ledger.transaction() as rows:
        library.add_row(rows, output, key, receipt_hash="5e" * 32)
    with pytest.raises(IntegrityError), library.ledger.transaction() as rows:
        library.add_row(rows, output, key, receipt_hash="5e" * 32)


def test_deleted_output_is_gone_from_database_and_disk(library, formats, output):
    key = library.put_objects(output.subject_id, output.id, formats)
    with library.ledger.transaction() as rows:
        library.add_row(rows, output, key, receipt_hash="5e" * 32)
    library.delete(output.subject_id, output.id)
    assert library.list(output.subject_id) == []
    assert library.objects.objects.list_prefix("outputs") == []
    with pytest.raises(OutputMissing):
        library.delete(output.subject_id, output.id)


def test_purge_and_destroyed_key_leave_nothing(library, database, formats, output):
    key = library.put_objects(output.subject_id, output.id, formats)
    with library.ledger.transaction() as rows:
        library.add_row(rows, output, key, receipt_hash="5e" * 32)
    DatabaseVault(database).destroy(output.subject_id)
    with pytest.raises(ConsentRefused):
        library.read(output.subject_id, output.id)
    assert library.purge(output.subject_id) == [Found(1, *WORDS)]
    assert library.list(output.subject_id) == []


def test_key_fits_its_column(formats):
    key = OutputSet("f" * 36, "e" * 36, formats).object_key
    assert len(key) <= OutputRow.__table__.c.object_key.type.length


NOTES = {
    "likeness": {"band": "strong", "sentences": ["It is near."], "measures": {"skin_drift": 1.5}},
    "recipe": {"style": "toon", "seed": 7, "controls": {"frame": "square"}},
}


def add(library, output, formats):
    key = library.put_objects(output.subject_id, output.id, formats)
    with library.ledger.transaction() as rows:
        library.add_row(rows, output, key, receipt_hash="5e" * 32)


def sealed_of(database, output_id):
    with database.reading() as unit:
        return unit.session.get(OutputRow, output_id).sealed_notes


def test_notes_come_back_with_their_output(library, formats, output):
    noted = replace(output, **NOTES)
    add(library, noted, formats)
    assert library.find(output.subject_id, output.id) == noted
    assert library.list(output.subject_id) == [noted]


def test_notes_lie_in_the_database_sealed(library, database, formats, output, tmp_path):
    add(library, replace(output, **NOTES), formats)
    sealed = sealed_of(database, output.id)
    files = [path.read_bytes() for path in tmp_path.glob("app.db*")]
    assert any(sealed in content for content in files)
    for word in (b"strong", b"It is near", b"skin_drift", b"square"):
        assert not any(word in content for content in files)


def test_an_output_of_an_earlier_version_has_no_notes(library, database, formats, output):
    add(library, output, formats)
    assert sealed_of(database, output.id) is None
    found = library.find(output.subject_id, output.id)
    assert (found.likeness, found.recipe) == (None, None)


@pytest.mark.parametrize("defect", ["damaged", "of_another_output", "key_destroyed"])
def test_notes_that_cannot_be_opened_are_none_and_the_output_stays(
    library, database, formats, output, defect
):
    noted = replace(output, **NOTES)
    other = replace(noted, id="output-2", job_id="job-2")
    for each in (noted, other):
        add(library, each, formats)
    foreign = sealed_of(database, other.id)
    with database.transaction() as unit:
        row = unit.session.get(OutputRow, output.id)
        if defect == "damaged":
            row.sealed_notes = row.sealed_notes[:-1] + bytes([row.sealed_notes[-1] ^ 1])
        elif defect == "of_another_output":
            row.sealed_notes = foreign
        else:
            unit.vault.destroy(output.subject_id)
    found = library.find(output.subject_id, output.id)
    assert (found.likeness, found.recipe) == (None, None)
    assert library.count(output.subject_id) == [Found(2, *WORDS)]


def test_notes_go_with_their_output(library, database, formats, output):
    add(library, replace(output, **NOTES), formats)
    library.delete(output.subject_id, output.id)
    with database.reading() as unit:
        assert unit.session.get(OutputRow, output.id) is None
