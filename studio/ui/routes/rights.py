"""A person's rights: a copy of everything, and single pictures of themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from studio.ui.handlers import rights as on_rights
from studio.ui.routes.context import Context


def rights_routes(context: Context) -> APIRouter:
    """Return the routes under /api/rights and /api/selfies."""
    router = APIRouter(prefix="/api")
    service, token_of = context.service, context.token_of

    @router.get("/rights/archive")
    def archive(request: Request) -> StreamingResponse:
        copy = on_rights.archive(service, token_of(request))
        return StreamingResponse(
            copy.pieces,
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{copy.name}"'},
        )

    @router.get("/rights/deletion-receipts")
    def receipts(request: Request) -> JSONResponse:
        return JSONResponse(on_rights.deletion_receipts(service, token_of(request)))

    @router.get("/selfies")
    def selfies(request: Request) -> JSONResponse:
        return JSONResponse(on_rights.selfies(service, token_of(request)))

    @router.get("/selfies/{selfie_id}")
    def selfie(request: Request, selfie_id: str) -> Response:
        jpeg = service.rights.selfie(token_of(request), selfie_id)
        return Response(jpeg, media_type="image/jpeg")

    @router.delete("/selfies/{selfie_id}")
    def delete(request: Request, selfie_id: str) -> Response:
        service.rights.delete_selfie(token_of(request), selfie_id)
        return Response(status_code=204)

    return router
