"""Low poly: a portrait cut like a gem, each facet one colour.

Sources: Delaunay triangles (1934) over corners at the face's landmarks, at outlines and along
edges, as image abstraction by triangles does (Gai and Wang 2015); the planes of the face are those
that sculptors cut (Asaro's planes of the head); their light is modelled on the landmarks' depth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from studio.styles import mesh
from studio.styles.fields import as_field
from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import Lab, hexed, to_lab, to_rgb
from studio.styles.painted.facet_features import cut_brow, cut_eye, cut_mouth
from studio.styles.painted.facets import Facets, cut_facets, paint_facets, silhouette
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.palette import PALETTES, background_tones
from studio.styles.painted.skin import skin_shading
from studio.styles.painted.study import Study, make_study
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

GROUNDS = {
    "lagoon": ("#c9efe0", "#3fa793"),
    "dusk": ("#ffc9a3", "#7a4f9a"),
    "rose": ("#ffdfe3", "#d8708f"),
    "graphite": ("#5b6472", "#1f242e"),
}
CALM = 0.55  # share of a facet's hue on bare skin that the skin's own replaces: no blotches
FORM = 4.2  # L units per deviation of the modelled light
GLINT = (1.1, 2.8)  # L units by which facets of skin, and of all else, differ at random
PALE = 18.0  # L units above the hair beyond which its lights are held back
WHITEST = 98.0  # L
CHROMA = 1.12  # flat facets look duller than what they stand for
BEYOND = 44  # units: how wide the rim's facets go on under the silhouette's straight cuts
CELL = 6.5  # facets of the backdrop across its shorter side
WAVER = 0.32  # share of a cell by which its corners stray
STEP = 2.6  # L units by which the backdrop's facets differ

STYLE = Style(
    name="low_poly",
    title="Low poly",
    family=Family.PAINTED,
    summary="Cut like a gem: flat facets in your own colours, caught by one light.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Range("detail", "Facets", 0.7, 1.8, 0.1, 1.0),
        Range("relief", "Relief", 0, 1.6, 0.1, 1.0),
        Choice(
            "background",
            "Background",
            {"auto": "To suit you", **{name: name.capitalize() for name in GROUNDS}},
            "auto",
        ),
    ),
)


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Cut a portrait into facets.

    Args:
        portrait: The aligned portrait; its size is the picture's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Places the corners of hair and clothes, and makes facets glint.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    cutter, glinter, scenery = rng.spawn(3)
    study = make_study(portrait)
    yield
    facets = cut_facets(study, float(chosen["detail"]), cutter)
    yield
    kept, size = facets.inside, study.size
    corners = facets.corners * (size / study.field)
    tones = _lit(study, facets, float(chosen["relief"]), glinter)[kept]
    beyond = round(BEYOND * study.unit)
    sheet = paint_facets(corners, facets.triangles[kept], to_rgb(tones), (size, size), beyond)
    yield
    canvas = Canvas(np.ascontiguousarray(as_field(sheet).transpose(2, 0, 1)))
    cut_mouth(canvas, study)
    for eye in mesh.EYES:
        cut_eye(canvas, study, eye)
        cut_brow(canvas, study, eye)
    if study.regions.glasses is not None:
        paint_glasses(canvas, study, study.regions.glasses)
    figure = canvas.cut_out(silhouette(study))
    yield
    pair = _ground(str(chosen["background"]), study, scenery)
    seed = int(scenery.integers(2**32))
    return Picture(
        figure=figure,
        backdrop=lambda width, height: _paint_ground(width, height, pair, seed),
        landmarks=study.points,
    )


def _lit(study: Study, facets: Facets, relief: float, rng: np.random.Generator) -> Lab:
    """Return the facets' tones under one light; skin is on average as light as before."""
    shading, _ = skin_shading(study)
    middle = facets.corners[facets.triangles].mean(axis=1)
    rows, columns = np.clip(middle[:, ::-1].astype(int), 0, study.field - 1).T
    bare = np.clip(study.bare[rows, columns], 0, 1) * facets.inside
    tones = facets.tones.copy()
    # Loose strands show the wall between them: what is far lighter than the hair is mostly that.
    most = study.hair_tone[0] + PALE
    hair = np.clip(study.hair[rows, columns], 0, 1)
    tones[:, 0] -= 0.7 * hair * np.maximum(tones[:, 0] - most, 0)
    share = (CALM * bare)[:, None]
    tones[:, 1:] = (1 - share) * tones[:, 1:] + share * study.skin_tone[1:]
    glint = np.where(study.skin[rows, columns] > 0.5, *GLINT)
    glint *= np.clip(rng.standard_normal(len(tones)), -2, 2)
    lift = bare * FORM * np.clip(shading[rows, columns], -2, 2) + glint
    lift *= relief * np.clip(tones[:, 0] / 60, 0.4, 1.1)  # dark facets differ less
    tones[:, 0] += lift
    known = facets.bare * facets.inside
    if known.sum() > 1:
        weights = study.bare / max(float(study.bare.sum()), 1e-6)
        seen = float((study.lab[..., 0] * weights).sum())
        for _ in range(3):  # what is cut off at white is given back elsewhere
            tones[:, 0] -= bare * (np.average(tones[:, 0], weights=known) - seen)
            tones[:, 0] = np.minimum(tones[:, 0], WHITEST)
    tones[:, 0] = np.clip(tones[:, 0], 2, WHITEST)
    tones[:, 1:] *= CHROMA
    return as_field(tones)


def _ground(name: str, study: Study, rng: np.random.Generator) -> tuple[Lab, Lab]:
    if name == "auto":
        return background_tones(PALETTES["natural"], study.hair_tone, study.skin_tone, rng)
    top, foot = (to_lab(hexed(code)) for code in GROUNDS[name])
    return top, foot


def _paint_ground(width: int, height: int, pair: tuple[Lab, Lab], seed: int) -> NDArray[np.uint8]:
    """Facets from one tone above to another below, any size; a wide one has more of them."""
    rng = np.random.default_rng(seed)
    cell = min(width, height) / CELL
    columns, rows = (int(np.ceil(side / cell)) + 3 for side in (width, height))
    x, y = (part.ravel() for part in np.meshgrid(np.arange(columns) - 1, np.arange(rows) - 1))
    corners = np.column_stack([x + 0.5 * (y % 2), y]).astype(np.float64)
    corners = (corners + rng.uniform(-WAVER, WAVER, corners.shape)) * cell
    triangles = np.asarray(Delaunay(corners).simplices, np.intp)
    middle = corners[triangles].mean(axis=1) / (width, height)
    share = np.clip(0.25 * middle[:, :1] + 0.75 * middle[:, 1:], 0, 1)
    tones = pair[0] * (1 - share) + pair[1] * share
    tones[:, 0] += rng.normal(0, STEP, len(tones))
    return paint_facets(corners, triangles, to_rgb(tones), (height, width))
