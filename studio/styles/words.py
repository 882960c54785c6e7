"""Words out of a closed list: anything else is refused, with what comes nearest."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio.styles.types import Words

LONGEST = 40  # characters of a word
NEAREST = 3  # words that a refusal suggests


class ControlError(ValueError):
    """A control has no such name or value; the message says what is accepted."""


def accepted_words(control: Words, value: object) -> str:
    """Return the words of `value` as they stand in the control's list, in the order given.

    Args:
        control: with the list.
        value: words with commas between them, in any case.

    Raises:
        ControlError: a word that is not in the list, too many words, or no text.
    """
    if not isinstance(value, str) or len(value) > control.most * (LONGEST + 2):
        raise ControlError(f"{control.label}: choose up to {control.most} words from the list.")
    words = [" ".join(unicodedata.normalize("NFC", word).split()) for word in value.split(",")]
    chosen = list(dict.fromkeys(word.casefold() for word in words if word))
    for word in chosen:
        if word not in control.known:
            raise ControlError(_unknown(control, word))
    if len(chosen) > control.most:
        raise ControlError(f"{control.label}: {control.most} words at most, not {len(chosen)}.")
    return ", ".join(chosen)


def _unknown(control: Words, word: str) -> str:
    near = get_close_matches(word[:LONGEST], control.known, n=NEAREST, cutoff=0.6)
    hint = f" Nearest: {', '.join(near)}." if near else " Choose from the list."
    return f"{control.label}: {word[:LONGEST]!r} is not in the list.{hint}"
