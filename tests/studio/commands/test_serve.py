"""How the server listens."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.commands.serve import server_config, warnings
from studio.settings import Settings
from studio.ui.settings import UiSettings

UI = UiSettings("0.1.0")


def config(**chosen):
    return server_config(lambda *_: None, UI, Settings(Path("d"), Path("w"), **chosen))


def test_no_claim_about_the_clients_address_is_believed_by_itself():
    assert config().proxy_headers is False


def test_named_proxies_are_believed_and_no_others():
    listening = config(trusted_proxies=("10.0.0.1",))
    assert listening.proxy_headers is True
    assert listening.forwarded_allow_ips == ["10.0.0.1"]


@pytest.mark.parametrize("limit", ["ws_max_size", "limit_concurrency"])
def test_one_client_cannot_fill_the_memory(limit):
    assert 0 < getattr(config(), limit) <= UI.max_still_bytes + 13


def test_nothing_is_unfolded_from_a_compressed_message():
    assert config().ws_per_message_deflate is False


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, []),
        ({"host": "0.0.0.0"}, ["one of its names"]),  # noqa: S104 - an operator may say so
        ({"https": True}, ["No proxy is trusted"]),
        ({"sign_in": "passkey"}, ["Passkeys work at http://localhost", "No invitation is set"]),
        (
            {
                "sign_in": "passkey",
                "invitation": "open sesame",
                "https": True,
                "trusted_proxies": ("10.0.0.1",),
            },
            [],
        ),
    ],
)
def test_an_operator_is_told_how_the_studio_can_be_reached(chosen, words):
    found = warnings(Settings(Path("d"), Path("w"), **chosen))
    assert len(found) == len(words)
    assert all(word in said for word, said in zip(words, found, strict=True))
    assert "sesame" not in " ".join(found)
