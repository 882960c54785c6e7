from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.models.errors import ModelDamaged
from studio.models.lock import NAME, Pin, forget, pin_file, pin_revision, read_lock

COMMIT, OTHER = "a" * 40, "b" * 40
PIN = Pin("c" * 64, 12)


def test_nothing_is_pinned_before_the_first_pull(tmp_path):
    assert read_lock(tmp_path / "nowhere") == {}


def test_pins_are_read_as_they_were_written(tmp_path):
    pin_revision(tmp_path, "o/a", COMMIT)
    pin_file(tmp_path, "o/a", "x.json", PIN)
    pin_revision(tmp_path, "o/b", OTHER)
    pin_revision(tmp_path, "o/a", COMMIT)
    found = read_lock(tmp_path)
    assert (found["o/a"].revision, dict(found["o/a"].files)) == (COMMIT, {"x.json": PIN})
    assert dict(found["o/b"].files) == {}


def test_pins_of_another_commit_are_dropped(tmp_path):
    pin_revision(tmp_path, "o/a", COMMIT)
    pin_file(tmp_path, "o/a", "x.json", PIN)
    pin_revision(tmp_path, "o/a", OTHER)
    assert dict(read_lock(tmp_path)["o/a"].files) == {}


def test_pins_can_be_forgotten_by_file_and_the_commit_with_the_last(tmp_path):
    pin_revision(tmp_path, "o/a", COMMIT)
    pin_file(tmp_path, "o/a", "x.json", PIN)
    pin_file(tmp_path, "o/a", "y.json", PIN)
    forget(tmp_path, "o/a", frozenset({"x.json"}))
    assert set(read_lock(tmp_path)["o/a"].files) == {"y.json"}
    forget(tmp_path, "o/a", frozenset({"y.json"}))
    forget(tmp_path, "o/unknown", frozenset({"y.json"}))
    assert read_lock(tmp_path) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"version": 2, "repos": {}}',
        '{"version": 1}',
        '{"version": 1, "repos": []}',
        '{"version": 1, "repos": {"o/a": {"revision": "main", "files": {}}}}',
        '{"version": 1, "repos": {"o/a": {"files": {}}}}',
        "[" * 100_000,
        "\xff\xfe",
    ],
)
def test_a_file_that_holds_no_pins_stops_everything(tmp_path, text):
    (tmp_path / NAME).write_text(text, encoding="latin-1")
    with pytest.raises(ModelDamaged, match="holds no pins"):
        read_lock(tmp_path)


@pytest.mark.parametrize("size", [-1, "12", None, True, 1.5])
@pytest.mark.parametrize("sha256", ["c" * 64, "C" * 64, "c" * 63, "", None, 7])
def test_a_pin_is_a_hash_and_a_size(tmp_path, size, sha256):
    file = {"x.json": {"sha256": sha256, "size": size}}
    repos = {"o/a": {"revision": COMMIT, "files": file}}
    (tmp_path / NAME).write_text(json.dumps({"version": 1, "repos": repos}))
    with pytest.raises(ModelDamaged, match="holds no pins"):
        read_lock(tmp_path)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(st.sampled_from(["version", "repos", "revision", "files", "o/a"]), x)
        ),
    )
)
def test_whatever_it_holds_is_read_or_refused(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("lock")
    (folder / NAME).write_text(json.dumps(data))
    with pytest.raises(ModelDamaged):
        read_lock(folder)
