"""Nothing may go wrong behind a page's back: every page of a test is watched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

LOCAL_SCHEMES = frozenset({"data", "blob"})
GONE = "net::ERR_ABORTED"  # a page that is left, or a preview that is no longer wanted


@dataclass
class Watch:
    """Collects console errors, page errors, outside requests and requests that failed."""

    address: str
    troubles: list[str] = field(default_factory=list)
    expected: list[tuple[int, str]] = field(default_factory=list)

    def expect_status(self, status: int, path: str) -> None:
        """Allow answers of `status` from paths that match the regular expression `path`."""
        self.expected.append((status, path))

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("console", self._console)
        context.on("weberror", self._page_error)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failure)

    def _is_own(self, url: str) -> bool:
        return url.startswith(self.address + "/") or urlsplit(url).scheme in LOCAL_SCHEMES

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"} or self._is_expected_status(message):
            return
        self.troubles.append(f"console {message.type}: {message.text}")

    def _is_expected_status(self, message: ConsoleMessage) -> bool:
        """The browser itself reports an answer of 400 and more as a console error."""
        told = re.search(r"responded with a status of (\d+)", message.text)
        path = urlsplit(str(message.location.get("url", ""))).path
        return told is not None and self._expects(int(told.group(1)), path)

    def _page_error(self, error: WebError) -> None:
        self.troubles.append(f"page error: {error.error}")

    def _request(self, request: Request) -> None:
        if not self._is_own(request.url):
            self.troubles.append(f"outside request: {request.url}")

    def _response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 400 and not self._expects(response.status, path):
            self.troubles.append(f"answer {response.status}: {path}")

    def _failure(self, request: Request) -> None:
        if request.failure != GONE:
            self.troubles.append(f"failed request: {request.url}: {request.failure}")

    def _expects(self, status: int, path: str) -> bool:
        return any(
            status == wanted and re.search(pattern, path) for wanted, pattern in self.expected
        )
