"""The camera: frames come in over one WebSocket, instructions go out; subjects who are nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from fastapi import APIRouter, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from consent.errors import Refusal
from studio.service import CaptureSession, StudioService
from studio.ui.capture import RateLimit, measure, read_message
from studio.ui.handlers import sitting as on_sitting
from studio.ui.refusals import broken, capture_idle, frame_invalid
from studio.ui.routes.context import Context
from studio.ui.views import Json, plain


def capture_routes(context: Context) -> APIRouter:
    """Return the WebSocket /api/capture."""
    router = APIRouter(prefix="/api")

    @router.websocket("/capture")
    async def capture(socket: WebSocket, reopen: str = "") -> None:
        await socket.accept()
        try:
            await _hold(socket, reopen, context)
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
        lines = _play(service, token_of(request), baked_id)
        return StreamingResponse(lines, media_type="application/x-ndjson")

    return router


async def _hold(socket: WebSocket, reopen: str, context: Context) -> None:
    """Run one capture from its challenge to its verdict; raises Refusal."""
    service = context.service
    token = await run_in_threadpool(context.token_of, socket)
    if reopen:
        session = await run_in_threadpool(service.reopen, token, reopen)
    else:
        session = await run_in_threadpool(service.start_capture, token)
    try:
        await _converse(socket, session, context)
    finally:
        # Shielded: also when the connection's own task is cancelled, leaving counts as a failure.
        await asyncio.shield(run_in_threadpool(session.abandon))
    await socket.send_json({"passed": await run_in_threadpool(on_sitting.sitting, service, token)})


def _play(service: StudioService, token: str, baked_id: str) -> Iterator[str]:
    """Yield a rehearsal's updates as JSON lines; the last one says passed or refused."""
    try:
        for update in service.play_subject(token, baked_id):
            yield json.dumps(plain(update)) + "\n"
        yield json.dumps({"passed": on_sitting.sitting(service, token)}) + "\n"
    except Refusal as refusal:
        yield json.dumps({"refused": refusal.parts()}) + "\n"
    except Exception as error:  # noqa: BLE001 - the stream has begun: a sentence ends it
        yield json.dumps({"refused": broken(error).parts()}) + "\n"


async def _converse(socket: WebSocket, session: CaptureSession, context: Context) -> None:
    """Answer each picture until the capture has finished.

    Pictures are measured one after the other on a worker thread; what the page sends meanwhile
    waits in the socket, which slows the sender down. A closed socket ends the capture: it lives in
    memory only, and leaving it counts, so that nobody tries until a recording fits.

    Raises:
        Refusal: the capture failed, was too fast, or fell silent.
        WebSocketDisconnect: the page went away.
    """
    settings = context.settings
    loop = asyncio.get_running_loop()
    rate = RateLimit(settings.max_frames_per_second, loop.time())
    await socket.send_json({"assent": session.assent_text})
    while True:
        try:
            async with asyncio.timeout(settings.capture_idle_seconds):
                data = await socket.receive_bytes()
        except TimeoutError as error:
            raise capture_idle() from error
        except KeyError as error:  # a text message has no bytes
            raise frame_invalid("words instead of a picture") from error
        rate.spend(loop.time())
        message = read_message(data, settings)
        update = await run_in_threadpool(measure, session, message)
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
