"""The camera: frames come in over one WebSocket, instructions go out; subjects who are nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from functools import partial

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from consent.errors import Refusal
from consent.types import Pace
from studio.service import CameraTicket, CaptureSession, StudioService
from studio.ui.capture import measure
from studio.ui.handlers import sitting as on_sitting
from studio.ui.inbox import Inbox
from studio.ui.origin import origin_of
from studio.ui.refusals import broken, frame_invalid
from studio.ui.routes.context import Context
from studio.ui.views import Json, plain

LOOK_SECONDS = 0.2  # between looks whether a seat is free
TELL_SECONDS = 1.0  # between words to whoever waits, when nothing changes

Begin = Callable[[str, str], CaptureSession]  # of a session's token and its address


def capture_routes(context: Context) -> APIRouter:
    """Return the WebSocket /api/capture."""
    router = APIRouter(prefix="/api")

    @router.websocket("/capture")
    async def capture(socket: WebSocket, reopen: str = "", pace: str = Pace.STANDARD) -> None:
        await socket.accept()
        try:
            await _hold(socket, partial(_begin, context.service, reopen, pace), context)
        except Refusal as refusal:
            await _say(socket, {"refused": plain(refusal.parts())})
        except WebSocketDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the page gets a sentence, the log the lines
            await _say(socket, {"refused": plain(broken(error).parts())})
        await socket.close()

    return router


def subject_routes(context: Context) -> APIRouter:
    """Return the routes under /api/subjects."""
    router = APIRouter(prefix="/api/subjects")
    service, token_of = context.service, context.token_of

    @router.get("")
    def subjects() -> JSONResponse:
        return JSONResponse(on_sitting.subjects(service))

    @router.post("/{baked_id}/play")
    def play(request: Request, baked_id: str) -> StreamingResponse:
        token, origin = token_of(request), origin_of(request)
        context.consents.spend(origin)
        lines = _play(service, token, origin, baked_id)
        return StreamingResponse(lines, media_type="application/x-ndjson")

    return router


def _begin(
    service: StudioService, reopen: str, pace: str, token: str, origin: str
) -> CaptureSession:
    """Issue the challenge; `pace` and `reopen`, an earlier sitting or "", are what the page says.

    Raises:
        Refusal: no such pace, no consent, locked.
    """
    if pace not in tuple(Pace):
        raise frame_invalid("an unknown pace")
    if reopen:
        return service.reopen(token, reopen, pace=Pace(pace), origin=origin)
    return service.start_capture(token, pace=Pace(pace), origin=origin)


async def _hold(socket: WebSocket, begin: Begin, context: Context) -> None:
    """Run one capture from its place in the row to its verdict; raises Refusal."""
    service = context.service
    token = await run_in_threadpool(context.token_of, socket)
    origin = origin_of(socket)
    async with Inbox(socket, context.settings, service.now) as inbox:
        ticket = await _enter(service, token, origin)
        try:
            await _wait(socket, ticket, inbox)
            session = await run_in_threadpool(begin, token, origin)
            try:
                await _converse(socket, session, ticket, inbox)
            finally:
                # Without an await: also when this task is cancelled, leaving counts as a failure.
                session.abandon()
        finally:
            ticket.leave()
    await socket.send_json({"passed": await run_in_threadpool(on_sitting.sitting, service, token)})


async def _enter(service: StudioService, token: str, origin: str) -> CameraTicket:
    """Take a ticket, and leave it at once when nobody is there any more to hold it."""
    entering = asyncio.ensure_future(
        run_in_threadpool(service.queue_for_camera, token, origin=origin)
    )
    try:
        return await asyncio.shield(entering)
    except asyncio.CancelledError:
        entering.add_done_callback(_leave)
        raise


def _leave(entering: asyncio.Future[CameraTicket]) -> None:
    if not entering.cancelled() and entering.exception() is None:
        entering.result().leave()


async def _wait(socket: WebSocket, ticket: CameraTicket, inbox: Inbox) -> None:
    """Tell the page its place, every second and when it changes, until it is its turn.

    Raises:
        Refusal: the session's camera was started elsewhere, or the page did not wait.
        WebSocketDisconnect: the page went away.
    """
    clock = asyncio.get_running_loop().time
    told, told_at = None, 0.0
    while (view := ticket.waiting()) is not None:
        if view != told or clock() - told_at >= TELL_SECONDS:
            await socket.send_json({"waiting": plain(view)})
            told, told_at = view, clock()
        await inbox.expect_silence(LOOK_SECONDS)


async def _play(
    service: StudioService, token: str, origin: str, baked_id: str
) -> AsyncIterator[str]:
    """Yield a rehearsal's updates as JSON lines; the last one says passed or refused.

    It measures as much as a capture does, so it takes a seat as well.
    """
    try:
        ticket = await _enter(service, token, origin)
        try:
            while (view := ticket.waiting()) is not None:
                yield _line({"waiting": plain(view)})
                await asyncio.sleep(TELL_SECONDS)
            async for update in iterate_in_threadpool(service.play_subject(token, baked_id)):
                ticket.waiting()  # raises when another window has the seat now
                yield _line(plain(update))
        finally:
            ticket.leave()
        yield _line({"passed": await run_in_threadpool(on_sitting.sitting, service, token)})
    except Refusal as refusal:
        yield _line({"refused": plain(refusal.parts())})
    except Exception as error:  # noqa: BLE001 - the stream has begun: a sentence ends it
        yield _line({"refused": plain(broken(error).parts())})


def _line(message: Json) -> str:
    return json.dumps(message) + "\n"


async def _converse(
    socket: WebSocket, session: CaptureSession, ticket: CameraTicket, inbox: Inbox
) -> None:
    """Answer each picture until the capture has finished.

    Pictures are measured one after the other on a worker thread. A closed socket ends the capture:
    it lives in memory only, and leaving it counts, so that nobody tries until a recording fits.

    Raises:
        Refusal: the capture failed, was too fast, fell silent, or began anew in another window.
        WebSocketDisconnect: the page went away.
    """
    await socket.send_json({"assent": session.assent_text})
    while True:
        received = await inbox.next()
        ticket.waiting()  # raises when another window has the seat now
        update = await run_in_threadpool(measure, session, received.message, received.arrived_at)
        await socket.send_json(plain(update))
        if update.finished:
            await run_in_threadpool(session.finish)
            return


async def _say(socket: WebSocket, message: Json) -> None:
    """Send a last word to a page that may have gone."""
    try:
        await socket.send_json(message)
    except (WebSocketDisconnect, RuntimeError):
        return
