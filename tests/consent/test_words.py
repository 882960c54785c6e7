from __future__ import annotations

import pytest

from consent.notices import languages
from consent.profiles import RETENTION_OPTIONS_DAYS
from consent.types import Audience
from consent.words import consent_words, family_words, summary_sentence

ALL = frozenset({"illustrated", "painted", "imagined"})


def shape(words):
    """Return the keys of nested words without the words."""
    return {k: shape(v) if isinstance(v, dict) else type(v).__name__ for k, v in words.items()}


def sentences(words):
    for value in words.values():
        yield from sentences(value) if isinstance(value, dict) else [value]


def test_consent_can_be_given_in_english_and_in_german():
    assert languages() == {"en": "English", "de": "Deutsch"}


def test_every_language_has_the_same_words():
    assert shape(consent_words("de")) == shape(consent_words("en"))
    for language in languages():
        assert all(sentence.strip() for sentence in sentences(consent_words(language)))


def test_no_sentence_was_left_in_the_other_language():
    english, german = consent_words("en"), consent_words("de")
    assert not set(sentences(english)) & set(sentences(german))


@pytest.mark.parametrize("language", ["fr", "", "../words.en", "en.json"])
def test_a_language_without_words_is_an_error(language):
    with pytest.raises(FileNotFoundError):
        consent_words(language)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_choice_on_offer_has_words(language):
    words = consent_words(language)
    assert set(words["days"]) == {str(days) for days in RETENTION_OPTIONS_DAYS}
    assert set(words["audience"]) == {audience.value for audience in Audience}


def test_the_sentence_names_families_days_and_audience():
    assert summary_sentence(frozenset({"painted", "illustrated"}), Audience.PUBLIC, 30, "en") == (
        "Selfsame may draw illustrated and painted stills of me for 30 days, for anyone to see. "
        "I can end this at any time."
    )
    assert summary_sentence(ALL, Audience.COMMERCIAL, 365, "de") == (
        "Selfsame darf 365 Tage lang gezeichnete, erfundene und gemalte Bilder von mir machen, "
        "für alle zu sehen und um damit Geld zu verdienen. Ich kann das jederzeit beenden."
    )


def test_each_different_choice_has_a_sentence_of_its_own():
    for language in languages():
        told = {
            summary_sentence(families, audience, days, language)
            for families in (ALL, frozenset({"painted"}), frozenset({"illustrated"}))
            for audience in Audience
            for days in RETENTION_OPTIONS_DAYS
        }
        assert len(told) == 27


@pytest.mark.parametrize(("language", "start"), [("en", "Nothing to make"), ("de", "Noch gibt es")])
def test_nothing_switched_on_amounts_to_nothing(language, start):
    assert summary_sentence(frozenset(), Audience.PRIVATE, 90, language).startswith(start)


def test_a_family_without_words_is_called_by_its_name():
    assert family_words("engraved", "de") == ("Engraved", "")
    assert "engraved" in summary_sentence(frozenset({"engraved"}), Audience.PRIVATE, 90, "en")


def test_nobody_can_change_the_words_for_others():
    consent_words("en")["families"].clear()
    assert consent_words("en")["families"]
