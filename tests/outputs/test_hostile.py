"""Small files that would keep a decoder busy, or fill the memory."""

from __future__ import annotations

import struct
import time

import pytest

from outputs.encode import Limits, MediaType, decode, decode_clip, encode, encode_clip
from outputs.errors import MarkMissing, TooLarge
from outputs.hostile import MOST_BLOCKS, MOST_SAMPLES
from tests.outputs.samples import flat

LIMITS = Limits(pixels=1_000_000, frames=10)


@pytest.fixture(scope="module")
def video():
    frames = (flat(64, 64), flat(64, 64, (10, 20, 30)))
    return encode_clip(frames, MediaType.MP4, seconds=0.1, xmp=b"<x/>")


def claiming(video: bytes, samples: int) -> bytes:
    """Let a video's index claim so many samples of one byte, as a few bytes can."""
    data = bytearray(video)
    at = data.find(b"stsz")
    data[at + 8 : at + 16] = struct.pack(">II", 1, samples)
    return bytes(data)


def test_video_that_claims_millions_of_samples_is_not_opened(video):
    began = time.monotonic()
    with pytest.raises(TooLarge, match="40000000 samples"):
        decode_clip(claiming(video, 40_000_000), LIMITS)
    with pytest.raises(TooLarge, match="samples"):
        decode(claiming(video, MOST_SAMPLES + 1), max_pixels=1_000_000)
    assert time.monotonic() - began < 1


def test_video_of_many_tracks_or_fragments_is_not_opened(video):
    box = struct.pack(">I4s", 8, b"trak") * 9
    moov = struct.pack(">I4s", 8 + len(box), b"moov") + box
    for more in (moov, struct.pack(">I4s", 8, b"moof")):
        with pytest.raises(TooLarge, match="too many pieces"):
            decode(video[:32] + more + video[32:], max_pixels=1_000_000)


def test_usual_video_is_opened(video):
    assert len(decode_clip(video, LIMITS).frames) == 2


def test_animation_with_millions_of_little_comments_is_not_opened():
    gif = encode(flat(64, 64), MediaType.GIF, xmp=b"<x/>")
    comment = b"\x21\xfe" + b"\x01a" * (MOST_BLOCKS + 1) + b"\0"
    began = time.monotonic()
    for bad in (gif[:13] + comment + gif[13:], gif[:-1] + comment + b";"):
        with pytest.raises(TooLarge, match="blocks beside pictures"):
            decode(bad, max_pixels=1_000_000)
    assert time.monotonic() - began < 1


def test_animation_with_a_comment_is_opened():
    gif = encode(flat(64, 64), MediaType.GIF, xmp=b"<x/>")
    comment = b"\x21\xfe" + b"\x05hello" * 20 + b"\0"
    assert decode(gif[:13] + comment + gif[13:], max_pixels=1_000_000).xmp == b"<x/>"


def test_sequence_without_a_measure_of_time_is_refused_or_opened():
    """Its decoder divides by that measure."""
    avif = encode(flat(64, 64), MediaType.AVIF, xmp=b"<x/>")
    for at in range(0, len(avif) - 4, 3):
        bad = avif[:at] + b"\0\0\0\0" + avif[at + 4 :]
        try:
            decode_clip(bad, LIMITS)
        except MarkMissing:
            continue
