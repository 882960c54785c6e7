from __future__ import annotations

import json

import pytest

from outputs.errors import MarkMissing
from outputs.label_words import WORDS
from outputs.types import Credit
from outputs.xmp import ALT_TEXT, MAX_PACKET, fields_for, read_packet, write_packet

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<x:xmpmeta xmlns:x="adobe:ns:meta/">&c;</x:xmpmeta>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>"""
AS_ATTRIBUTES = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"/>
</rdf:RDF></x:xmpmeta>"""


def fields():
    return fields_for("algorithmicMedia", tool="Selfsame/0.1.0", output_id="0123abcd")


def test_packet_reads_back_as_written():
    read = read_packet(write_packet(fields()))
    assert read == fields()
    assert read.digital_source_type == "algorithmicMedia"
    assert read.alt_text == ALT_TEXT
    assert json.loads(read.aigc) == {
        "Label": "1",
        "ContentProducer": "Selfsame",
        "ProduceID": "0123abcd",
    }


def test_those_who_do_not_see_are_told_in_their_language():
    texts = read_packet(write_packet(fields())).alt_texts
    assert texts["x-default"] == texts["en"] == "AI-generated avatar"
    assert texts["de"] == "KI-generierter Avatar"
    assert set(texts) == {"x-default", *WORDS}


def test_alt_text_of_other_programs_may_stand_alone():
    plain = write_packet(fields()).decode()
    start = plain.index("<rdf:Alt>")
    end = plain.index("</rdf:Alt>") + len("</rdf:Alt>")
    alone = f"{plain[:start]}a drawing{plain[end:]}".encode()
    assert read_packet(alone).alt_texts == {"x-default": "a drawing"}
    assert read_packet(AS_ATTRIBUTES).alt_text == ""


def test_source_type_is_the_same_with_and_without_its_address():
    address = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    assert fields_for(address, tool="Selfsame/0.1.0", output_id="0123abcd") == fields()


def test_markup_in_a_field_stays_text():
    hostile = fields_for("a<b>&\"'", tool="</rdf:RDF>/1", output_id="]]>")
    assert read_packet(write_packet(hostile)) == hostile


def test_fields_of_other_programs_may_be_attributes():
    assert read_packet(AS_ATTRIBUTES).digital_source_type == "compositeSynthetic"


@pytest.mark.parametrize(
    "packet",
    [BOMB, OUTSIDE, b"", b"not xml", b"<a><b></a>", b"\xff\xfe\x00", b" " * (MAX_PACKET + 1)],
    ids=["entity bomb", "outside entity", "empty", "words", "crossed", "bytes", "too large"],
)
def test_unsafe_or_broken_packets_are_refused(packet):
    with pytest.raises(MarkMissing):
        read_packet(packet)


def test_artist_of_a_style_is_credited_in_the_terms_that_readers_know():
    credit = Credit(
        "A & B", 'Adapted from "<x>" by A & B (CC BY 4.0)', "https://e.example/?a=1&b=2"
    )
    said = fields_for("algorithmicMedia", tool="Selfsame/0.1.0", output_id="0", credit=credit)
    packet = write_packet(said)
    assert read_packet(packet) == said
    for term in (b"dc:creator", b"dc:rights", b"dc:source", b"cc:attributionName"):
        assert term in packet


def test_nobody_is_credited_where_no_artwork_was_used():
    packet = write_packet(fields())
    assert read_packet(packet).credit == Credit()
    assert b"<dc:" not in packet
