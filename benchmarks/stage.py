"""What several benchmarks stand on: models, a baked subject, and a studio of its own."""

from __future__ import annotations

import hashlib
import io
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app import VERSION, SystemClock
from benchmarks.folders import WEIGHTS
from consent.types import Probe, SyntheticCapture
from studio.assembly import open_house
from studio.face.meter import FaceMeter
from studio.house import House
from studio.settings import Settings
from studio.sitting.images import encode_still
from studio.styles.catalogue import STYLES
from studio.subjects.cast import CastMember, load_cast

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB


@dataclass(frozen=True, slots=True)
class Stage:
    """Loaded once for all benchmarks."""

    meter: FaceMeter
    member: CastMember

    @property
    def still(self) -> Picture:
        """The subject's full-resolution still."""
        return self.member.frame(self.member.clips["still"][0]).image

    def frame(self, action: str, index: int = -1) -> Picture:
        """One 640 x 480 frame of an action."""
        return self.member.frame(self.member.clips[action][index]).image


@contextmanager
def open_stage() -> Iterator[Stage]:
    """Yield the models and the first baked subject."""
    meter = FaceMeter(WEIGHTS)
    try:
        yield Stage(meter, next(iter(load_cast().values())))
    finally:
        meter.close()


@contextmanager
def open_studio() -> Iterator[House]:
    """Yield a whole studio over a folder that is deleted afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data", weights=WEIGHTS)
        with open_house(settings, SystemClock(), version=VERSION, listen=True) as house:
            yield house


def seat(house: House, member: CastMember) -> str:
    """Return the token of a session open for a baked subject, without playing a challenge."""
    token = house.new_session()
    record = house.desk.give_synthetic(token, frozenset(style.family.value for style in STYLES))
    frame = member.frame(member.clips["still"][0])
    template = house.booth.meter.embed(frame.image, house.booth.meter.faces(frame.image)[0])
    jpeg = encode_still(frame.image)
    capture = SyntheticCapture(
        id=secrets.token_hex(16),
        subject_id=record.subject_id,
        record_id=record.record_id,
        nonce=secrets.token_hex(16),
        captured_at=datetime.now(UTC),  # noqa: TID251 - a benchmark lives in real time
        baked_subject=member.id,
        template=template,
        frame_hashes=(frame.sha256,),
    )
    probe = Probe(
        id=secrets.token_hex(16),
        subject_id=record.subject_id,
        capture_id=capture.id,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        distance=0.0,
        z=-9.0,
        verified_at=capture.captured_at,
    )
    house.booth.selfies.put(record.subject_id, probe.id, jpeg)
    with house.ledger.transaction() as unit:
        unit.captures.add(capture)
        unit.captures.add_probe(probe)
    house.door.open(token, record.subject_id)
    return token


def enlarged(image: Picture, size: tuple[int, int]) -> Picture:
    """Return a picture of (width, height), as a phone of that many pixels would take it."""
    width, height = size
    scale = max(width / image.shape[1], height / image.shape[0])
    whole = Image.fromarray(image).resize(
        (round(image.shape[1] * scale), round(image.shape[0] * scale)), Image.Resampling.BICUBIC
    )
    left, top = (whole.width - width) // 2, (whole.height - height) // 2
    return np.asarray(whole.crop((left, top, left + width, top + height)))


def jpeg(image: Picture, quality: int = 92) -> bytes:
    """Return a JPEG as a phone or a page makes it."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
