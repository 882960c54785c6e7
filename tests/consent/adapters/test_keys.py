from __future__ import annotations

import stat

import keyring
import pytest
from keyring.backends import fail, null

from consent.adapters.keys import (
    MasterKey,
    load_master_key,
    load_service_signer,
    rotate_service_key,
    system_keyring,
    write_private,
)
from consent.errors import RecordInvalid
from tests.fakes import a_record, a_subject


class FakeKeyring:
    priority = 5

    def __init__(self):
        self.secrets = {}

    def get_password(self, service, username):
        return self.secrets.get((service, username))

    def set_password(self, service, username, password):
        self.secrets[service, username] = password


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_master_key_is_made_once_and_private(tmp_path):
    folder = tmp_path / "keys"
    wrapped = load_master_key(folder).wrap(b"secret", name="n")
    assert load_master_key(folder).unwrap(wrapped, name="n") == b"secret"
    assert mode(folder / "master.key") == 0o600
    assert mode(folder) == 0o700


def test_the_keyring_holds_the_key_when_it_is_asked_to(tmp_path):
    keyring = FakeKeyring()
    wrapped = load_master_key(tmp_path, keyring=keyring).wrap(b"secret", name="n")
    assert load_master_key(tmp_path, keyring=keyring).unwrap(wrapped, name="n") == b"secret"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_a_keyring_that_keeps_nothing_is_not_used(backend, monkeypatch):
    monkeypatch.setattr(keyring, "get_keyring", backend)
    assert system_keyring() is None


def test_a_real_keyring_is_used(monkeypatch):
    real = FakeKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: real)
    assert system_keyring() is real


def test_a_key_of_another_length_is_an_error(tmp_path):
    (tmp_path / "master.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        load_master_key(tmp_path)


def test_a_secret_wrapped_under_one_name_does_not_open_under_another():
    master = MasterKey(b"\x01" * 32)
    with pytest.raises(RecordInvalid):
        master.unwrap(master.wrap(b"secret", name="a"), name="b")


def test_the_same_secret_never_looks_the_same_twice():
    master = MasterKey(b"\x01" * 32)
    assert master.wrap(b"secret", name="a") != master.wrap(b"secret", name="a")


def test_the_signing_key_is_made_once_and_sealed(tmp_path):
    master = load_master_key(tmp_path)
    signer = load_service_signer(tmp_path, master)
    assert load_service_signer(tmp_path, master).key_id == signer.key_id
    (path,) = tmp_path.glob("service-*")
    assert b"PRIVATE KEY" not in path.read_bytes()
    assert mode(path) == 0o600


def test_a_rotated_key_signs_and_the_old_one_still_verifies(tmp_path):
    master = load_master_key(tmp_path)
    before = load_service_signer(tmp_path, master)
    record = before.sign(a_record(a_subject()))
    after = rotate_service_key(tmp_path, master)
    assert after.key_id != before.key_id
    assert after.verify(record).key_id == before.key_id
    assert load_service_signer(tmp_path, master).key_id == after.key_id


def test_signing_keys_need_their_master_key(tmp_path):
    load_service_signer(tmp_path, MasterKey(b"\x01" * 32))
    with pytest.raises(RecordInvalid):
        load_service_signer(tmp_path, MasterKey(b"\x02" * 32))


def test_signing_key_files_cannot_change_places(tmp_path):
    master = MasterKey(b"\x01" * 32)
    load_service_signer(tmp_path, master)
    (path,) = tmp_path.glob("service-*")
    path.rename(path.with_name("service-0009.sealed"))
    with pytest.raises(RecordInvalid):
        load_service_signer(tmp_path, master)


def test_a_private_file_is_written_whole_over_a_broken_attempt(tmp_path):
    (tmp_path / "secret.partial").write_bytes(b"half")
    write_private(tmp_path / "secret", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    assert mode(tmp_path / "secret") == 0o600
