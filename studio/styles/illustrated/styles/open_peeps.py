"""Open Peeps: Pablo Stanley's hand-drawn people."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.table import Artist, Cuts, Face, Table, by

ARTIST = Artist(
    work="Open Peeps",
    name="Pablo Stanley",
    licence="CC0-1.0",
    source="https://www.openpeeps.com/",
)
HAIR = {
    "noHair1": "bald * * *",
    "short1": "shaved/short flat straight/coily none dark",
    "afro": "short/medium full coily none dark",
    "bangs": "medium flat/full straight/wavy full light",
    "bangs2": "medium flat straight full dark",
    "bantuKnots": "short/medium tied coily none dark",
    "bun2": "medium/long tied curly/coily none dark",
    "buns": "medium/long tied coily none dark",
    "cornrows": "long tied coily none dark",
    "cornrows2": "long tied coily none dark",
    "dreads1": "medium full coily none/side dark",
    "dreads2": "short full curly/coily none/side dark",
    "flatTop": "short tall straight/coily none dark",
    "flatTopLong": "short tall coily none dark",
    "grayBun": "medium/long tied straight side light",
    "grayMedium": "medium/long full straight/wavy side light",
    "grayShort": "short flat straight none/side light",
    "long": "long full straight/wavy none dark",
    "longAfro": "medium/long full coily none dark",
    "longBangs": "long full straight full dark",
    "longCurly": "long full curly none dark",
    "medium1": "medium full straight none/side dark",
    "medium2": "medium full wavy none dark",
    "medium3": "medium/long flat straight none dark",
    "mediumBangs": "medium full straight/wavy full dark",
    "mediumBangs2": "medium full wavy/curly full light",
    "mediumBangs3": "medium/long flat straight full dark",
    "mediumStraight": "long flat straight side dark",
    "pomp": "short tall straight/wavy none dark",
    "shaved2": "short flat curly/coily none dark",
    "shaved3": "short tall wavy none dark",
    "short2": "short flat straight none dark",
    "short3": "short flat wavy/curly none dark",
    "short4": "short tall straight/wavy side light",
    "short5": "short flat wavy side/full dark",
    "twists": "short tall coily none dark",
    "twists2": "short tall curly/coily none dark",
}
TABLE = Table(
    artwork="open-peeps",
    view=(-15, -30, 734),
    face=Face(
        head=(276, 127, 582, 596),
        eyes=(380, 300, 564, 400),
        nose=(460, 385, 520, 430),
        mouth=(400, 440, 564, 529),
    ),
    cuts=(Cuts("head", HAIR),),
    picks={
        "expression": (
            by("mouth", closed="smile", smile="smile", open_smile="smileBig", open="explaining"),
        ),
        "facialHair": (
            by(
                "facial_hair",
                stubble="full",
                full="full full2",
                goatee="goatee2",
                moustache="moustache5 moustache6 moustache7",
            ),
        ),
        "accessories": (by("glasses", round="glasses2 glasses5", square="glasses3"),),
    },
    colours={
        "skin": "skin",
        "headContrast": "hair",
        "clothing": "clothes",
        "ink": "line",
    },
    repaint={
        "head": {"ink": "crown"},
        "facialHair": {"ink": "beard"},
        "accessories": {"ink": "glasses"},
    },
)
STYLE = illustrated_style(
    "open-peeps", "Open Peeps", "A hand-drawn neighbour, felt-tip thick.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
