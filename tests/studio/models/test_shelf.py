from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from studio.models import hashes
from studio.models.catalogue import load_catalogue
from studio.models.choices import choose, read_choices
from studio.models.errors import ModelDamaged, ModelMissing, ModelRefused
from studio.models.lock import Pin, pin_file, pin_revision
from studio.models.shelf import EntryState
from studio.models.types import Kind, ModelFile, Role
from tests.studio.models import headers as made
from tests.studio.models.shelves import (
    CLOSED,
    CONFIG,
    FILES,
    WEIGHTS,
    a_shelf,
    an_entry,
    lay,
    pinned,
)

BASE = (Role.BASE,)


@pytest.fixture
def entry():
    return an_entry(files=pinned())


@pytest.fixture
def shelf(tmp_path, entry):
    """A shelf with one entry, whole."""
    lay(tmp_path, entry)
    return a_shelf(tmp_path, entry)


@pytest.fixture
def reads(monkeypatch):
    """Names of the files that were hashed."""
    read = []
    hash_file = hashes.hash_file

    def noting(path: Path, **told):
        read.append(path.name)
        return hash_file(path, **told)

    monkeypatch.setattr(hashes, "hash_file", noting)
    return read


def model(shelf, entry):
    return shelf.folder(entry) / "unet/model.safetensors"


def test_the_files_of_a_kind_are_told_where_they_lie(shelf, entry):
    files = shelf.files(Kind.SD15, BASE)
    assert files.folders == {Role.BASE: shelf.folder(entry)}
    assert files.weights == {Role.BASE: ("unet/model.safetensors",)}
    assert (shelf.folder(entry) / "unet/config.json").read_bytes() == CONFIG
    assert (files.single_file, files.loras, len(files.fingerprint)) == (None, (), 64)


def test_an_entry_is_here_partly_or_missing(shelf, entry):
    assert shelf.state(entry) is EntryState.HERE
    model(shelf, entry).unlink()
    assert shelf.state(entry) is EntryState.PARTLY
    assert shelf.to_pull(entry) == (entry.files[1],)
    shelf.remove(entry)
    assert shelf.state(entry) is EntryState.MISSING
    (shelf.folder(entry) / "unet").mkdir(parents=True)
    (shelf.folder(entry) / "unet/model.safetensors.part").write_bytes(b"begun")
    assert shelf.state(entry) is EntryState.PARTLY


def test_a_folder_that_is_not_there_holds_nothing(tmp_path, entry):
    shelf = a_shelf(tmp_path / "nowhere", entry)
    assert shelf.state(entry) is EntryState.MISSING
    assert shelf.missing(Kind.SD15) == (entry,)
    with pytest.raises(ModelMissing, match="models pull base"):
        shelf.files(Kind.SD15, BASE)
    assert shelf.remove(entry) == 0


def test_a_truncated_file_is_missed_without_being_read(shelf, entry, reads):
    os.truncate(model(shelf, entry), 100)
    assert shelf.state(entry) is EntryState.PARTLY
    with pytest.raises(ModelMissing, match="not here whole"):
        shelf.files(Kind.SD15, BASE)
    assert reads == []


def test_a_changed_file_of_the_same_size_is_refused_by_name(shelf, entry):
    model(shelf, entry).write_bytes(WEIGHTS[::-1])
    assert shelf.state(entry) is EntryState.HERE  # by sizes
    with pytest.raises(ModelDamaged, match=r"unet/model\.safetensors.*models pull base"):
        shelf.files(Kind.SD15, BASE)


def test_files_are_read_once_and_again_when_they_changed(shelf, entry, reads):
    first = shelf.files(Kind.SD15, BASE)
    assert sorted(reads) == ["config.json", "model.safetensors"]
    assert shelf.files(Kind.SD15, BASE) == first
    assert len(reads) == 2
    model(shelf, entry).touch()
    shelf.files(Kind.SD15, BASE)
    assert reads[2:] == ["model.safetensors"]
    model(shelf, entry).write_bytes(WEIGHTS[::-1])
    with pytest.raises(ModelDamaged):
        shelf.files(Kind.SD15, BASE)


def test_verify_reads_anew_and_names_everything_that_is_wrong(shelf, entry, reads):
    assert [each.sha256 for each in shelf.verify(entry)] == [f.sha256 for f in entry.files]
    shelf.verify(entry)
    assert len(reads) == 4
    model(shelf, entry).write_bytes(WEIGHTS[::-1])
    (shelf.folder(entry) / "unet/config.json").write_bytes(CONFIG[::-1])
    with pytest.raises(ModelDamaged, match=r"unet/config\.json, unet/model\.safetensors"):
        shelf.verify(entry)


@pytest.mark.parametrize(
    "name", ["unet/model.bin", "unet/added.json", "x.safetensors", "pipeline.py", "a/b/c.CKPT"]
)
def test_what_no_pin_speaks_of_keeps_everything_from_being_loaded(shelf, entry, name):
    stranger = shelf.folder(entry) / name
    stranger.parent.mkdir(parents=True, exist_ok=True)
    stranger.write_bytes(b"{}")
    with pytest.raises(ModelDamaged, match=r"no pin speaks of it.*Move it away"):
        shelf.files(Kind.SD15, BASE)


@pytest.mark.parametrize("name", ["unet/model.index.json", "unet/deeper/other.safetensors"])
def test_what_lies_behind_a_linked_folder_is_looked_at_too(tmp_path, shelf, entry, name):
    disk = tmp_path / "another disk"
    (shelf.folder(entry) / "unet").rename(disk)
    (shelf.folder(entry) / "unet").symlink_to(disk, target_is_directory=True)
    assert shelf.files(Kind.SD15, BASE)
    stranger = disk / name.removeprefix("unet/")
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_bytes(b"{}")
    with pytest.raises(ModelDamaged, match=rf"{name} lies among.*no pin speaks of it"):
        shelf.files(Kind.SD15, BASE)


@pytest.mark.parametrize("where", ["vae", "unet/again"])
def test_a_linked_folder_that_nobody_named_is_a_stranger_wherever_it_leads(shelf, entry, where):
    (shelf.folder(entry) / where).symlink_to(shelf.folder(entry), target_is_directory=True)
    with pytest.raises(ModelDamaged, match=rf"{where} lies among.*no pin speaks of it"):
        shelf.files(Kind.SD15, BASE)


def test_a_linked_folder_stays_when_what_lay_in_it_is_removed(tmp_path, shelf, entry):
    disk = tmp_path / "another disk"
    (shelf.folder(entry) / "unet").rename(disk)
    (shelf.folder(entry) / "unet").symlink_to(disk, target_is_directory=True)
    assert shelf.remove(entry) == len(WEIGHTS) + len(CONFIG)
    assert (list(disk.iterdir()), shelf.state(entry)) == ([], EntryState.MISSING)


def test_notes_beside_the_files_are_no_strangers(shelf, entry):
    (shelf.folder(entry) / "README.md").write_text("mine")
    assert shelf.files(Kind.SD15, BASE)


def test_files_without_a_pin_are_not_loaded(tmp_path):
    entry = an_entry()
    lay(tmp_path, entry)
    shelf = a_shelf(tmp_path, entry)
    assert shelf.state(entry) is EntryState.PARTLY
    pin_revision(tmp_path, entry.repo, "a" * 40)
    for file in pinned():
        pin_file(tmp_path, entry.repo, file.path, Pin(file.sha256, file.size))
    assert shelf.files(Kind.SD15, BASE)


def test_the_catalogue_s_pin_wins_over_the_first_pull_s(tmp_path):
    wrong = [ModelFile("unet/config.json", None, "d" * 64), ModelFile("unet/model.safetensors", 5)]
    entry = an_entry(files=wrong)
    lay(tmp_path, entry)
    pin_revision(tmp_path, entry.repo, "a" * 40)
    for file in pinned():
        pin_file(tmp_path, entry.repo, file.path, Pin(file.sha256, file.size))
    shelf = a_shelf(tmp_path, entry)
    assert shelf.to_pull(entry) == entry.files


def test_a_licence_that_nobody_accepted_is_refused_though_the_files_are_here(tmp_path):
    entry = an_entry(files=pinned(), licence=CLOSED)
    lay(tmp_path, entry)
    with pytest.raises(ModelRefused, match="Closed-NC"):
        a_shelf(tmp_path, entry).files(Kind.SD15, BASE)
    assert a_shelf(tmp_path, entry, accepted=["Closed-NC"]).files(Kind.SD15, BASE)


def test_a_kind_needs_one_entry_of_each_role(tmp_path, entry):
    fast = an_entry("fast", files=pinned(), role=Role.FAST)
    tiny = an_entry("tiny", files=pinned(), role=Role.TINY_VAE)
    shelf = a_shelf(tmp_path, entry, fast, helps=[tiny])
    assert shelf.missing(Kind.SD15) == (entry, fast)
    lay(tmp_path, entry)
    assert shelf.missing(Kind.SD15) == (fast,)
    assert (shelf.has(Kind.SD15, Role.BASE), shelf.has(Kind.SD15, Role.TINY_VAE)) == (True, False)
    assert not shelf.has(Kind.SD15, Role.CONTROLNET)
    with pytest.raises(ModelMissing, match="names no controlnet"):
        shelf.files(Kind.SD15, (Role.CONTROLNET,))


def test_another_entry_of_a_role_is_taken_when_it_was_chosen(tmp_path, entry):
    other = an_entry("other", files=pinned())
    shelf = a_shelf(tmp_path, entry, other)
    lay(tmp_path, other)
    assert shelf.entry_for(Kind.SD15, Role.BASE) == entry
    assert shelf.missing(Kind.SD15) == (entry,)
    choose(tmp_path, Kind.SD15, Role.BASE, "other")
    assert read_choices(tmp_path) == {(Kind.SD15, Role.BASE): "other"}
    assert shelf.entry_for(Kind.SD15, Role.BASE) == other
    assert shelf.missing(Kind.SD15) == ()
    assert shelf.files(Kind.SD15, BASE).folders == {Role.BASE: shelf.folder(other)}
    choose(tmp_path, Kind.SD15, Role.BASE, None)
    assert shelf.entry_for(Kind.SD15, Role.BASE) == entry
    choose(tmp_path, Kind.SD15, Role.BASE, "of an older catalogue")
    assert shelf.entry_for(Kind.SD15, Role.BASE) == entry


@pytest.mark.parametrize(
    "text", ["", "[]", '{"sd15": []}', '{"sd99": {"base": "x"}}', "[" * 99_999]
)
def test_choices_that_are_none_are_refused(tmp_path, entry, text):
    (tmp_path / "choices.json").write_text(text)
    with pytest.raises(ModelDamaged, match="holds no choices"):
        a_shelf(tmp_path, entry).missing(Kind.SD15)


def test_other_files_have_another_fingerprint(tmp_path, shelf, entry):
    other = an_entry(files=pinned({**FILES, "unet/config.json": b"{}"}))
    lay(tmp_path / "other", other, {**FILES, "unet/config.json": b"{}"})
    one = shelf.files(Kind.SD15, BASE).fingerprint
    two = a_shelf(tmp_path / "other", other).files(Kind.SD15, BASE).fingerprint
    assert one != two


def test_remove_keeps_what_another_entry_shares_and_tells_the_bytes(tmp_path, entry):
    sharing = an_entry("sharing", files=pinned({"unet/config.json": CONFIG}), repo=entry.repo)
    lay(tmp_path, entry)
    shelf = a_shelf(tmp_path, entry, sharing)
    assert shelf.remove(entry) == len(WEIGHTS)
    assert shelf.state(sharing) is EntryState.HERE
    assert shelf.remove(sharing) == len(CONFIG)
    assert not shelf.folder(entry).exists()


def own(root: Path, name="mine", said=None, **changes) -> Path:
    """Note one file of the creator's own as added and in use; returns where it lies."""
    path = made.weights(root / f"{name}.safetensors", made.LORA_SD15, said=said)
    data = path.read_bytes()
    row = {"name": "mine", "path": str(path), "kind": "sd15", "is_lora": False, "in_use": True}
    row |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), **changes}
    (root / "collection.json").write_text(json.dumps([row]))
    return path


def test_a_checkpoint_of_one_s_own_stands_in_for_the_base_s_weights(tmp_path, shelf, entry):
    plain = shelf.files(Kind.SD15, BASE).fingerprint
    path = own(tmp_path)
    model(shelf, entry).unlink()
    assert (shelf.missing(Kind.SD15), shelf.state(entry)) == ((), EntryState.PARTLY)
    files = shelf.files(Kind.SD15, BASE)
    assert (files.single_file, files.weights) == (path, {Role.BASE: ()})
    assert files.fingerprint != plain
    (shelf.folder(entry) / "unet/config.json").unlink()
    assert shelf.missing(Kind.SD15) == (entry,)


def test_loras_of_one_s_own_come_along_with_the_base_only(tmp_path, shelf, entry):
    path = own(tmp_path, is_lora=True)
    files = shelf.files(Kind.SD15, BASE)
    assert (files.single_file, files.loras) == (None, (path,))
    fast = an_entry("fast", files=pinned(), role=Role.FAST)
    lay(tmp_path, fast)
    assert a_shelf(tmp_path, entry, fast).files(Kind.SD15, (Role.FAST,)).loras == ()


def test_a_file_of_one_s_own_that_changed_or_went_is_refused(tmp_path, shelf):
    path = own(tmp_path)
    path.write_bytes(WEIGHTS[::-1])
    with pytest.raises(ModelDamaged, match=r"another file than the one that was added.*--not"):
        shelf.files(Kind.SD15, BASE)
    path.unlink()
    with pytest.raises(ModelMissing, match=r"not there any more.*--not"):
        shelf.files(Kind.SD15, BASE)


@pytest.mark.parametrize(
    ("name", "said", "licence"),
    [
        ("ip-adapter-faceid-plus", None, "IP-Adapter-FaceID-Non-Commercial"),
        ("mine", {"license": "CC-BY-NC-4.0"}, "Non-Commercial"),
    ],
    ids=["by its name", "by its words"],
)
def test_a_file_of_one_s_own_is_drawn_with_as_long_as_its_licence_is_accepted(
    tmp_path, entry, shelf, name, said, licence
):
    path = own(tmp_path, name, said)
    assert a_shelf(tmp_path, entry, accepted=[licence]).files(Kind.SD15, BASE).single_file == path
    for _ in "again":
        with pytest.raises(ModelRefused, match=r"accepted_licences.*--not"):
            shelf.files(Kind.SD15, BASE)


def test_the_header_of_a_file_of_one_s_own_is_read_once(tmp_path, shelf, monkeypatch):
    own(tmp_path)
    first = shelf.files(Kind.SD15, BASE)
    monkeypatch.delattr("studio.models.own.read_header")
    assert shelf.files(Kind.SD15, BASE) == first


def test_a_file_that_is_written_while_it_is_read_is_not_remembered(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b"one")
    hash_file = hashes.hash_file

    def meanwhile(read: Path, **told):
        found = hash_file(read, **told)
        path.write_bytes(b"other")
        return found

    known = hashes.Hashes()
    with monkeypatch.context() as patched:
        patched.setattr(hashes, "hash_file", meanwhile)
        assert known.of(path) == hashlib.sha256(b"one").hexdigest()
    assert known.of(path) == hashlib.sha256(b"other").hexdigest()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_into_holds_nothing(shelf, entry):
    shelf.folder(entry).chmod(0)
    try:
        assert shelf.state(entry) is EntryState.MISSING
    finally:
        shelf.folder(entry).chmod(0o700)


def test_entries_of_one_repository_are_pinned_to_one_commit():
    """Their files share a folder, and the lock knows one commit of it."""
    commits: dict[str, set[str | None]] = {}
    for entry in load_catalogue().entries:
        commits.setdefault(entry.repo, set()).add(entry.revision)
    assert all(len(of_repo) == 1 for of_repo in commits.values()), commits
