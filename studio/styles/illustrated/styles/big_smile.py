"""Big Smile: Ashley Seo's cheerful heads."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard
from studio.styles.illustrated.table import NONE, Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Custom Avatar",
    name="Ashley Seo",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/881358461963645496",
)
HAIR = {
    NONE: "bald * * *",
    "bangs": "long flat straight full",
    "bowlCutHair": "short/medium flat/full straight full",
    "braids": "long full coily *",
    "bunHair": "medium/long tied straight/wavy *",
    "curlyBob": "medium full wavy/curly side",
    "curlyShortHair": "short/medium full curly/coily *",
    "froBun": "medium/long tied curly/coily *",
    "shavedHead": "shaved/short flat straight/coily none",
    "shortHair": "short flat/tall straight/wavy none/side",
    "straightHair": "long flat/full straight none/side",
    "wavyBob": "medium/long full wavy none/side",
}
TABLE = Table(
    artwork="big-smile",
    view=(-24, -24, 528),
    face=Face(
        head=(110, 76, 418, 428),
        eyes=(268, 186, 386, 257),
        nose=(355, 240, 395, 268),
        mouth=(222, 268, 403, 380),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "head": (always("base"),),
        "eyes": (always("normal cheery"),),
        "mouth": (
            by(
                "mouth",
                closed="unimpressed",
                smile="kawaii",
                open_smile="openedSmile teethSmile",
                open="openedSmile",
            ),
        ),
        "whiskers": (
            by("facial_hair", stubble="full", full="full", goatee="goatee", moustache="moustache"),
        ),
        "accessories": (by("glasses", round="glasses", square="glasses"),),
    },
    colours={"skin": "skin", "hair": "cut"},
    added=(
        Added(
            "whiskers",
            beard((150, 284, 394, 406), (262, 300, 384, 352), depth=26),
            under="mouth",
        ),
    ),
    repaint={
        "eyes": {"#2A1200": "line", "#71472D": "brow"},
        "mouth": {"#592125": "line"},
        "accessories": {
            "#C5900F": "glasses",
            "#896307": "glasses",
        },
    },
)
STYLE = illustrated_style(
    "big-smile", "Big Smile", "A cheerful head with a smile to match.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
