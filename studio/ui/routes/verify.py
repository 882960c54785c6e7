"""Verify over the wire: open to everybody, programs as well; it knows no session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from studio.service import Upload
from studio.ui.handlers import verify as on_verify
from studio.ui.openapi import document
from studio.ui.routes.context import Context
from studio.ui.uploads import read_body, read_uploads

FORM = "multipart/form-data"
UNNAMED = "picture"


def verify_routes(context: Context) -> APIRouter:
    """Return the routes under /api/verify."""
    router = APIRouter(prefix="/api/verify")
    service, settings = context.service, context.settings

    @router.get("/keys")
    def keys() -> JSONResponse:
        name = 'attachment; filename="selfsame-keys.json"'
        return JSONResponse(service.keys().as_json(), headers={"content-disposition": name})

    @router.get("/openapi.json")
    def described() -> JSONResponse:
        return JSONResponse(document(settings))

    @router.post("")
    async def verify(
        request: Request, *, annotated: Annotated[bool, Query()] = False
    ) -> JSONResponse:
        async with context.bodies:
            upload = await _upload(request, settings.max_upload_bytes)
            answer = await context.turns.run(on_verify.verify, service, upload, annotated=annotated)
        return JSONResponse(answer)

    return router


async def _upload(request: Request, max_bytes: int) -> Upload:
    """Return the form's file, or else the whole body as the file."""
    if request.headers.get("content-type", "").startswith(FORM):
        return (await read_uploads(request, "file", max_bytes))[0]
    return Upload(UNNAMED, await read_body(request, max_bytes))
