"""Files that say how they were made: signed manifests, XMP packets and text fields."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from functools import cache

from c2pa import Builder, C2paSignerInfo, Context, Settings, Signer
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from outputs.authority import Authority, make_authority
from outputs.xmp import SOURCE_TYPES
from tests.fakes import NOON

XMP_HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
)
XMP_TAIL = "</rdf:RDF></x:xmpmeta>"


@cache
def authority() -> Authority:
    """Somebody's signing authority, whom nobody here trusts."""
    return make_authority(now=NOON, serial=itertools.count(7000).__next__)


def actions(*source_types: str, **more: object) -> dict[str, object]:
    """Return a manifest's definition whose actions name these source types."""
    taken = [
        {"action": "c2pa.created" if number == 0 else "c2pa.edited", "digitalSourceType": name}
        for number, name in enumerate(source_types)
    ]
    return {
        "claim_generator_info": [{"name": "Some program", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": taken}}],
        **more,
    }


def term(name: str) -> str:
    return SOURCE_TYPES + name


def signed(
    definition: Mapping[str, object],
    data: bytes,
    media_type: str,
    ingredients: Sequence[tuple[bytes, str]] = (),
) -> bytes:
    """Return a file with a manifest, and those of its ingredients."""
    info = C2paSignerInfo(b"es256", authority().chain, authority().key, None)
    result = io.BytesIO()
    settings = {"builder": {"thumbnail": {"enabled": False}}}
    context = Context(Settings.from_dict(settings), Signer.from_info(info))
    with Builder({**definition, "format": media_type}, context=context) as builder:
        for number, (ingredient, kind) in enumerate(ingredients):
            told = {"title": f"part {number}", "relationship": "componentOf"}
            builder.add_ingredient(told, kind, io.BytesIO(ingredient))
        builder.sign(media_type, io.BytesIO(data), result)
    return result.getvalue()


def xmp(element: str = "", attribute: str = "") -> bytes:
    """Return a packet with one property, as an element or as an attribute."""
    return f"{XMP_HEAD} {attribute}>{element}</rdf:Description>{XMP_TAIL}".encode()


def png_with(**texts: str) -> bytes:
    """Return a PNG with text entries."""
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def png_with_packed_xmp(packet: bytes) -> bytes:
    """Return a PNG whose XMP packet is compressed, as the format allows."""
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()
