"""Personas: Draftbit's round faces in flat shapes."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.table import Added, Artist, Cuts, Face, Shape, Table, always, by

ARTIST = Artist(
    work="Personas by Draftbit",
    name="Draftbit",
    licence="CC-BY-4.0",
    source="https://personas.draftbit.com/",
)
HAIR = {
    "bald": "bald * * *",
    "cropped": "shaved/short flat straight/coily none",
    "bobBangs": "medium full straight side",
    "bobCut": "medium full/flat straight/wavy none/full",
    "bunUndercut": "medium/long tied straight none",
    "curly": "short/medium full curly/coily none",
    "curlyBun": "medium/long tied curly/coily none",
    "curlyHighTop": "short tall/full curly/coily none",
    "extraLong": "long flat straight none/side",
    "fade": "short flat/tall straight/coily none",
    "long": "long full straight/wavy none/side",
    "shortCombover": "short flat straight/wavy side",
    "shortComboverChops": "short full straight/wavy none/side",
    "straightBun": "medium/long tied straight/wavy none",
}
# The artist's shorn hair is a shadow blended over the skin; here it is a colour of its own.
CROPPED = "M36.5 22.5v3q-2-2.5-4-9-4 2-10 2t-10-2q-2 5.5-4 8v-2a14 14 0 1 1 28 0"
TABLE = Table(
    artwork="personas",
    view=(4, 4, 56),
    face=Face(
        head=(18, 13, 46, 50),
        eyes=(20, 24, 44, 34),
        nose=(28, 32, 36, 38),
        mouth=(27.4, 38.4, 37.3, 43.6),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "clothes": (always("checkered rounded small squared"),),
        "eyes": (by("glasses", round="glasses", square="glasses"), always("open")),
        "nose": (always("mediumRound smallRound"),),
        "mouth": (
            by("mouth", closed="smirk", smile="smile", open_smile="bigSmile", open="surprise"),
        ),
        "facialHair": (
            by(
                "facial_hair",
                stubble="shadow",
                full="beardMustache",
                goatee="goatee",
                moustache="pyramid walrus",
            ),
        ),
    },
    colours={
        "skin": "skin",
        "hair": "cut",
        "facialHair": "beard",
        "clothing": "clothes",
    },
    added=(Added("hair", {"cropped": (Shape(CROPPED, fill="cut"),)}),),
    repaint={
        "*": {"#1B0640": "line"},
        "facialHair": {"#FFFEFD": "lip"},
        "hair": {"#F55D81": "strand", "#5A45FF": "strand"},
    },
)
STYLE = illustrated_style(
    "personas", "Personas", "A round face in a few flat shapes.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
