"""From a style's data and table to its drawing function."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from studio.styles.alignment import Anatomy, Rect
from studio.styles.attributes.corrections import corrected, correction_controls
from studio.styles.illustrated.artwork import prepare_artwork
from studio.styles.illustrated.backdrop import BACKDROP, backdrop, tones_for
from studio.styles.illustrated.choose import chosen
from studio.styles.illustrated.colours import roles_of
from studio.styles.illustrated.raster import rasterised
from studio.styles.illustrated.shown import shown_by
from studio.styles.types import Family, Picture, Style

if TYPE_CHECKING:
    from studio.styles.illustrated.table import Artist, Box, Table
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Draw, Drawing


def illustrated_style(name: str, title: str, summary: str, artist: Artist, table: Table) -> Style:
    """Return a style's data: its controls correct what its table shows."""
    return Style(
        name=name,
        title=title,
        family=Family.ILLUSTRATED,
        summary=summary,
        licence=artist.licence,
        digital_source_type="algorithmicMedia",
        controls=(BACKDROP, *correction_controls(table.expressed)),
        artist=artist.name,
        attribution=artist.attribution,
        source=artist.source,
    )


def illustrator(style: Style, table: Table) -> Draw:
    """Return the style's drawing function.

    It draws from the portrait's attributes alone: no pixel of the photograph is in the figure. The
    seed chooses what is not measured: the backdrop's pair of tones, and variants that show the
    same. Its drawings carry no landmarks: nobody's geometry is in them.
    """
    artwork = cache(lambda: prepare_artwork(table))

    def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
        accepted = style.accept(controls)
        scenery, pen = rng.spawn(2)
        seed = int(pen.integers(2**31))
        attributes = corrected(portrait.attributes, accepted)
        prepared = artwork()
        yield
        variants = chosen(table, attributes, seed)
        colours = roles_of(attributes)
        drawn = prepared.compose(variants, colours)
        figure = rasterised(drawn, table.view, portrait.size)
        yield
        tones = tones_for(attributes, scenery)
        return Picture(
            figure=figure,
            backdrop=backdrop(str(accepted["background"]), tones),
            landmarks=None,
            anatomy=anatomy_of(table, portrait.size),
            shown=shown_by(table, attributes, variants, colours),
        )

    return draw


def anatomy_of(table: Table, size: int) -> Anatomy:
    """Return where the drawn face lies, in pixels of a figure of this size."""
    face = table.face
    head, eyes, nose, mouth = (
        _placed(box, table.view, size) for box in (face.head, face.eyes, face.nose, face.mouth)
    )
    return Anatomy(
        face_box=head,
        keep_clear=(eyes, nose, mouth),
        lower_face=(head[0], mouth[3], head[2], head[3]),
    )


def _placed(box: Box, view: tuple[float, float, float], size: int) -> Rect:
    left, top, side = view
    corners = [box[0] - left, box[1] - top, box[2] - left, box[3] - top]
    x0, y0, x1, y1 = (int(np.clip(round(c * size / side), 0, size)) for c in corners)
    return x0, y0, x1, y1
