import json
import math
import stat

import pytest

from studio.sitting.diary import Diary, DiaryError, read_diary


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "calibration.json"


def diary(path, condition="window light", person="A"):
    return Diary(path, condition=condition, person=person, version="0.1.0")


def test_how_captures_end_is_kept_in_order(path):
    diary(path).ended("passed", {"frames": 240.0})
    diary(path, "lamp", "B").ended("too_dark", {"frames": 12.0})
    first, second = read_diary(path)
    assert (first.condition, first.person, first.outcome) == ("window light", "A", "passed")
    assert (second.condition, second.person, second.outcome) == ("lamp", "B", "too_dark")
    assert first.numbers == {"frames": 240.0}


def test_nobody_else_can_read_it(path):
    diary(path).ended("passed", {})
    diary(path).ended("passed", {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_only_numbers_and_the_operators_own_words_are_kept(path):
    diary(path).ended("passed", {"frames": 240.0})
    (kept,) = json.loads(path.read_text())["sittings"]
    assert set(kept) == {"condition", "person", "outcome", "numbers", "version"}


def test_what_was_not_measured_is_left_out(path):
    diary(path).ended("passed", {"colours_relief": math.nan, "frames": 3.0})
    assert read_diary(path)[0].numbers == {"frames": 3.0}


def test_a_diary_without_sittings_leaves_no_file(path):
    assert read_diary(path) == []
    diary(path)
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', '{"format": 9, "sittings": []}', "{"])
def test_another_file_is_never_overwritten(path, text):
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(DiaryError):
        diary(path)
    assert path.read_text() == text
