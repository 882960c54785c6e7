"""Oil: brush strokes along the form, from broad to fine, raised from the canvas and lit.

Strokes follow the structure tensor and get finer where the picture asks for it (Litwinowicz 1997;
Hertzmann 1998); their colours come from an anisotropic Kuwahara filter, the light on their
bristles from the relief that they leave (Hertzmann 2002).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, ramp, reduced
from studio.styles.painted.brush import Layered, Strokes, bristles, lay_strokes, lit_relief
from studio.styles.painted.filters import Flow, structure_flow
from studio.styles.painted.ground import spread_tile, weave_tile
from studio.styles.painted.kuwahara import kuwahara
from studio.styles.painted.oil_ground import GROUNDS, paint_ground
from studio.styles.painted.sitter import Sitter, keep_skin, seat, sized
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="oil",
    title="Oil",
    family=Family.PAINTED,
    summary="Brush strokes that follow your face and hair, broad ones first, fine ones last.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Range("brush_size", "Brush size", 0.6, 1.8, 0.1, 1.0),
        Range("impasto", "Impasto", 0.0, 2.0, 0.1, 1.0),
        Range("colour_play", "Colour play", 0.0, 2.0, 0.1, 1.0),
        Choice("background", "Background", {k: g.label for k, g in GROUNDS.items()}, "studio"),
    ),
)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Strokes of one brush."""

    width: float  # units
    patch: float  # units: radius of the patches that give the colours
    length: float  # in widths
    share: float  # of the places in its grid that get a stroke
    error: float  # sRGB levels, summed, that the canvas may be off; 0: paint everywhere


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who paints, and on what."""

    rng: np.random.Generator
    canvas: Layered
    brush: float
    play: float


LAYERS = (
    _Layer(34, 18, 3.2, 0.75, 0),
    _Layer(19, 10, 3.4, 0.6, 0),
    _Layer(10, 5, 4.0, 0.55, 54),
    _Layer(5.6, 3, 4.6, 0.5, 90),
    _Layer(3.4, 2, 5.5, 0.5, 120),
)
COARSE = 8.0  # units: patches from which a reduced picture shows as much
PAINTED = 2048  # pixels: strokes on a larger canvas are enlarged, bristles and all
SPACING = 0.62  # widths between strokes
VIVID = 1.1  # chroma
SHORTEN = 40.0  # sRGB levels, summed, along a stroke from which it ends sooner
TOUCH = 2.6  # units: patches of the last touches on eyes and mouth
TOUCHED = 0.72  # share of them that stays
RAISED = 0.25  # of the relief's slope that shows
SHINE = 17.0  # sRGB levels that the relief's light adds at most
WEAVE = 1.6  # sRGB levels


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Paint a portrait stroke by stroke.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Decides where strokes lie and how they differ.

    Yields:
        Nothing, after each layer.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    brush, play = float(chosen["brush_size"]), float(chosen["colour_play"])
    painter, cloth, scenery = rng.spawn(3)
    hairs, weave = bristles(cloth), weave_tile(cloth, 260)
    sitter = seat(portrait)
    yield
    flow = _flow(sitter)
    under = sized(_seen(sitter, flow, LAYERS[0].patch), min(sitter.size, PAINTED))
    hand = _Hand(painter, Layered(under, np.zeros(under.shape[:2], np.float32)), brush, play)
    yield
    for layer in LAYERS:
        seen = _seen(sitter, flow, layer.patch * brush)
        lay_strokes(hand.canvas, _strokes(sitter, seen, flow, layer, hand), hairs)
        yield
    painted = _finished(sitter, flow, hand.canvas, float(chosen["impasto"]))
    figure = sized(painted, sitter.size)
    figure += (WEAVE * spread_tile(weave, sitter.size, sitter.size))[..., None]
    yield
    seed = int(scenery.integers(2**31))
    ground = GROUNDS[str(chosen["background"])]
    impasto = float(chosen["impasto"])
    return Picture(
        figure=np.dstack([cv2.convertScaleAbs(figure), _alpha(sitter, hand.canvas)]),
        backdrop=lambda width, height: paint_ground((width, height), ground, seed, impasto),
        landmarks=sitter.study.points,
    )


def _flow(sitter: Sitter) -> Flow:
    """The way of the brush: along edges, strands and the outline."""
    outline = sized(sitter.alpha, sitter.side) * np.float32(120)
    return structure_flow(np.dstack([sitter.rgb, outline]), 7 * sitter.unit)


def _seen(sitter: Sitter, flow: Flow, patch: float) -> NDArray[np.float32]:
    """(W, W, 4) sRGB in patches of so many units, richer by a little, and the person's alpha."""
    step = 2 if patch >= COARSE else 1
    way = Flow(*(np.ascontiguousarray(f[::step, ::step]) for f in astuple(flow)))
    small = reduced(sitter.rgb, sitter.side // step)
    patches = sized(kuwahara(small, way, patch * sitter.unit / step), sitter.side)
    lab = as_field(cv2.cvtColor(as_field(patches / 255), cv2.COLOR_RGB2Lab))
    lab[..., 1:] *= VIVID
    rich = np.clip(255 * cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 255)
    return as_field(np.dstack([rich, 255 * sized(sitter.alpha, sitter.side)]))


def _strokes(
    sitter: Sitter, seen: NDArray[np.float32], flow: Flow, layer: _Layer, hand: _Hand
) -> Strokes:
    """One layer's strokes where the canvas is not yet what is seen."""
    size = hand.canvas.relief.shape[0]
    ratio = sitter.side / size
    width = layer.width * hand.brush * sitter.unit / ratio
    wanted = sized(_wanted(sitter, hand, seen, layer), sitter.side)
    places = _scattered(size, SPACING * width, hand.rng)
    spots = _at(places * ratio, sitter.side)
    chance = hand.rng.random(len(places)) < layer.share
    places = places[chance & (wanted[spots] > 0.5)]
    spots = _at(places * ratio, sitter.side)
    angles = np.arctan2(flow.down[spots], flow.across[spots])
    heading = np.column_stack([np.cos(angles), np.sin(angles)])
    paint = seen[spots]
    lengths = np.full(len(places), layer.length * width, np.float32)
    turns = np.zeros(len(places), np.float32)
    for sign in (-1, 1):
        end = _at((places + sign * 0.5 * lengths[:, None] * heading) * ratio, sitter.side)
        other = np.abs(seen[end] - paint).sum(axis=1) > SHORTEN
        lengths[other] *= 0.62
        there = np.arctan2(flow.down[end], flow.across[end])
        turns += sign * ((there - angles + np.pi / 2) % np.pi - np.pi / 2)
    bends = np.clip(turns / np.maximum(lengths, 1), -0.9 / width, 0.9 / width) * 0.8
    light = hand.rng.standard_normal((len(places), 1)) * 3.2
    tint = hand.rng.standard_normal((len(places), 3)) * 2.4
    still = 1 - 0.8 * sitter.features[spots][:, None]
    # A step of paint that colours a light place would blotch a dark one.
    still *= np.clip(paint[:, :3].mean(axis=1, keepdims=True) / 140, 0.3, 1)
    paint = paint.copy()
    paint[:, :3] = np.clip(paint[:, :3] + hand.play * still * (light + tint), 0, 255)
    order = hand.rng.permutation(len(places))
    widths = width * hand.rng.uniform(0.75, 1.15, len(places))
    parts = (places, angles, bends, lengths, widths, paint)
    return Strokes(*(as_field(part)[order] for part in parts))


def _wanted(sitter: Sitter, hand: _Hand, seen: NDArray[np.float32], layer: _Layer) -> Mask:
    """(W, W) 1 where strokes of a layer are worth it."""
    person = blurred(as_field(seen[..., 3] / 255), 0.5 * layer.width * sitter.unit) > 0.02
    if layer.error == 0:
        return as_field(person)
    now = sized(hand.canvas.paint, sitter.side)
    lost = as_field(np.abs(now - seen).sum(axis=-1))
    lost = blurred(lost, 0.3 * layer.width * sitter.unit)
    # A painter with large brushes leaves more as it is.
    enough = layer.error * hand.brush
    return as_field(person & ((lost > enough) | (sitter.features > 0.35)))


def _scattered(size: int, spacing: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """(N, 2) places in a jittered grid."""
    count = max(2, round(size / spacing))
    rows, columns = np.mgrid[0:count, 0:count].reshape(2, -1)
    jitter = rng.uniform(-0.5, 0.5, (2, count * count))
    return as_field((np.stack([columns, rows]) + 0.5 + jitter).T * (size / count))


def _at(places: NDArray[np.floating], side: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of places, kept inside."""
    columns, rows = np.clip(places.astype(np.intp), 0, side - 1).T
    return rows, columns


def _finished(sitter: Sitter, flow: Flow, canvas: Layered, impasto: float) -> NDArray[np.float32]:
    """(S, S, 3) sRGB: the likeness touched up in the wet paint, then lit."""
    size = canvas.relief.shape[0]
    touch = sized(kuwahara(sitter.rgb, flow, TOUCH * sitter.unit), size)
    keep = sized(TOUCHED * sitter.features, size)
    painted = canvas.paint[..., :3]
    painted += keep[..., None] * (touch - painted)
    painted = keep_skin(sitter, painted)
    shine = lit_relief(canvas.relief, RAISED * impasto)
    return as_field(painted + (SHINE * shine * (1 - 0.5 * keep))[..., None])


def _alpha(sitter: Sitter, canvas: Layered) -> NDArray[np.uint8]:
    """(S, S) the outline, half as it is and half as the brush left it."""
    painted = sized(np.ascontiguousarray(canvas.paint[..., 3]), sitter.size) / 255
    return np.asarray(cv2.convertScaleAbs(255 * ramp(painted + sitter.alpha, 0.62, 1.3)), np.uint8)
