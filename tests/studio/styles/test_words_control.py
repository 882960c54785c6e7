"""Words out of a closed list."""

from __future__ import annotations

import pytest

from studio.styles.types import Words
from studio.styles.words import ControlError

WORDS = Words("words", "Words", {"autumn": "season", "wool scarf": "clothes", "neon": "light"}, 2)


def test_known_words_are_kept_in_the_lists_own_spelling():
    assert WORDS.accept("  Wool   SCARF ,autumn,, autumn") == "wool scarf, autumn"
    assert WORDS.accept("") == ""


def test_an_unknown_word_is_refused_with_the_nearest():
    with pytest.raises(ControlError, match=r"'autum' is not in the list\. Nearest: autumn\."):
        WORDS.accept("autum")
    with pytest.raises(ControlError, match="Choose from the list"):
        WORDS.accept("naked")


@pytest.mark.parametrize("value", [3.0, "autumn, neon, wool scarf", "x" * 10_000, "осень", "🍂"])
def test_what_is_no_choice_of_a_few_words_is_refused(value):
    with pytest.raises(ControlError, match="Words"):
        WORDS.accept(value)
