"""Debian's Chromium, quiet and without a window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
)


class ChromiumMissing(Exception):
    """There is no browser to drive."""


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Yield a browser; close it afterwards.

    Raises:
        ChromiumMissing: it is not installed.
    """
    path = shutil.which("chromium")
    if path is None:
        raise ChromiumMissing(
            "Chromium is missing: `make test` installs it, or `apt-get install chromium`."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()
