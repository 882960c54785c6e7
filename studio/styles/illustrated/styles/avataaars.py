"""Avataaars: Pablo Stanley's flat busts."""

from __future__ import annotations

from studio.styles.illustrated.drawing import illustrated_style, illustrator
from studio.styles.illustrated.table import NONE, Artist, Cuts, Face, Table, always, by

ARTIST = Artist(
    work="Avataaars",
    name="Pablo Stanley",
    licence="Free for personal and commercial use",
    source="https://avataaars.com/",
)
HAIR = {
    NONE: "bald * * *",
    "bob": "medium full straight none/side",
    "bun": "medium/long tied straight/wavy none",
    "curly": "medium full curly none",
    "curvy": "long full wavy/curly full",
    "dreads": "long full coily none",
    "dreads01": "short flat/tall curly/coily none",
    "dreads02": "short full curly none",
    "fro": "short/medium full coily none",
    "longButNotTooLong": "medium/long flat straight side",
    "miaWallace": "medium flat straight full",
    "shaggy": "short full straight/wavy side",
    "shaggyMullet": "medium full straight/wavy side",
    "shortCurly": "short tall/full wavy/curly none",
    "shortFlat": "short flat straight none",
    "shortRound": "short flat/full straight side",
    "shortWaved": "short tall straight/wavy none",
    "straight01": "long flat/full straight/wavy side",
    "straight02": "long flat/full straight none",
    "straightAndStrand": "long/medium flat straight side/full",
    "theCaesar": "shaved/short flat straight/coily none",
    "theCaesarAndSidePart": "short flat straight none/side",
}
TABLE = Table(
    artwork="avataaars",
    view=(12, 0, 256),
    face=Face(
        head=(76, 36, 204, 192),
        eyes=(107, 105, 173, 119),
        nose=(128, 130, 152, 138),
        mouth=(121, 147, 159, 167),
    ),
    cuts=(Cuts("top", HAIR),),
    picks={
        "clothes": (always("collarAndSweater hoodie shirtCrewNeck shirtScoopNeck shirtVNeck"),),
        "eyes": (always("default"),),
        "nose": (always("default"),),
        "eyebrows": (by("brows", thin="default", medium="defaultNatural", thick="defaultNatural"),),
        "mouth": (
            by("mouth", closed="serious", smile="twinkle", open_smile="smile", open="default"),
        ),
        "facialHair": (
            by(
                "facial_hair",
                stubble="beardLight",
                goatee="beardLight",
                full="beardMedium",
                moustache="moustacheMagnum",
            ),
        ),
        "accessories": (by("glasses", round="round", square="prescription02"),),
    },
    colours={
        "skin": "skin",
        "hair": "cut",
        "facialHair": "beard",
        "clothes": "clothes",
        "accessories": "glasses",
    },
    repaint={"eyebrows": {"black": "brow"}, "eyes": {"black": "line"}},
)
STYLE = illustrated_style(
    "avataaars", "Avataaars", "A friendly flat bust, as on many a team's page.", ARTIST, TABLE
)
draw = illustrator(STYLE, TABLE)
