"""Skin tone: the skin's colour under neutral light, and its step of the Monk scale."""

from __future__ import annotations

import numpy as np

from studio.styles.attributes.colours import Lab
from studio.styles.regions import Regions

# Lightness of the cheeks in an evenly lit photograph, for the ten tones of the Monk scale. The
# published swatches span twice that range: no skin throws back as much light as the lightest
# swatch, and a sheen lies on dark skin. Set by eye, side by side with the swatches.
PHOTOGRAPHED = (76.0, 72.0, 69.0, 67.0, 64.0, 57.0, 50.0, 43.0, 36.0, 29.0)
# Lightness and the chroma that skin of it typically has.
CHROMA = ((20.0, 35.0, 50.0, 60.0, 70.0, 80.0), (9.0, 15.0, 22.0, 22.0, 20.0, 15.0))
FEWEST = 30  # pixels at the working size


def skin_seen(regions: Regions) -> Lab | None:
    """Return the cheeks' colour as photographed, (3,), or None when hardly any skin shows."""
    f = regions.features
    shown = f.cheeks & (regions.skin > 0.5) & (regions.beard.mask < 0.3) & (regions.frames < 0.3)
    if shown.sum() < FEWEST:
        return None
    pixels = f.lab[shown]
    return np.asarray(np.median(pixels, axis=0), np.float32)


def monk_step(skin: Lab) -> int:
    """Return the step of the Monk Skin Tone scale, 1 to 10, of skin under neutral light."""
    return 1 + int(np.argmin(np.abs(np.asarray(PHOTOGRAPHED) - skin[0])))


def skin_at(step: int, like: Lab) -> Lab:
    """Return skin of a Monk step, (3,) CIELAB, of the same hue as `like`."""
    light = PHOTOGRAPHED[step - 1]
    chroma = _chroma(light) / _chroma(float(like[0]))
    return np.array((light, like[1] * chroma, like[2] * chroma), np.float32)


def _chroma(light: float) -> float:
    return float(np.interp(light, *CHROMA))
