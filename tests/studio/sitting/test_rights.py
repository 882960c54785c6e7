from __future__ import annotations

import math
from dataclasses import replace

import pytest

from consent.errors import ConsentRefused, QualityRefused
from consent.retention import RECEIPT_KEPT
from consent.types import Export
from studio.sitting.rights import words_of
from tests.studio.sitting.cabinet import LEFT, Cabinet


@pytest.fixture
def cabinet(tmp_path):
    cabinet = Cabinet(tmp_path)
    yield cabinet
    cabinet.close()


def test_a_person_lists_and_sees_the_pictures_of_themselves(cabinet):
    ada = cabinet.sit()
    listed = cabinet.rights.selfies(ada.token)
    assert [selfie.id for selfie in listed] == list(ada.selfies[::-1])
    assert {selfie.words for selfie in listed} == {"turned left, smiling"}
    assert cabinet.rights.selfie(ada.token, ada.selfies[0]).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (None, ""),
        (replace(LEFT, yaw=-20.0, smile=0.3), "turned right"),
        (replace(LEFT, yaw=0.0, pitch=15.0, smile=0.1), "chin up, calm"),
        (replace(LEFT, yaw=20.0, pitch=-15.0), "turned left, chin down, smiling"),
        (replace(LEFT, yaw=0.0, smile=0.0), "straight ahead, calm"),
        (replace(LEFT, yaw=math.nan, smile=math.nan), "straight ahead"),
    ],
)
def test_words_tell_one_picture_from_another(look, words):
    assert words_of(look) == words


def test_a_deleted_picture_is_gone_from_rows_and_files_and_memory(cabinet):
    ada = cabinet.sit()
    first, second = ada.selfies
    cabinet.rights.delete_selfie(ada.token, first)
    assert [selfie.id for selfie in cabinet.rights.selfies(ada.token)] == [second]
    assert cabinet.forgotten == [ada.subject_id]
    assert cabinet.objects.objects.list_prefix(f"selfies/{ada.subject_id}/{first}") == []
    files = [path.name for path in cabinet.folder.rglob("*") if path.is_file()]
    assert first not in files
    assert second in files
    with pytest.raises(ConsentRefused) as refused:
        cabinet.rights.selfie(ada.token, first)
    assert refused.value.code == "selfie_unknown"


def test_the_last_picture_may_go_too_and_nothing_is_logged(cabinet):
    ada = cabinet.sit(selfies=1)
    with cabinet.database.reading() as unit:
        before = unit.log.size()
    cabinet.rights.delete_selfie(ada.token, ada.selfies[0])
    assert cabinet.rights.selfies(ada.token) == []
    with cabinet.database.reading() as unit:
        assert unit.log.size() == before


def test_another_persons_picture_is_unknown(cabinet):
    ada, bob = cabinet.sit(), cabinet.sit()
    theirs = ada.selfies[0]
    for ask in (cabinet.rights.selfie, cabinet.rights.delete_selfie):
        with pytest.raises(ConsentRefused) as refused:
            ask(bob.token, theirs)
        assert refused.value.code == "selfie_unknown"
    assert cabinet.rights.selfie(ada.token, theirs)


def test_nothing_is_shown_to_a_closed_session(cabinet):
    ada = cabinet.sit()
    cabinet.door.lock(ada.token)
    for ask in (
        lambda: cabinet.rights.selfies(ada.token),
        lambda: cabinet.rights.selfie(ada.token, ada.selfies[0]),
        lambda: cabinet.rights.delete_selfie(ada.token, ada.selfies[0]),
        lambda: cabinet.rights.archive(ada.token),
    ):
        with pytest.raises(ConsentRefused) as refused:
            ask()
        assert refused.value.code == "closed"


def test_a_picture_whose_file_is_gone_is_a_refusal(cabinet):
    ada = cabinet.sit()
    cabinet.selfies.remove(ada.subject_id, ada.selfies[0])
    with pytest.raises(QualityRefused) as refused:
        cabinet.rights.selfie(ada.token, ada.selfies[0])
    assert refused.value.code == "selfie_missing"
    cabinet.rights.delete_selfie(ada.token, ada.selfies[0])


def test_files_without_a_row_are_swept_and_the_others_stay(cabinet):
    ada = cabinet.sit()
    cabinet.selfies.put(ada.subject_id, "0" * 32, b"\xff\xd8 left by a crash")
    now = cabinet.objects.objects.list_prefix("selfies")[0].modified_at
    known = frozenset(ada.selfies)
    later = now.replace(year=now.year + 1)
    assert cabinet.selfies.sweep_orphans(lambda: known, before=now) == 0
    assert cabinet.selfies.sweep_orphans(lambda: known, before=later) == 1
    assert cabinet.rights.selfie(ada.token, ada.selfies[0])


def test_an_avatar_that_was_deleted_alone_is_still_listed_as_downloaded(cabinet):
    ada = cabinet.sit()
    output = cabinet.draw(ada)
    export = Export(output.id, "image/png", output.sha256, cabinet.clock.now())
    with cabinet.database.transaction() as unit:
        unit.exports.add(ada.subject_id, export)
    cabinet.library.delete(ada.subject_id, output.id)
    receipt = cabinet.withdrawal.withdraw(ada.subject_id)
    (listed,) = receipt.document["exported_files"]
    assert (listed["output_id"], listed["sha256"]) == (output.id, output.sha256)
    assert not [words for words in receipt.document["deleted"] if "avatar" in words]


def test_whoever_lost_the_receipt_finds_it_again_in_their_browser_for_a_while(cabinet):
    ada, bob = cabinet.sit(), cabinet.sit()
    assert cabinet.rights.deletion_receipts(ada.token) == []
    receipt = cabinet.withdrawal.withdraw(ada.subject_id)
    (kept,) = cabinet.rights.deletion_receipts(ada.token)
    assert kept["signature"] == receipt.as_json()["signature"]
    assert cabinet.rights.deletion_receipts(bob.token) == []
    with cabinet.database.transaction() as unit:
        unit.deletions.drop_receipts(cabinet.clock.now() + RECEIPT_KEPT)
    assert cabinet.rights.deletion_receipts(ada.token) == []
    with pytest.raises(ConsentRefused) as refused:
        cabinet.rights.deletion_receipts("nobody")
    assert refused.value.code == "no_session"


def test_the_next_person_at_a_browser_finds_no_receipt_of_the_one_before(cabinet):
    ada, bob = cabinet.sit(), cabinet.sit()
    cabinet.withdrawal.withdraw(ada.subject_id)
    cabinet.clock.advance(minutes=1)
    cabinet.door.bind(ada.token, bob.subject_id)
    assert cabinet.rights.deletion_receipts(ada.token) == []
    cabinet.withdrawal.withdraw(bob.subject_id)
    (kept,) = cabinet.rights.deletion_receipts(ada.token)
    assert kept["pii_principal_id"] == bob.subject_id


def test_whose_consent_ran_out_finds_the_receipt_too(cabinet):
    ada = cabinet.sit()
    over = cabinet.clock.advance(days=91)
    cabinet.withdrawal.end_retention(over)
    (kept,) = cabinet.rights.deletion_receipts(ada.token)
    assert kept["reason"] == "dpv:ConsentExpired"
