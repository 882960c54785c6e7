"""Lorelei: Lisa Wischofsky's ink portraits, here with the person's own skin and hair."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.shapes import beard
from studio.styles.illustrated.table import Added, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Lorelei",
    name="Lisa Wischofsky",
    licence="CC0-1.0",
    source="https://www.figma.com/community/file/1198749693280469639",
)
HAIR = {
    "variant01": "short flat straight/coily none",
    "variant02": "short flat straight none",
    "variant03": "short tall straight/wavy none",
    "variant04": "short tall straight side",
    "variant05": "short full/tall curly/coily side",
    "variant06": "short flat straight side",
    "variant07": "short full straight side",
    "variant08": "short tall straight none",
    "variant09": "short flat curly none",
    "variant10": "medium flat straight side",
    "variant11": "short full straight side/full",
    "variant12": "short full straight/wavy side",
    "variant13": "medium full wavy/straight full",
    "variant14": "medium/long tied straight full",
    "variant15": "long flat/full straight none/side",
    "variant16": "long full straight side",
    "variant17": "medium full straight/wavy side",
    "variant18": "short/medium full wavy/curly side",
    "variant19": "medium flat straight full",
    "variant20": "short full wavy side",
    "variant21": "long full straight side",
    "variant22": "short tall wavy/curly none",
    "variant23": "medium/long full straight full",
    "variant24": "medium full curly/coily none/side",
    "variant26": "medium/long tied curly/coily none",
    "variant28": "shaved flat * none",
    "variant29": "medium/long tied wavy side",
    "variant30": "long tied straight side",
    "variant31": "long tied wavy/curly none",
    "variant32": "medium full wavy none/side",
    "variant33": "long tied straight none",
    "variant35": "long full wavy/curly none/side",
    "variant36": "medium tied straight none",
    "variant37": "medium full wavy none",
    "variant38": "long tied straight/wavy none",
    "variant39": "short full/tall coily none",
    "variant42": "long tied wavy side",
    "variant43": "short flat/full straight side",
    "variant44": "short flat coily none",
    "variant46": "medium tied straight side",
    "variant47": "shaved/short flat straight/coily none",
    "variant48": "medium tied straight side/full",
    "variant25": "bald * * *",
}
TABLE = Table(
    artwork="lorelei",
    view=(74, 8, 852),
    face=Face(
        head=(352, 176, 762, 746),
        eyes=(405, 402, 709, 506),
        nose=(569, 467, 632, 573),
        mouth=(452, 590, 666, 663),
    ),
    cuts=(Cuts("hair", HAIR),),
    picks={
        "head": (always("variant01 variant02 variant03 variant04"),),
        "eyes": (always("variant02 variant10 variant16 variant24"),),
        "eyebrows": (
            by(
                "brows",
                thin="variant05 variant09",
                medium="variant02 variant07",
                thick="variant03 variant10",
            ),
        ),
        "nose": (always("variant02 variant03 variant04 variant05"),),
        "mouth": (
            by(
                "mouth",
                closed="happy14 sad09",
                smile="happy01 happy02",
                open_smile="happy05 happy06",
                open="happy08",
            ),
        ),
        "beard": (by("facial_hair", full="variant01 variant02"),),
        "whiskers": (by("facial_hair", goatee="goatee", moustache="moustache", stubble="goatee"),),
        "glasses": (by("glasses", round="variant01", square="variant03 variant04"),),
    },
    colours={
        "skin": "skin",
        "hair": "cut",
        "eyes": "line",
        "eyebrows": "brow",
        "nose": "line",
        "mouth": "line",
        "outline": "line",
        "glasses": "glasses",
    },
    added=(Added("whiskers", beard((420, 470, 740, 728), (500, 600, 650, 655), depth=34)),),
    repaint={"beard": {"hair": "beard"}},
)
STYLE = illustrated_style(
    "lorelei", "Lorelei", "Bold brush ink, turned a little to the side.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
