"""The words of the consent step in each language: what the page shows and the record keeps.

They are data, `notices/words.LANGUAGE.json`, so that page, record and receipt say the same.
"""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from importlib import resources
from string import Template as Text
from typing import Any

from consent.notices import languages
from consent.types import Audience

DEFAULT_LANGUAGE = "en"
Words = dict[str, Any]  # JSON: sentences, and sentences by family, number of days or audience


def consent_words(language: str) -> Words:
    """Return every word of the consent step, the caller's own copy.

    Raises:
        FileNotFoundError: consent cannot be given in this language.
    """
    return deepcopy(_load(language))


def family_words(family: str, language: str) -> tuple[str, str]:
    """Return label and note of a style family; one without words is called by its name.

    Raises:
        FileNotFoundError: consent cannot be given in this language.
    """
    found = _load(language)["families"].get(family)
    return (found["label"], found["note"]) if found else (family.capitalize(), "")


def summary_sentence(
    families: frozenset[str], audience: Audience, days: int, language: str = DEFAULT_LANGUAGE
) -> str:
    """Return the plain sentence that a choice amounts to, as it is shown and kept.

    Raises:
        FileNotFoundError: consent cannot be given in this language.
    """
    words = _load(language)
    if not families:
        return str(words["nothing_yet"])
    known = words["families"]
    names = [known[name]["name"] if name in known else name for name in sorted(families)]
    return Text(words["summary"]).substitute(
        families=_listed(names, words["and"]),
        audience=words["audience"][audience.value]["sentence"],
        days=days,
    )


def _listed(names: list[str], conjunction: str) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} {conjunction} {last}" if first else last


@cache
def _load(language: str) -> Words:
    if language not in languages():
        raise FileNotFoundError(f"there are no words in {language!r}")
    text = resources.files("consent").joinpath(f"notices/words.{language}.json").read_text("utf-8")
    words: Words = json.loads(text)
    return words
