"""Whatever a stranger brings is a finding or a refusal in words: never a crash, never a fetch."""

from __future__ import annotations

import http.server
import io
import itertools
import socket
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from c2pa import Builder, C2paSignerInfo, Context, Settings
from c2pa import Signer as NativeSigner

from consent.types import RecordState
from outputs.authority import make_authority
from outputs.encode import MediaType, encode
from outputs.errors import VerifyError
from outputs.opening import MAX_BYTES
from outputs.provenance import Signer
from outputs.report import State, Technique
from outputs.verify import Examiner, verify
from tests.outputs import bad_files
from tests.outputs.samples import LOG_KEYS, NOW, States, claim_of, textured

SLOW = 20.0  # seconds on a machine that has other things to do: a bomb would take minutes
SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
MUCH = 900 * 1024 * 1024  # bytes


@pytest.fixture
def examine(reader, watermarker):
    def examine(data: bytes):
        return verify(data, Examiner(reader, watermarker, LOG_KEYS, States(RecordState.GIVEN)))

    return examine


@pytest.fixture
def remote() -> Iterator[tuple[str, list[str]]]:
    """A server on this computer, and what it was asked for."""
    asked: list[str] = []

    class Noting(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            asked.append(repr(self.client_address))
            self.close_connection = True

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa", asked
    server.shutdown()
    server.server_close()
    thread.join()


def finding(report, technique: Technique):
    return next(item for item in report.findings if item.technique is technique)


REFUSED = {
    "empty": (lambda: b"", "empty_file"),
    "one byte": (lambda: b"\x89", "not_a_picture"),
    "larger than may be": (lambda: bytes(MAX_BYTES + 1), "file_too_large"),
    "program": (lambda: b"MZ\x90\0" + bytes(400), "not_a_picture"),
    "words": (lambda: b"hello", "not_a_picture"),
    "zip": (lambda: b"PK\x03\x04" + bytes(400), "not_a_picture"),
    "page": (lambda: b"<!doctype html><html>" + bad_files.SCRIPT, "not_a_picture"),
    "svg with a script": (bad_files.svg_with_script, "drawing_of_text"),
    "svg behind a declaration": (
        lambda: bad_files.svg_with_script(b'\xef\xbb\xbf<?xml version="1.0"?>\n'),
        "drawing_of_text",
    ),
    "svg that is packed": (bad_files.svgz, "not_a_picture"),
    "png cut off": (lambda: bad_files.png()[:3000], "not_a_picture"),
    "jpeg cut off": (lambda: bad_files.jpeg()[:300], "not_a_picture"),
    "png with a wrong sum": (
        lambda: bad_files.png()[:40] + b"\xff\xff" + bad_files.png()[42:],
        "not_a_picture",
    ),
    "png of 2.5 thousand megapixels": (
        lambda: bad_files.png_of_nothing(50_000, 50_000),
        "picture_too_large",
    ),
    "png that unpacks to 49 megapixels": (
        lambda: bad_files.png_of_nothing(7000, 7000),
        "picture_too_large",
    ),
    "gif of 4 thousand megapixels": (bad_files.gif_of_great_size, "picture_too_large"),
    "avif of 3.6 thousand megapixels": (bad_files.avif_of_great_size, None),
    "text that unpacks to 400 MB": (bad_files.png_with_text_bomb, None),
    "note that unpacks to 400 MB": (lambda: bad_files.png_with_text_bomb(b"zTXt"), None),
    "video with a broken index": (bad_files.broken_video, "not_a_picture"),
    "video of boxes in boxes": (bad_files.nested_boxes, "too_many_parts"),
    "webp of 20,000 frames": (lambda: bad_files.many_frames("WEBP", 20_000), "too_many_parts"),
    "gif of 20,000 frames": (lambda: bad_files.many_frames("GIF", 20_000), "too_many_parts"),
    "video cut off": (lambda: bad_files.broken_video()[:40], "not_a_picture"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_opened_is_refused_in_words(examine, name):
    make, code = REFUSED[name]
    data = make()
    tracemalloc.start()
    began = time.monotonic()
    try:
        with pytest.raises(VerifyError) as refused:
            examine(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < SLOW
    assert peak < MUCH
    assert refused.value.code == code or code is None
    for part in (refused.value.what, refused.value.why, refused.value.next_step):
        assert part.endswith(".")
        assert "Traceback" not in part


POLYGLOTS = {
    "png and zip": bad_files.png_and_zip,
    "gif and script": bad_files.gif_and_script,
    "jpeg and page": bad_files.jpeg_and_page,
}


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_file_that_is_two_things_is_read_as_a_picture_only(examine, name):
    report = examine(POLYGLOTS[name]())
    assert not report.tells_generated
    told = report.to_json() + report.to_text()
    assert "script" not in told
    assert "autorun" not in told


MANY = {
    "webp of 3,000 frames": lambda: bad_files.many_frames("WEBP", 3_000),
    "gif of 1,000 frames": lambda: bad_files.many_frames("GIF", 1_000),
    "png of 1,500 frames": lambda: bad_files.many_frames("PNG", 1_500),
}


@pytest.mark.parametrize("name", list(MANY))
def test_of_very_many_frames_only_the_beginning_is_opened(examine, name):
    data = MANY[name]()
    began = time.monotonic()
    report = examine(data)
    assert time.monotonic() - began < SLOW
    assert not report.tells_generated


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_manifest_that_lies_elsewhere_is_not_fetched(examine, remote, form):
    address, asked = remote
    packet = bad_files.remote_packet(address)
    report = examine(bad_files.png(xmp=packet) if form == "PNG" else bad_files.jpeg(xmp=packet))
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.state is State.NOT_FOUND
    assert "not fetched" in manifest.sentence
    assert asked == []


def test_manifest_signed_with_an_address_is_not_fetched(examine, remote, authority):
    """As c2pa itself writes it, where a program keeps its manifests on a server."""
    address, asked = remote
    info = C2paSignerInfo(b"es256", authority.chain, authority.key, None)
    context = Context(Settings(), NativeSigner.from_info(info))
    created = {"action": "c2pa.created", "digitalSourceType": SOURCE}
    definition = {
        "claim_generator_info": [{"name": "Elsewhere"}],
        "format": "image/png",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    signed = io.BytesIO()
    with Builder(definition, context=context) as builder:
        builder.set_no_embed()
        builder.set_remote_url(address)
        builder.sign("image/png", io.BytesIO(bad_files.png()), signed)
    report = examine(signed.getvalue())
    assert finding(report, Technique.MANIFEST).state is State.NOT_FOUND
    assert not report.tells_generated
    assert asked == []


@pytest.mark.parametrize(
    "packet", [b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff" * 99]
)
def test_packet_of_any_shape_is_a_finding(examine, packet):
    report = examine(bad_files.png(xmp=packet))
    assert finding(report, Technique.XMP).state is State.INVALID


def test_packet_with_an_outside_entity_is_not_fetched(examine, remote):
    address, asked = remote
    packet = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{address}">]><a>&b;</a>'.encode()
    report = examine(bad_files.png(xmp=packet))
    assert finding(report, Technique.XMP).state is State.INVALID
    assert asked == []


def test_forged_certificate_under_our_names_is_not_ours(examine):
    """The same names as this installation's root and leaf, other keys."""
    forged = Signer(make_authority(now=NOW, serial=itertools.count(1000).__next__))
    data = forged.sign(bad_files.png(), "image/png", claim_of())
    report = examine(data)
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.state in {State.VALID, State.INVALID}
    assert manifest.details["issuer"] != "this installation"
    assert "output_id" not in manifest.details
    assert finding(report, Technique.CONSENT).state is State.UNKNOWN
    assert finding(report, Technique.LOG).state is not State.TRUSTED


def test_manifest_of_another_picture_does_not_hold(examine, signer):
    signed = signer.sign(bad_files.png(), "image/png", claim_of())
    at = signed.index(b"caBX") - 4
    length = int.from_bytes(signed[at : at + 4]) + 12
    another = encode(textured(256, 77), MediaType.PNG, xmp=b"")
    end = len(bad_files.PNG_HEAD) + 25
    report = examine(another[:end] + signed[at : at + length] + another[end:])
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.state is State.INVALID
    assert not manifest.tells_generated
    assert "changed after signing" in manifest.sentence
    assert "another's" in manifest.sentence
    assert "output_id" not in manifest.details
    assert finding(report, Technique.CONSENT).state is State.UNKNOWN


def test_manifest_that_is_only_noise_does_not_hold(examine):
    data = bad_files.with_chunk(bad_files.png(), b"caBX", bytes(range(256)) * 8)
    report = examine(data)
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.state in {State.INVALID, State.NOT_FOUND}
    assert not manifest.tells_generated


def test_nothing_is_fetched_or_started_by_any_of_them(examine, monkeypatch):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("something was started or asked")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(subprocess, "Popen", forbidden)
    for make in POLYGLOTS.values():
        examine(make())
    for name in ("svg with a script", "page", "video with a broken index"):
        with pytest.raises(VerifyError):
            examine(REFUSED[name][0]())
