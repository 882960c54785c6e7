import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.subjects import cast as casting
from studio.subjects.cast import CastError, CastMember, load_cast
from studio.subjects.player import LAYER

ACTIONS = {"rest", "turn_left", "turn_right", "look_up", "smile", "mouth_open", "blink", "still"}


def sheet(colour):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


@pytest.fixture
def assets(tmp_path, monkeypatch):
    """A cast of one, with two frames, pinned like the real one."""
    frames = {"rest_00.webp": sheet("red"), "rest_01.webp": sheet("blue")}
    folder = tmp_path / "assets" / "nobody"
    folder.mkdir(parents=True)
    for name, data in frames.items():
        (folder / name).write_bytes(data)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in frames.items()}
    entry = {"description": "Nobody at all", "frames": hashes}
    manifest = json.dumps({"subjects": {"nobody": entry}}).encode()
    (tmp_path / "assets" / "manifest.json").write_bytes(manifest)
    monkeypatch.setattr(casting, "MANIFEST_SHA256", hashlib.sha256(manifest).hexdigest())
    monkeypatch.setattr(casting.resources, "files", lambda package: tmp_path)
    return tmp_path / "assets"


def flip_one_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_pinned_frame_is_read_with_its_hash(assets):
    member = load_cast()["nobody"]
    assert isinstance(member, CastMember)
    assert member.clips == {"rest": ("rest_00.webp", "rest_01.webp")}
    frame = member.frame("rest_00.webp")
    assert frame.sha256 == member.hashes["rest_00.webp"]
    assert (frame.image == (255, 0, 0)).all()


def test_a_frame_altered_by_one_bit_is_refused(assets):
    member = load_cast()["nobody"]
    flip_one_bit(assets / "nobody" / "rest_01.webp")
    assert member.frame("rest_00.webp")
    with pytest.raises(CastError, match="not the pinned frame"):
        member.frame("rest_01.webp")


def test_a_swapped_frame_is_refused(assets):
    member = load_cast()["nobody"]
    (assets / "nobody" / "rest_01.webp").write_bytes(sheet("red"))
    with pytest.raises(CastError, match="not the pinned frame"):
        member.frame("rest_01.webp")


def test_an_altered_manifest_is_refused(assets):
    flip_one_bit(assets / "manifest.json")
    with pytest.raises(CastError, match="not the pinned one"):
        load_cast()


def test_a_manifest_with_one_more_frame_is_refused(assets):
    data = json.loads((assets / "manifest.json").read_text())
    data["subjects"]["nobody"]["frames"]["rest_02.webp"] = "ab" * 32
    (assets / "manifest.json").write_text(json.dumps(data))
    with pytest.raises(CastError, match="not the pinned one"):
        load_cast()


def test_a_frame_that_is_not_in_the_manifest_cannot_be_asked_for(assets):
    (assets / "nobody" / "rest_02.webp").write_bytes(sheet("green"))
    with pytest.raises(KeyError):
        load_cast()["nobody"].frame("rest_02.webp")


def test_every_installed_frame_is_the_pinned_one_and_can_play_any_challenge(cast):
    assert len(cast) >= 2
    for member in cast.values():
        assert set(member.clips) >= ACTIONS
        assert member.description
        for name in member.hashes:
            image = member.frame(name).image
            assert image.dtype == np.uint8
            assert image.shape[2] == 3


def test_every_frame_of_rest_has_its_layer_of_a_screen_s_light(cast):
    for member in cast.values():
        for name in member.clips["rest"]:
            assert member.frame(LAYER + name).image.shape == member.frame(name).image.shape


def test_a_layer_altered_by_one_bit_is_refused(member, tmp_path, monkeypatch):
    name = LAYER + member.clips["rest"][0]
    folder = tmp_path / "assets" / member.id
    folder.mkdir(parents=True)
    installed = Path(casting.__file__).parent / "assets" / member.id / name
    (folder / name).write_bytes(installed.read_bytes())
    monkeypatch.setattr(casting.resources, "files", lambda package: tmp_path)
    assert member.frame(name)
    flip_one_bit(folder / name)
    with pytest.raises(CastError, match="not the pinned frame"):
        member.frame(name)


def test_no_frame_belongs_to_two_subjects(cast):
    hashes = [digest for member in cast.values() for digest in set(member.hashes.values())]
    assert len(set(hashes)) == len(hashes)
