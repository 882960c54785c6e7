"""What is promised, and whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.survival.reading import Outcome, Quality
from benchmarks.survival.strangers import Glance

LEAST_SIDE = 256  # pixels: smaller outputs are reported, not promised
LEAST_TOLD = 1.0  # share of cases in which a mark of the three tells
LEAST_TAG = 0.9  # share of cases in which the tag is detected, crops under half left out
LEAST_PSNR = 38.0  # decibels
LEAST_SSIM = 0.96
LEAST_SIDE_UNSEEN = 512  # pixels: in smaller ones the same mark needs a coarser or louder grain
LEAST_STRANGERS = 1000


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise and what was measured."""

    sentence: str
    kept: bool
    measured: str


def promises(outcomes: Sequence[Outcome], qualities: Sequence[Quality]) -> tuple[Promise, ...]:
    """Hold what survived against what is promised; nothing measured keeps no promise."""
    promised = [one for one in outcomes if one.case.side >= LEAST_SIDE]
    told = [one.told for one in promised]
    tags = [one.tag for one in promised if one.keeps_half]
    seen = [one for one in qualities if one.case.side >= LEAST_SIDE_UNSEEN]
    psnr = min((one.psnr for one in seen), default=float("nan"))
    ssim = min((one.ssim for one in seen), default=float("nan"))
    return (
        Promise(
            f"outputs of {LEAST_SIDE} px and more: after every attack at least one mark of the "
            f"three tells that the picture is generated, in {LEAST_TOLD:.0%} of cases",
            share(told) >= LEAST_TOLD,
            f"{share(told):.2%} of {len(told)}",
        ),
        Promise(
            "the same outputs: the watermark's tag is detected in at least "
            f"{LEAST_TAG:.0%} of cases, crops under half of the side left out",
            share(tags) >= LEAST_TAG,
            f"{share(tags):.2%} of {len(tags)}",
        ),
        Promise(
            f"outputs of {LEAST_SIDE_UNSEEN} px and more: the watermark leaves at least "
            f"{LEAST_PSNR:.0f} dB (PSNR) and {LEAST_SSIM} (SSIM) of every picture",
            psnr >= LEAST_PSNR and ssim >= LEAST_SSIM,
            f"{psnr:.1f} dB and {ssim:.3f} at worst of {len(seen)}",
        ),
    )


def stranger_promises(glances: Sequence[Glance]) -> tuple[Promise, ...]:
    """Hold what was seen in unmarked pictures against what is promised."""
    tags = sum(one.tag for one in glances)
    labels = sum(one.label for one in glances)
    return (
        Promise(
            f"of at least {LEAST_STRANGERS} unmarked pictures none is taken for a marked one",
            len(glances) >= LEAST_STRANGERS and tags == 0 and labels == 0,
            f"{tags} tags and {labels} labels in {len(glances)}",
        ),
    )


def share(values: Sequence[bool]) -> float:
    """Return the share that is true; NaN, which keeps no promise, where there are none."""
    return float(np.mean(values)) if len(values) else float("nan")
