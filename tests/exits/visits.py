"""A studio with two subjects, one avatar, and everybody who may knock at all of its doors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount, WebSocketRoute

from studio.house import House
from tests.studio.jobs.seed import seed

ADDRESS = "http://localhost"
ENDS = ("delete", "withdraw", "lock", "leave", "remove", "drop")  # visited last


@dataclass(frozen=True)
class Door:
    """One address of the application."""

    path: str  # as the route has it, with places for names
    methods: frozenset[str]  # empty: a socket


@dataclass(frozen=True)
class Stage:
    """Who sits where, and what was made."""

    house: House
    app: FastAPI
    owner: str  # a session's token
    other: str
    output_id: str
    names: Mapping[str, str] = field(default_factory=dict)  # for the places in addresses

    @property
    def visitors(self) -> dict[str, str]:
        """Return everybody's token; the last one has none."""
        return {"another subject": self.other, "a stranger": self.house.new_session(), "nobody": ""}

    def browser(self, token: str) -> TestClient:
        """Return a browser with a session."""
        browser = TestClient(
            self.app,
            base_url=ADDRESS,
            headers={"origin": ADDRESS},
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        if token:
            browser.cookies.set("selfsame", token)
        return browser

    def address(self, door: Door) -> str:
        """Return a door's address, with names that lead to the owner's things."""
        path = door.path
        for name, value in self.names.items():
            for place in (f"{{{name}}}", f"{{{name}:path}}"):
                path = path.replace(place, value)
        return path


def staged(house: House, app: FastAPI) -> Stage:
    """Let somebody who is nobody make an avatar, and another sit down too."""
    owner, other = seed(house), seed(house)
    job = house.make_now(owner, "toon", {}, 3)
    assert job.output_id, job
    (selfie,) = house.rights.selfies(owner)
    (record,) = house.records(owner)
    names = {
        "output_id": job.output_id,
        "selfie_id": selfie.id,
        "record_id": record.id,
        "job_id": job.id,
        "style": "toon",
        "baked_id": next(iter(house.cast)),
        "index": "0",
        "credential_id": "none",
        "draft_id": "none",
        # The framework's own doors.
        "path": f"objects/outputs/{house.door.open_subject(owner)}",
        "path_or_url": "app.db",
        "url_path": "http://localhost/healthz",
        "event_id": "none",
        "session_hash": "none",
        "component_id": "1",
        "run": "none",
        "api_name": "show_step",
        "size": "192",
        "key": "none",
        "fn": "show_step",
    }
    return Stage(house, app, owner, other, job.output_id, names)


def doors(routes: object, prefix: str = "") -> Iterator[Door]:
    """Yield every address, also of what is mounted and what is included."""
    for route in routes:
        if hasattr(route, "original_router"):
            included = f"{prefix}{route.include_context.prefix}"
            yield from doors(route.original_router.routes, included)
        elif isinstance(route, Mount):
            yield from doors(getattr(route.app, "routes", ()), f"{prefix}{route.path}")
        elif isinstance(route, WebSocketRoute) or not hasattr(route, "methods"):
            yield Door(f"{prefix}{route.path}", frozenset())
        else:
            yield Door(f"{prefix}{route.path}", frozenset(route.methods or ()))
