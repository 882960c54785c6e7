"""Label, packet and manifest of a finished drawing; reading them back is counted apart."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce

import numpy as np

from benchmarks.claims import LOG, claim_in
from benchmarks.stage import Stage
from benchmarks.table import Row, alone
from outputs.authority import make_authority
from outputs.encode import STILLS, Limits, MediaType, decode_clip
from outputs.log_proof import check_proof, proof_json
from outputs.marks import Draft, LabelMark, ManifestMark, Mark, XmpMark
from outputs.provenance import Claim, ManifestReader, Signer
from outputs.types import Clip, Render
from studio.styles.alignment import anatomy
from studio.styles.framing import flattened
from studio.styles.painted.styles import toon
from studio.styles.portrait import prepare_portrait

REPETITIONS = 15
MOST_MILLISECONDS = 60.0
MOST_FOR_AVIF = 150.0  # milliseconds: its encoder is the slowest by far
LOG_SIZES = (1, 1_000_000)  # entries
MOST_CHECK_MS = 1.0


def rows(stage: Stage) -> Iterator[Row]:
    """Yield marking and reading back, for each format that leaves the studio."""
    now = datetime.now(UTC)  # noqa: TID251 - certificates of this moment
    authority = make_authority(now=now, serial=lambda: secrets.randbits(158) + 1)
    reader = ManifestReader([authority.root])
    marks: tuple[Mark, ...] = (LabelMark(), XmpMark(), ManifestMark(Signer(authority), reader))
    render = _drawn(stage)
    short, long = (claim_in(size) for size in LOG_SIZES)
    for media_type in STILLS:
        draft = Draft(Clip((render,)), long, {"seed": 7}, media_type, (render.pixels,))

        def mark(draft: Draft = draft) -> Draft:
            return reduce(lambda unmarked, mark: mark.apply(unmarked), marks, draft)

        marked = mark()

        def read_back(marked: Draft = marked) -> None:
            decoded = decode_clip(marked.data, Limits(sys.maxsize))
            for each in marks:
                each.read_back(marked, decoded)

        took = alone(mark, REPETITIONS)
        name = media_type.name
        most = MOST_FOR_AVIF if media_type is MediaType.AVIF else MOST_MILLISECONDS
        yield Row(
            f"label, encode and sign ({name})",
            "ms",
            took.median,
            REPETITIONS,
            target=f"<= {most:.0f} ms",
            met=took.median <= most,
            note=f"1024 px toon, {len(marked.data) / 1e3:.0f} kB with manifest and log proof",
            fastest=took.fastest,
        )
        took = alone(read_back, REPETITIONS)
        yield Row(
            f"read label, packet and manifest ({name})",
            "ms",
            took.median,
            REPETITIONS,
            fastest=took.fastest,
        )
    yield from _proofs(short, long)


def _proofs(short: Claim, long: Claim) -> Iterator[Row]:
    """Yield what the log proof of a manifest weighs, and what checking it costs."""
    keys = LOG.verifier()
    fields = [proof_json(claim.logged) for claim in (short, long)]
    least, most = (len(json.dumps(each)) for each in fields)
    took = alone(lambda: check_proof(fields[1], keys), REPETITIONS * 10)
    yield Row(
        "check the log proof of a manifest",
        "ms",
        took.median,
        REPETITIONS * 10,
        target=f"<= {MOST_CHECK_MS:.0f} ms",
        met=took.median <= MOST_CHECK_MS,
        note=f"log of {LOG_SIZES[1]:,}; {most} bytes as JSON, {least} in a log of {LOG_SIZES[0]}",
        fastest=took.fastest,
    )


def _drawn(stage: Stage) -> Render:
    still = stage.still
    face = stage.meter.faces(still)[0]
    portrait = prepare_portrait(still, face, stage.meter.person(still), size=1024)
    places = anatomy(portrait)
    return Render(
        pixels=flattened(toon.draw(portrait, {}, np.random.default_rng(7))),
        face_box=places.face_box,
        keep_clear=places.keep_clear,
        lower_face=places.lower_face,
        style=toon.STYLE.name,
        family=toon.STYLE.family,
        digital_source_type=toon.STYLE.digital_source_type,
    )
