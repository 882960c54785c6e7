from __future__ import annotations

import hashlib
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.models.errors import ModelError, PullFailed
from studio.models.hub import Hub
from tests.studio.models.shelves import CONFIG, WEIGHTS
from tests.tiny.hub import COMMIT

NAMES = ["x-repo-commit", "x-linked-size", "x-linked-etag", "etag", "location", "content-length"]
NAMES += ["content-range", "content-encoding"]
VALUES = [COMMIT, f'"{"a" * 64}"', "12", "0", "https://[", "//", "\x7f", "bytes 5-11/12", "gzip"]


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=80)
        | st.sampled_from(VALUES),
    ),
    st.sampled_from([200, 204, 206, 301, 302, 304, 307, 404, 416, 500, 302, 200]),
)
def test_whatever_a_hub_answers_is_taken_or_told_in_words(headers, status):
    def answer(request):
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(b"x" * 12))

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        hub = Hub("https://hub.example", client=client)
        with suppress(ModelError):
            remote = hub.look("o/a", "x.json", None)
            with hub.read(remote, 5) as (start, pieces):
                assert start in {0, 5}
                assert len(b"".join(pieces)) <= 12


SHA = hashlib.sha256(WEIGHTS).hexdigest()
BLOB = hashlib.sha1(b"blob 17\0" + CONFIG, usedforsecurity=False).hexdigest()
STORED = {"etag": f'"{"e" * 64}"', "content-length": "17"}  # a hash of the storage's own


@pytest.mark.parametrize(
    ("answers", "sha256", "blob"),
    [
        # the hub: all is said by the redirect of a large file
        ([{"location": "https://cdn.example/x", "x-linked-etag": f'"{SHA}"'}, STORED], SHA, None),
        ([{"location": "/api/resolve-cache/x"}, {"etag": f'W/"{BLOB}"'}], None, BLOB),
        # a mirror that answers itself, and one that gives the commit as a tag
        ([STORED], None, None),
        ([{"x-linked-etag": f'"{COMMIT}"', "etag": f'"{COMMIT}"'}], None, None),
        # a mirror that sends everybody on to the hub
        ([{"location": "https://huggingface.co/o/a"}, {"x-linked-etag": f'"{SHA}"'}], SHA, None),
    ],
)
def test_hashes_are_believed_where_the_hub_tells_them_only(answers, sha256, blob):
    coming = iter(answers)

    def answer(request):
        headers = {"x-repo-commit": COMMIT, "content-length": "17", **next(coming)}
        return httpx.Response(302 if "location" in headers else 200, headers=headers)

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        remote = Hub("https://mirror.example", client=client).look("o/a", "x.json", None)
    assert (remote.sha256, remote.blob, remote.size) == (sha256, blob, 17)


def test_nothing_is_followed_from_https_to_http():
    def answer(request):
        return httpx.Response(302, headers={"location": "http://hub.example/x"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        hub = Hub("https://hub.example", client=client)
        with pytest.raises(PullFailed, match="from https to http"):
            hub.look("o/a", "x.json", None)
