"""One studio and one browser for all tests here; each test has a browser profile of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.camera import Cameras, Plan
from tests.browser.studio import Studio, running_studio
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

CHROMIUM_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
)

# Gradio uses what newer versions of pandas call deprecated.
GRADIO_ON_NEW_PANDAS = "ignore::DeprecationWarning:gradio"

Arrive = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.filterwarnings(GRADIO_ON_NEW_PANDAS))


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running_studio(tmp_path_factory.mktemp("studio") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is missing: `make test` installs it, or `apt-get install chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=list(CHROMIUM_ARGUMENTS)
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def cameras(studio: Studio) -> Cameras:
    return Cameras(studio.house.cast)


@pytest.fixture(scope="package")
def somebody(studio: Studio) -> str:
    """The baked subject who sits before the camera."""
    return next(iter(studio.house.cast))


@pytest.fixture(scope="package")
def somebody_else(studio: Studio) -> str:
    """Another baked subject."""
    return list(studio.house.cast)[1]


@pytest.fixture
def watch(studio: Studio) -> Iterator[Watch]:
    """Fail the test when anything went wrong behind a page's back."""
    watch = Watch(studio.address)
    yield watch
    assert watch.troubles == []


@pytest.fixture
def arrive(
    studio: Studio, browser: Browser, cameras: Cameras, watch: Watch, somebody: str
) -> Iterator[Arrive]:
    """Return a function that lets somebody arrive with a browser of their own."""
    contexts: list[BrowserContext] = []

    def arrive(plan: Plan | None = None, **options: object) -> Visitor:
        context = browser.new_context(permissions=["camera"], accept_downloads=True, **options)
        contexts.append(context)
        watch.over(context)
        cameras.attach(context, plan or Plan(somebody))
        return Visitor(studio, context)

    yield arrive
    for context in contexts:
        context.close()
