"""The crawl's own eyes: a picture is found wherever it lies."""

from __future__ import annotations

import base64
import io
import json
import zipfile

import pytest
from PIL import Image

from tests.exits.pictures import pictures_in


def picture(kind):
    buffer = io.BytesIO()
    Image.effect_noise((32, 32), 40).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


def zipped(data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/me.bin", data)
    return buffer.getvalue()


WRAPPINGS = {
    "as it is": lambda data: data,
    "in an archive": zipped,
    "in an archive in an archive": lambda data: zipped(zipped(data)),
    "as a data URL": lambda data: b'<img src="data:image/png;base64,%b">' % base64.b64encode(data),
    "in JSON": lambda data: json.dumps({"a": [{"b": base64.b64encode(data).decode()}]}).encode(),
    "URL-safe in JSON": lambda data: json.dumps(base64.urlsafe_b64encode(data).decode()).encode(),
    "as digits in JSON": lambda data: json.dumps({"a": data.hex()}).encode(),
    "in a stream": lambda data: b'data: {"a": 1}\n\ndata: {"a": "%b"}\n\n' % base64.b64encode(data),
    "after other bytes": lambda data: bytes(1000) + data,
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_picture_is_found(kind, wrapping):
    if wrapping == "after other bytes" and kind in {"BMP", "TIFF", "PPM"}:
        pytest.skip("their beginnings are too short to be told from other bytes")
    assert [*pictures_in(WRAPPINGS[wrapping](picture(kind)))]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"what": "No.", "code": "not_here"}',
        b"<p>PNG and JPEG</p>",
        json.dumps({"hash": "5e" * 200, "proof": base64.b64encode(bytes(600)).decode()}).encode(),
    ],
)
def test_words_are_no_picture(body):
    assert [*pictures_in(body)] == []
