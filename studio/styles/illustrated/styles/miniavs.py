"""Miniavs: Webpixels' small laughing heads."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard
from studio.styles.illustrated.table import NONE, Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Miniavs - Free Avatar Creator",
    name="Webpixels",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/923211396597067458",
)
HAIR = {
    NONE: "bald/shaved * * *",
    "classic01": "short flat straight *",
    "classic02": "short flat/full straight/wavy *",
    "curly": "short/medium flat/full/tall curly/coily *",
    "elvis": "short tall/full straight/wavy *",
    "long": "medium/long flat/full straight/wavy *",
    "ponyTail": "medium/long tied * *",
    "stylish": "short tall straight/wavy *",
}
TABLE = Table(
    artwork="miniavs",
    view=(0, 0, 64),
    face=Face(
        head=(16, 13, 47, 57.5),
        eyes=(30, 35, 43, 39),
        nose=(36, 38, 41, 43),
        mouth=(28.9, 45, 40.1, 51),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "head": (
            by(
                "face_shape",
                oval="normal",
                round="wide",
                square="wide",
                long="thin",
                heart="thin",
            ),
        ),
        "body": (always("golf tShirt"),),
        "eyes": (always("normal happy"),),
        "mouth": (always("default"),),
        "mustache": (by("facial_hair", moustache="freddy", goatee="pencilThinBeard"),),
        "whiskers": (by("facial_hair", stubble="full", full="full"),),
        "glasses": (by("glasses", round="normal", square="normal"),),
    },
    colours={"skin": "skin", "hair": "hair", "body": "clothes"},
    added=(
        Added("whiskers", beard((22, 38, 46.6, 57), (28.9, 45, 40.1, 51), depth=4), under="mouth"),
    ),
    repaint={
        "hair": {"#FF6C98": "clothes"},
        "eyes": {"hair": "line", "#1B0B47": "line"},
        "mustache": {"hair": "beard"},
        "glasses": {"black": "glasses"},
    },
)
STYLE = illustrated_style("miniavs", "Miniavs", "A small head with a big laugh.", ARTIST, TABLE)
draw = illustrator(STYLE, TABLE)
