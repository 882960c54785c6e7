from __future__ import annotations

import itertools
import stat
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from outputs.authority import LIFETIME, check_authority, make_authority
from outputs.errors import OutputError
from outputs.keystore import FolderKeyStore, open_authority
from tests.outputs.samples import NOW


def serials(first: int = 7):
    return itertools.count(first).__next__


def test_leaf_has_the_extensions_that_c2pa_demands(authority):
    leaf = x509.load_pem_x509_certificate(authority.leaf)
    extensions = leaf.extensions
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    extended = extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert basic.critical
    assert not basic.value.ca
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert list(extended.value) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    assert extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)


def test_root_may_sign_certificates_and_nothing_else(authority):
    extensions = x509.load_pem_x509_certificate(authority.root).extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_cert_sign
    assert not usage.digital_signature


def test_certificates_name_no_person_and_no_machine(authority):
    for pem in (authority.root, authority.leaf):
        subject = x509.load_pem_x509_certificate(pem).subject.rfc4514_string()
        assert subject.endswith("O=Selfsame")
        assert subject.startswith("CN=Selfsame")


@pytest.mark.parametrize("part", ["root", "leaf", "key"])
def test_part_of_another_authority_is_refused(authority, part):
    other = make_authority(now=NOW, serial=serials(50))
    with pytest.raises(OutputError):
        check_authority(replace(authority, **{part: getattr(other, part)}), now=NOW)


def test_damaged_part_is_refused(authority):
    with pytest.raises(OutputError):
        check_authority(replace(authority, key=b"nothing"), now=NOW)


def test_authority_is_refused_outside_its_time(authority):
    with pytest.raises(OutputError):
        check_authority(authority, now=NOW + LIFETIME)
    with pytest.raises(OutputError):
        check_authority(authority, now=NOW - timedelta(days=2))


def test_first_run_makes_an_authority_and_the_second_finds_it(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    first = open_authority(store, now=NOW, serial=serials())
    assert open_authority(store, now=NOW, serial=serials(90)) == first
    assert store.anchors() == (first.root,)


def test_keys_are_readable_by_their_owner_only(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    open_authority(store, now=NOW, serial=serials())
    assert stat.S_IMODE((tmp_path / "signing").stat().st_mode) == 0o700
    for file in (tmp_path / "signing").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_private_key_of_the_root_is_kept_nowhere(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    open_authority(store, now=NOW, serial=serials())
    keys = [f.name for f in store.folder.iterdir() if b"PRIVATE KEY" in f.read_bytes()]
    assert keys == ["leaf.key"]


def test_run_that_was_cut_short_starts_anew(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    open_authority(store, now=NOW, serial=serials())
    (store.folder / "leaf.key").unlink()
    again = open_authority(store, now=NOW, serial=serials(30))
    assert store.load() == again


def test_key_without_its_certificates_stops_the_studio(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    open_authority(store, now=NOW, serial=serials())
    (store.folder / "root.pem").unlink()
    with pytest.raises(OutputError, match=r"root\.pem"):
        open_authority(store, now=NOW, serial=serials())


def test_authority_whose_time_is_over_is_replaced_and_its_root_stays_an_anchor(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    first = open_authority(store, now=NOW, serial=serials())
    second = open_authority(store, now=NOW + LIFETIME, serial=serials(40))
    assert second.leaf != first.leaf
    assert set(store.anchors()) == {first.root, second.root}


def test_clock_before_the_authority_is_refused(tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    open_authority(store, now=NOW, serial=serials())
    with pytest.raises(OutputError, match="not valid at this time"):
        open_authority(store, now=NOW - timedelta(days=3), serial=serials())
