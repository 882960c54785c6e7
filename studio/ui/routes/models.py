"""What this machine can imagine with: to be read, never to be fetched or changed from a page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from studio.ui.handlers import models as on_models
from studio.ui.routes.context import Context


def model_routes(context: Context) -> APIRouter:
    """Return the route under /api/models; nothing there is about a person: it needs no session."""
    router = APIRouter(prefix="/api/models")

    @router.get("")
    def overview() -> JSONResponse:
        return JSONResponse(on_models.overview(context.service))

    return router
