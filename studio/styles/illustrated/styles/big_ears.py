"""Big Ears: The Visual Team's flat faces."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard, spectacles
from studio.styles.illustrated.table import NONE, Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Face Generator",
    name="The Visual Team",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/986078800058673824",
)
HAIR = {
    NONE: "bald/shaved * * *",
    "long01": "medium full straight/wavy *",
    "long02": "medium/long full wavy *",
    "long03": "long full wavy/curly *",
    "long04": "medium full straight *",
    "long05": "medium/long tied curly/coily *",
    "long06": "medium/long tied straight/wavy *",
    "long07": "long/medium flat straight *",
    "long09": "long flat straight *",
    "long10": "short/medium full straight/wavy *",
    "long11": "long full wavy/curly *",
    "long12": "medium/long full straight *",
    "long13": "medium/long full curly/coily *",
    "long14": "long full wavy *",
    "long15": "long full wavy *",
    "long16": "long tied straight/wavy *",
    "long17": "long tied straight *",
    "long18": "long flat straight *",
    "long19": "long full straight/wavy *",
    "long20": "medium/long flat straight *",
    "short01": "short full wavy/curly *",
    "short02": "short full wavy *",
    "short05": "short full straight *",
    "short06": "short full curly *",
    "short07": "short full/tall wavy/curly *",
    "short11": "short flat/tall straight *",
    "short13": "short flat straight/coily *",
    "short14": "short flat straight *",
    "short15": "short tall coily *",
    "short16": "short tall straight/wavy *",
    "short17": "short tall/full straight *",
    "short18": "short full coily/curly *",
    "short20": "short flat wavy *",
}
FRINGE = {
    NONE: "bald * * *",
    "variant08": "shaved/short/medium/long * * none",
    "variant12": "short/medium/long * * none",
    "variant06": "short/medium/long * * side",
    "variant04": "short/medium/long * * full",
}
TABLE = Table(
    artwork="big-ears",
    view=(0, 0, 440),
    face=Face(
        head=(110, 168, 326, 424),
        eyes=(160, 250, 279, 296),
        nose=(206, 293, 231, 322),
        mouth=(191, 330, 250, 377),
    ),
    cuts=(Cuts("hair", HAIR), Cuts("frontHair", FRINGE)),
    picks={
        "head": (
            by(
                "face_shape",
                oval="variant10",
                round="variant07",
                square="variant01",
                long="variant06",
                heart="variant09",
            ),
        ),
        "ears": (always("variant01 variant02 variant03"),),
        "eyes": (by("brows", thin="variant29", medium="variant05", thick="variant03"),),
        "nose": (always("variant01 variant02 variant03"),),
        "mouth": (
            by(
                "mouth",
                closed="variant0701",
                smile="variant0702",
                open_smile="variant0201 variant0202",
                open="variant0101",
            ),
        ),
        "whiskers": (
            by("facial_hair", stubble="full", full="full", goatee="goatee", moustache="moustache"),
        ),
        "spectacles": (by("glasses", round="round", square="square"),),
    },
    colours={"skin": "skin", "hair": "cut"},
    added=(
        Added(
            "whiskers",
            beard((135, 290, 305, 421), (190, 330, 250, 372), depth=20),
            under="mouth",
        ),
        Added("spectacles", spectacles((180.5, 282), (258, 282), radius=31, width=6)),
    ),
)
STYLE = illustrated_style(
    "big-ears", "Big Ears", "A soft flat face that is all ears.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
