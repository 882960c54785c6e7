"""Files that say of themselves that a program made them: no selfies, whoever they show.

Four places are read: the C2PA manifest with all its ingredients, XMP and IPTC terms, the text
fields in which image generators leave their settings, and the visible label of this studio. A file
that says nothing passes: this finds honest makers, not liars (docs/threat-model.md).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from c2pa import C2paError, Context, Reader, Settings
from numpy.typing import NDArray
from PIL import ExifTags, Image

from consent.errors import QualityRefused
from outputs.label_search import find_label
from outputs.provenance import GENERATOR, OFFLINE
from studio.face.quality import REC709

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.face.types import Face

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
    r"^(?:prompt|workflow):\s*\{",
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
_TEXT_TAGS = (
    ExifTags.Base.Software,
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.Artist,
    ExifTags.Base.ProcessingSoftware,
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
_MANIFEST_MARKS = (b"jumb", b"jumd", b"c2pa", b"caBX")
_MOST_TEXT = 256 * 1024  # characters of one field: settings stand at its beginning
LABEL_DARK, LABEL_LIGHT = 80.0, 180.0  # luma of the label's pill and letters on any picture
LABEL_LEAST = 0.05  # share of the chin that each of them fills
WHY = "An avatar is drawn from a camera's picture of you, so that nobody's face is invented."


class GeneratedFilter:
    """Refuses files whose own marks say generated. Safe to share between threads."""

    def __init__(self) -> None:
        self._context = Context(Settings.from_dict(dict(OFFLINE)))

    def require_camera(self, data: bytes) -> None:
        """Pass a file that does not say of itself that it was generated.

        Args:
            data: a picture's or a video's bytes, of any format.

        Raises:
            QualityRefused: `generated` or `manifest_unreadable`.
        """
        if self._manifest_says(data) or _packets_say(data) or _texts_say(data):
            raise generated()

    def require_unlabelled(self, image: NDArray[np.uint8], face: Face) -> None:
        """Pass an (H, W, 3) uint8 sRGB picture whose face does not bear this studio's label.

        The label is sought in full (70 to 100 ms) only where something below the mouth is black
        and white at once, as the copy on the chin is.

        Raises:
            QualityRefused: `generated`.
        """
        if _black_on_white(image, face) and find_label(image):
            raise generated()

    def _manifest_says(self, data: bytes) -> bool:
        """Look through the active manifest and every ingredient's, whoever signed them."""
        try:
            with Reader(None, io.BytesIO(data), context=self._context) as reader:
                return _says_generated(json.loads(reader.json()))
        except (C2paError.ManifestNotFound, C2paError.NotSupported, C2paError.RemoteManifest):
            return False  # none inside; one that lies elsewhere is not fetched
        except (C2paError, ValueError, RecursionError) as error:
            if any(mark in data for mark in _MANIFEST_MARKS):
                raise _unreadable() from error
            return False  # a file that is broken altogether: decoding tells


def _black_on_white(image: NDArray[np.uint8], face: Face) -> bool:
    points = face.landmarks
    left, right = sorted((int(points[61, 0]), int(points[291, 0])))  # corners of the mouth
    top, bottom = int(points[17, 1]), int(points[152, 1])  # below the lip, and the chin
    part = image[max(0, top) : bottom + 1, max(0, left) : right + 1]
    if part.size == 0:
        return False
    luma = part.astype(np.float32) @ REC709
    dark, light = float((luma < LABEL_DARK).mean()), float((luma > LABEL_LIGHT).mean())
    return dark >= LABEL_LEAST and light >= LABEL_LEAST


def generated() -> QualityRefused:
    """Return the refusal of a file that a program made."""
    return QualityRefused(
        "generated",
        "This file says that it was made or altered by a program.",
        why=WHY,
        next_step="Choose a picture or a video just as your camera took it.",
    )


def _unreadable() -> QualityRefused:
    return QualityRefused(
        "manifest_unreadable",
        "This file carries a signed note about its making that cannot be read.",
        why="The note could say that the picture was generated, so it is not passed over.",
        next_step="Choose the original file, just as your camera wrote it.",
    )


def _says_generated(node: object) -> bool:
    """Walk a manifest store: any assertion of any manifest may name a source type or a maker."""
    if isinstance(node, Mapping):
        return any(_entry_says(str(key), value) for key, value in node.items())
    return isinstance(node, list) and any(_says_generated(item) for item in node)


def _entry_says(key: str, value: object) -> bool:
    name = re.split(r"[:./]", key)[-1].lower()
    if name == "digitalsourcetype" and any(_is_generated(term) for term in _strings(value)):
        return True
    if name in {"softwareagent", "claim_generator", "claim_generator_info", "creatortool"} and any(
        _MAKERS.search(text) for text in _strings(value)
    ):
        return True
    return _says_generated(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _is_generated(term: str) -> bool:
    return re.split(r"[/:#]", term.strip().rstrip("/"))[-1].lower() in NOT_CAPTURED


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


def _packets_say(data: bytes) -> bool:
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


def _texts_say(data: bytes) -> bool:
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
        return any(_text_says(text) for text in _fields(picture))
    return False


def _text_says(text: str) -> bool:
    if '"prompt"' in text and '"seed"' in text:
        return True
    return bool(_SETTINGS.search(text) or _MAKERS.search(text))


def _xmp_names_maker(packet: bytes) -> bool:
    return any(
        _MAKERS.search(found[1].decode("utf-8", "replace")) for found in _XMP_MAKER.finditer(packet)
    )


def _fields(picture: Image.Image) -> Iterator[str]:
    """Yield text entries, comments and EXIF text fields."""
    for key, value in picture.info.items():
        if key in {"icc_profile", "exif", "xmp", "XML:com.adobe.xmp"}:
            continue
        if isinstance(value, str | bytes):
            yield _text(value)
    exif = picture.getexif()
    values: Sequence[object] = [exif.get(tag) for tag in _TEXT_TAGS]
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for value in (*values, inner.get(ExifTags.Base.UserComment)):
        if isinstance(value, str | bytes):
            yield _text(value)


def _text(value: str | bytes) -> str:
    """Return a field as text; UTF-16, which EXIF comments use, reads as letters without zeros."""
    if isinstance(value, bytes):
        value = value[: 2 * _MOST_TEXT].replace(b"\0", b"").decode("latin-1")
    return value[:_MOST_TEXT]
