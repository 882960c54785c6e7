"""Videos are decoded in memory, upright, in their colours, and hostile ones harm nobody."""

import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consent.errors import QualityRefused
from studio.sitting import decoding, video
from studio.sitting.images import encode_still
from studio.sitting.video import Colours, colours_of, corrected, frames, is_video
from tests.studio.sitting.pictures import encoded
from tests.studio.sitting.videos import (
    PLACE,
    film,
    packed,
    turned,
    with_colours,
    with_location,
)

SMALL = (320, 240)


def corner(size=SMALL):
    """A grey picture whose top left corner is white."""
    image = np.full((size[1], size[0], 3), 60, np.uint8)
    image[: size[1] // 4, : size[0] // 4] = 255
    return image


def brightest_corner(image):
    height, width = image.shape[:2]
    values = {
        (row, column): image[row * (height - 1), column * (width - 1)].sum()
        for row in (0, 1)
        for column in (0, 1)
    }
    return max(values, key=values.get)


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """Two seconds, thirty frames, white top left corner."""
    path = tmp_path_factory.mktemp("films") / "short.mp4"
    return film(path, [corner()] * 30, size=SMALL)


@pytest.mark.parametrize("kind", ["mp4", "mov", "webm"])
def test_what_phones_and_browsers_record_is_read(tmp_path, kind):
    data = film(tmp_path / f"me.{kind}", [corner()] * 30, size=SMALL)
    assert is_video(data)
    found = list(frames(data))
    assert 5 <= len(found) <= 6
    assert {image.shape for image in found} == {(240, 320, 3)}
    assert abs(int(found[0][5, 5].mean()) - 255) < 6
    assert abs(int(found[0][-5, -5].mean()) - 60) < 6


@pytest.mark.parametrize(("degrees", "place"), [(90, (0, 1)), (180, (1, 1)), (270, (1, 0))])
def test_a_telephone_held_otherwise_gives_upright_frames(short, degrees, place):
    first = next(frames(turned(short, degrees)))
    assert brightest_corner(first) == place
    assert first.shape[:2] == ((320, 240) if degrees != 180 else (240, 320))


def test_what_follows_the_first_minute_is_not_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "MAX_SECONDS", 2.0)
    data = film(tmp_path / "long.mp4", [corner()] * 90, size=SMALL)
    assert len(list(frames(data))) <= 7


def test_large_frames_are_reduced(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "MAX_SIDE", 160)
    data = film(tmp_path / "large.mp4", [corner()] * 5, size=SMALL)
    assert next(frames(data)).shape == (120, 160, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "GIF"])
def test_a_picture_is_no_video_whatever_its_container(kind):
    assert not is_video(encoded(Image.new("RGB", (64, 48)), kind))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x00#EXTM3U\nfile:///etc/passwd",
        b"<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        b"#EXTftyp#EXTM3U\nfile:///etc/passwd\n",
        b"RIFF\x00\x00\x00\x00AVI LIST",
    ],
)
def test_lists_that_point_to_other_files_are_no_videos(data):
    assert not is_video(data)


def unreadable(data):
    with pytest.raises(QualityRefused) as caught:
        list(frames(data))
    assert caught.value.next_step.endswith(".")
    return caught.value.code


def frames_or_refusal(data):
    try:
        assert {image.shape for image in frames(data)} == {(240, 320, 3)}
    except QualityRefused as refusal:
        return refusal.code
    return "frames"


def test_a_container_without_a_picture_is_refused():
    assert unreadable(packed(b"ftyp", b"isom\0\0\0\0isom") + packed(b"mdat", bytes(99))) == (
        "video_unreadable"
    )


def test_a_truncated_video_is_refused(short):
    assert unreadable(short[:400]) == "video_unreadable"


def test_a_playlist_inside_a_container_opens_nothing(tmp_path):
    """FFmpeg goes by content: a list behind a video's first bytes must not be followed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.mp4"
        data = packed(b"ftyp", b"isom") + b"\n#EXTM3U\n#EXTINF:1,\n" + address.encode()
        assert is_video(data)
        assert unreadable(data) == "video_unreadable"
        with pytest.raises(TimeoutError):
            server.accept()


def test_frames_beyond_any_camera_are_not_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "MAX_PIXELS", 320 * 240 - 1)
    data = film(tmp_path / "bomb.mp4", [corner()] * 5, size=SMALL)
    assert list(decoding.sampled(data, rate=3, seconds=60)) == []


def test_a_size_that_lies_in_the_container_changes_nothing(short):
    at = short.index(b"mp4v") + 28  # width and height of the sample entry
    lying = short[:at] + struct.pack(">HH", 65535, 65535) + short[at + 4 :]
    assert frames_or_refusal(lying) in {"frames", "video_unreadable"}


def test_a_file_beyond_the_limit_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(video, "MAX_VIDEO_BYTES", 1 << 20)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert unreadable(packed(b"ftyp", b"isom" + bytes(1 << 20))) == "video_too_large"


def test_a_decoder_that_takes_too_long_is_ended(short, monkeypatch):
    monkeypatch.setattr(video, "DECODING_SECONDS", 0.0)
    assert unreadable(short) == "video_unreadable"


def test_what_came_in_time_is_used(short, monkeypatch):
    monkeypatch.setattr(video, "DECODING_SECONDS", 5.0)
    stream = frames(short)
    assert next(stream).shape == (240, 320, 3)
    stream.close()


@pytest.mark.parametrize("seed", range(6))
def test_damaged_bytes_end_in_frames_or_in_a_refusal(short, seed):
    rng = np.random.default_rng(seed)
    broken = bytearray(short)
    for at in rng.integers(0, len(broken), 30):
        broken[at] = rng.integers(0, 256)
    assert frames_or_refusal(bytes(broken)) in {"frames", "video_unreadable"}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_byte_of_a_video_touches_the_disk(short, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened = set()
    run = subprocess.Popen

    def watched(*args, **kwargs):
        process = run(*args, **kwargs)
        folder = Path(f"/proc/{process.pid}/fd")
        opened.update(str(entry.readlink()) for entry in folder.iterdir() if entry.exists())
        return process

    monkeypatch.setattr(subprocess, "Popen", watched)
    assert list(frames(short))
    assert list(tmp_path.iterdir()) == []
    assert not any(name.startswith(str(tempfile.gettempdir())) for name in opened)


def test_the_decoder_may_write_no_file(short, tmp_path):
    """Its fence holds in a process of its own: the limits are for good."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import decoding; decoding.fence();"
        "from pathlib import Path; Path(sys.argv[2]).write_bytes(b'face')"
    )
    folder = str(Path(decoding.__file__).parent)
    target = tmp_path / "kept"
    done = subprocess.run(
        [sys.executable, "-c", script, folder, str(target)], capture_output=True, check=False
    )
    assert done.returncode != 0
    assert not target.exists() or target.read_bytes() == b""


def test_where_a_video_was_taken_is_in_none_of_its_frames(short):
    data = with_location(short)
    assert data.count(PLACE) == 2
    found = list(frames(data))
    assert len(found) == 6
    kept = b"".join(encode_still(image) for image in found)
    assert PLACE not in kept
    assert b"location" not in kept
    assert b"Exif" not in kept


# Colours.

PAINTS = np.array(
    [[(200, 40, 40), (40, 200, 40), (40, 40, 200), (224, 172, 140), (90, 60, 45)]], np.uint8
)


def decoded_wrongly(paints, red, blue):
    """What BT.601 makes of numbers that were made with other shares of red and blue."""
    green = 1 - red - blue
    rgb = paints.astype(np.float64)
    luma = rgb @ (red, green, blue)
    cb, cr = (rgb[..., 2] - luma) / (2 * (1 - blue)), (rgb[..., 0] - luma) / (2 * (1 - red))
    return np.clip(
        np.stack([luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb], -1),
        0,
        255,
    ).astype(np.uint8)


def test_high_definition_is_shown_in_its_own_colours():
    wrong = decoded_wrongly(PAINTS, 0.2126, 0.0722)
    assert np.abs(wrong.astype(int) - PAINTS).max() > 15
    right = corrected(wrong, Colours(matrix=1))
    assert np.abs(right.astype(int) - PAINTS).max() <= 3


def test_an_unlabelled_video_is_taken_by_its_size():
    wrong = decoded_wrongly(np.tile(PAINTS, (720, 144, 1)), 0.2126, 0.0722)
    right = corrected(wrong, Colours())
    assert np.abs(right[0, :5].astype(int) - PAINTS[0]).max() <= 3
    assert np.array_equal(corrected(PAINTS, Colours()), PAINTS)


def test_a_label_in_the_file_is_read(short):
    assert colours_of(with_colours(short, 9, 18, 9)) == Colours(9, 18, 9)
    assert colours_of(short) == Colours()


def test_wide_colours_are_brought_into_srgb():
    grey = np.full((1, 1, 3), 128, np.uint8)
    wide = Colours(primaries=9, transfer=18, matrix=6)
    assert np.abs(corrected(grey, wide).astype(int) - 128).max() <= 1
    skin = np.full((1, 1, 3), (200, 165, 145), np.uint8)
    red, _, blue = corrected(skin, wide)[0, 0].astype(int)
    assert red - blue > 200 - 145


def test_colours_for_hdr_screens_only_are_refused(short):
    assert unreadable(with_colours(short, 9, 16, 9)) == "hdr"


def test_the_decoder_shrinks_and_never_enlarges():
    image = np.zeros((100, 200, 3), np.uint8)
    assert decoding.shrunk(image, 50).shape == (25, 50, 3)
    assert decoding.shrunk(image, 400) is image
