"""The hub that weights come from, or its mirror: the only network that is reached for them.

The transfer is our own over httpx rather than `huggingface_hub.hf_hub_download`: that one keeps
nothing of a download that was cut, sends along what it finds installed and any token of the
machine, and stays off the network in this process (HF_HUB_OFFLINE), as every other library shall.

Addresses and headers as on https://huggingface.co/docs/hub: `/{repo}/resolve/{revision}/{path}`
answers with X-Repo-Commit; for large files with X-Linked-ETag (their SHA-256), X-Linked-Size and a
redirect to where they lie, for small ones with an ETag that is git's hash of the blob.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from studio.models.errors import ModelMissing, ModelRefused, PullFailed
from studio.models.lock import REVISION, SHA256

HUB = "https://huggingface.co"
NEWEST = "main"  # the branch that is asked for when no commit is pinned
MOST_REDIRECTS = 5
TIMEOUT = httpx.Timeout(30.0, connect=15.0)  # s; of reading: between two pieces
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # statuses that may pass by themselves
# Does not repeat it: what is mistyped may hold a password too.
NO_ADDRESS = "The setting models_mirror is no https:// or http:// address."
_SIZE = re.compile(r"[0-9]{1,15}")
_BLOB = re.compile(r"[0-9a-f]{40}")
_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]+/([0-9]+|\*)")


class CutOff(PullFailed):
    """The connection broke, or the server is overloaded: worth another try."""


@dataclass(frozen=True, slots=True)
class Remote:
    """What the hub says of one file before it is fetched."""

    repo: str
    path: str
    revision: str  # 40 hex digits
    size: int  # bytes
    sha256: str | None  # of large files
    blob: str | None  # git's SHA-1 of small ones


class Hub:
    """Asks one hub; close it when done."""

    def __init__(self, endpoint: str = "", *, client: httpx.Client | None = None) -> None:
        """Reach nothing yet.

        Args:
            endpoint: address of a mirror; empty: the hub itself.
            client: what to send with; none: one of its own.

        Raises:
            ModelRefused: the endpoint is no address.
        """
        self.endpoint = (endpoint or HUB).rstrip("/")
        try:
            url = httpx.URL(self.endpoint)
        except httpx.InvalidURL as error:
            raise ModelRefused(NO_ADDRESS) from error
        if url.scheme not in {"https", "http"} or not url.host:
            raise ModelRefused(NO_ADDRESS)
        self.name = url.host  # what is said of it: an address may hold a password
        self._client = client or httpx.Client(timeout=TIMEOUT)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def look(self, repo: str, path: str, revision: str | None) -> Remote:
        """Return what the hub says of a file.

        Args:
            repo: owner/name.
            path: inside the repository.
            revision: the pinned commit; None: the newest.

        Raises:
            CutOff: it may answer later.
            ModelMissing: there is no such file, revision or repository.
            ModelRefused: it is given out to whoever signed in and agreed to terms only.
            PullFailed: what answers is no hub, or another commit was sent than asked for.
        """
        told: dict[str, str] = {}
        with self._open("HEAD", repo, path, revision or NEWEST, told=told) as response:
            _require_found(response, repo, path, revision)
        commit = told.get("x-repo-commit", revision or "")
        if not REVISION.fullmatch(commit):
            raise PullFailed(
                f"{self.name} does not say which commit of {repo} it has, so nothing can be "
                "pinned. It is no hub, or a proxy answers in its place."
            )
        if revision is not None and commit != revision:
            raise PullFailed(f"{self.name} has commit {commit} of {repo}, not {revision}.")
        size = told.get("x-linked-size") or response.headers.get("content-length", "")
        if not _SIZE.fullmatch(size):
            raise PullFailed(f"{self.name} does not say how long {path} of {repo} is.")
        linked = _bare(told.get("x-linked-etag", ""))
        tag = linked or _bare(told.get("etag", ""))  # which is anything in storage and mirrors
        return Remote(
            repo=repo,
            path=path,
            revision=commit,
            size=int(size),
            sha256=linked if SHA256.fullmatch(linked) else None,
            blob=tag if _BLOB.fullmatch(tag) and tag != commit else None,
        )

    @contextmanager
    def read(self, remote: Remote, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Open a file; yields where it begins, 0 or `start`, and its bytes from there.

        Raises:
            CutOff: the connection broke, here or while the bytes are taken.
            PullFailed: the server sends something else.
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._open(
            "GET", remote.repo, remote.path, remote.revision, headers=headers
        ) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                yield 0, iter(())
                return
            _require_found(response, remote.repo, remote.path, remote.revision)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise PullFailed(f"{self.name} sends {remote.path} in a form nobody asked for.")
            yield _first(response, start), self._bytes(response, remote)

    def _bytes(self, response: httpx.Response, remote: Remote) -> Iterator[bytes]:
        try:
            yield from response.iter_raw()  # as they come: none is lost in a buffer
        except httpx.TransportError as error:
            raise CutOff(f"The connection broke while {remote.path} came: {error}") from error

    @contextmanager
    def _open(
        self,
        method: str,
        repo: str,
        path: str,
        revision: str,
        *,
        headers: dict[str, str] | None = None,
        told: dict[str, str] | None = None,
    ) -> Iterator[httpx.Response]:
        """Send a request and follow its redirects; `told` gets what the hub's answers say."""
        url = httpx.URL(f"{self.endpoint}/{repo}/resolve/{revision}/{quote(path)}")
        hubs = {url.netloc, httpx.URL(HUB).netloc}
        sent = {"User-Agent": "selfsame", "Accept-Encoding": "identity", **(headers or {})}
        try:
            for _ in range(MOST_REDIRECTS + 1):
                with self._client.stream(method, url, headers=sent) as response:
                    if told is not None and url.netloc in hubs:
                        told.update(response.headers)
                    if not response.has_redirect_location or _is_enough(method, response):
                        yield response
                        return
                    url = _next(url, response.headers["location"])
        except httpx.TransportError as error:
            raise CutOff(f"{self.name} cannot be reached: {error}") from error
        raise PullFailed(f"{self.name} sends in circles for {path} of {repo}.")


def _bare(tag: str) -> str:
    return tag.removeprefix("W/").strip('"')


def _is_enough(method: str, response: httpx.Response) -> bool:
    """Tell whether a redirect says all: of a large file, which lies elsewhere."""
    return method == "HEAD" and "x-linked-size" in response.headers


def _next(url: httpx.URL, location: str) -> httpx.URL:
    try:
        following = url.join(location)
    except httpx.InvalidURL as error:
        raise PullFailed(f"{url.host} sends to what is no address.") from error
    if following.scheme not in {url.scheme, "https"}:
        raise PullFailed(f"{url.host} sends from {url.scheme} to {following.scheme}: not followed.")
    return following


def _first(response: httpx.Response, start: int) -> int:
    """Return where an answer begins; servers may ignore that only a part was asked for."""
    if response.status_code != httpx.codes.PARTIAL_CONTENT:
        return 0
    match = _RANGE.fullmatch(response.headers.get("content-range", ""))
    if match is None or int(match[1]) != start:
        raise PullFailed(f"{response.url.host} sends another part than was asked for.")
    return start


def _require_found(response: httpx.Response, repo: str, path: str, revision: str | None) -> None:
    status, host = response.status_code, response.url.host
    if response.is_success or response.has_redirect_location:
        return
    if status in PASSING:
        raise CutOff(f"{host} answers with status {status}.")
    if status == httpx.codes.NOT_FOUND:
        at = f" at {revision}" if revision else ""
        raise ModelMissing(f"{host} has no {path} in {repo}{at} (status 404).")
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise ModelRefused(
            f"{host} gives {repo} to nobody who is not signed in, or has no such repository "
            f"(status {status}). The studio never signs in anywhere: fetch the file yourself, "
            "then run: python app.py models add FILE"
        )
    raise PullFailed(f"{host} answers with status {status} for {path} of {repo}.")
