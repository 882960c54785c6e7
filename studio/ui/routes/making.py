"""Styles, previews and jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from consent.errors import Refusal
from studio.service import JobView
from studio.service.easel import NoLongerWanted
from studio.ui.handlers import making as on_making
from studio.ui.presence import waiting
from studio.ui.routes.context import Context
from studio.ui.views import plain

POLL_SECONDS = 0.1
CLIENT_CLOSED = 499  # what nginx notes of a request whose sender has gone
CONTROLS = "x-controls"  # header of a request for a preview: JSON, percent-encoded
LIKENESS = "x-likeness"  # header of a measured preview: JSON, percent-encoded
STREAM_SECONDS = 300  # the page asks anew when a job takes longer


def style_routes(context: Context) -> APIRouter:
    """Return the routes under /api/styles and /api/preview."""
    router = APIRouter(prefix="/api")
    service, token_of = context.service, context.token_of

    @router.get("/styles")
    def styles() -> JSONResponse:
        return JSONResponse(on_making.styles(service))

    @router.get("/preview/{style}")
    async def preview(
        request: Request, style: str, seed: int = 0, *, measured: bool = False
    ) -> Response:
        token = await run_in_threadpool(token_of, request)
        # Corrections tell what a person looks like, and a proxy's log keeps queries.
        controls = unquote(request.headers.get(CONTROLS, "{}"))
        wish = on_making.Wish(style, controls, seed, measured)
        try:
            async with (
                context.previews.place(token) as leave,
                waiting(request, gone_away=leave) as still_wanted,
            ):
                released, likeness = await context.turns.run(
                    on_making.preview, service, token, wish, still_wanted
                )
        except NoLongerWanted:
            return Response(status_code=CLIENT_CLOSED)
        headers = {} if likeness is None else {LIKENESS: quote(json.dumps(likeness))}
        return Response(released.data, media_type=released.media_type, headers=headers)

    @router.get("/portrait/{style}")
    async def portrait(request: Request, style: str) -> Response:
        token = await run_in_threadpool(token_of, request)
        jpeg = await context.turns.run(on_making.portrait, service, token, style)
        return Response(jpeg, media_type="image/jpeg")

    return router


def job_routes(context: Context) -> APIRouter:
    """Return the routes under /api/jobs."""
    router = APIRouter(prefix="/api/jobs")
    service, token_of = context.service, context.token_of

    @router.post("")
    def make(request: Request, body: Annotated[dict[str, object], Body()]) -> JSONResponse:
        return JSONResponse(on_making.make(service, token_of(request), body))

    @router.get("/{job_id}")
    def job(request: Request, job_id: str) -> JSONResponse:
        return JSONResponse(plain(on_making.job(service, token_of(request), job_id)))

    @router.get("/{job_id}/events")
    def events(request: Request, job_id: str) -> StreamingResponse:
        token = token_of(request)
        on_making.job(service, token, job_id)

        events = _events(lambda: on_making.job(service, token, job_id))
        return StreamingResponse(events, media_type="text/event-stream")

    @router.get("/{job_id}/glimpse")
    def glimpse(request: Request, job_id: str) -> Response:
        released = on_making.glimpse(service, token_of(request), job_id)
        if released is None:
            return Response(status_code=204)
        return Response(released.data, media_type=released.media_type)

    @router.post("/{job_id}/cancel")
    def cancel(request: Request, job_id: str) -> JSONResponse:
        return JSONResponse(plain(service.cancel(token_of(request), job_id)))

    return router


async def _events(look: Callable[[], JobView]) -> AsyncIterator[str]:
    """Yield a server-sent event for each change, up to the job's end; a refusal is the last one."""
    before: JobView | None = None
    try:
        async with asyncio.timeout(STREAM_SECONDS):
            while before is None or before.state not in on_making.ENDED:
                view = await run_in_threadpool(look)
                if view != before:
                    yield f"data: {json.dumps(plain(view))}\n\n"
                before = view
                await asyncio.sleep(POLL_SECONDS)
    except Refusal as refusal:
        yield f"data: {json.dumps({'refused': refusal.parts()})}\n\n"
    except TimeoutError:
        return
