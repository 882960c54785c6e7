"""The transparency log: open to everybody, and to the witnesses whom the operator chose."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool

from studio.ui.refusals import unreadable
from studio.ui.routes.context import Context
from studio.ui.uploads import read_body

MAX_COSIGNED_BYTES = 16 * 1024  # a checkpoint with a few lines under it has less than one
MOST = 2**63 - 1  # the largest size of a log; databases count no further

Place = Annotated[int, Path(ge=0, le=MOST)]
Size = Annotated[int | None, Query(ge=0, le=MOST)]


def log_routes(context: Context) -> APIRouter:
    """Return the routes under /api/log; they need no session."""
    router = APIRouter(prefix="/api/log")
    service = context.service

    @router.get("/keys")
    def keys() -> PlainTextResponse:
        return PlainTextResponse("".join(f"{vkey}\n" for vkey in service.log.vkeys()))

    @router.get("/checkpoint")
    def checkpoint() -> PlainTextResponse:
        return PlainTextResponse(service.log.checkpoint())

    @router.get("/entries/{index}")
    def entry(index: Place) -> JSONResponse:
        return JSONResponse(service.log.entry(index))

    @router.get("/proof/{index}")
    def proof(index: Place, size: Size = None) -> JSONResponse:
        return JSONResponse(service.log.proof(index, size))

    @router.get("/consistency")
    def consistency(old: Annotated[int, Query(ge=0, le=MOST)], new: Size = None) -> JSONResponse:
        return JSONResponse(service.log.consistency(old, new))

    @router.post("/cosignatures")
    async def cosignatures(request: Request) -> Response:
        body = await read_body(request, MAX_COSIGNED_BYTES)
        try:
            cosigned = body.decode()
        except UnicodeDecodeError as error:
            raise unreadable() from error
        await run_in_threadpool(service.log.keep_cosignature, cosigned)
        return Response(status_code=204)

    return router
