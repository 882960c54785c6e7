"""The camera's messages over the WebSocket: one byte kind, sequence, page time, JPEG bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from studio.service import CaptureSession, CaptureUpdate
from studio.ui.refusals import frame_invalid
from studio.ui.settings import UiSettings

HEADER = struct.Struct("<BId")  # kind, sequence, milliseconds on the page's clock
JPEG_START = b"\xff\xd8"


class Kind(IntEnum):
    """What the picture is."""

    FRAME = 0
    STILL = 1


@dataclass(frozen=True, slots=True)
class CameraMessage:
    """One picture as the page sent it."""

    kind: Kind
    sequence: int
    client_ms: float
    jpeg: bytes


def read_message(data: bytes, settings: UiSettings) -> CameraMessage:
    """Return the message in `data`.

    Raises:
        Refusal: too short, too large, of an unknown kind, or not a JPEG.
    """
    if len(data) <= HEADER.size:
        raise frame_invalid("an empty message")
    number, sequence, client_ms = HEADER.unpack_from(data)
    if number not in tuple(Kind):
        raise frame_invalid("an unknown kind of picture")
    kind = Kind(number)
    limit = settings.max_frame_bytes if kind is Kind.FRAME else settings.max_still_bytes
    jpeg = data[HEADER.size :]
    if len(jpeg) > limit:
        raise frame_invalid("a picture beyond the size limit")
    if not jpeg.startswith(JPEG_START):
        raise frame_invalid("something that is not a JPEG")
    if not 0 <= client_ms < float("inf"):
        raise frame_invalid("an impossible time")
    return CameraMessage(kind, sequence, client_ms, jpeg)


def measure(session: CaptureSession, message: CameraMessage, arrived_at: datetime) -> CaptureUpdate:
    """Hand one picture to the capture; raises Refusal when the capture has failed."""
    take = session.still if message.kind is Kind.STILL else session.frame
    return take(message.sequence, message.client_ms, message.jpeg, arrived_at=arrived_at)


class RateLimit:
    """Lets bursts of a second's worth of pictures pass, and no more (token bucket)."""

    def __init__(self, per_second: float, now: float) -> None:
        self.per_second = per_second
        self.left = per_second
        self.at = now

    def spend(self, now: float) -> None:
        """Count one picture at `now` seconds; raises Refusal when they come too fast."""
        self.left = min(self.per_second, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            raise frame_invalid("more pictures than a camera makes")
        self.left -= 1
