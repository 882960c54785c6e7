"""How much of 32 bits the watermarks of others keep, on the same pictures, beside ours.

What counts of ours is the id, which is read where the tag was found and not sought itself, so that
the search does it no favour. The peers have no search and read a picture as it is, which is how
their own programs read it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_marks import BITS, Ours, Peer, TooSmall, open_peers
from benchmarks.survival.attacks import ATTACKS, Attack, Original
from benchmarks.survival.kinds import Drawn, render
from benchmarks.survival.reading import psnr, ssim
from benchmarks.survival.tables import markdown
from outputs.encode import decode
from outputs.label import burn_label
from outputs.luma import over_white
from outputs.watermark import distance

SIDE = 512  # pixels: theirs take a second for each reading at 1024
WORD = 0x2B7E1516

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Kept:
    """What one watermark did to one picture, and what was left of it."""

    mark: str
    psnr: float  # decibels
    ssim: float
    right: Mapping[str, float | None]  # share of bits by attack; None: the peer refuses the size


def labelled(drawn: Drawn, kind: str, side: int = SIDE) -> Pixels:
    """Return a picture with its label, over white where it is see-through: no peer takes alpha."""
    pixels, _ = burn_label(render(drawn, kind, side), synthetic=True)
    return over_white(pixels) if pixels.shape[2] == 4 else pixels


def compare(drawn: Drawn, kind: str) -> list[Kept]:
    """Put every watermark into one picture and attack it."""
    cv2.setNumThreads(1)
    before = labelled(drawn, kind)
    box = render(drawn, kind, SIDE).face_box
    marks: Mapping[str, Peer] = {"ours": Ours(), **open_peers()}
    done = []
    for name, mark in marks.items():
        after = mark.embed(before, WORD)
        original = Original(after, {}, box)
        right = {
            attack.name: _right(mark, original, attack) for attack in ATTACKS if attack.is_on_pixels
        }
        done.append(Kept(name, psnr(before, after), ssim(before, after), right))
    return done


def peers_table(kept: Sequence[Kept]) -> str:
    """Return faithfulness, then the mean share of right bits after each attack."""
    names = list(dict.fromkeys(one.mark for one in kept))
    by_mark = {name: [one for one in kept if one.mark == name] for name in names}
    lines = [
        ("PSNR, mean", *(f"{mean(one.psnr for one in by_mark[name]):.1f} dB" for name in names)),
        ("PSNR, worst", *(f"{min(one.psnr for one in by_mark[name]):.1f} dB" for name in names)),
        ("SSIM, worst", *(f"{min(one.ssim for one in by_mark[name]):.3f}" for name in names)),
        *((attack, *(_share(by_mark[name], attack) for name in names)) for attack in kept[0].right),
    ]
    return markdown(("", *names), lines)


def _right(mark: Peer, original: Original, attack: Attack) -> float | None:
    shot = attack.apply(original, np.random.default_rng(5))
    pixels = decode(shot.data, max_pixels=sys.maxsize).pixels
    try:
        read = mark.read(np.ascontiguousarray(pixels[..., :3]))
    except TooSmall:
        return None
    return 1 - distance(read, WORD) / BITS


def _share(kept: Sequence[Kept], attack: str) -> str:
    some = [right for one in kept if (right := one.right[attack]) is not None]
    return f"{mean(some):.3f}" if some else "too small"
