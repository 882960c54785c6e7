"""The words that may be added to a look: a closed list, in groups, each with how it is said.

There is no free text: no filter keeps names, nudity and children out of it. The list holds
nothing sexual, no weapons, no names of people, places or makers, and no word that could change
whom the picture shows: their skin, origin, sex or age.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from studio.styles.words import LONGEST

VOCABULARY = Path(__file__).with_name("vocabulary.toml")


@dataclass(frozen=True, slots=True)
class Group:
    """Words of one sort; "{}" in a phrase stands for those that were chosen."""

    title: str  # that a person sees it under
    tags: str  # how a kind that reads tags is told
    sentence: str  # how a kind that reads sentences is told
    words: tuple[str, ...]
    is_worn: bool = False  # says something of the person, nothing of what lies behind


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All groups, in the order in which they are shown and said."""

    groups: tuple[Group, ...]

    @property
    def known(self) -> Mapping[str, str]:
        """Every word with the title of its group."""
        return {word: group.title for group in self.groups for word in group.words}

    def chosen(self, words: str) -> tuple[tuple[Group, tuple[str, ...]], ...]:
        """Return accepted words by group, the groups without any left out.

        Args:
            words: as the control `words` accepts them, with ", " between them.

        Raises:
            ValueError: a word that is not in the list.
        """
        wanted = [word for word in words.split(", ") if word]
        if strange := [word for word in wanted if word not in self.known]:
            raise ValueError(f"{strange[0]!r} is not in the list")
        found = ((group, _of(group, wanted)) for group in self.groups)
        return tuple((group, own) for group, own in found if own)


@cache
def load_vocabulary(path: Path = VOCABULARY) -> Vocabulary:
    """Read the list.

    Raises:
        ValueError: a word stands there twice, or could not be typed as it is stored.
    """
    with path.open("rb") as file:
        tables = tomllib.load(file)["groups"]
    groups = tuple(
        Group(
            title=each["title"],
            tags=each["tags"],
            sentence=each["sentence"],
            words=tuple(each["words"]),
            is_worn=each.get("worn", False),
        )
        for each in tables
    )
    seen: set[str] = set()
    for word in (word for group in groups for word in group.words):
        if word in seen:
            raise ValueError(f"{path.name}: {word!r} stands there twice")
        if not _is_plain(word):
            raise ValueError(f"{path.name}: {word!r} is not a few plain lower-case words")
        seen.add(word)
    return Vocabulary(groups)


def _of(group: Group, wanted: list[str]) -> tuple[str, ...]:
    return tuple(word for word in wanted if word in group.words)


def _is_plain(word: str) -> bool:
    letters = word.replace(" ", "").replace("-", "")
    is_tidy = word == " ".join(word.split()) and len(word) <= LONGEST
    return is_tidy and letters.isascii() and letters.isalpha() and letters.islower()
