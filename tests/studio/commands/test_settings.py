from __future__ import annotations

import json
from dataclasses import replace

import pytest

from studio.commands.settings import show_settings
from studio.settings import Settings, SettingsError, read_settings


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(data=tmp_path, weights=tmp_path)


def read(tmp_path, **chosen: str) -> Settings:
    environment = {f"SELFSAME_{name.upper()}": value for name, value in chosen.items()}
    return read_settings(environment, None, data=tmp_path, weights=tmp_path)


def test_local_use_asks_for_no_account(tmp_path):
    assert (read(tmp_path).sign_in, read(tmp_path).invitation) == ("none", "")


def test_a_shared_server_asks_for_a_passkey_and_an_invitation(tmp_path):
    found = read(tmp_path, sign_in="passkey", invitation="open sesame")
    assert (found.sign_in, found.invitation) == ("passkey", "open sesame")


@pytest.mark.parametrize("value", ["", "password", "Passkey", "true"])
def test_there_is_no_other_way_in(tmp_path, value):
    with pytest.raises(SettingsError, match="sign_in is none or passkey"):
        read(tmp_path, sign_in=value)


def test_the_label_speaks_the_operator_s_language(tmp_path):
    assert read(tmp_path).label_locale == "en"
    assert read(tmp_path, label_locale="ja").label_locale == "ja"
    with pytest.raises(SettingsError, match="label_locale is en or zh or de or fr or es or ja"):
        read(tmp_path, label_locale="it")


@pytest.mark.parametrize("as_json", [True, False])
def test_the_invitation_is_not_printed(settings, capsys, as_json):
    show_settings(replace(settings, invitation="open sesame"), as_json=as_json)
    printed = capsys.readouterr().out
    assert "open sesame" not in printed
    assert "(set)" in printed


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("name", ["database_url", "jobs_url", "objects_url", "models_mirror"])
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:open@host:5/a?b=c", "https://(hidden)@host:5/a?b=c"),
        ("https://open@host", "https://(hidden)@host"),
        ("postgresql+psycopg://me:o/p@en#?@host/db", "postgresql+psycopg://(hidden)@host/db"),
        ("htps//me:open@host", "(hidden)@host"),
        ("s3://box?secret_access_key=open&a=b", "s3://box?secret_access_key=(hidden)&a=b"),
        ("postgresql:///db?user=me&password=open", "postgresql:///db?user=me&password=(hidden)"),
        ("sqlite:////data/app.db", "sqlite:////data/app.db"),
    ],
)
def test_passwords_in_addresses_are_not_printed(settings, capsys, as_json, name, address, shown):
    show_settings(replace(settings, **{name: address}), as_json=as_json)
    printed = capsys.readouterr().out
    assert shown in printed
    assert "open" not in printed


def test_what_is_empty_is_said_as_what_it_means(settings, capsys):
    show_settings(settings, as_json=False)
    lines = dict(
        line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if "  " in line
    )
    assert lines["database_url"] == "(in the data folder)"
    assert lines["invitation"] == "(none)"


def test_json_keeps_what_is_empty_empty(settings, capsys):
    show_settings(settings, as_json=True)
    assert json.loads(capsys.readouterr().out)["invitation"] == ""


def test_weights_lie_in_the_data_folder_or_where_the_operator_says(tmp_path):
    assert read(tmp_path).models_folder() == tmp_path / "models"
    assert read(tmp_path, models=str(tmp_path / "disk")).models_folder() == tmp_path / "disk"


def test_licences_are_accepted_by_name_one_or_several(tmp_path):
    assert read(tmp_path).accepted_licences == ()
    found = read(tmp_path, accepted_licences="Some Licence, another")
    assert found.accepted_licences == ("Some Licence", "another")


def test_fetching_is_switched_off_in_one_word(tmp_path):
    assert not read(tmp_path).models_offline
    assert read(tmp_path, models_offline="true").models_offline
    with pytest.raises(SettingsError, match="models_offline is true or false"):
        read(tmp_path, models_offline="yes")
