"""Dylan: Natalia Spivak's bold shapes."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard, spectacles
from studio.styles.illustrated.table import NONE, Added, Artist, Cuts, Face, Table, by

ARTIST = Artist(
    work="Dylan! The Avatar Generator",
    name="Natalia Spivak",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/1356575240759683500",
)
HAIR = {
    NONE: "bald * * *",
    "bangs": "medium flat/full straight full",
    "buns": "medium/long tied * *",
    "flatTop": "short tall straight/coily none",
    "fluffy": "medium full wavy/curly none/side",
    "longCurls": "medium/long full curly/coily *",
    "parting": "short flat straight none",
    "plain": "shaved/short flat straight none",
    "roundBob": "long flat/full straight none/side",
    "shaggy": "medium/long full wavy/straight side",
    "shortCurls": "short flat/full curly/coily none",
    "spiky": "short tall straight side",
    "wavy": "short flat/tall wavy/straight side",
}
TABLE = Table(
    artwork="dylan",
    view=(0, 0, 80),
    face=Face(
        head=(18, 11, 64, 68),
        eyes=(29, 33, 53, 44),
        nose=(38, 40, 44, 44),
        mouth=(27, 41, 56, 59),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "mood": (
            by(
                "mouth",
                closed="neutral",
                smile="happy",
                open_smile="superHappy",
                open="superHappy",
            ),
        ),
        "facialHair": (by("facial_hair", stubble="default"),),
        "whiskers": (by("facial_hair", full="full", goatee="goatee", moustache="moustache"),),
        "spectacles": (by("glasses", round="round", square="square"),),
    },
    colours={"skin": "skin", "hair": "cut"},
    repaint={
        "canvas": {"black": "line"},
        "mood": {"black": "line"},
        "facialHair": {"black": "beard"},
    },
    added=(
        Added("whiskers", beard((19, 44, 62, 68), (33, 46, 50, 57), depth=4), under="mood"),
        Added("spectacles", spectacles((32, 38.5), (50, 38.5), radius=7, width=1.6)),
    ),
)
STYLE = illustrated_style("dylan", "Dylan", "A few bold shapes and a good mood.", ARTIST, TABLE)
draw = illustrator(STYLE, TABLE)
