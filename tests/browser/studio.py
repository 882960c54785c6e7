"""A whole studio on a free port, in this process: everything real but the clock's hands."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

import app
from studio.assembly import open_house
from studio.house import House
from studio.service import StudioService
from studio.settings import Settings
from studio.ui.server import build_app
from studio.ui.settings import UiSettings

START_SECONDS = 60.0
STOP_SECONDS = 20.0
PERSONAL_TABLES = ("captures", "probes", "outputs", "jobs")


@dataclass
class MovableClock:
    """The wall clock, moved on by hand where a test cannot wait.

    It is never set back: the log knows a later time by then and would refuse to write.
    """

    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move_on(self, by: timedelta) -> None:
        """Let it be later from now on."""
        self.ahead += by


@dataclass(frozen=True)
class Studio:
    """A running studio."""

    address: str
    house: House
    clock: MovableClock
    data: Path

    def stored(self) -> dict[str, int]:
        """Count what is kept about people: rows of each kind, and objects."""
        with closing(sqlite3.connect(f"file:{self.data / 'app.db'}?mode=ro", uri=True)) as rows:
            counts = {
                name: rows.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - fixed names
                for name in PERSONAL_TABLES
            }
        objects = [path for path in (self.data / "objects").rglob("*") if path.is_file()]
        return {**counts, "objects": len(objects)}


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, listens: threading.Event) -> None:
        super().__init__(config)
        self.listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@contextmanager
def running_studio(data: Path) -> Iterator[Studio]:
    """Yield a studio over a data folder; stop it afterwards."""
    clock = MovableClock()
    weights = Path(sys.prefix) / "share" / "selfsame" / "weights"
    settings = Settings(data=data, weights=weights)
    with (
        open_house(settings, clock, version=app.VERSION, listen=True) as house,
        closing(listening()) as listener,
        serving(house, UiSettings(version=app.VERSION), listener),
    ):
        port = listener.getsockname()[1]
        yield Studio(f"http://localhost:{port}", house, clock, data)


def listening() -> socket.socket:
    """Return a socket on a free port of this computer."""
    return socket.create_server(("localhost", 0))


@contextmanager
def serving(
    service: StudioService, settings: UiSettings, listener: socket.socket
) -> Iterator[None]:
    """Serve the pages around a service until the block ends."""
    listens = threading.Event()
    servers: list[_Server] = []

    async def serve() -> None:
        # Built where a loop runs: elsewhere gradio makes loops of its own and never closes them.
        config = uvicorn.Config(
            build_app(service, settings),
            log_level="warning",
            access_log=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=3,
        )
        servers.append(_Server(config, listens))
        await servers[0].serve([listener])

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="studio", daemon=True)
    thread.start()
    if not listens.wait(START_SECONDS):
        raise TimeoutError("the studio does not listen")
    yield
    servers[0].should_exit = True
    thread.join(STOP_SECONDS)
