"""Micah: Micah Lanier's outlined heads."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard, coils
from studio.styles.illustrated.table import Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Avatar Illustration System",
    name="Micah Lanier",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/829741575478342595",
)
HAIR = {
    "mrClean": "bald * * *",
    "cropped": "shaved/short flat curly/coily *",
    "coils": "short/medium full/tall curly/coily *",
    "dannyPhantom": "short/medium flat straight side/full",
    "fonze": "short flat/tall straight/wavy none/side",
    "full": "long full wavy/curly none/side",
    "pixie": "medium full straight/wavy side",
}
TABLE = Table(
    artwork="micah",
    view=(10, 6, 346),
    face=Face(
        head=(102, 47, 264, 276),
        eyes=(148, 124, 232, 162),
        nose=(188, 150, 206, 183),
        mouth=(164, 190, 237, 241),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "head": (always("standard"),),
        "ears": (always("attached detached"),),
        "eyes": (always("eyes round"),),
        "eyebrows": (always("up"),),
        "nose": (always("curve pointed tound"),),
        "mouth": (
            by("mouth", closed="smirk", smile="smile", open_smile="laughing", open="surprised"),
        ),
        "facialHair": (by("facial_hair", full="beard", stubble="scruff"),),
        "whiskers": (by("facial_hair", goatee="goatee", moustache="moustache"),),
        "glasses": (by("glasses", round="round", square="square"),),
        "clothes": (always("collared crew open"),),
    },
    colours={
        "base": "skin",
        "hair": "cut",
        "facialHair": "beard",
        "shirt": "clothes",
        "eyebrows": "brow",
        "eyes": "line",
        "mouth": "line",
        "glasses": "glasses",
    },
    added=(
        Added("hair", coils((146, 110), (78, 68), (72, 32), line=4)),
        Added("whiskers", beard((120, 160, 262, 268), (176, 196, 232, 238), depth=14)),
    ),
    repaint={"head": {"black": "line"}, "ears": {"black": "line"}, "nose": {"black": "line"}},
)
STYLE = illustrated_style(
    "micah", "Micah", "Clean outlines and a calm, modern face.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
