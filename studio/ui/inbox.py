"""What the camera page sends: received and stamped at once, measured when its turn comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, Self

from fastapi import WebSocket

from studio.ui.capture import CameraMessage, RateLimit, read_message
from studio.ui.refusals import capture_idle, frame_invalid
from studio.ui.settings import UiSettings


class Received(NamedTuple):
    """One picture and when it came, before it waited to be measured."""

    message: CameraMessage
    arrived_at: datetime


class Inbox:
    """Reads one socket in a task of its own; left with `async with`, it reads no more.

    A few pictures may wait to be measured. Beyond them the socket is not read, which slows the
    sender down.
    """

    def __init__(
        self, socket: WebSocket, settings: UiSettings, now: Callable[[], datetime]
    ) -> None:
        """Prepare.

        Args:
            socket: accepted.
            settings: limits of size, rate and number.
            now: tells when a picture came.
        """
        self._socket = socket
        self._settings = settings
        self._now = now
        self._waiting: asyncio.Queue[Received] = asyncio.Queue(settings.frames_ahead)

    async def __aenter__(self) -> Self:
        """Begin to read."""
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop reading; what still waits is never measured."""
        self._reader.cancel()
        with suppress(asyncio.CancelledError, Exception):  # what ended it was raised by `next`
            await self._reader

    async def next(self) -> Received:
        """Return the next picture; what ended the reading overtakes pictures that wait.

        Raises:
            Refusal: against the protocol, too fast, or silent for too long.
            WebSocketDisconnect: the page went away.
        """
        received = await self._receive(self._settings.capture_idle_seconds)
        if received is None:
            raise capture_idle()
        return received

    async def expect_silence(self, seconds: float) -> None:
        """Wait, while nothing may be sent.

        Raises:
            Refusal: something was sent.
            WebSocketDisconnect: the page went away.
        """
        if await self._receive(seconds) is not None:
            raise frame_invalid("a picture before its turn")

    async def _receive(self, seconds: float) -> Received | None:
        getting = asyncio.create_task(self._waiting.get())
        try:
            await asyncio.wait(
                {getting, self._reader}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if self._reader.done():
                self._reader.result()
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()

    async def _read(self) -> None:
        clock = asyncio.get_running_loop().time
        rate = RateLimit(self._settings.max_frames_per_second, clock())
        while True:
            try:
                data = await self._socket.receive_bytes()
            except KeyError as error:  # a text message has no bytes
                raise frame_invalid("words instead of a picture") from error
            arrived_at = self._now()
            rate.spend(clock())
            message = read_message(data, self._settings)
            await self._waiting.put(Received(message, arrived_at))
