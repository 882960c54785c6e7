"""Colour constancy: what light a face was seen in, from the whites of its eyes and its skin.

A camera's white balance errs, and a camera that exposes for the face makes dark skin light and
light skin dark. The whites of the eyes are nearly the same in everybody, and the ratios of red and
blue to green in skin lie near one line in everybody (Storring, Andersen and Granum 1999; Bianco
and Schettini 2014, "Adaptive color constancy using faces"). Both are uncertain, and so is the
suspicion that the camera erred at all: the estimate is the mean of a normal posterior, so it goes
part of the way, and less far when the eyes do not show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.styles.alignment import Aligned
from studio.styles.attributes.colours import (
    LUMINANCE,
    Lab,
    Linear,
    lab_to_linear,
    linear_to_lab,
    to_linear,
)
from studio.styles.attributes.eyes import eye_whites
from studio.styles.fields import as_field

# Natural logarithms of red / green and blue / green in linear sRGB, measured under studio light:
# typical value and standard deviation, of the whites of the eyes and of the cheeks.
EYE_RATIOS = (0.24, -0.06)
EYE_SPREAD = (0.09, 0.07)
SKIN_RATIOS = (0.54, -0.27)
SKIN_SPREAD = (0.13, 0.14)
CAMERA_SPREAD = (0.12, 0.14)  # how far a camera's white balance is off
EYE_LIGHT = 0.36  # luminance of the eyes' whites in a well exposed picture, share of white
# Natural logarithms: nothing makes the whites lighter than the light does, but lids shade them.
# So what is lighter tells of an exposure too long, and what is darker tells less.
EYE_LIGHT_SPREAD = (0.6, 0.25)  # darker than usual, lighter
CAMERA_LIGHT_SPREAD = 0.3  # how far the exposure is off
WHITE_SHARE = (0.5, 0.9)  # quantiles of luminance among which the white is: no veins, no gleam


@dataclass(frozen=True, slots=True)
class Light:
    """The light of a picture, as what brings its colours under a neutral one."""

    gains: Linear  # (3,) factors of linear sRGB

    def neutral(self, lab: Lab) -> Lab:
        """Return a colour, (3,), as neutral light of usual strength would show it."""
        return linear_to_lab(lab_to_linear(lab) * self.gains)


def estimate_light(portrait: Aligned, skin: Lab) -> Light:
    """Estimate the light that a portrait was seen in.

    Args:
        portrait: head and shoulders.
        skin: (3,) CIELAB of the cheeks as photographed.
    """
    white = _eye_white(portrait)
    found = [(_ratios(lab_to_linear(skin)), SKIN_RATIOS, SKIN_SPREAD)]
    exposure = 0.0
    if white is not None:
        found.append((_ratios(white), EYE_RATIOS, EYE_SPREAD))
        off = float(np.log(max(float(white @ LUMINANCE), 1e-3) / EYE_LIGHT))
        exposure = off / (1 + (EYE_LIGHT_SPREAD[off > 0] / CAMERA_LIGHT_SPREAD) ** 2)
    weights = np.zeros(2)
    pull = np.zeros(2)
    for seen, usual, spread in found:
        weight = 1 / np.square(spread)
        weights += weight
        pull += weight * (seen - np.asarray(usual))
    cast = pull / (weights + 1 / np.square(CAMERA_SPREAD))
    gains = np.exp(-np.array([cast[0], 0.0, cast[1]]))
    gains /= gains @ LUMINANCE  # a cast has no strength of its own
    return Light(as_field(gains * np.exp(-exposure)))


def _ratios(linear: Linear) -> NDArray[np.float64]:
    red, green, blue = np.log(np.maximum(linear.astype(np.float64), 1e-3))
    return np.array([red - green, blue - green])


def _eye_white(portrait: Aligned) -> Linear | None:
    """Linear sRGB, (3,), of the whites of the eyes, or None when they do not show."""
    seen = eye_whites(portrait)
    if seen is None:
        return None
    pixels = to_linear(seen)
    light = pixels @ LUMINANCE
    low, high = np.quantile(light, WHITE_SHARE)
    return as_field(np.median(pixels[(light >= low) & (light <= high)], axis=0))
