"""Finds pictures in whatever a studio hands out: as they are, in archives, in JSON, in markup."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import urllib.parse
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

# How files of pictures begin, wherever in other bytes they lie. Sealed bytes are random and plenty:
# anything shorter would be found in them by chance.
BEGINNINGS = {
    "JPEG": re.compile(rb"\xff\xd8\xff(?:\xe0..JFIF|\xe1..Exif|[\xc0\xdb]\x00)", re.DOTALL),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
    "AVIF": re.compile(rb"ftyp(?:avif|avis|mif1|heic)"),
    "MP4": re.compile(rb"ftyp(?:isom|iso[2-9]|mp4[12]|avc1)"),
}
DATA_URL = re.compile(
    r"data:(?P<type>[\w/+.-]+)?[^,\s\"']*?(?P<base64>;base64)?,(?P<body>[^\"'\s)]+)"
)
LONGEST_NAME = 200  # characters: what is longer in JSON may be bytes as text


@dataclass(frozen=True)
class Found:
    """A picture that somebody was handed."""

    where: str  # inside the answer: a file's name, a key
    data: bytes


def pictures_in(body: bytes, where: str = "") -> Iterator[Found]:
    """Yield every picture in an answer's body."""
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                yield from pictures_in(archive.read(name), name)
        return
    if is_picture(body):
        yield Found(where, body)
        return
    text = body.decode("utf-8", "replace")
    for match in DATA_URL.finditer(text):
        yield from _from_data_url(match, where)
    yield from _from_json(text, where)
    for begins in BEGINNINGS.values():
        for match in begins.finditer(body):
            yield Found(f"{where} at byte {match.start()}", body[match.start() :])


def is_picture(data: bytes) -> bool:
    """Tell whether a program that opens pictures opens this."""
    if any(
        begins.match(data) for name, begins in BEGINNINGS.items() if name not in {"AVIF", "MP4"}
    ):
        return True
    if BEGINNINGS["MP4"].match(data[4:]) or BEGINNINGS["AVIF"].match(data[4:]):
        return True
    try:
        with Image.open(io.BytesIO(data)):
            return True
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError):
        return False


def _from_data_url(match: re.Match[str], where: str) -> Iterator[Found]:
    body = urllib.parse.unquote_to_bytes(match["body"])
    bodies = _decoded(body.decode("ascii", "replace")) if match["base64"] else (body,)
    yield from (Found(f"{where} data URL", each) for each in bodies if is_picture(each))


def _from_json(text: str, where: str) -> Iterator[Found]:
    """Look through JSON, and through lines of it, as event streams and NDJSON have them."""
    for line in {text, *text.splitlines()}:
        try:
            content = json.loads(line.removeprefix("data: "))
        except (ValueError, RecursionError):
            continue
        for key, value in _strings(content):
            if len(value) > LONGEST_NAME and not value.startswith("data:"):
                yield from (
                    Found(f"{where} {key}", data) for data in _decoded(value) if is_picture(data)
                )


def _strings(content: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield key, content
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from _strings(value, f"{key}.{name}")
    elif isinstance(content, list):
        for value in content:
            yield from _strings(value, key)


def _decoded(text: str) -> Iterator[bytes]:
    """Yield what a text may stand for."""
    plain = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    with suppress(binascii.Error, ValueError):
        yield base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    with suppress(ValueError):
        yield bytes.fromhex(text)
