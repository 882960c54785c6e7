"""Voxel Art: DiceBear's block figures."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.table import NONE, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Voxel Art", name="DiceBear", licence="CC0-1.0", source="https://www.dicebear.com"
)
HAIR = {
    NONE: "bald * * *",
    "short": "shaved/short flat/full straight/wavy *",
    "spiky": "short tall straight/wavy *",
    "bowl": "short/medium full/flat straight full",
    "sideSwept": "short flat straight side",
    "curly": "short full/tall curly/coily *",
    "buns": "medium/long tied curly/coily *",
    "ponytail": "medium/long tied straight/wavy *",
    "bob": "medium flat/full straight/wavy side/full",
    "shoulderLength": "medium/long flat/full straight none/side",
    "longStraight": "long flat straight side/full",
    "longWavy": "long full wavy/curly *",
    "partedLong": "long flat/full straight none",
    "braids": "long tied straight/coily side",
    "afro": "short/medium full coily *",
}
TABLE = Table(
    artwork="voxel-art",
    view=(12, 4, 99),
    face=Face(
        head=(29, 31, 89, 94),
        eyes=(36, 48, 82, 64),
        nose=(52, 61, 64, 74),
        mouth=(48, 72, 70, 84.2),
    ),
    cuts=(Cuts("top", HAIR),),
    picks={
        "outfit": (always("plain stripes jacket hoodie coat"),),
        "eyes": (always("open soft wide"),),
        "eyebrows": (by("brow_shape", flat="flat", arched="raised", angled="soft"),),
        "nose": (always("block wide small tall"),),
        "mouth": (
            by("mouth", closed="flat", smile="smile", open_smile="grin bigSmile", open="ooh"),
        ),
        "beard": (
            by(
                "facial_hair", stubble="stubble", full="full", goatee="goatee", moustache="mustache"
            ),
        ),
        "glasses": (by("glasses", round="round", square="square"),),
    },
    colours={
        "skin": "skin",
        "hair": "cut",
        "shirt": "clothes",
        "jacket": "shade",
        "pants": "denim",
        "shoes": "ink",
    },
    repaint={
        "beard": {"hair": "beard"},
        "eyebrows": {"hair": "brow"},
        "glasses": {"#26201a": "glasses"},
        "mouth": {"#26190f": "line"},
    },
)
STYLE = illustrated_style(
    "voxel-art", "Voxel Art", "Built of blocks, with corners and all.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
