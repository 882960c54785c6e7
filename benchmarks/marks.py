"""What the invisible watermark costs beside other people's, and what it leaves of a picture.

How much of each survives is in `benchmarks.survival.peers`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import claim_in
from benchmarks.peer_marks import Ours, Peer, open_peers
from benchmarks.stage import Stage
from benchmarks.survival.kinds import KINDS, Drawn, draw, render
from benchmarks.survival.peers import labelled
from benchmarks.survival.press import Press
from benchmarks.survival.reading import psnr, ssim
from benchmarks.table import Row, Work, alone, side_by_side
from outputs.authority import make_authority
from outputs.encode import STILLS, encode
from outputs.signer import Signer
from outputs.watermark import Watermarker

REPETITIONS = 5
MOST_EMBED, MOST_READ = 600.0, 700.0  # milliseconds at 1024 px
LEAST_PSNR, LEAST_SSIM = 38.0, 0.96
SIDE = 1024  # pixels
WORD = 0x2B7E1516

Pixels = NDArray[np.uint8]


def rows(stage: Stage) -> Iterator[Row]:
    """Yield times and faithfulness of ours beside each peer's."""
    drawn = draw(stage.meter, stage.member)
    picture = labelled(drawn, "toon", SIDE)
    mark, peers = Ours(), open_peers()
    marked = mark.embed(picture, WORD)
    took = alone(lambda: mark.embed(picture, WORD), REPETITIONS)
    yield _time("write the watermark", took.median, took.fastest, MOST_EMBED)
    took = alone(lambda: mark.read(marked), REPETITIONS)
    yield _time("read the watermark, first decode", took.median, took.fastest, MOST_READ)
    took = alone(lambda: mark.read(picture), REPETITIONS)
    yield _time("search an unmarked picture for it", took.median, took.fastest, None)
    for name, peer in peers.items():
        yield _beside("write a watermark", name, *_writing(mark, peer, picture))
        yield _beside("read a watermark", name, *_reading(mark, peer, picture))
    yield from _faithfulness(drawn)
    yield _signing(drawn)


def _writing(mark: Peer, peer: Peer, picture: Pixels) -> tuple[Work, Work]:
    return lambda: mark.embed(picture, WORD), lambda: peer.embed(picture, WORD)


def _reading(mark: Peer, peer: Peer, picture: Pixels) -> tuple[Work, Work]:
    ours, theirs = mark.embed(picture, WORD), peer.embed(picture, WORD)
    return lambda: mark.read(ours), lambda: peer.read(theirs)


def _beside(what: str, name: str, ours: Work, theirs: Work) -> Row:
    pair = side_by_side(ours, theirs, REPETITIONS)
    return Row(
        f"{what}, {SIDE} px",
        "ms",
        pair.ours.median,
        REPETITIONS,
        name,
        pair.theirs.median,
        pair.ratio,
        fastest=pair.ours.fastest,
    )


def _faithfulness(drawn: Drawn) -> Iterator[Row]:
    mark = Ours()
    for kind in KINDS:
        before = labelled(drawn, kind, SIDE)
        after = mark.embed(before, WORD)
        decibels, alike = psnr(before, after), ssim(before, after)
        yield Row(
            f"what the watermark leaves of {kind}",
            "dB",
            decibels,
            1,
            target=f">= {LEAST_PSNR:.0f} dB, SSIM >= {LEAST_SSIM}",
            met=decibels >= LEAST_PSNR and alike >= LEAST_SSIM,
            note=f"SSIM {alike:.3f}",
        )


def _signing(drawn: Drawn) -> Row:
    """Return what the manifests take of a whole release: all formats, marked and read back."""
    now = datetime.now(UTC)  # noqa: TID251 - certificates of this moment
    authority = make_authority(now=now, serial=lambda: secrets.randbits(158) + 1)
    press, signer, claim = Press(authority, Watermarker(), now), Signer(authority), claim_in(1)
    picture = render(drawn, "toon", SIDE)
    files = [(encode(picture.pixels, each, xmp=b""), each) for each in STILLS]

    def sign() -> None:
        for data, media_type in files:
            signer.sign(data, media_type, claim)

    pair = side_by_side(sign, lambda: press.release(picture, WORD), REPETITIONS)
    return Row(
        f"sign {len(STILLS)} files of one picture",
        "ms",
        pair.ours.median,
        REPETITIONS,
        "whole release of them",
        pair.theirs.median,
        pair.ratio,
        note="the ratio is the manifests' share of marking, encoding and reading back",
        fastest=pair.ours.fastest,
    )


def _time(what: str, median: float, fastest: float, most: float | None) -> Row:
    return Row(
        f"{what}, {SIDE} px",
        "ms",
        median,
        REPETITIONS,
        target="" if most is None else f"<= {most:.0f} ms",
        met=None if most is None else median <= most,
        fastest=fastest,
    )
