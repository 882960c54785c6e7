"""Passkeys, and consents that they sign."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse, Response

from studio.ui.handlers import passkeys as on_passkeys
from studio.ui.origin import origin_of
from studio.ui.routes.context import Context
from studio.ui.session import session_cookie

Form = Annotated[dict[str, object], Body()]


def passkey_routes(context: Context) -> APIRouter:
    """Return the routes on which passkeys are made, listed and forgotten."""
    router = APIRouter(prefix="/api/passkeys")
    service, token_of = context.service, context.token_of

    @router.get("")
    def view(request: Request) -> JSONResponse:
        return JSONResponse(on_passkeys.view(service, token_of(request)))

    @router.post("/register/options")
    def register_options(request: Request, body: Form) -> JSONResponse:
        context.passkeys.spend(origin_of(request))
        found = on_passkeys.register_options(service, token_of(request), page_of(request), body)
        return JSONResponse(found)

    @router.post("/register")
    def register(request: Request, body: Form) -> Response:
        return _entered(context, on_passkeys.register(service, token_of(request), body))

    @router.delete("/{passkey_id}")
    def remove(request: Request, passkey_id: str) -> Response:
        service.accounts.remove(token_of(request), passkey_id)
        return Response(status_code=204)

    return router


def sign_in_routes(context: Context) -> APIRouter:
    """Return the routes on which a browser signs in and out."""
    router = APIRouter(prefix="/api/passkeys")
    service, token_of = context.service, context.token_of

    @router.post("/sign-in/options")
    def sign_in_options(request: Request) -> JSONResponse:
        found = service.accounts.sign_in_options(token_of(request), origin=page_of(request))
        return JSONResponse(found)

    @router.post("/sign-in")
    def sign_in(request: Request, body: Form) -> Response:
        return _entered(context, on_passkeys.sign_in(service, token_of(request), body))

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        service.accounts.sign_out(token_of(request))
        return Response(status_code=204)

    return router


def signing_routes(context: Context) -> APIRouter:
    """Return the routes on which a passkey signs a consent."""
    router = APIRouter(prefix="/api/consent")
    service, token_of = context.service, context.token_of

    @router.post("/draft")
    def draft(request: Request, body: Form) -> JSONResponse:
        token = token_of(request)
        return JSONResponse(on_passkeys.draft(service, token, page_of(request), body))

    @router.post("/sign")
    def sign(request: Request, body: Form) -> JSONResponse:
        context.consents.spend(origin_of(request))
        return JSONResponse(on_passkeys.sign(service, token_of(request), body))

    return router


def _entered(context: Context, token: str) -> Response:
    """Answer with the fresh token under which the browser is signed in."""
    response = Response(status_code=204)
    response.headers["set-cookie"] = session_cookie(token, context.settings)
    return response


def page_of(request: Request) -> str:
    """Return the origin of the page that acts; the guard has held it to the studio's own."""
    return request.headers["origin"]
