"""Session, sitting, consent and its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from consent.words import DEFAULT_LANGUAGE
from studio.ui.handlers import consent as on_consent
from studio.ui.handlers import passkeys as on_passkeys
from studio.ui.handlers import records as on_records
from studio.ui.handlers import sitting as on_sitting
from studio.ui.headers import RECEIPT_POLICY
from studio.ui.origin import origin_of
from studio.ui.routes.context import Context
from studio.ui.session import session_cookie
from studio.ui.views import plain

Form = Annotated[dict[str, object], Body()]


def sitting_routes(context: Context) -> APIRouter:
    """Return the routes under /api/session, /api/sitting and /api/consent."""
    router = APIRouter(prefix="/api")
    service, token_of = context.service, context.token_of

    @router.post("/session")
    def begin(request: Request) -> Response:
        context.sessions.spend(origin_of(request))
        response = Response(status_code=204)
        response.headers["set-cookie"] = session_cookie(service.new_session(), context.settings)
        return response

    @router.get("/sitting")
    def get_sitting(request: Request) -> JSONResponse:
        return JSONResponse(on_sitting.sitting(service, token_of(request)))

    @router.get("/consent/offer")
    def offer(request: Request, language: str = DEFAULT_LANGUAGE) -> JSONResponse:
        token = request.cookies.get(context.settings.cookie_name, "")
        passkey = on_passkeys.offer(service, token)
        return JSONResponse({**on_consent.offer(service, language), "passkey": passkey})

    @router.post("/consent/summary")
    def summary(body: Form) -> JSONResponse:
        return JSONResponse(on_consent.summarise(service, body))

    @router.post("/consent")
    def give(request: Request, body: Form) -> JSONResponse:
        context.consents.spend(origin_of(request))
        return JSONResponse(on_consent.give(service, token_of(request), body))

    @router.post("/withdraw")
    def withdraw(request: Request) -> JSONResponse:
        return JSONResponse(on_records.withdraw(service, token_of(request)))

    @router.post("/lock")
    def lock(request: Request) -> Response:
        service.lock(token_of(request))
        return Response(status_code=204)

    return router


def record_routes(context: Context) -> APIRouter:
    """Return the routes under /api/records."""
    router = APIRouter(prefix="/api/records")
    service, token_of = context.service, context.token_of

    @router.get("")
    def records(request: Request) -> JSONResponse:
        return JSONResponse(on_records.records(service, token_of(request)))

    @router.post("/{record_id}/narrow")
    def narrow(request: Request, record_id: str, body: Form) -> JSONResponse:
        return JSONResponse(on_records.narrow(service, token_of(request), record_id, body))

    @router.delete("/waiting")
    def drop_waiting(request: Request) -> Response:
        service.drop_waiting(token_of(request))
        return Response(status_code=204)

    @router.get("/{record_id}/receipt.json")
    def receipt(request: Request, record_id: str) -> Response:
        name = f'attachment; filename="selfsame-receipt-{record_id[:8]}.json"'
        return JSONResponse(
            plain(service.receipt(token_of(request), record_id)),
            headers={"content-disposition": name} if record_id.isalnum() else {},
        )

    @router.get("/{record_id}/receipt.html")
    def receipt_page(request: Request, record_id: str) -> Response:
        return HTMLResponse(
            service.receipt_page(token_of(request), record_id),
            headers={"content-security-policy": RECEIPT_POLICY},
        )

    return router
