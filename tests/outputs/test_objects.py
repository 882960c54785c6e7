from __future__ import annotations

import stat
from datetime import UTC, datetime

import pytest

from consent.errors import ConsentRefused, RecordInvalid
from outputs.errors import OutputError
from outputs.objects import ObjectMissing, ObjectStore, SealedObjects
from tests.outputs.samples import vault_of


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    return ObjectStore("memory://" if request.param == "memory" else f"file://{tmp_path}/objects")


def test_object_comes_back_as_it_was_put(store):
    store.put("selfies/s1/a.bin", b"one")
    store.put("selfies/s1/a.bin", b"two")
    assert store.get("selfies/s1/a.bin") == b"two"


def test_missing_object_is_an_error(store):
    with pytest.raises(ObjectMissing):
        store.get("selfies/s1/a.bin")


def test_deleting_twice_is_fine(store):
    store.put("a/b", b"x")
    store.delete("a/b")
    store.delete("a/b")
    with pytest.raises(ObjectMissing):
        store.get("a/b")


def test_prefix_is_a_folder_and_not_a_beginning(store):
    for key in ("s/1/a", "s/1/b/c", "s/10/a", "s/2"):
        store.put(key, b"xyz")
    assert [item.key for item in store.list_prefix("s/1")] == ["s/1/a", "s/1/b/c"]
    assert store.delete_prefix("s/1") == 2
    assert store.list_prefix("s/1") == []
    assert [item.key for item in store.list_prefix("s")] == ["s/10/a", "s/2"]


def test_listing_tells_size_and_time(store):
    store.put("a/b", b"xyz")
    (item,) = store.list_prefix("a")
    assert item.size == 3
    assert abs((datetime.now(UTC) - item.modified_at).total_seconds()) < 60


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../a", "a/../b", "a//b", "a b", "a/.", "é"])
def test_key_that_is_no_plain_path_is_refused(store, key):
    with pytest.raises(OutputError):
        store.put(key, b"x")
    with pytest.raises(OutputError):
        store.delete_prefix(key)


def test_unknown_store_is_refused():
    with pytest.raises(OutputError):
        ObjectStore("ftp://somewhere")


def test_local_folder_is_private(tmp_path):
    ObjectStore(f"file://{tmp_path}/new/objects")
    assert stat.S_IMODE((tmp_path / "new/objects").stat().st_mode) == 0o700


def test_bytes_at_rest_are_sealed_for_subject_and_kind(store):
    sealed = SealedObjects(store, vault_of("s1", "s2"))
    sealed.put("s/1", b"selfie", subject_id="s1", kind="selfie")
    assert b"selfie" not in store.get("s/1")
    assert sealed.get("s/1", subject_id="s1", kind="selfie") == b"selfie"
    with pytest.raises(RecordInvalid):
        sealed.get("s/1", subject_id="s2", kind="selfie")
    with pytest.raises(RecordInvalid):
        sealed.get("s/1", subject_id="s1", kind="output")


def test_destroyed_key_closes_every_object(store):
    vault = vault_of("s1")
    sealed = SealedObjects(store, vault)
    sealed.put("s/1", b"selfie", subject_id="s1", kind="selfie")
    vault.destroy("s1")
    with pytest.raises(ConsentRefused):
        sealed.get("s/1", subject_id="s1", kind="selfie")
