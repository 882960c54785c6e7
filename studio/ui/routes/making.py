"""Styles, previews and jobs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from consent.errors import Refusal
from studio.service import JobView
from studio.ui.handlers import making as on_making
from studio.ui.routes.context import Context
from studio.ui.views import plain

POLL_SECONDS = 0.1
STREAM_SECONDS = 300  # the page asks anew when a job takes longer


def style_routes(context: Context) -> APIRouter:
    """Return the routes under /api/styles and /api/preview."""
    router = APIRouter(prefix="/api")
    service, token_of = context.service, context.token_of

    @router.get("/styles")
    def styles() -> JSONResponse:
        return JSONResponse(on_making.styles(service))

    @router.get("/preview/{style}")
    def preview(request: Request, style: str, controls: str = "{}", seed: int = 0) -> Response:
        released = on_making.preview(service, token_of(request), style, controls, seed)
        return Response(released.data, media_type=released.media_type)

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

        views = _poll(lambda: on_making.job(service, token, job_id))
        return StreamingResponse(_events(views), media_type="text/event-stream")

    @router.post("/{job_id}/cancel")
    def cancel(request: Request, job_id: str) -> JSONResponse:
        return JSONResponse(plain(service.cancel(token_of(request), job_id)))

    return router


def _poll(look: Callable[[], JobView]) -> Iterator[JobView]:
    until = time.monotonic() + STREAM_SECONDS
    while time.monotonic() < until:
        yield look()
        time.sleep(POLL_SECONDS)


def _events(views: Iterator[JobView]) -> Iterator[str]:
    """Yield server-sent events; a refusal is the last one."""
    try:
        for view in on_making.changes(views):
            yield f"data: {json.dumps(view)}\n\n"
    except Refusal as refusal:
        yield f"data: {json.dumps({'refused': refusal.parts()})}\n\n"
