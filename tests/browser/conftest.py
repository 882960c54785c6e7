"""One studio and one browser for all tests here; each test has a browser profile of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, StorageState

from consent.profiles import STANDARD_LIVENESS
from tests.browser.camera import Cameras, Plan
from tests.browser.chromium import ChromiumMissing, running_chromium
from tests.browser.scripted import FakeSite, Script, running_fake
from tests.browser.shown import NOTES
from tests.browser.studio import Studio, running_studio
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

FRESH = timedelta(hours=6)  # well within what a sitting stays open
Arrive = Callable[..., Visitor]
ArriveAtScript = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with running_studio(tmp_path_factory.mktemp("studio") / "data") as running:
        yield running


@pytest.fixture
def later(studio: Studio) -> Iterator[None]:
    """Let so much time pass after a test that its failures lock nobody in the next one."""
    yield
    studio.clock.move_on(STANDARD_LIVENESS.origin_failure_window)


@pytest.fixture(scope="package")
def browser(studio: Studio) -> Iterator[Browser]:
    del studio  # opened first: its job engine must not be started beside the browser's event loop
    try:
        with running_chromium() as browser:
            yield browser
    except ChromiumMissing as missing:
        pytest.fail(str(missing))


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


@pytest.fixture(scope="package")
def seats() -> list[tuple[datetime, StorageState]]:
    """When subjects who are nobody took the chair, and the cookies of their browsers."""
    return []


@pytest.fixture
def nobody(
    studio: Studio, browser: Browser, seats: list[tuple[datetime, StorageState]]
) -> StorageState:
    """The cookie of a browser in which a subject who is nobody sits, not long ago."""
    if not seats or studio.clock.now() - seats[-1][0] > FRESH:
        context = browser.new_context()
        Visitor(studio, context).stand_in()
        seats.append((studio.clock.now(), context.storage_state()))
        context.close()
    return seats[-1][1]


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
        context.add_init_script(NOTES)
        cameras.attach(context, plan or Plan(somebody))
        return Visitor(studio, context)

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def fake_site() -> Iterator[FakeSite]:
    """The pages around a fake studio: for what the page does by itself."""
    with running_fake() as site:
        yield site


@pytest.fixture
def arrive_at_script(fake_site: FakeSite, browser: Browser) -> Iterator[ArriveAtScript]:
    """Return a function: somebody arrives, agrees and finds a capture that follows a script."""
    watch = Watch(fake_site.address)
    contexts: list[BrowserContext] = []

    def arrive(script: Script | None = None, *, agreed: bool = True, **options: object) -> Visitor:
        context = browser.new_context(permissions=["camera"], **options)
        contexts.append(context)
        watch.over(context)
        context.add_init_script(NOTES)
        (script or Script()).attach(context)
        visitor = Visitor(fake_site, context)
        if agreed:
            visitor.consent()
        return visitor

    yield arrive
    for context in contexts:
        context.close()
    assert watch.troubles == []
