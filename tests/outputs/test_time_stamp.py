from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from outputs.credential import read_credential
from outputs.encode import MediaType, encode
from outputs.errors import MarkMissing, OutputError
from outputs.provenance import ManifestReader, ManifestState, Signer, TimeStamp
from outputs.time_stamp import REST_SECONDS, TimeStamping, require_address
from tests.outputs.certificates import KEYS, Issuer
from tests.outputs.samples import NOW, claim_of, textured
from tests.outputs.stamping import StampingAuthority, listening

UNSIGNED = encode(textured(96), MediaType.PNG, xmp=b"<x/>")
AT = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """Whatever proxy the machine of the tests has."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def stamps():
    return StampingAuthority(at=AT)


@pytest.fixture
def sign(authority, stamps):
    """Sign with a time stamp, while the authority listens."""

    def signed(**options) -> bytes:
        with listening(stamps) as url:
            signer = Signer(authority, TimeStamping(url, **options))
            return signer.sign(UNSIGNED, "image/png", claim_of())

    return signed


def test_time_stamp_of_a_named_authority_is_trusted(sign, authority, stamps):
    evidence = ManifestReader([authority.root], [stamps.root]).read(sign())
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.time_stamp is TimeStamp.TRUSTED
    assert evidence.signature.signed_at == AT
    assert len(stamps.asked) == 1


def test_time_stamp_of_an_unknown_authority_is_told_as_such(sign, reader):
    evidence = reader.read(sign())
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.time_stamp is TimeStamp.UNTRUSTED
    assert evidence.signature.signed_at == AT


def test_manifest_without_a_time_stamp_tells_no_time(signer, reader):
    evidence = reader.read(signer.sign(UNSIGNED, "image/png", claim_of()))
    assert evidence.signature.time_stamp is TimeStamp.NONE
    assert evidence.signature.signed_at is None


def test_trusted_time_outlasts_the_certificate(tmp_path):
    now = datetime.now(UTC)  # c2pa asks the clock itself whether it ran out
    key, stamps, issuer = (
        KEYS["es256"](),
        StampingAuthority(at=now.replace(microsecond=0)),
        Issuer(),
    )
    leaf = issuer.issue(key, start=now - timedelta(days=1) + timedelta(seconds=2), days=1)
    files = issuer.write(tmp_path, key, chain=[leaf, issuer.middle])
    credential = read_credential(*files, now=now)
    with listening(stamps) as url:
        stamped = Signer(credential, TimeStamping(url)).sign(UNSIGNED, "image/png", claim_of())
    plain = Signer(credential).sign(UNSIGNED, "image/png", claim_of())
    knowing = ManifestReader([credential.leaf], [stamps.root])
    time.sleep(3.1)
    assert knowing.read(stamped).state is ManifestState.TRUSTED
    for evidence in (knowing.read(plain), ManifestReader([credential.leaf]).read(stamped)):
        assert evidence.state is ManifestState.INVALID
        assert evidence.why == ("signingCredential.expired",)


def test_authority_of_time_stamps_vouches_for_no_manifest(authority, signer, stamps):
    reader = ManifestReader([stamps.root], [authority.root])
    signed = signer.sign(UNSIGNED, "image/png", claim_of())
    assert reader.read(signed).state is ManifestState.VALID


def test_authority_hears_a_hash_and_nothing_of_the_picture(sign, stamps):
    sign()
    (request,) = stamps.asked
    assert len(request) < 100
    assert b"Selfsame" not in request


@pytest.mark.parametrize("answer", [b"", b"nonsense", b"0" * 100_000])
def test_answer_that_is_no_time_stamp_costs_nobody_a_picture(sign, stamps, reader, answer, caplog):
    stamps.answer = answer
    with caplog.at_level(logging.WARNING):
        evidence = reader.read(sign())
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.time_stamp is TimeStamp.NONE
    assert "without a time stamp" in caplog.text


@pytest.mark.parametrize("status", [403, 500])
def test_authority_that_refuses_costs_nobody_a_picture(sign, stamps, reader, status, caplog):
    stamps.status = status
    with caplog.at_level(logging.WARNING):
        evidence = reader.read(sign())
    assert evidence.state is ManifestState.TRUSTED
    assert f"it answers {status}" in caplog.text


def test_authority_that_is_silent_is_not_waited_for(sign, stamps, reader):
    stamps.seconds = 1.0
    assert reader.read(sign(seconds=0.1)).signature.time_stamp is TimeStamp.NONE


@pytest.mark.parametrize("drop", [b"X", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_authority_that_answers_in_drops_is_not_waited_for(authority, drop):
    with dripping(drop) as url:
        stamping = TimeStamping(url, seconds=0.5)
        began = time.monotonic()
        with pytest.raises(OutputError, match="gave no time stamp"):
            stamping.ask(b"a request")
    assert time.monotonic() - began < 3


@contextmanager
def dripping(drop: bytes):
    """Yield the address of a server that sends drops until nobody listens."""

    def drip() -> None:
        line, _ = listener.accept()
        with line, suppress(OSError):
            while not done.wait(0.1):
                line.sendall(drop)

    listener, done = socket.create_server(("127.0.0.1", 0)), threading.Event()
    server = threading.Thread(target=drip)
    server.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        server.join()
        listener.close()


def test_authority_that_is_down_costs_nobody_a_picture(authority, reader, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    signer = Signer(authority, TimeStamping(f"http://127.0.0.1:{port}/"))
    with caplog.at_level(logging.WARNING):
        signed = signer.sign(UNSIGNED, "image/png", claim_of())
    assert reader.read(signed).state is ManifestState.TRUSTED
    assert f"http://127.0.0.1:{port}/ gave no time stamp" in caplog.text


def test_stamp_over_another_signature_is_not_used(authority, reader, stamps):
    with listening(stamps) as url:
        Signer(authority, TimeStamping(url)).sign(UNSIGNED, "image/png", claim_of())
        stamps.answer = stamps.stamp(stamps.asked[0])
        signer = Signer(authority, TimeStamping(url))
        evidence = reader.read(signer.sign(UNSIGNED, "image/png", claim_of()))
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.time_stamp is TimeStamp.NONE


def test_redirect_leads_nowhere_else(sign, stamps, reader):
    elsewhere = StampingAuthority()
    with listening(elsewhere) as url:
        stamps.status, stamps.redirect = 307, url
        evidence = reader.read(sign())
    assert elsewhere.asked == []
    assert evidence.signature.time_stamp is TimeStamp.NONE


def test_after_a_failure_nobody_is_asked_for_a_minute(authority, stamps):
    seconds = [0.0]
    stamps.status = 500
    with listening(stamps) as url:
        signer = Signer(authority, TimeStamping(url, monotonic=lambda: seconds[0]))
        for _ in range(3):
            signer.sign(UNSIGNED, "image/png", claim_of())
        assert len(stamps.asked) == 1
        seconds[0] += REST_SECONDS
        signer.sign(UNSIGNED, "image/png", claim_of())
        assert len(stamps.asked) == 2


def test_file_that_cannot_be_signed_is_refused_with_an_authority_too(authority, stamps):
    with listening(stamps) as url:
        signer = Signer(authority, TimeStamping(url))
        with pytest.raises(MarkMissing):
            signer.sign(b"not a picture", "image/png", claim_of())


def test_relay_passes_on_nothing_that_others_send(stamps):
    with listening(stamps) as url, TimeStamping(url).relay() as relay:
        stranger = relay.url.rpartition("/")[0] + "/guessed"
        assert httpx.post(stranger, content=b"x").status_code == 404
        assert httpx.post(relay.url, content=b"x" * 5000).status_code == 404
    assert stamps.asked == []


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_proxy_that_would_hear_every_request_is_refused(monkeypatch, name):
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert TimeStamping("http://timestamp.example")
    monkeypatch.setenv("no_proxy", "localhost")
    with pytest.raises(OutputError, match=r"set no_proxy to 127\.0\.0\.1"):
        TimeStamping("http://timestamp.example")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "timestamp.example",
        "ftp://timestamp.example",
        "http://",
        "http://user:word@timestamp.example",
        "http://timestamp.example:99999",
        "http://timestamp.example/a b",
        "http://timestamp.example/\r\nHost: elsewhere",
        "file:///etc/passwd",
    ],
)
def test_address_that_is_none_is_refused(url):
    with pytest.raises(OutputError):
        require_address(url)
