"""The XMP packet, and where it lies in a PNG and in a WebP file.

Terms: IPTC Photo Metadata Standard 2025.1 (DigitalSourceType, AltTextAccessibility), XMP 2012
(CreatorTool), GB 45438-2025 annex F (TC260:AIGC, a JSON text). No term tells of a person.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from outputs.errors import MarkMissing

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # the type only; defusedxml parses

ALT_TEXT = "AI-generated avatar"
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
MAX_PACKET = 64 * 1024  # bytes; ours has about 1 200
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
XMP = "http://ns.adobe.com/xap/1.0/"
TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{rdf}">
  <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{ext}" xmlns:Iptc4xmpCore="{core}"
    xmlns:xmp="{xmp}" xmlns:TC260="{tc260}">
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>{tool}</xmp:CreatorTool>
   <TC260:AIGC>{aigc}</TC260:AIGC>
   <Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">{alt}</rdf:li></rdf:Alt>
   </Iptc4xmpCore:AltTextAccessibility>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class XmpFields:
    """What the packet says; empty where it says nothing."""

    digital_source_type: str  # IPTC term without its address, e.g. algorithmicMedia
    creator_tool: str
    aigc: str  # JSON text as TC260 wants it
    alt_text: str


def fields_for(digital_source_type: str, *, tool: str, output_id: str) -> XmpFields:
    """Return what an output's packet must say.

    Args:
        digital_source_type: IPTC term, with or without its address.
        tool: Name and version of this program.
        output_id: Random id of the output, or "" for a preview.
    """
    aigc = {"Label": "1", "ContentProducer": tool.partition("/")[0], "ProduceID": output_id}
    return XmpFields(
        digital_source_type=digital_source_type.removeprefix(SOURCE_TYPES),
        creator_tool=tool,
        aigc=json.dumps(aigc, separators=(",", ":")),
        alt_text=ALT_TEXT,
    )


def write_packet(fields: XmpFields) -> bytes:
    """Return the packet as UTF-8."""
    return PACKET.format(
        rdf=RDF,
        ext=IPTC_EXT,
        core=IPTC_CORE,
        xmp=XMP,
        tc260=TC260,
        source=escape(SOURCE_TYPES + fields.digital_source_type),
        tool=escape(fields.creator_tool),
        aigc=escape(fields.aigc, quote=False),
        alt=escape(fields.alt_text),
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
        alt_text=_find(root, IPTC_CORE, "AltTextAccessibility"),
    )


def _find(root: Element, namespace: str, name: str) -> str:
    key = f"{{{namespace}}}{name}"
    for element in root.iter():
        if element.tag == key:
            return "".join(element.itertext()).strip()
        if key in element.attrib:
            return element.attrib[key].strip()
    return ""
