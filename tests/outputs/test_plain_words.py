from __future__ import annotations

import pytest

from outputs.plain_words import words_for_action, words_for_faults, words_for_source
from outputs.plain_words import words_for_sources as told
from outputs.xmp import GENERATED_TYPES


@pytest.mark.parametrize("term", sorted(GENERATED_TYPES))
def test_every_term_for_generated_pictures_has_words(term):
    assert term not in words_for_source(term)
    assert "program" in words_for_source(term) or "generat" in words_for_source(term)


def test_term_that_is_not_known_is_named_as_it_is():
    assert words_for_source("newlyInvented") == "of a kind called newlyInvented"
    assert words_for_action("org.example.shaken") == "changed in a way called org.example.shaken"


def test_the_same_is_told_once():
    assert told(("negativeFilm", "positiveFilm")) == "scanned from film"
    assert told(()) == ""


def test_faults_are_told_in_words_and_an_unknown_signer_is_none():
    codes = ["signingCredential.untrusted", "assertion.dataHash.mismatch", "timeStamp.mismatch"]
    assert words_for_faults(codes) == (
        "the picture changed after signing, or the manifest is another's; "
        "its time stamp does not hold"
    )
    assert words_for_faults(["signingCredential.untrusted"]) == "it cannot be checked"
    assert words_for_faults(["new.code"]) == "it is refused as new.code"
