"""Shapes for artworks that lack what somebody is known by: glasses, beards, coiled hair.

They are drawn for faces that look straight ahead or nearly so, in the artwork's own units, flat as
the artists drew theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.styles.illustrated.table import Box, Shape

Point = tuple[float, float]
Variants = Mapping[str, tuple[Shape, ...]]

CORNER = 0.36  # of the radius: how round the corners of square lenses are
FLATTER = 0.82  # height over width of square lenses
GLASS = 0.16  # a breath of white, so that eyes stay as clear as they were drawn
QUARTER = 0.5523  # control points of a quarter circle, of its radius


def spectacles(left: Point, right: Point, radius: float, width: float) -> Variants:
    """Return glasses as the variants "round" and "square".

    Args:
        left: Centre of the lens at the picture's left.
        right: Of the other.
        radius: Of a lens.
        width: Of the frame's line.
    """
    rise = 0.35 * radius
    (x0, y0), (x1, y1) = left, right
    wires = (
        f"M{x0 + radius:g} {y0 - rise / 2:g}Q{(x0 + x1) / 2:g} {y0 - 1.6 * rise:g} "
        f"{x1 - radius:g} {y1 - rise / 2:g}"
        f"M{x0 - radius:g} {y0 - rise / 2:g}l{-0.75 * radius:g} {-rise / 2:g}"
        f"M{x1 + radius:g} {y1 - rise / 2:g}l{0.75 * radius:g} {-rise / 2:g}"
    )
    lenses = {
        "round": _rounded(left, radius, radius, radius) + _rounded(right, radius, radius, radius),
        "square": "".join(
            _rounded(centre, radius, FLATTER * radius, CORNER * radius) for centre in (left, right)
        ),
    }
    return {
        name: (
            Shape(path, fill="paper", stroke="glasses", width=width, opacity=GLASS),
            Shape(wires, stroke="glasses", width=width),
        )
        for name, path in lenses.items()
    }


def beard(jaw: Box, mouth: Box, *, depth: float) -> Variants:
    """Return "full", "goatee" and "moustache", free of the mouth.

    Args:
        jaw: From the sideburns' outer edges down to the chin.
        mouth: That stays free.
        depth: How thick the beard is at the sideburns and over the lip.
    """
    left, top, right, bottom = jaw
    m_left, m_top, m_right, m_bottom = mouth
    middle, half, tall = (left + right) / 2, (right - left) / 2, bottom - top
    m_middle, lip = (m_left + m_right) / 2, m_top - 0.9 * depth
    free = _rounded(
        (m_middle, (m_top + m_bottom) / 2),
        (m_right - m_left) / 2,
        (m_bottom - m_top) / 2,
        (m_bottom - m_top) / 2,
    )
    full = (
        f"M{left:g} {top:g}C{left:g} {top + 0.7 * tall:g} {middle - QUARTER * half:g} {bottom:g} "
        f"{middle:g} {bottom:g}C{middle + QUARTER * half:g} {bottom:g} {right:g} "
        f"{top + 0.7 * tall:g} {right:g} {top:g}L{right - 0.6 * depth:g} {top:g}"
        f"C{right - depth:g} {top + 0.45 * tall:g} {m_right + 1.4 * depth:g} {lip:g} "
        f"{m_right:g} {lip:g}Q{m_middle:g} {lip - 0.5 * depth:g} {m_left:g} {lip:g}"
        f"C{m_left - 1.4 * depth:g} {lip:g} {left + depth:g} {top + 0.45 * tall:g} "
        f"{left + 0.6 * depth:g} {top:g}Z"
    )
    around = (
        f"M{m_left - 0.8 * depth:g} {m_top:g}Q{m_left - 0.5 * depth:g} {lip:g} {m_middle:g} {lip:g}"
        f"Q{m_right + 0.5 * depth:g} {lip:g} {m_right + 0.8 * depth:g} {m_top:g}"
        f"Q{m_right + 0.7 * depth:g} {bottom:g} {m_middle:g} {bottom:g}"
        f"Q{m_left - 0.7 * depth:g} {bottom:g} {m_left - 0.8 * depth:g} {m_top:g}Z"
    )
    over = (
        f"M{m_left - 0.8 * depth:g} {m_top + 0.2 * depth:g}"
        f"Q{m_left:g} {lip - 0.1 * depth:g} {m_middle:g} {lip:g}"
        f"Q{m_right:g} {lip - 0.1 * depth:g} {m_right + 0.8 * depth:g} {m_top + 0.2 * depth:g}"
        f"Q{m_middle:g} {m_top - 0.2 * depth:g} {m_left - 0.8 * depth:g} {m_top + 0.2 * depth:g}Z"
    )
    return {
        "full": (Shape(full + free, fill="beard"),),
        "goatee": (Shape(around + free, fill="beard"),),
        "moustache": (Shape(over, fill="beard"),),
    }


def coils(centre: Point, skull: Point, hairline: Point, *, line: float = 0.0) -> Variants:
    """Return coiled hair that stands round a skull: "coils" high and wide, "cropped" close.

    Args:
        centre: Of the skull, where its ellipse is widest.
        skull: Half its width and its height above the centre.
        hairline: The same of the forehead's upper edge.
        line: Width of an outline, 0 for none.
    """
    return {
        name: (
            Shape(
                _scalloped(centre, (away * skull[0], away * skull[1]), hairline, count),
                fill="cut",
                stroke="ink" if line else "",
                width=line,
            ),
        )
        for name, away, count in (("coils", 1.24, 15), ("cropped", 1.06, 21))
    }


def _scalloped(centre: Point, outer: Point, inner: Point, count: int) -> str:
    """Return a crescent over a centre: bulges along its outer edge, smooth at its inner one."""
    turns = np.linspace(np.pi, 2 * np.pi, count + 1)
    xs = centre[0] + outer[0] * np.cos(turns)
    ys = centre[1] + outer[1] * np.sin(turns)
    steps = np.hypot(np.diff(xs), np.diff(ys)) * 0.56
    bulges = [
        f"A{r:.4g} {r:.4g} 0 0 1 {x:.5g} {y:.5g}"
        for r, x, y in zip(steps, xs[1:], ys[1:], strict=True)
    ]
    return (
        f"M{xs[0]:.5g} {ys[0]:.5g}{''.join(bulges)}L{centre[0] + inner[0]:.5g} {centre[1]:.5g}"
        f"A{inner[0]:.5g} {inner[1]:.5g} 0 0 0 {centre[0] - inner[0]:.5g} {centre[1]:.5g}Z"
    )


def _rounded(centre: Point, across: float, high: float, corner: float) -> str:
    """Return a closed rectangle with round corners; `across` and `high` are half its sides."""
    x, y = centre
    corner = min(corner, across, high)
    wide, tall = 2 * (across - corner), 2 * (high - corner)
    arc = f"a{corner:g} {corner:g} 0 0 1 "
    return (
        f"M{x - across + corner:g} {y - high:g}h{wide:g}{arc}{corner:g} {corner:g}v{tall:g}"
        f"{arc}{-corner:g} {corner:g}h{-wide:g}{arc}{-corner:g} {-corner:g}v{-tall:g}"
        f"{arc}{corner:g} {-corner:g}Z"
    )
