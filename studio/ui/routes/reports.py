"""Reports of avatars: open to everybody, limited by address."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from studio.ui.handlers import reports as on_reports
from studio.ui.origin import origin_of
from studio.ui.routes.context import Context
from studio.ui.uploads import read_body

MAX_REPORT_BYTES = 64 * 1024  # 2 200 characters, escaped, are less than half of it


def report_routes(context: Context) -> APIRouter:
    """Return the route under /api/reports; it needs no session."""
    router = APIRouter(prefix="/api/reports")

    @router.post("")
    async def report(request: Request) -> JSONResponse:
        # Before anything is read: whoever tries ids pays for each.
        context.reports.spend(origin_of(request))
        body = await read_body(request, MAX_REPORT_BYTES)
        return JSONResponse(await run_in_threadpool(on_reports.report, context.service, body))

    return router
