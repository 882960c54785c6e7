"""Notionists: Zoish's brush drawings, here coloured in."""

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
    work="Notionists",
    name="Zoish",
    licence="CC0-1.0",
    source="https://heyzoish.gumroad.com/l/notionists",
)
HAIR = {
    NONE: "bald * * *",
    "variant01": "short tall wavy/curly side",
    "variant02": "medium full wavy none",
    "variant03": "short tall/full straight/wavy none",
    "variant04": "short/medium full straight none",
    "variant05": "shaved/short flat straight/coily none",
    "variant06": "short flat straight side",
    "variant07": "short flat straight none",
    "variant09": "short tall curly side",
    "variant10": "medium flat straight side",
    "variant11": "short/medium full wavy none",
    "variant12": "short flat wavy/curly side",
    "variant13": "short flat straight none",
    "variant15": "short flat straight none",
    "variant16": "short flat straight/wavy side",
    "variant17": "short tall straight side",
    "variant18": "short tall straight none",
    "variant19": "short tall straight none",
    "variant20": "short/medium full curly/coily none",
    "variant22": "short full curly/coily side",
    "variant23": "long full straight side",
    "variant24": "short/medium flat straight none",
    "variant25": "short flat straight none",
    "variant26": "short tall straight none",
    "variant27": "short tall straight none",
    "variant28": "long full wavy side",
    "variant29": "medium/long tied straight none",
    "variant30": "medium/long tied straight side",
    "variant31": "short tall curly none",
    "variant32": "short flat straight none",
    "variant33": "short tall/full curly/coily none",
    "variant34": "short flat wavy none",
    "variant35": "short flat straight none",
    "variant36": "medium full wavy/curly side",
    "variant37": "long full wavy/curly none",
    "variant38": "short flat straight side",
    "variant39": "medium/long tied straight side",
    "variant40": "short tall curly/coily none",
    "variant41": "long flat straight full",
    "variant43": "medium full straight side",
    "variant44": "short tall straight none",
    "variant47": "long tied straight/wavy side",
    "variant48": "medium/long tied curly/coily full",
    "variant49": "short tall coily none",
    "variant52": "short tall straight none",
    "variant53": "short tall straight none",
    "variant54": "short flat straight none",
    "variant55": "short flat straight none",
    "variant56": "short flat straight none",
    "variant57": "long tied wavy none",
    "variant58": "medium full wavy side",
    "variant59": "medium/long tied coily none",
}
# Where hair leaves off, the artist drew no outline: the head's own, under the head.
SKULL = (
    "M571 688c12.5-5.3 24-7.2 35.2-.8s-13-22 112-126C799.5 493.4 927.8 483.5 979.6 495"
    "S1083 531.8 1106 585.5c27.8 65-25.9 114.3-14 262.5"
)
CLOTHES = (
    "variant01 variant05 variant07 variant11 variant13 variant14 variant16 variant19 variant21"
)
TABLE = Table(
    artwork="notionists",
    view=(275, 190, 1120),
    face=Face(
        head=(640, 490, 1096, 1112),
        eyes=(822, 732, 1061, 827),
        nose=(908, 706, 1011, 883),
        mouth=(839, 888, 1047, 1002),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "head": (always("variant01"),),
        "skull": (by("hair_length", bald="skull"),),
        "clothes": (always(CLOTHES),),
        "eyes": (always("variant04 variant05"),),
        "eyebrows": (
            by(
                "brows",
                thin="variant09 variant10",
                medium="variant04 variant05",
                thick="variant07 variant08",
            ),
        ),
        "nose": (always("variant01 variant04 variant06 variant10 variant14"),),
        "mouth": (
            by(
                "mouth",
                closed="variant13 variant21",
                smile="variant03 variant22",
                open_smile="variant14 variant25",
                open="variant15 variant29",
            ),
        ),
        "beard": (
            by(
                "facial_hair",
                stubble="variant02",
                full="variant02",
                goatee="variant01 variant11",
                moustache="variant09 variant10",
            ),
        ),
        "glasses": (by("glasses", round="variant11", square="variant08"),),
    },
    added=(Added("skull", {"skull": (Shape(SKULL, stroke="line", width=26),)}, under="head"),),
    colours={"ink": "line", "paper": "teeth"},
    repaint={
        "head": {"paper": "skin"},
        "hair": {"ink": "cut", "paper": "strand"},
        "beard": {"ink": "beard"},
        "eyebrows": {"ink": "brow"},
        "glasses": {"ink": "glasses"},
        "clothes": {"paper": "clothes", "ink": "ink"},
    },
)
STYLE = illustrated_style(
    "notionists", "Notionists", "A loose brush and a knowing look, coloured in.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
