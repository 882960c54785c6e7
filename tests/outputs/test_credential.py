from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from outputs.credential import read_credential
from outputs.encode import MediaType, encode
from outputs.errors import OutputError
from outputs.keystore import FolderKeyStore, open_authority, open_operator_credential
from outputs.provenance import ManifestReader, ManifestState, Signer, try_credential
from tests.outputs.certificates import KEYS, PEM, Issuer, certificate, key_bytes, name_of
from tests.outputs.samples import NOW, claim_of, textured

UNSIGNED = encode(textured(96), MediaType.PNG, xmp=b"<x/>")


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


def refusal(files) -> str:
    with pytest.raises(OutputError) as refused:
        read_credential(*files, now=NOW)
    return str(refused.value)


def signed_by(credential) -> bytes:
    return Signer(credential).sign(UNSIGNED, "image/png", claim_of())


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_key_of_any_kind_that_c2pa_knows_signs(issuer, tmp_path, algorithm):
    credential = read_credential(*issuer.write(tmp_path, KEYS[algorithm]()), now=NOW)
    assert credential.algorithm == algorithm
    try_credential(credential, credential.leaf)
    evidence = ManifestReader([credential.leaf]).read(signed_by(credential))
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.algorithm == algorithm
    assert evidence.signature.name == "The operator"
    assert evidence.signature.issuer == "A studio"


def test_root_is_not_written_into_manifests(issuer, tmp_path):
    credential = read_credential(*issuer.write(tmp_path), now=NOW)
    assert credential.chain.count(b"BEGIN CERTIFICATE") == 2
    assert issuer.root.public_bytes(PEM) not in credential.chain


def test_another_certificate_of_the_same_issuer_is_not_ours(issuer, tmp_path):
    """Whoever buys one of a public authority is no part of this studio."""
    own = read_credential(*issuer.write(tmp_path), now=NOW)
    stranger = read_credential(*issuer.write(tmp_path), now=NOW)
    evidence = ManifestReader([own.leaf]).read(signed_by(stranger))
    assert evidence.state is ManifestState.VALID
    assert evidence.why == ("signingCredential.untrusted",)


def test_key_of_another_certificate_is_refused(issuer, tmp_path):
    certificates, key = issuer.write(tmp_path)
    key.write_bytes(key_bytes(KEYS["es256"]()))
    assert "does not belong to the first certificate" in refusal((certificates, key))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_key_that_others_may_read_is_refused(issuer, tmp_path, mode):
    files = issuer.write(tmp_path)
    files[1].chmod(mode)
    assert f"chmod 600 {files[1]}" in refusal(files)


def test_locked_key_is_refused(issuer, tmp_path):
    key = KEYS["es256"]()
    files = issuer.write(tmp_path, key)
    files[1].write_bytes(key_bytes(key, b"a passphrase"))
    assert "passphrase" in refusal(files)


def test_files_that_are_missing_or_no_pem_are_named(issuer, tmp_path):
    certificates, key = issuer.write(tmp_path)
    assert "No such file" in refusal((tmp_path / "none.pem", key))
    assert "No such file" in refusal((certificates, tmp_path / "none.key"))
    assert "no private key" in refusal((certificates, _file(tmp_path / "words.key", b"words")))
    assert "no certificates" in refusal((_file(tmp_path / "words.pem", b"words"), key))


def test_leaf_without_its_chain_is_refused(issuer, tmp_path):
    key = KEYS["es256"]()
    assert "alone" in refusal(issuer.write(tmp_path, key, chain=[issuer.issue(key)]))


def test_certificates_out_of_order_are_refused(issuer, tmp_path):
    key = KEYS["es256"]()
    leaf = issuer.issue(key)
    files = issuer.write(tmp_path, key, chain=[leaf, issuer.root, issuer.middle])
    assert "was not issued by the certificate behind it" in refusal(files)


def test_chain_of_the_same_names_with_other_keys_is_refused(issuer, tmp_path):
    key = KEYS["es256"]()
    forged = Issuer()
    files = issuer.write(tmp_path, key, chain=[issuer.issue(key), forged.middle, forged.root])
    assert "was not issued by the certificate behind it" in refusal(files)


def test_certificate_that_signed_itself_is_refused(issuer, tmp_path):
    key = KEYS["es256"]()
    name = name_of("Myself")
    own = certificate(name, key.public_key(), name, key)
    assert "signed by itself" in refusal(issuer.write(tmp_path, key, chain=[own]))


@pytest.mark.parametrize(
    ("start", "days", "word"),
    [
        (NOW - timedelta(days=30), 20, "ran out on 2026-02-19"),
        (NOW + timedelta(days=1), 20, "not valid before 2026-03-02"),
    ],
)
def test_certificate_outside_its_time_is_refused(issuer, tmp_path, start, days, word):
    assert word in refusal(issuer.write(tmp_path, start=start, days=days))


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"use": ExtendedKeyUsageOID.CLIENT_AUTH}, "other uses"),
        ({"use": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}, "other uses"),
        ({"use": ExtendedKeyUsageOID.TIME_STAMPING}, "other uses"),
        ({"use": None}, "lacks what C2PA demands"),
        ({"signs": False}, "may not make digital signatures"),
        ({"ca": True}, "other uses"),
    ],
)
def test_certificate_for_something_else_is_refused(issuer, tmp_path, options, word):
    if "ca" in options:
        word = "lacks what C2PA demands"  # an authority's has no such use
    assert word in refusal(issuer.write(tmp_path, **options))


@pytest.mark.parametrize(
    "key",
    [
        lambda: ec.generate_private_key(ec.SECP256K1()),
        lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505  # that is why it is refused
    ],
)
def test_key_of_an_unknown_kind_is_refused(issuer, tmp_path, key):
    assert "of a kind that C2PA does not know" in refusal(issuer.write(tmp_path, key()))


def test_certificate_that_c2pa_does_not_take_is_noticed_before_any_picture(issuer, tmp_path):
    credential = read_credential(*issuer.write(tmp_path), now=NOW)
    with pytest.raises(OutputError, match="Nothing can be signed"):
        try_credential(replace(credential, algorithm="es512"), credential.leaf)
    other = read_credential(*issuer.write(tmp_path), now=NOW)
    with pytest.raises(OutputError, match=r"signingCredential\.untrusted"):
        try_credential(credential, other.leaf)


def test_pictures_of_before_and_of_earlier_certificates_stay_ours(issuer, tmp_path):
    store = FolderKeyStore(tmp_path / "signing")
    local = open_authority(store, now=NOW, serial=iter(range(7, 99)).__next__)
    first, second = (
        open_operator_credential(store, *issuer.write(tmp_path), now=NOW) for _ in range(2)
    )
    again = open_operator_credential(store, *_kept(tmp_path), now=NOW)
    assert again == second
    assert store.anchors() == (local.root, *sorted_by_file([first.leaf, second.leaf]))
    reader = ManifestReader(store.anchors())
    for each in (local, first, second):
        assert reader.read(signed_by(each)).state is ManifestState.TRUSTED


def sorted_by_file(leaves):
    return sorted(leaves, key=lambda leaf: hashlib.sha256(leaf).hexdigest())


def _kept(folder):
    return folder / "chain.pem", folder / "own.key"


def _file(path, content):
    path.write_bytes(content)
    path.chmod(0o600)
    return path
