"""Serves the pages with the fake studio at http://localhost:7998, to look at and to click."""

from __future__ import annotations

import uvicorn

from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.fakes import FakeStudio

if __name__ == "__main__":
    uvicorn.run(build_app(FakeStudio(), UiSettings("0.1.0")), port=7998, log_level="warning")
