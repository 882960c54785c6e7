"""`serve`: the studio in the browser."""

from __future__ import annotations

import socket
import sys
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
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        print(f"{address} cannot be opened: {error.strerror}.", file=sys.stderr)
        print("Is the studio running already? Or: SELFSAME_PORT=7861 make run", file=sys.stderr)
        return 1
    if settings.host not in settings.allowed_hosts:
        print(f"Open it by one of its names: {', '.join(settings.allowed_hosts)}", file=sys.stderr)
    print(f"Selfsame {version} is open at {address}  (Ctrl+C closes it)")
    if open_browser:
        threading.Timer(BROWSER_DELAY, webbrowser.open, [address]).start()
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="websockets-sansio")
    uvicorn.Server(config).run(sockets=[listener])
    return 0
