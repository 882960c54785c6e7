"""The privacy notice: versioned plain text, and the hash of exactly what was shown."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from string import Template as Text

CURRENT_VERSION = "6"
_URI = "urn:selfsame:notice"
_LANGUAGES = {"en": "English", "de": "Deutsch"}  # of the current version
_LABEL = re.compile("[0-9a-zA-Z-]+")


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is responsible for the data; from the settings, never invented."""

    id: str
    name: str
    contact: str
    role: str = "data controller"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as one person sees it."""

    uri: str  # names version and language
    language: str  # BCP 47
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the exact text shown (UTF-8), hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def languages() -> dict[str, str]:
    """Return the languages in which consent can be given now: BCP 47 code to its own name."""
    return dict(_LANGUAGES)


def notice_hashes(controller: Controller) -> frozenset[str]:
    """Return the SHA-256 of the current version's texts, in all languages, hex.

    A consent under any other text was given before something changed, and is asked for again.
    """
    return frozenset(load_notice(controller, language=each).sha256 for each in _LANGUAGES)


def load_notice(
    controller: Controller, *, version: str = CURRENT_VERSION, language: str = "en"
) -> Notice:
    """Fill a notice's text with the controller's name and contact.

    Raises:
        FileNotFoundError: no such version or language.
    """
    if not (_LABEL.fullmatch(version) and _LABEL.fullmatch(language)):
        raise FileNotFoundError(f"there is no notice {version!r} in {language!r}")
    raw = resources.files(__name__).joinpath(f"notice-{version}.{language}.txt").read_text("utf-8")
    text = Text(raw).substitute(
        controller_name=controller.name, controller_contact=controller.contact
    )
    return Notice(uri=f"{_URI}:{version}:{language}", language=language, text=text)


def notice_at(uri: str, controller: Controller) -> Notice:
    """Return the notice that a record names, as it was shown when the record was given.

    Raises:
        FileNotFoundError: no such version or language.
        ValueError: not the address of a notice.
    """
    prefix, version, language = uri.rsplit(":", 2)
    if prefix != _URI:
        raise ValueError(f"{uri} is not the address of a notice")
    return load_notice(controller, version=version, language=language)
