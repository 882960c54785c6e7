"""`serve`: the studio in the browser."""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

from studio.settings import Settings
from studio.ui.capture import HEADER
from studio.ui.server import build_app
from studio.ui.settings import UiSettings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from studio.house import House

MOST_CONNECTIONS = 500  # at once; whoever comes then is told to come later (503)
BROWSER_DELAY = 1.0  # seconds after which the server surely listens


def serve(house: House, settings: Settings, *, version: str, open_browser: bool) -> int:
    """Serve until interrupted."""
    ui = UiSettings(
        version=version, allowed_hosts=settings.allowed_hosts, cookie_secure=settings.https
    )
    app = build_app(house, ui)
    address = f"http://{settings.host}:{settings.port}"
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        print(f"{address} cannot be opened: {error.strerror}.", file=sys.stderr)
        print("Is the studio running already? Or: SELFSAME_PORT=7861 make run", file=sys.stderr)
        return 1
    print(f"Selfsame {version} is open at {address}  (Ctrl+C closes it)")
    for sentence in warnings(settings):
        print(sentence, file=sys.stderr)
    if waiting := house.reports.waiting():
        what = "One report waits" if waiting == 1 else f"{waiting} reports wait"
        print(f"{what} for you: python app.py reports")
    if open_browser:
        threading.Timer(BROWSER_DELAY, webbrowser.open, [address]).start()
    with suppress(KeyboardInterrupt):  # raised anew once the server has closed
        uvicorn.Server(server_config(app, ui, settings)).run(sockets=[listener])
    return 0


def warnings(settings: Settings) -> list[str]:
    """Return what an operator should know about how the studio is reached."""
    found = []
    if settings.host not in settings.allowed_hosts:
        found.append(f"Open it by one of its names: {', '.join(settings.allowed_hosts)}")
    if settings.https and not settings.trusted_proxies:
        found.append("No proxy is trusted, so all visitors count as one address")
    if settings.sign_in == "passkey" and not settings.https:
        found.append(
            "Passkeys work at http://localhost here; by any other name they need https "
            "(SELFSAME_HTTPS=true behind a proxy that speaks it)"
        )
    if settings.sign_in == "passkey" and not settings.invitation:
        found.append("No invitation is set, so whoever reaches the address can make a passkey")
    return found


def server_config(app: ASGIApp, ui: UiSettings, settings: Settings) -> uvicorn.Config:
    """Return how the server listens: small messages, no compression, chosen proxies believed."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=HEADER.size + ui.max_still_bytes,
        ws_per_message_deflate=False,  # a JPEG does not get smaller, and bombs cannot unfold
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        limit_concurrency=MOST_CONNECTIONS,
    )
