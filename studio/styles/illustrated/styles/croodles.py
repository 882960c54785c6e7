"""Croodles: vijay verma's doodled faces."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.table import Added, Artist, Cuts, Face, Shape, Table, always, by

ARTIST = Artist(
    work="Croodles - Doodle your face",
    name="vijay verma",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/966199982810283152",
)
HAIR = {
    "variant28": "bald * * *",
    "variant01": "short flat straight side",
    "variant02": "short tall straight none",
    "variant03": "short flat straight side",
    "variant05": "short full curly/coily none",
    "variant06": "short flat/tall straight none",
    "variant07": "shaved/short flat * none",
    "variant08": "short flat straight none",
    "variant09": "short flat straight none/side",
    "variant11": "short/medium full wavy/curly none",
    "variant12": "medium/long flat straight none",
    "variant13": "long full wavy none/side",
    "variant14": "long full straight/wavy full",
    "variant15": "long tied straight/wavy none",
    "variant16": "long tied straight none",
    "variant17": "long flat straight none/side",
    "variant18": "short/medium full curly/coily none",
    "variant29": "short flat wavy side",
}
# Some cuts leave the skull's top open: paper shone through there.
SKULL = "M66 126C66 46 190 46 190 126Z"
TABLE = Table(
    artwork="croodles",
    view=(0, 0, 256),
    face=Face(
        head=(62, 72, 198, 232),
        eyes=(73, 97, 183, 144),
        nose=(124, 125, 142, 166),
        mouth=(96, 184, 146, 209),
    ),
    cuts=(Cuts("top", HAIR),),
    picks={
        "skull": (by("hair_length", shaved="skull", short="skull"),),
        "head": (always("variant05"),),
        "eyes": (
            by("glasses", round="variant14", square="variant15"),
            always("variant11"),
        ),
        "nose": (always("variant01 variant03 variant04 variant09"),),
        "mouth": (
            by(
                "mouth",
                closed="variant01",
                smile="variant07",
                open_smile="variant11 variant10",
                open="variant03",
            ),
        ),
        "beard": (by("facial_hair", stubble="variant03", full="variant01", goatee="variant02"),),
        "mustache": (
            by("facial_hair", moustache="variant01", goatee="variant02", full="variant01"),
        ),
    },
    added=(Added("skull", {"skull": (Shape(SKULL, fill="skin"),)}, under="head"),),
    colours={
        "base": "skin",
        "top": "hair",
        "facialHair": "beard",
        "glasses": "glasses",
        "ink": "line",
    },
)
STYLE = illustrated_style(
    "croodles", "Croodles", "A doodle in the margin of an exercise book.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
