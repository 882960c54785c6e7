"""What an operator may choose; read in `app.py` from the environment or a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from outputs.label_words import LOCALES

PREFIX = "SELFSAME_"
MOST = {"port": 65535, "captures_at_once": 64}  # settings that are numbers, from 1
ONE_OF = {
    "master_key": ("file", "keyring"),
    "sign_in": ("none", "passkey"),
    "label_locale": LOCALES,
}
SWITCHES = ("https", "models_offline")
LISTS = ("allowed_hosts", "trusted_proxies", "witnesses", "accepted_licences")  # by commas
TOGETHER = (("passive_model", "passive_sha256"), ("signing_certificate", "signing_key"))


class SettingsError(ValueError):
    """A setting has no such name or value; the message says what is accepted."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with what it means beside it."""

    data: Path  # folder of everything that is kept; made with mode 700
    weights: Path  # folder of the pinned model files
    host: str = "localhost"  # address to listen on
    port: int = 7860
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")  # names to answer to
    https: bool = False  # true behind a proxy that speaks https: cookies are sent over it only
    # Addresses of proxies whose X-Forwarded-For is believed (uvicorn's forwarded_allow_ips: IP
    # addresses or networks; "*" believes everybody). Empty: nobody's, and whoever connects is the
    # client. Failed captures are counted by client address, so behind a proxy that is not named
    # here all visitors share one count, and with one named that passes on what clients claim,
    # nobody is counted.
    trusted_proxies: tuple[str, ...] = ()
    captures_at_once: int = 4  # people before their cameras; two cores measure four, others wait
    database_url: str = ""  # empty: SQLite in the data folder
    jobs_url: str = ""  # empty: SQLite in the data folder
    objects_url: str = ""  # empty: a local folder in the data folder
    master_key: str = "file"  # file: mode 600 in the data folder; keyring: the system's own
    passive_model: str = ""  # empty: none; an ONNX file of MiniFASNetV2 that may reject captures
    passive_sha256: str = ""  # of that file; needed with it
    log_origin: str = ""  # name of this studio's log; empty: selfsame.local/ and a part of its key
    # Keys (name+id+key, `python app.py log watch` prints them) of the witnesses whose cosignatures
    # of the log are kept. Empty: nobody's.
    witnesses: tuple[str, ...] = ()
    # The operator's own certificate for C2PA manifests: a PEM file with the certificate that signs
    # and those of its issuers behind it, and a PEM file of its key, of mode 600 and without a
    # passphrase. Empty: this studio signs with a certificate that it made for itself.
    signing_certificate: str = ""
    signing_key: str = ""  # needed with it
    # Address of the RFC 3161 time stamp authority that is sent a hash of every signature, and the
    # only address that the studio ever reaches by itself. When it gives none, pictures are signed
    # without, and the studio's log says so. Empty: nobody is asked.
    time_stamp_url: str = ""
    time_stamp_root: str = ""  # PEM file of its root, for Verify to trust its times; may be empty
    # Folder of the weights that the Imagined family draws with, several GB each, and of what is
    # remembered of them. Empty: in the data folder. Nothing in it is about a person.
    models: str = ""
    # Address of a mirror that `models pull` asks instead of https://huggingface.co. Files that the
    # catalogue does not pin are believed at their first pull: take one that you trust, over https.
    models_mirror: str = ""
    models_offline: bool = False  # true: `models pull` reaches nothing either
    # Names of licences, as `python app.py models list` prints them, that you read and may work
    # under although they forbid commercial use. Separated by commas; empty: none of them.
    accepted_licences: tuple[str, ...] = ()
    label_locale: str = "en"  # language of the visible label: en, zh, de, fr, es or ja
    sign_in: str = "none"  # passkey: a shared server, nothing works without signing in
    invitation: str = ""  # what whoever makes a passkey must know; empty: nothing
    controller_name: str = "the person running this computer"
    controller_contact: str = "this computer"

    def sqlalchemy_url(self) -> str:
        """Return the URL of the studio's own database."""
        return self.database_url or f"sqlite:///{self.data / 'app.db'}"

    def engine_url(self) -> str:
        """Return the URL of the job engine's database."""
        return self.jobs_url or f"sqlite:///{self.data / 'dbos.db'}"

    def models_folder(self) -> Path:
        """Return the folder of the Imagined family's weights."""
        return Path(self.models).expanduser().resolve() if self.models else self.data / "models"

    @property
    def temporary(self) -> Path:
        """The folder that the web framework is given for temporary files; always empty."""
        return self.data / "run" / "pages"


def read_settings(
    environment: Mapping[str, str], toml: Path | None, *, data: Path, weights: Path
) -> Settings:
    """Return the settings: environment over file over defaults.

    Args:
        environment: variables; those that begin with SELFSAME_ count.
        toml: a settings file, or None.
        data: default data folder.
        weights: default weights folder.

    Raises:
        SettingsError: an unknown name, or a value of the wrong kind.
    """
    chosen: dict[str, object] = {}
    if toml is not None:
        try:
            chosen.update(tomllib.loads(toml.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"The settings file {toml} cannot be read: {error}") from error
    known = {field.name for field in fields(Settings)}
    for name, value in environment.items():
        key = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and key != "config":
            chosen[key] = value
    unknown = sorted(set(chosen) - known)
    if unknown:
        raise SettingsError(
            f"There is no setting named {unknown[0]!r}. Known: {', '.join(sorted(known))}."
        )
    settings = Settings(**{"data": data, "weights": weights, **_converted(chosen)})  # type: ignore[arg-type]  # checked against the fields above
    for one, other in TOGETHER:
        if bool(getattr(settings, one)) != bool(getattr(settings, other)):
            raise SettingsError(f"{one} and {other} are set together or not at all.")
    return settings


def _converted(chosen: Mapping[str, object]) -> dict[str, object]:
    return {name: _convert(name, value) for name, value in chosen.items()}


def _convert(name: str, value: object) -> object:
    if name in MOST:
        return _number(name, value, most=MOST[name])
    if name in SWITCHES:
        if str(value).lower() not in {"true", "false"}:
            raise SettingsError(f"{name} is true or false, not {value!r}.")
        return str(value).lower() == "true"
    if name in LISTS:
        names = value if isinstance(value, list) else str(value).split(",")
        return tuple(str(host).strip() for host in names if str(host).strip())
    if not isinstance(value, str):
        raise SettingsError(f"{name} is a text, not {value!r}.")
    if name in {"data", "weights"}:
        return Path(value).expanduser().resolve()
    if name in ONE_OF and value not in ONE_OF[name]:
        raise SettingsError(f"{name} is {' or '.join(ONE_OF[name])}, not {value!r}.")
    return value


def _number(name: str, value: object, *, most: int) -> int:
    try:
        number = int(str(value))
    except ValueError as error:
        raise SettingsError(f"{name} is a number, not {value!r}.") from error
    if not 0 < number <= most:
        raise SettingsError(f"{name} is a number from 1 to {most}, not {number}.")
    return number
