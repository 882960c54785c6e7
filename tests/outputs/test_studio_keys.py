from __future__ import annotations

import json

import pytest

from outputs.errors import VerifyError
from outputs.studio_keys import StudioKeys
from tests.fakes import LOG_SIGNER


@pytest.fixture
def keys(authority):
    return StudioKeys((LOG_SIGNER.vkey,), (authority.root,))


def changed(keys, **changes) -> bytes:
    document = {**keys.as_json(), **changes}
    return json.dumps({name: each for name, each in document.items() if each != "gone"}).encode()


def test_keys_are_read_as_they_were_published(keys):
    assert StudioKeys.from_json(json.dumps(keys.as_json()).encode()) == keys


def test_nothing_secret_is_published(keys):
    assert "PRIVATE" not in json.dumps(keys.as_json())


@pytest.mark.parametrize(
    "changes",
    [
        {"log": []},
        {"log": "gone"},
        {"log": ["no key"]},
        {"log": [7]},
        {"log": "words"},
        {"manifests": []},
        {"manifests": "gone"},
        {"manifests": ["no certificate"]},
        {"manifests": ["\u00e9"]},
        {"schema_version": "urn:selfsame:studio-keys:9"},
        {"schema_version": "gone"},
    ],
)
def test_keys_that_are_none_are_refused(keys, changes):
    with pytest.raises(VerifyError) as error:
        StudioKeys.from_json(changed(keys, **changes))
    assert error.value.code == "keys_invalid"


@pytest.mark.parametrize("data", [b"", b"words", b"[]", b"7", b"\xff", b"[" * 100_000])
def test_file_of_any_kind_is_refused(data):
    with pytest.raises(VerifyError):
        StudioKeys.from_json(data)
