"""What image generators leave in the text of a file: terms, settings, and their own names."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from PIL import ExifTags, Image

from outputs.provenance import GENERATOR

# IPTC NewsCodes digitalsourcetype (and C2PA's own two): what no camera took, in lower case.
# computationalCapture, compositeCapture, humanEdits and screenCapture begin with a real picture.
NOT_CAPTURED = frozenset(
    {
        "trainedalgorithmicmedia",
        "trainedalgorithmicdata",
        "compositewithtrainedalgorithmicmedia",
        "algorithmicmedia",
        "algorithmicallyenhanced",
        "compositesynthetic",
        "virtualrecording",
        "datadrivenmedia",
        "digitalcreation",
        "digitalart",
        "softwareimage",
        "empty",
    }
)
# Names by which generators call themselves in Software, CreatorTool, Credit and their like.
_MAKERS = re.compile(
    r"stable[ _-]?diffusion|stability[ ._-]?ai|automatic1111|comfyui|invokeai|fooocus|novelai|"
    r"midjourney|\bdall[·-]e\b|\bdall-?e[ _-]?[23]\b|openai|chatgpt|gpt[ _-]image|\bgpt-4o|"
    r"adobe firefly|made with google ai|google (?:gemini|imagen)|\bgemini\b.{0,40}image|"
    r"black forest labs|\bflux\.[12]|ideogram|leonardo\.ai|runwayml|microsoft designer|"
    rf"playground ?ai|\bgrok (?:imagine|[2-9])|nightcafe|\b{GENERATOR.lower()}/",
    re.IGNORECASE,
)
# What generators write as their settings, wherever a text field takes it.
_SETTINGS = re.compile(
    r"\bsteps: ?\d+, ?sampler|\bcfg scale: ?\d|negative prompt:|\"class_type\" ?:|\"sampler_name\"|"
    r"^(?:prompt|workflow):\s*\{|\bjob id: ?[0-9a-f]{8}-[0-9a-f-]{27}",
    re.IGNORECASE,
)
_KEYS = frozenset(  # PNG text entries that only generators write, in lower case
    {
        "parameters",
        "prompt",
        "workflow",
        "invokeai_metadata",
        "invokeai_graph",
        "sd-metadata",
        "dream",
        "fooocus_scheme",
        "generation_data",
        "aigc",
    }
)
_PROGRAM_TAGS = (
    ExifTags.Base.Software,
    ExifTags.Base.ProcessingSoftware,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Artist,
)
_PROGRAM_KEYS = frozenset({"software", "author", "creator", "artist", "source", "generator"})
_CAPTION_TAGS = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.XPComment,
    ExifTags.Base.XPTitle,
    ExifTags.Base.XPKeywords,
)
_TERM_NAMES = (b"igitalSourceType", b"igitalsourcetype")  # as a field, and in the terms' address
_TERM = re.compile(rb"igital[Ss]ource[Tt]ype[^A-Za-z]{1,8}(?:https?://[\w./]*/)?(\w{3,60})")
_XMP_MAKER = re.compile(
    rb"(?:CreatorTool|:Credit|:Source|AISystemUsed|:Software)[^A-Za-z]{1,3}([^<\"']{2,120})"
)
_AI_TERMS = re.compile(  # GB 45438-2025; IPTC Photo Metadata 2025.1
    rb"TC260:AIGC|Iptc4xmpExt:AI(?:SystemUsed|PromptInformation)|\"AIGC\" ?: ?\{|AIGC\{\"Label\""
)
_PACKET_START, _PACKET_END = b"<x:xmpmeta", b"</x:xmpmeta>"
_MOST_TEXT = 256 * 1024  # characters of one field: settings stand at its beginning


def is_generated(term: str) -> bool:
    """Tell whether a digital source type means that no camera took the picture."""
    return re.split(r"[/:#]", term.strip().rstrip("/"))[-1].lower() in NOT_CAPTURED


def names_maker(text: str) -> bool:
    """Tell whether a field that names a program names a generator."""
    return bool(_MAKERS.search(text))


def _terms_say(data: bytes) -> bool:
    """Read XMP wherever it lies in plain text: JPEG, WebP, HEIF, TIFF, MP4, MOV."""
    for name in _TERM_NAMES:
        at = data.find(name)
        while at >= 0:
            found = _TERM.match(data, at)
            if found and found[1].decode("ascii", "replace").lower() in NOT_CAPTURED:
                return True
            at = data.find(name, at + 1)
    return False


def packets_say(data: bytes) -> bool:
    """Read what lies in plain text anywhere in a file: of videos, and behind a PNG's pixels."""
    if _terms_say(data) or _AI_TERMS.search(data):
        return True
    at = data.find(_PACKET_START)
    while at >= 0:
        end = data.find(_PACKET_END, at)
        if _xmp_names_maker(data[at : end if end >= 0 else at + _MOST_TEXT]):
            return True
        at = data.find(_PACKET_START, end if end >= 0 else at + 1)
    return False


def texts_say(data: bytes) -> bool:
    """Read the text fields of a picture without decoding its pixels."""
    with suppress(Exception), Image.open(io.BytesIO(data)) as picture:
        # Whatever a plug-in raises for a broken file is told when the picture is decoded.
        keys = {str(key).lower() for key in picture.info}
        if picture.format == "PNG" and keys & _KEYS:
            return True
        packet = picture.info.get("xmp", b"")
        packet = packet.encode() if isinstance(packet, str) else bytes(packet)
        if _terms_say(packet) or _AI_TERMS.search(packet) or _xmp_names_maker(packet):
            return True
        if any(names_maker(text) for text in _programs(picture)):
            return True
        return any(_holds_settings(text) for text in _fields(picture))
    return False


def _holds_settings(text: str) -> bool:
    """Tell whether a text holds a generator's settings; a caption may name whom it likes."""
    return ('"prompt"' in text and '"seed"' in text) or bool(_SETTINGS.search(text))


def _xmp_names_maker(packet: bytes) -> bool:
    return any(
        _MAKERS.search(found[1].decode("utf-8", "replace")) for found in _XMP_MAKER.finditer(packet)
    )


def _programs(picture: Image.Image) -> Iterator[str]:
    """Yield the fields that name the program or the device that made a picture."""
    for key, value in picture.info.items():
        if str(key).lower() in _PROGRAM_KEYS and isinstance(value, str | bytes):
            yield _text(value)
    yield from _tagged(picture, _PROGRAM_TAGS)


def _fields(picture: Image.Image) -> Iterator[str]:
    """Yield text entries, comments and EXIF text fields."""
    for key, value in picture.info.items():
        if key in {"icc_profile", "exif", "xmp", "XML:com.adobe.xmp"}:
            continue
        if isinstance(value, str | bytes):
            yield _text(value)
    yield from _tagged(picture, (*_PROGRAM_TAGS, *_CAPTION_TAGS))
    comment = picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if isinstance(comment, str | bytes):
        yield _text(comment)


def _tagged(picture: Image.Image, tags: Sequence[ExifTags.Base]) -> Iterator[str]:
    exif = picture.getexif()
    for value in (exif.get(tag) for tag in tags):
        if isinstance(value, str | bytes):
            yield _text(value)


def _text(value: str | bytes) -> str:
    """Return a field as text; UTF-16, which EXIF comments use, reads as letters without zeros."""
    if isinstance(value, bytes):
        value = value[: 2 * _MOST_TEXT].replace(b"\0", b"").decode("latin-1")
    return value[:_MOST_TEXT]
