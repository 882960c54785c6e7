"""Outputs and selfies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from studio.service import FileFormat
from studio.ui.handlers import keeping as on_keeping
from studio.ui.handlers import making as on_making
from studio.ui.routes.context import Context
from studio.ui.uploads import read_uploads


def keeping_routes(context: Context) -> APIRouter:
    """Return the routes under /api/outputs and /api/selfies."""
    router = APIRouter(prefix="/api")
    service, token_of = context.service, context.token_of
    settings = context.settings

    @router.get("/outputs")
    def gallery(request: Request) -> JSONResponse:
        return JSONResponse(on_keeping.gallery(service, token_of(request)))

    @router.get("/outputs/{output_id}")
    def output(
        request: Request,
        output_id: str,
        file_format: Annotated[FileFormat, Query(alias="format")] = "png",
        *,
        save: bool = False,
    ) -> Response:
        token = token_of(request)
        found = on_keeping.download(service, token, output_id, file_format, save=save)
        disposition = "attachment" if save else "inline"
        return Response(
            found.released.data,
            media_type=found.released.media_type,
            headers={"content-disposition": f'{disposition}; filename="{found.name}"'},
        )

    @router.get("/outputs/{output_id}/selfie")
    async def selfie_of(request: Request, output_id: str) -> Response:
        token = await run_in_threadpool(token_of, request)
        jpeg = await context.turns.run(service.easel.portrait_of, token, output_id)
        return Response(jpeg, media_type="image/jpeg")

    @router.post("/outputs/{output_id}/again")
    def again(
        request: Request, output_id: str, body: Annotated[dict[str, object], Body()]
    ) -> JSONResponse:
        return JSONResponse(on_making.again(service, token_of(request), output_id, body))

    @router.delete("/outputs/{output_id}")
    def delete(request: Request, output_id: str) -> Response:
        service.delete_output(token_of(request), output_id)
        return Response(status_code=204)

    @router.post("/selfies")
    async def selfies(request: Request) -> JSONResponse:
        token = await run_in_threadpool(token_of, request)
        # Whoever may not add anything is refused before a large body is read into memory.
        await run_in_threadpool(on_keeping.add_selfies, service, token, [])
        async with context.bodies:
            uploads = await read_uploads(request, "files", settings.max_selfies_bytes)
            verdicts = await context.turns.run(on_keeping.add_selfies, service, token, uploads)
        return JSONResponse(verdicts)

    return router
