"""Toon Head: Johan Melin's animated-film busts."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import coils, spectacles
from studio.styles.illustrated.table import NONE, Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="ToonHead",
    name="Johan Melin",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/1589627891082866389",
)
HAIR = {
    NONE: "bald * * *",
    "bun": "medium/long tied * *",
    "sideComed": "short/medium/long flat/full straight/wavy/curly *",
    "spiky": "short full/tall wavy *",
    "undercut": "short flat/tall straight none",
    "coils": "short full/tall curly/coily *",
    "cropped": "shaved/short flat straight/curly/coily none",
}
REAR = {
    NONE: "bald/shaved/short * * *",
    "neckHigh": "medium flat/full straight *",
    "shoulderHigh": "medium full wavy/curly/coily *",
    "longStraight": "long flat/full straight *",
    "longWavy": "long flat/full wavy/curly/coily *",
}
TABLE = Table(
    artwork="toon-head",
    view=(24, 8, 720),
    face=Face(
        head=(226, 140, 542, 608),
        eyes=(252, 372, 515, 436),
        nose=(365, 440, 405, 465),
        mouth=(326, 487, 444, 540),
    ),
    cuts=(Cuts("hair", HAIR), Cuts("rearHair", REAR)),
    picks={
        "body": (always("body"),),
        "head": (always("head"),),
        "clothes": (always("openJacket shirt tShirt turtleNeck"),),
        "eyes": (always("happy"),),
        "eyebrows": (always("neutral"),),
        "mouth": (by("mouth", closed="smile", smile="smile", open_smile="laugh", open="agape"),),
        "beard": (
            by(
                "facial_hair",
                stubble="fullBeard",
                full="fullBeard",
                goatee="chinMoustache",
                moustache="moustacheTwirl",
            ),
        ),
        "spectacles": (by("glasses", round="round", square="square"),),
    },
    colours={"skin": "skin", "hair": "cut", "clothes": "clothes", "stroke": "none"},
    repaint={"beard": {"hair": "beard"}, "eyebrows": {"hair": "brow"}, "eyes": {"#4B2422": "iris"}},
    added=(
        Added("hair", coils((226, 345), (166, 205), (150, 118))),
        Added("spectacles", spectacles((300, 402), (470, 402), radius=66, width=12)),
    ),
)
STYLE = illustrated_style(
    "toon-head", "Toon Head", "A big-eyed bust from an animated film.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
