"""Adventurer: Lisa Wischofsky's round cartoon heads."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard
from studio.styles.illustrated.table import NONE, Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Adventurer",
    name="Lisa Wischofsky",
    licence="CC-BY-4.0",
    source="https://www.figma.com/community/file/1184595184137881796",
)
HAIR = {
    NONE: "bald * * *",
    "long01": "medium flat straight side",
    "long02": "medium full straight full",
    "long04": "long full straight side",
    "long05": "long/medium flat straight side",
    "long06": "long full wavy/curly none",
    "long07": "long flat straight full",
    "long09": "long/medium full straight/wavy none",
    "long10": "long tied straight none",
    "long11": "long tied straight full",
    "long12": "medium/long tied straight side",
    "long13": "long tied straight side",
    "long14": "medium/long tied straight side",
    "long15": "long tied straight full",
    "long16": "long tied straight/wavy full",
    "long17": "medium/long full wavy/curly none/side",
    "long19": "long tied straight/wavy side",
    "long21": "medium flat straight full",
    "long22": "long full curly/coily none",
    "long23": "long tied curly/coily none",
    "long24": "medium full wavy/curly none",
    "short01": "short flat straight side",
    "short02": "short full straight full",
    "short03": "short/medium full curly/coily none",
    "short04": "short flat straight/coily none",
    "short05": "short/medium tied straight none",
    "short07": "short full wavy none",
    "short08": "short flat wavy none",
    "short09": "short full wavy/curly full",
    "short10": "short flat/tall straight none",
    "short11": "short flat/tall straight none",
    "short14": "short flat straight none",
    "short16": "short tall straight side",
    "short17": "short flat/full curly/coily none",
    "short18": "short tall coily none",
    "short19": "shaved * * *",
}
TABLE = Table(
    artwork="adventurer",
    view=(-46, -46, 853),
    face=Face(
        head=(145, 168, 595, 655),
        eyes=(158, 340, 480, 475),
        nose=(300, 430, 370, 478),
        mouth=(232, 472, 405, 574),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "head": (always("default"),),
        "eyes": (always("variant03 variant24 variant25 variant26"),),
        "eyebrows": (
            by(
                "brows",
                thin="variant10",
                medium="variant12",
                thick="variant13 variant15",
            ),
        ),
        "mouth": (
            by(
                "mouth",
                closed="variant09",
                smile="variant02",
                open_smile="variant22 variant23 variant26",
                open="variant21 variant30",
            ),
        ),
        "details": (by("facial_hair", moustache="mustache"),),
        "whiskers": (by("facial_hair", stubble="full", full="full", goatee="goatee"),),
        "glasses": (by("glasses", round="variant04", square="variant02 variant05"),),
    },
    colours={
        "skin": "skin",
        "hair": "cut",
        "ink": "line",
        "eyes": "iris",
        "sclera": "paper",
        "glasses": "glasses",
        "lips": "lip",
        "teeth": "teeth",
        "throat": "throat",
        "tongue": "tongue",
    },
    added=(
        Added(
            "whiskers",
            beard((150, 420, 560, 600), (240, 480, 400, 565), depth=40),
            under="mouth",
        ),
    ),
    repaint={
        "hair": {"ink": "ink"},
        "eyes": {"ink": "ink"},
        "eyebrows": {"ink": "brow"},
        "details": {"ink": "beard"},
    },
)
STYLE = illustrated_style(
    "adventurer", "Adventurer", "A round, wide-eyed head from a cartoon.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
