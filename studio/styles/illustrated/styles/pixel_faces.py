"""Pixel Art: DiceBear's faces on a grid of sixteen squares."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.table import (
    NONE,
    Added,
    Artist,
    Cuts,
    Face,
    Shape,
    Table,
    always,
    by,
)

ARTIST = Artist(
    work="Pixel Art",
    name="DiceBear",
    licence="CC0-1.0",
    source="https://www.figma.com/community/file/1198754108850888330",
)
HAIR = {
    NONE: "bald * * *",
    "long01": "long full wavy side",
    "long02": "medium flat straight none",
    "long03": "long flat straight none",
    "long04": "medium flat/full straight none/side",
    "long05": "medium tied straight side",
    "long06": "long tied straight none",
    "long07": "long full straight/wavy none",
    "long09": "medium/long flat straight none",
    "long11": "short/medium flat straight side",
    "long12": "long full wavy none",
    "long13": "long flat straight full",
    "long14": "medium/long tied coily/curly none",
    "cloud": "medium/long full curly/coily *",
    "long16": "medium full straight/wavy side",
    "long17": "medium full straight side",
    "long18": "long tied straight/wavy none",
    "long20": "long full straight/wavy side",
    "long21": "medium/long flat straight none/full",
    "short01": "short flat straight side",
    "short02": "short flat straight side",
    "short03": "short flat straight side",
    "short04": "short flat straight/coily none",
    "short06": "short full wavy/curly none",
    "short08": "short flat straight side",
    "short09": "short flat wavy side",
    "short10": "short flat straight none",
    "coils": "short full/tall curly/coily *",
    "short14": "medium/short flat straight full",
    "short15": "short full straight/wavy none",
    "short16": "shaved/short flat straight none",
    "short17": "short full straight/wavy none",
    "short19": "short flat wavy side/full",
    "short22": "short flat straight none",
}
CLOTHES = "variant01 variant03 variant04 variant08 variant11 variant12"
# On the artwork's grid: mouths in their own part's squares, beards in the whole drawing's.
COILS = {
    "coils": (Shape("M4 0h8v1h2v1h1v4h-1V5h-1V3H3v2H2v1H1V2h1V1h2z", fill="cut"),),
    "cloud": (Shape("M4 0h8v1h2v1h1v1h1v6h-1v1h-2V3H3v7H1V9H0V3h1V2h1V1h2z", fill="cut"),),
}
MOUTHS = {
    "closed": (Shape("M0 1h4v1H0z", fill="lip"),),
    "smile": (Shape("M-1 0h1v1h4V0h1v1H4v1H0V1h-1z", fill="lip"),),
    "open": (Shape("M1 0h2v2H1z", fill="throat"),),
}
WHISKERS = {
    "full": (Shape("M3 7h1v1h1v1h6V8h1V7h1v3h-1v2H4v-2H3zM6 10h4v1H6z", fill="beard"),),
    "goatee": (Shape("M5 9h6v3H5zM6 10h4v1H6z", fill="beard"),),
    "moustache": (Shape("M5 9h6v1H5z", fill="beard"),),
}
TABLE = Table(
    artwork="pixel-art",
    view=(0, 0, 16),
    face=Face(
        head=(2, 2, 14, 13.5),
        eyes=(4, 5, 12, 8),
        nose=(7, 8, 9, 9),
        mouth=(6, 9, 10, 12),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "clothes": (always(CLOTHES),),
        "eyes": (always("variant05"),),
        "mouth": (by("mouth", closed="closed", smile="smile", open_smile="happy12", open="open"),),
        "whiskers": (
            by("facial_hair", stubble="full", full="full", goatee="goatee", moustache="moustache"),
        ),
        "glasses": (by("glasses", round="light05", square="light02"),),
    },
    colours={
        "skin": "skin",
        "hair": "cut",
        "eyes": "iris",
        "glasses": "glasses",
        "mouth": "lip",
        "clothing": "clothes",
    },
    # The artist's highlight lies over the whole face and lightens it.
    repaint={"canvas": {"white": "skin"}},
    added=(
        Added("hair", COILS),
        Added("mouth", MOUTHS),
        Added("whiskers", WHISKERS, under="mouth"),
    ),
)
STYLE = illustrated_style(
    "pixel-faces", "Pixel Faces", "Sixteen squares across, as in old games.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
