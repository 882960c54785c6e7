from __future__ import annotations

from pathlib import Path

import pytest

from outputs.encode import MediaType, encode
from outputs.keystore import FolderKeyStore
from outputs.provenance import ManifestState, TimeStamp
from studio.settings import Settings, SettingsError, read_settings
from studio.signing import open_reader, open_signer
from tests.outputs.certificates import KEYS, Issuer
from tests.outputs.samples import NOW, claim_of, textured
from tests.outputs.stamping import StampingAuthority, listening

UNSIGNED = encode(textured(96), MediaType.PNG, xmp=b"<x/>")


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """Whatever proxy the machine of the tests has."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="module")
def issuer():
    return Issuer()


@pytest.fixture
def store(tmp_path):
    return FolderKeyStore(tmp_path / "signing")


def chosen(tmp_path: Path, **settings: object) -> Settings:
    environment = {f"SELFSAME_{name.upper()}": str(value) for name, value in settings.items()}
    return read_settings(environment, None, data=tmp_path, weights=tmp_path)


def own(tmp_path: Path, files: tuple[Path, Path]) -> Settings:
    return chosen(tmp_path, signing_certificate=files[0], signing_key=files[1])


def signed(settings: Settings, store: FolderKeyStore) -> bytes:
    return open_signer(settings, store, now=NOW).sign(UNSIGNED, "image/png", claim_of())


def test_studio_signs_with_its_own_authority_by_default(tmp_path, store):
    settings = chosen(tmp_path)
    data = signed(settings, store)
    evidence = open_reader(settings, store).read(data)
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.name == "Selfsame output signing"


def test_operator_s_certificate_signs_and_its_key_stays_where_it_is(tmp_path, store, issuer):
    settings = own(tmp_path, issuer.write(tmp_path))
    data = signed(settings, store)
    evidence = open_reader(settings, store).read(data)
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.issuer == "A studio"
    assert not any(b"PRIVATE" in file.read_bytes() for file in store.folder.iterdir())


def test_pictures_of_before_and_after_stay_ours_when_the_certificate_changes(
    tmp_path, store, issuer
):
    default = chosen(tmp_path)
    pictures = [signed(default, store)]
    pictures += (signed(own(tmp_path, issuer.write(tmp_path)), store) for _ in range(2))
    pictures.append(signed(default, store))
    reader = open_reader(default, store)
    assert [reader.read(each).state for each in pictures] == [ManifestState.TRUSTED] * 4


@pytest.mark.parametrize("alone", ["signing_certificate", "signing_key"])
def test_certificate_and_key_are_set_together(tmp_path, alone):
    with pytest.raises(SettingsError, match="set together"):
        chosen(tmp_path, **{alone: tmp_path / "file.pem"})


def test_certificate_that_cannot_be_used_stops_the_start_and_is_not_kept(tmp_path, store, issuer):
    files = issuer.write(tmp_path, days=1)
    with pytest.raises(SettingsError, match=r"signing_certificate: .* ran out on"):
        open_signer(own(tmp_path, files), store, now=NOW)
    assert store.anchors() == ()


def test_home_folder_may_be_written_short(tmp_path, store, issuer, monkeypatch):
    issuer.write(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = own(tmp_path, (Path("~/chain.pem"), Path("~/own.key")))
    assert open_signer(settings, store, now=NOW)


@pytest.mark.parametrize("algorithm", ["ps256", "ed25519"])
def test_time_stamps_come_from_the_address_that_was_set(tmp_path, store, issuer, algorithm):
    stamps = StampingAuthority()
    root = tmp_path / "stamps.pem"
    root.write_bytes(stamps.root)
    certificate, key = issuer.write(tmp_path, KEYS[algorithm]())
    with listening(stamps) as url:
        settings = chosen(
            tmp_path,
            time_stamp_url=url,
            time_stamp_root=root,
            signing_certificate=certificate,
            signing_key=key,
        )
        data = signed(settings, store)
    evidence = open_reader(settings, store).read(data)
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.signature.time_stamp is TimeStamp.TRUSTED
    assert len(stamps.asked) == 1


def test_nobody_is_asked_for_the_time_by_default(tmp_path, store):
    settings = chosen(tmp_path)
    evidence = open_reader(settings, store).read(signed(settings, store))
    assert evidence.signature.time_stamp is TimeStamp.NONE


def test_address_or_root_that_is_none_stops_the_start(tmp_path, store):
    with pytest.raises(SettingsError, match="time_stamp_url"):
        open_signer(chosen(tmp_path, time_stamp_url="timestamp.example"), store, now=NOW)
    with pytest.raises(SettingsError, match="time_stamp_root"):
        open_reader(chosen(tmp_path, time_stamp_root=tmp_path / "none.pem"), store)
