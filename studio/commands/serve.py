"""`serve`: the studio in the browser."""

from __future__ import annotations

import threading
import webbrowser
from typing import TYPE_CHECKING

import uvicorn

from studio.settings import Settings
from studio.ui.server import build_app
from studio.ui.settings import UiSettings

if TYPE_CHECKING:
    from studio.house import House

BROWSER_DELAY = 1.0  # seconds after which the server surely listens


def serve(house: House, settings: Settings, *, version: str, open_browser: bool) -> int:
    """Serve until interrupted."""
    ui = UiSettings(
        version=version, allowed_hosts=settings.allowed_hosts, cookie_secure=settings.https
    )
    app = build_app(house, ui)
    address = f"http://{settings.host}:{settings.port}"
    print(f"Selfsame {version} is open at {address}  (Ctrl+C closes it)")
    if open_browser:
        threading.Timer(BROWSER_DELAY, webbrowser.open, [address]).start()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
    )
    return 0
