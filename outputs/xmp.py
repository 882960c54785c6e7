"""The XMP packet, and where it lies in a PNG and in a WebP file.

Terms: IPTC Photo Metadata Standard 2025.1 (DigitalSourceType, AltTextAccessibility), XMP 2012
(CreatorTool), GB 45438-2025 annex F (TC260:AIGC, a JSON text); where a style is made from an
artist's work, Dublin Core (creator, rights, source) and ccREL (attributionName). No term tells of
the person who is shown. The licence stands in the rights' sentence and not as cc:license: it is the
artwork's, and a licence of the whole picture is its owner's to give.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from outputs.errors import MarkMissing
from outputs.label_words import WORDS
from outputs.types import Credit

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # the type only; defusedxml parses

ALT_TEXT = WORDS["en"].alt
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# IPTC NewsCodes digitalsourcetype: the terms that mean generated or altered by a program.
GENERATED_TYPES = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "compositeSynthetic",
    }
)
MAX_PACKET = 64 * 1024  # bytes; ours has about 2 000
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
XMP = "http://ns.adobe.com/xap/1.0/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ANY_LANGUAGE = "x-default"  # XMP specification part 1, section 8.2.2.4
MOST_LANGUAGES = 64
DC = "http://purl.org/dc/elements/1.1/"
CC = "http://creativecommons.org/ns#"
TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{rdf}">
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{ext}" xmlns:Iptc4xmpCore="{core}"
    xmlns:xmp="{xmp}" xmlns:dc="{dc}" xmlns:cc="{cc}" xmlns:TC260="{tc260}">
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>{tool}</xmp:CreatorTool>
   <TC260:AIGC>{aigc}</TC260:AIGC>
   <Iptc4xmpCore:AltTextAccessibility><rdf:Alt>{alt}</rdf:Alt></Iptc4xmpCore:AltTextAccessibility>{credit}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


CREDIT = """
   <dc:creator><rdf:Seq><rdf:li>{artist}</rdf:li></rdf:Seq></dc:creator>
   <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{attribution}</rdf:li></rdf:Alt></dc:rights>
   <dc:source>{source}</dc:source>
   <cc:attributionName>{artist}</cc:attributionName>"""


@dataclass(frozen=True, slots=True)
class XmpFields:
    """What the packet says; empty where it says nothing."""

    digital_source_type: str  # IPTC term without its address, e.g. algorithmicMedia
    creator_tool: str
    aigc: str  # JSON text as TC260 wants it
    alt_texts: Mapping[str, str]  # per language; x-default is for every other
    credit: Credit = field(default_factory=Credit)

    @property
    def alt_text(self) -> str:
        """The text for those who do not see the picture, in English; "" without one."""
        return self.alt_texts.get(ANY_LANGUAGE, "")


def fields_for(
    digital_source_type: str, *, tool: str, output_id: str, credit: Credit | None = None
) -> XmpFields:
    """Return what an output's packet must say.

    Args:
        digital_source_type: IPTC term, with or without its address.
        tool: Name and version of this program.
        output_id: Random id of the output, or "" for a preview.
        credit: Of the artwork that the style is made from.
    """
    aigc = {"Label": "1", "ContentProducer": tool.partition("/")[0], "ProduceID": output_id}
    return XmpFields(
        digital_source_type=digital_source_type.removeprefix(SOURCE_TYPES),
        creator_tool=tool,
        aigc=json.dumps(aigc, separators=(",", ":")),
        alt_texts={ANY_LANGUAGE: ALT_TEXT} | {name: each.alt for name, each in WORDS.items()},
        credit=credit or Credit(),
    )


def write_packet(fields: XmpFields) -> bytes:
    """Return the packet as UTF-8."""
    return PACKET.format(
        rdf=RDF,
        ext=IPTC_EXT,
        core=IPTC_CORE,
        xmp=XMP,
        dc=DC,
        cc=CC,
        tc260=TC260,
        source=escape(SOURCE_TYPES + fields.digital_source_type),
        tool=escape(fields.creator_tool),
        aigc=escape(fields.aigc, quote=False),
        alt="".join(_entry(language, text) for language, text in fields.alt_texts.items()),
        credit=_credit(fields.credit),
    ).encode()


def read_packet(packet: bytes) -> XmpFields:
    """Read a packet of any origin: fields as elements or as attributes.

    Raises:
        MarkMissing: the packet is too large, is not XML, or has entities or a document type.
    """
    if len(packet) > MAX_PACKET:
        raise MarkMissing("xmp", f"the packet has {len(packet)} bytes, more than {MAX_PACKET}")
    try:
        root = fromstring(packet, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise MarkMissing("xmp", "the packet is not safe, well-formed XML") from error
    return XmpFields(
        digital_source_type=_find(root, IPTC_EXT, "DigitalSourceType").removeprefix(SOURCE_TYPES),
        creator_tool=_find(root, XMP, "CreatorTool"),
        aigc=_find(root, TC260, "AIGC"),
        alt_texts=_alternatives(root, IPTC_CORE, "AltTextAccessibility"),
        credit=Credit(
            artist=_find(root, DC, "creator"),
            attribution=_alternatives(root, DC, "rights").get(ANY_LANGUAGE, ""),
            source=_find(root, DC, "source"),
        ),
    )


def _credit(credit: Credit) -> str:
    if credit == Credit():
        return ""
    return CREDIT.format(
        artist=escape(credit.artist),
        attribution=escape(credit.attribution),
        source=escape(credit.source),
    )


def _entry(language: str, text: str) -> str:
    return f'<rdf:li xml:lang="{escape(language)}">{escape(text)}</rdf:li>'


def _alternatives(root: Element, namespace: str, name: str) -> dict[str, str]:
    """Return a property's texts per language; one that stands alone is for every language."""
    element = root.find(f".//{{{namespace}}}{name}")
    entries = [] if element is None else element.findall(f".//{{{RDF}}}li")[:MOST_LANGUAGES]
    if entries:
        texts = {each.get(XML_LANG, ANY_LANGUAGE): "".join(each.itertext()) for each in entries}
    else:
        texts = {ANY_LANGUAGE: _find(root, namespace, name)}
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def _find(root: Element, namespace: str, name: str) -> str:
    key = f"{{{namespace}}}{name}"
    for element in root.iter():
        if element.tag == key:
            return "".join(element.itertext()).strip()
        if key in element.attrib:
            return element.attrib[key].strip()
    return ""
