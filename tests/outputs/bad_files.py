"""Files that are made to break, to fool or to fill whoever opens them."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

from outputs.encode import MediaType, encode
from tests.outputs.samples import textured

SCRIPT = b"<script>fetch('http://127.0.0.1/')</script>"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def png(side: int = 256, xmp: bytes = b"") -> bytes:
    return encode(textured(side, 8), MediaType.PNG, xmp=xmp)


def jpeg(side: int = 256, xmp: bytes = b"") -> bytes:
    return saved("JPEG", side, **({"xmp": xmp} if xmp else {}))


def saved(form: str, side: int = 256, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(textured(side, 8)).save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def with_chunk(data: bytes, kind: bytes, content: bytes) -> bytes:
    end = len(PNG_HEAD) + 25
    return data[:end] + chunk(kind, content) + data[end:]


def png_and_zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("autorun.js", SCRIPT)
    return png() + archive.getvalue()


def gif_and_script() -> bytes:
    """A GIF whose width reads as a comment's beginning, as in GIF/JavaScript polyglots."""
    whole = bytearray(saved("GIF", 64))
    return bytes(whole) + b"*/=1;alert(1);/*" + SCRIPT


def jpeg_and_page() -> bytes:
    return jpeg() + b"\n<!doctype html><html>" + SCRIPT + b"</html>"


def svg_with_script(head: bytes = b"") -> bytes:
    return head + b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + SCRIPT + b"</svg>"


def svgz() -> bytes:
    return gzip.compress(svg_with_script())


def png_of_nothing(width: int, height: int) -> bytes:
    """Rows that are all zero: a few kilobytes that unpack to all those pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    body = b"".join(packer.compress(row) for _ in range(min(height, 2000))) + packer.flush()
    return PNG_HEAD + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def png_with_text_bomb(kind: bytes = b"iTXt", size: int = 400_000_000) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    packed = b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()
    head = b"XML:com.adobe.xmp\0\1\0\0\0" if kind == b"iTXt" else b"parameters\0\0"
    return with_chunk(png(), kind, head + packed)


def many_frames(form: str, count: int, side: int = 8) -> bytes:
    grounds = (np.full((side, side, 3), number % 251, np.uint8) for number in range(count))
    first, *others = (Image.fromarray(ground) for ground in grounds)
    buffer = io.BytesIO()
    first.save(buffer, form, save_all=True, append_images=others, duration=20, loop=0)
    return buffer.getvalue()


def gif_of_great_size(width: int = 65_535, height: int = 65_535) -> bytes:
    whole = bytearray(saved("GIF", 64))
    whole[6:10] = struct.pack("<HH", width, height)
    return bytes(whole)


def avif_of_great_size(side: int = 60_000) -> bytes:
    """An AVIF whose container claims another size than its picture has."""
    whole = saved("AVIF", 64)
    at = whole.index(b"ispe") + 8
    return whole[:at] + struct.pack(">II", side, side) + whole[at + 8 :]


def broken_video() -> bytes:
    """An MP4 whose index promises more than there is."""
    ftyp = b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41"
    mvhd = struct.pack(">I", 2**31 - 1) + b"mvhd" + bytes(96)
    boxes = ((b"ftyp", ftyp), (b"moov", mvhd), (b"mdat", bytes(64)))
    return b"".join(struct.pack(">I", len(body) + 8) + kind + body for kind, body in boxes)


def nested_boxes(depth: int = 4000) -> bytes:
    """An MP4 whose boxes lie in one another."""
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">I", len(inner) + 8) + b"moov" + inner
    ftyp = b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41"
    return struct.pack(">I", len(ftyp) + 8) + b"ftyp" + ftyp + inner


def remote_packet(address: str) -> bytes:
    """An XMP packet that says where the manifest lies (C2PA, external manifests)."""
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="'
        + address.encode()
        + b'"/></rdf:RDF></x:xmpmeta>'
    )
