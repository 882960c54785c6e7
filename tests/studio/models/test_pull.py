from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
from collections import namedtuple

import filelock
import pytest

from studio.models.errors import ModelDamaged, ModelMissing, ModelRefused, PullFailed
from studio.models.hub import Hub
from studio.models.lock import pin_revision, read_lock
from studio.models.patience import TRIES
from studio.models.pull import pull
from studio.models.shelf import EntryState
from studio.models.transfer import Part
from studio.models.types import ModelFile, Role
from tests.studio.models.shelves import (
    CLOSED,
    CONFIG,
    FILES,
    WEIGHTS,
    Told,
    a_shelf,
    an_entry,
    lay,
    pinned,
    wish,
)
from tests.tiny.hub import COMMIT, tiny_hub

OTHER = "f" * 40
SPACE = namedtuple("SPACE", "total used free")


@pytest.fixture
def hub():
    with tiny_hub(files={"owner/base": dict(FILES)}) as hub:
        yield hub


@pytest.fixture
def told():
    return Told()


def fetch(shelf, hub, told, *entries, slept=None):
    asking = Hub(hub.address)
    try:
        return pull(
            shelf, wish(*entries), asking, told, sleep=(slept if slept is not None else []).append
        )
    finally:
        asking.close()


def place(root, path="unet/model.safetensors"):
    return root / "owner--base" / path


def part(root):
    return place(root, "unet/model.safetensors.part")


def test_an_entry_comes_whole_and_is_pinned(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path / "models", entry)
    (done,) = fetch(shelf, hub, told, entry)
    assert (done.revision, done.files, done.bytes) == (COMMIT, 2, len(WEIGHTS) + len(CONFIG))
    assert shelf.state(entry) is EntryState.HERE
    assert place(shelf.root).read_bytes() == WEIGHTS
    assert [each.size for each in shelf.verify(entry)] == [len(CONFIG), len(WEIGHTS)]
    lock = json.loads((shelf.root / "models.lock.json").read_text())
    assert lock["repos"]["owner/base"]["revision"] == COMMIT
    assert lock["repos"]["owner/base"]["files"]["unet/model.safetensors"] == {
        "sha256": hashlib.sha256(WEIGHTS).hexdigest(),
        "size": len(WEIGHTS),
    }
    assert told.reached[-1] == len(WEIGHTS)
    assert told.ended == 2


def test_what_is_here_and_right_is_not_asked_for_again(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    fetch(shelf, hub, told, entry)
    hub.asked.clear()
    (done,) = fetch(shelf, hub, told, entry)
    assert (done.files, done.bytes) == (0, 0)
    assert hub.asked == []


def test_a_damaged_file_is_fetched_anew(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    fetch(shelf, hub, told, entry)
    place(tmp_path).write_bytes(b"\1" + WEIGHTS[1:])
    (done,) = fetch(shelf, hub, told, entry)
    assert done.files == 1
    assert place(tmp_path).read_bytes() == WEIGHTS


def test_nothing_of_this_machine_is_sent_along(tmp_path, hub, told, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    entry = an_entry()
    fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert {each.headers["User-Agent"] for each in hub.asked} == {"selfsame"}
    names = {name.lower() for each in hub.asked for name in each.headers}
    assert names <= {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert "hf_secret" not in str(hub.asked)


def test_a_cut_connection_is_gone_on_with(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    hub.cut_after = [len(CONFIG), 300_000, 400_000]
    slept = []
    fetch(shelf, hub, told, entry, slept=slept)
    assert place(tmp_path).read_bytes() == WEIGHTS
    asked = [each.headers.get("Range") for each in hub.asked if "/storage/" in each.path]
    assert asked == [None, "bytes=300000-", "bytes=700000-"]
    assert slept == [1.0, 1.0]


def test_a_later_pull_goes_on_where_an_earlier_one_broke(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    hub.cut_after = [len(CONFIG), 300_000, *[0] * TRIES]
    with pytest.raises(PullFailed, match=r"Tried 6 times\. What came is kept"):
        fetch(shelf, hub, told, entry)
    assert part(tmp_path).stat().st_size == 300_000
    assert shelf.state(entry) is EntryState.PARTLY
    hub.asked.clear()
    hub.cut_after.clear()
    again = Told()
    fetch(shelf, hub, again, entry)
    assert ("owner/base/unet/model.safetensors", len(WEIGHTS), 300_000) in again.begun
    ranges = [each.headers["Range"] for each in hub.asked if "Range" in each.headers]
    assert set(ranges) == {"bytes=300000-"}
    assert place(tmp_path).read_bytes() == WEIGHTS
    assert not part(tmp_path).exists()


def test_a_server_without_ranges_begins_anew(tmp_path, hub, told):
    entry = an_entry()
    hub.takes_ranges = False
    hub.cut_after = [len(CONFIG), 300_000]
    fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert place(tmp_path).read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    "left", [WEIGHTS[:10] + b"x" * 500, WEIGHTS + b"more", b"x" * len(WEIGHTS)]
)
def test_what_an_earlier_pull_left_wrong_is_begun_anew(tmp_path, hub, told, left):
    entry = an_entry()
    part(tmp_path).parent.mkdir(parents=True)
    part(tmp_path).write_bytes(left)
    pin_revision(tmp_path, entry.repo, COMMIT)
    fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert place(tmp_path).read_bytes() == WEIGHTS


def test_a_busy_hub_is_asked_again_and_not_for_ever(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    hub.statuses = [503, 429]
    slept = []
    fetch(shelf, hub, told, entry, slept=slept)
    assert slept == [1.0, 2.0]
    assert "status 503" in told.waited[0]
    shelf.remove(entry)
    hub.statuses = [503] * TRIES
    with pytest.raises(PullFailed, match="status 503"):
        fetch(shelf, hub, told, entry)


@pytest.mark.parametrize("path", list(FILES))
def test_other_bytes_than_the_hub_spoke_of_are_not_kept(tmp_path, hub, told, path):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    data = FILES[path]
    hub.bends[path] = bytes([data[0] ^ 1]) + data[1:]
    with pytest.raises(ModelDamaged, match="came with the hash"):
        fetch(shelf, hub, told, entry)
    assert not place(tmp_path, path).exists()
    assert not place(tmp_path, f"{path}.part").exists()
    assert path not in read_lock(tmp_path)["owner/base"].files


def test_another_file_than_the_catalogue_pins_is_refused_before_it_comes(tmp_path, hub, told):
    entry = an_entry(files=pinned({**FILES, "unet/model.safetensors": WEIGHTS[::-1]}))
    with pytest.raises(ModelDamaged, match=r"not the file that was pinned.*own catalogue pins it"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert hub.paths("GET") == []


def test_what_was_believed_once_is_checked_ever_after(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    fetch(shelf, hub, told, entry)
    shelf.remove(entry)
    hub.files["owner/base"]["unet/model.safetensors"] = WEIGHTS[::-1]
    with pytest.raises(ModelDamaged, match="not the file that was pinned"):
        fetch(shelf, hub, told, entry)
    hub.tells_hashes = False
    with pytest.raises(ModelDamaged, match="came with the hash"):
        fetch(shelf, hub, told, entry)
    assert not place(tmp_path).exists()


def test_a_hub_that_tells_no_hash_is_believed_the_first_time(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    hub.tells_hashes = False
    fetch(shelf, hub, told, entry)
    assert shelf.state(entry) is EntryState.HERE


def test_the_commit_of_the_first_pull_is_asked_for_ever_after(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    hub.cut_after = [len(CONFIG), 300_000, *[0] * TRIES]
    with pytest.raises(PullFailed):
        fetch(shelf, hub, told, entry)
    hub.cut_after.clear()
    hub.asked.clear()
    fetch(shelf, hub, told, entry)
    assert {each.path.split("/")[4] for each in hub.asked} == {COMMIT}


def test_a_hub_at_another_commit_is_refused(tmp_path, hub, told):
    entry = an_entry(revision=OTHER)
    with pytest.raises(ModelMissing, match=f"at {OTHER}"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)


def test_a_new_commit_of_the_catalogue_is_fetched_and_old_parts_are_dropped(tmp_path, hub, told):
    old, new = an_entry(), an_entry(revision=COMMIT)
    shelf = a_shelf(tmp_path, old)
    hub.commit = OTHER
    fetch(shelf, hub, told, old)
    part(tmp_path).write_bytes(b"of the old commit")
    hub.commit = COMMIT
    hub.files["owner/base"]["unet/model.safetensors"] = WEIGHTS[::-1]
    shelf = a_shelf(tmp_path, new)
    assert shelf.state(new) is EntryState.PARTLY
    fetch(shelf, hub, told, new)
    assert place(tmp_path).read_bytes() == WEIGHTS[::-1]
    assert read_lock(tmp_path)["owner/base"].revision == COMMIT


def test_files_put_there_by_hand_are_checked_and_not_fetched(tmp_path, hub, told):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    lay(tmp_path, entry)
    assert shelf.state(entry) is EntryState.PARTLY
    (done,) = fetch(shelf, hub, told, entry)
    assert (done.files, hub.paths("GET")) == (0, [])
    assert shelf.state(entry) is EntryState.HERE


def test_files_that_the_catalogue_pins_need_no_hub(tmp_path, hub, told):
    entry = an_entry(files=pinned())
    lay(tmp_path, entry)
    (done,) = fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert (done.revision, done.files, hub.asked) == (None, 0, [])


def test_a_mirror_that_names_no_commit_serves_pinned_ones_only(tmp_path, hub, told):
    hub.commit = None
    hub.files["owner/base"] = dict(FILES)
    with pytest.raises(PullFailed, match="does not say which commit"):
        fetch(a_shelf(tmp_path, an_entry()), hub, told, an_entry())


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (404, ModelMissing, "status 404"),
        (401, ModelRefused, "never signs in"),
        (403, ModelRefused, "models add FILE"),
        (451, PullFailed, "status 451"),
    ],
)
def test_a_refusal_of_the_hub_is_told(tmp_path, hub, told, status, error, sentence):
    hub.statuses = [status]
    entry = an_entry()
    with pytest.raises(error, match=sentence):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)


def test_a_file_that_the_hub_does_not_have_is_told_before_anything_comes(tmp_path, hub, told):
    entry = an_entry(files=[*map(ModelFile, FILES), ModelFile("vae/config.json")])
    with pytest.raises(ModelMissing, match=r"no vae/config.json in owner/base"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert hub.paths("GET") == []


@pytest.mark.parametrize(
    "path",
    [
        "unet/model.bin",
        "model.ckpt",
        "pipeline.py",
        "model.safetensors.pt",
        "../elsewhere.json",
        "/etc/passwd.json",
        "unet/../../x.json",
        "a\\b.json",
        "C:/x.json",
        "unet//x.json",
        "x\n.json",
        "x.json/",
        "nul\0.json",
        "a/./b.json",
        "x" * 300 + ".json",
    ],
)
def test_paths_that_lead_elsewhere_and_pickles_are_not_taken(tmp_path, hub, told, path):
    entry = an_entry(files=[ModelFile(path)])
    with pytest.raises(ModelRefused):
        fetch(a_shelf(tmp_path / "models", entry), hub, told, entry)
    assert hub.asked == []


@pytest.mark.parametrize("repo", ["owner", "../x", "owner/../x", "a/b/c", "owner/", "/x", "o:n/x"])
def test_names_that_are_no_repositories_are_not_taken(tmp_path, hub, told, repo):
    entry = an_entry(repo=repo)
    with pytest.raises(ModelRefused, match="owner/name"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)


def test_a_licence_is_asked_for_before_the_hub_is(tmp_path, hub, told):
    free, closed = an_entry(), an_entry("closed", licence=CLOSED)
    with pytest.raises(ModelRefused, match="Closed-NC"):
        fetch(a_shelf(tmp_path, free, closed), hub, told, free, closed)
    assert hub.asked == []
    hub.files["owner/closed"] = dict(FILES)
    shelf = a_shelf(tmp_path, closed, accepted=["Closed-NC"])
    assert fetch(shelf, hub, told, closed)[0].files == 2


def test_a_disk_that_is_too_small_is_told_before_anything_comes(tmp_path, hub, told, monkeypatch):
    entry = an_entry()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SPACE(10, 10, 400_000_000))
    with pytest.raises(PullFailed, match=r"0\.40 GB free.*Nothing was fetched"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert hub.paths("GET") == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_keeps_what_came(tmp_path, hub, told, monkeypatch, code):
    entry = an_entry()
    shelf = a_shelf(tmp_path, entry)
    append = Part.append

    def filling(self, piece):
        if self.size + len(piece) > 500_000:
            append(self, piece[: 500_000 - self.size])
            raise OSError(code, os.strerror(code))
        append(self, piece)

    with monkeypatch.context() as patched:
        patched.setattr(Part, "append", filling)
        with pytest.raises(PullFailed, match=r"is full\. What came is kept"):
            fetch(shelf, hub, told, entry)
    assert part(tmp_path).stat().st_size == 500_000
    fetch(shelf, hub, told, entry)
    assert "bytes=500000-" in [each.headers.get("Range") for each in hub.asked]
    assert place(tmp_path).read_bytes() == WEIGHTS


def test_a_folder_that_cannot_be_written_is_told(tmp_path, hub, told):
    (tmp_path / "models").write_text("a file")
    entry = an_entry()
    with pytest.raises(PullFailed, match="cannot be written"):
        fetch(a_shelf(tmp_path / "models", entry), hub, told, entry)


def test_two_pulls_at_once_fetch_everything_once(tmp_path, hub):
    entry = an_entry()
    first, second = Told(), Told()
    reached, go_on = threading.Event(), threading.Event()

    def holding(asked):
        if asked.method == "GET":
            reached.set()
            go_on.wait(10)

    hub.before = holding
    done = {}

    def run(told):
        done[told] = fetch(a_shelf(tmp_path, entry), hub, told, entry)

    threads = [threading.Thread(target=run, args=(told,)) for told in (first, second)]
    threads[0].start()
    assert reached.wait(10)
    threads[1].start()
    while not second.waited:
        threads[1].join(0.01)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert (done[first][0].files, done[second][0].files) == (2, 0)
    assert "Another pull is running" in second.waited[0]
    assert sorted(hub.paths("GET")) == sorted(FILES)


def test_the_lock_of_a_pull_is_given_back_when_it_fails(tmp_path, hub, told):
    hub.statuses = [404]
    entry = an_entry()
    with pytest.raises(ModelMissing):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)
    with filelock.FileLock(tmp_path / ".pull.lock", timeout=0):
        pass


def test_entries_of_one_repository_share_its_files(tmp_path, hub, told):
    face = an_entry("face", repo="owner/base", role=Role.ADAPTER)
    base = an_entry(files=[*map(ModelFile, FILES), ModelFile("vae/config.json")])
    hub.files["owner/base"]["vae/config.json"] = CONFIG
    shelf = a_shelf(tmp_path, base, face)
    fetch(shelf, hub, told, face)
    fetch(shelf, hub, told, base)
    assert hub.paths("GET").count("unet/model.safetensors") == 1
    shelf.remove(base)
    assert (shelf.state(face), shelf.state(base)) == (EntryState.HERE, EntryState.PARTLY)


def test_a_server_that_always_breaks_at_the_same_place_is_given_up(tmp_path, hub, told):
    entry = an_entry()
    hub.takes_ranges = False
    hub.cut_after = [len(CONFIG), *[300_000] * 20]
    slept = []
    with pytest.raises(PullFailed, match="What came is kept"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry, slept=slept)
    assert slept == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_a_file_longer_than_the_hub_says_is_not_kept(tmp_path, hub, told):
    entry = an_entry()
    hub.bends["unet/model.safetensors"] = WEIGHTS + b"more"
    with pytest.raises(ModelDamaged, match="longer than the hub says"):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert not part(tmp_path).exists()


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("ftp://127.0.0.1/x", "from http to ftp"),
        ("file:///etc/passwd", "from http to file"),
        ("http://[::", "cannot be reached: Invalid URL"),
        ("/owner/base/resolve/main/unet/model.safetensors", "in circles"),
        ("http://127.0.0.1:9/x", "cannot be reached"),
    ],
)
def test_redirects_lead_to_files_only(tmp_path, hub, told, place, sentence):
    entry = an_entry()
    hub.redirects_to = place
    with pytest.raises(PullFailed, match=sentence):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)


@pytest.mark.parametrize(
    ("header", "value", "sentence"),
    [
        ("Content-Encoding", "gzip", "in a form nobody asked for"),
        ("X-Repo-Commit", "main", "does not say which commit"),
        ("X-Linked-Size", "9" * 14, "GB are to come"),
        ("X-Linked-Size", "9" * 5000, "how long"),
        ("X-Linked-Size", "-1", "how long"),
        ("X-Linked-Size", "NaN", "how long"),
    ],
)
def test_a_hub_that_lies_in_its_headers_is_refused(tmp_path, hub, told, header, value, sentence):
    entry = an_entry()
    hub.extra[header] = value
    with pytest.raises(PullFailed, match=sentence):
        fetch(a_shelf(tmp_path, entry), hub, told, entry)
    assert not place(tmp_path).exists()


def test_what_two_entries_share_comes_once_when_both_are_pulled(tmp_path, hub, told):
    face = an_entry("face", repo="owner/base", role=Role.ADAPTER)
    shelf = a_shelf(tmp_path, an_entry(), face)
    done = fetch(shelf, hub, told, an_entry(), face)
    assert [each.files for each in done] == [2, 0]
    assert sorted(hub.paths("GET")) == sorted(FILES)
    assert shelf.state(face) is EntryState.HERE


def test_nothing_but_named_files_lies_there_after_a_pull(tmp_path, hub, told):
    entry = an_entry()
    fetch(a_shelf(tmp_path, entry), hub, told, entry)
    found = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    named = {f"owner--base/{path}" for path in FILES}
    assert found == {*named, "models.lock.json", ".pull.lock"}
