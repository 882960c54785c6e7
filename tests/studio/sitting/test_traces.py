from __future__ import annotations

import shutil

import pytest

from outputs.objects import ObjectStore
from studio.sitting.traces import ModelShelf, TemporaryFolder


@pytest.fixture
def folder(tmp_path):
    folder = TemporaryFolder(tmp_path / "run" / "pages")
    folder.prepare()
    return folder


def test_everything_in_the_folder_goes_whoever_left_it(folder):
    assert folder.folder.stat().st_mode & 0o777 == 0o700
    (folder.folder / "deep" / "er").mkdir(parents=True)
    (folder.folder / "deep" / "er" / "upload.jpg").write_bytes(b"\xff\xd8\xff")
    (folder.folder / "recording.webm").write_bytes(b"x")
    assert [found.words for found in folder.count("ada")] == ["2 temporary files of the pages"]
    assert [found.words for found in folder.purge("ada")] == ["2 temporary files of the pages"]
    assert list(folder.folder.iterdir()) == []
    assert [found.number for found in folder.purge("ada")] == [0]


def test_a_link_goes_and_what_it_leads_to_stays(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_bytes(b"x")
    (folder.folder / "link").symlink_to(tmp_path / "elsewhere")
    assert [found.number for found in folder.purge("ada")] == [1]
    assert (tmp_path / "elsewhere" / "file").exists()


def test_what_cannot_be_deleted_is_told(folder, monkeypatch):
    (folder.folder / "deep").mkdir()
    (folder.folder / "deep" / "file").write_bytes(b"x")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(OSError, match="1 temporary files could not be deleted"):
        folder.purge("ada")


def test_a_folder_that_was_removed_holds_nothing(folder):
    folder.folder.rmdir()
    assert [found.number for found in folder.purge("ada")] == [0]


def test_models_of_one_person_go_and_those_of_another_stay():
    store = ObjectStore("memory://")
    for subject in ("ada", "bob"):
        store.put(f"models/{subject}/first", b"sealed")
    shelf = ModelShelf(store)
    assert [found.words for found in shelf.count("ada")] == ["1 personal model"]
    assert [found.words for found in shelf.purge("ada")] == ["1 personal model"]
    assert [item.key for item in store.list_prefix("models")] == ["models/bob/first"]
