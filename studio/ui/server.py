"""One FastAPI application: own routes first, then gradio's pages behind a narrow door."""

from __future__ import annotations

import asyncio
import secrets
import time
import warnings
from functools import partial

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from consent.errors import Refusal
from studio.service import StudioService
from studio.ui.allowance import Allowance
from studio.ui.bodies import SmallBodies
from studio.ui.guard import Guard
from studio.ui.headers import SecurityHeaders
from studio.ui.pages import build_pages
from studio.ui.refusals import not_here, status_of, unreadable
from studio.ui.routes.capture import capture_routes, subject_routes
from studio.ui.routes.context import Context
from studio.ui.routes.keeping import keeping_routes
from studio.ui.routes.log import log_routes
from studio.ui.routes.making import job_routes, style_routes
from studio.ui.routes.models import model_routes
from studio.ui.routes.passkeys import passkey_routes, sign_in_routes, signing_routes
from studio.ui.routes.reports import report_routes
from studio.ui.routes.rights import rights_routes
from studio.ui.routes.sitting import record_routes, sitting_routes
from studio.ui.routes.verify import verify_routes
from studio.ui.session import session_reader
from studio.ui.settings import UiSettings
from studio.ui.shell import PARTS, PageShell
from studio.ui.sign_in import SignInGate
from studio.ui.turns import Places, Turns

ROUTES = (
    sitting_routes,
    record_routes,
    capture_routes,
    subject_routes,
    style_routes,
    job_routes,
    model_routes,
    keeping_routes,
    verify_routes,
    log_routes,
    report_routes,
    rights_routes,
    passkey_routes,
    sign_in_routes,
    signing_routes,
)
NO_SUCH_DOOR = frozenset({404, 405})
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")


def build_app(service: StudioService, settings: UiSettings) -> FastAPI:
    """Return the studio's web application around a service."""
    app = FastAPI(title="Selfsame", docs_url=None, redoc_url=None, openapi_url=None)
    turns = Turns(settings.large_pictures_at_once)
    token_of = session_reader(service, settings)
    allow = partial(Allowance, seconds=time.monotonic, key=secrets.token_bytes(32))
    sessions = allow(settings.sessions_at_once, settings.sessions_per_hour)
    consents = allow(settings.consents_at_once, settings.consents_per_hour)
    bodies = asyncio.Semaphore(settings.bodies_at_once)
    reports = allow(settings.reports_at_once, settings.reports_per_hour)
    passkeys = allow(settings.passkeys_at_once, settings.passkeys_per_hour)
    context = Context(
        service,
        settings,
        token_of,
        turns,
        Places(settings.previews_at_once),
        bodies,
        sessions,
        consents,
        passkeys,
        reports,
    )
    for build in ROUTES:
        app.include_router(build(context))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "version": settings.version}

    _refuse_in_three_parts(app)
    app.mount("/parts", StaticFiles(directory=PARTS), name="parts")
    # The last one added sees a request first. Gradio reflects any origin unless its parent has a
    # CORS policy of its own.
    app.add_middleware(CORSMiddleware, allow_origins=list(settings.allowed_origins))
    app.add_middleware(SignInGate, service=service, settings=settings)
    app.add_middleware(PageShell, service=service, settings=settings, sessions=sessions)
    app.add_middleware(SmallBodies)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(SecurityHeaders, settings=settings)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(_mount_pages(app, service, settings))
    else:
        _mount(app, service, settings)
    return app


def _refuse_in_three_parts(app: FastAPI) -> None:
    """Say every refusal in the same three parts, the framework's own as well."""

    @app.exception_handler(Refusal)
    def refuse(_request: Request, refusal: Refusal) -> JSONResponse:
        return JSONResponse(refusal.parts(), status_of(refusal))

    @app.exception_handler(RequestValidationError)
    def refuse_form(_request: Request, _error: RequestValidationError) -> JSONResponse:
        refusal = unreadable()
        return JSONResponse(refusal.parts(), status_of(refusal))

    @app.exception_handler(HTTPException)
    def refuse_plainly(_request: Request, error: HTTPException) -> JSONResponse:
        # The framework's own words, for a body that it cannot parse or an address without a door.
        if error.status_code in NO_SUCH_DOOR:
            return JSONResponse(not_here().parts(), error.status_code, headers=error.headers)
        refusal = unreadable()
        return JSONResponse(refusal.parts(), status_of(refusal))


async def _mount_pages(app: FastAPI, service: StudioService, settings: UiSettings) -> None:
    """Mount inside a loop: without one, gradio opens several and leaves them behind unclosed."""
    _mount(app, service, settings)


def _mount(app: FastAPI, service: StudioService, settings: UiSettings) -> None:
    theme = gr.themes.Base(font=list(FONTS), font_mono=["ui-monospace", "monospace"])
    pages = build_pages(service, settings)
    with warnings.catch_warnings():
        # It warns of switching off what is switched off.
        warnings.filterwarnings("ignore", message="SSR mode is not supported", module="gradio")
        gr.mount_gradio_app(
            app,
            pages,
            path="/",
            theme=theme,
            run_history=False,
            footer_links=[],
            max_file_size=1,
            enable_monitoring=False,
            show_error=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
        )
