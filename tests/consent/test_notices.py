from __future__ import annotations

import hashlib

import pytest
import textstat

from consent.notices import (
    CURRENT_VERSION,
    Controller,
    languages,
    load_notice,
    notice_at,
    notice_hashes,
)
from tests.consent.reading import read, sections, syllables
from tests.fakes import CONTROLLER

LANGUAGES = ["en", "de"]
HEADINGS = [  # in both languages, in one order
    ("What this is", "Worum es geht"),
    ("What we record", "Was wir aufnehmen"),
    ("Why", "Warum"),
    ("How imagined pictures are made", "Wie erfundene Bilder entstehen"),
    ("How long", "Wie lange"),
    ("Who sees it", "Wer es sieht"),
    ("What anyone can check", "Was alle prüfen können"),
    ("If someone reports a picture", "Wenn jemand ein Bild meldet"),
    ("How to change your mind", "Wie du etwas änderst"),
    ("How to stop", "Wie du Stopp sagst"),
    ("Your rights", "Deine Rechte"),
    ("Who is responsible", "Wer verantwortlich ist"),
    ("Only adults", "Nur für Erwachsene"),
]


def text_of(language):
    return load_notice(CONTROLLER, language=language).text


def prose(language):
    """Return the sections that are ours to write: not the controller's name."""
    found = sections(text_of(language))
    found.pop(dict(zip(LANGUAGES, HEADINGS[11], strict=True))[language])
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_names_who_is_responsible_and_how_to_reach_them(language):
    studio = Controller(id="x", name="Studio Nord", contact="post@nord.example")
    notice = load_notice(studio, language=language)
    assert "Studio Nord" in notice.text
    assert "post@nord.example" in notice.text
    assert "$" not in notice.text


def test_both_languages_have_the_same_sections_with_as_many_items():
    assert set(languages()) == set(LANGUAGES)
    english, german = sections(text_of("en")), sections(text_of("de"))
    assert list(zip(english, german, strict=True)) == HEADINGS
    assert [len(lines) for lines in english.values()] == [len(lines) for lines in german.values()]


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("slow colours", "langsamen Farben"),
        ("up to four at once", "bis zu vier auf einmal"),
        ("It does not learn from them", "Es lernt nicht daraus"),
        ("Such checks can be wrong", "solche Prüfungen können sich irren"),
        ("biometric data", "biometrische Daten"),
        ("30 days, 90 days or one year", "30 Tage, 90 Tage oder ein Jahr"),
        ("files that you download", "Dateien, die du herunterlädst"),
        ("passkey: its public half", "Passkey nutzt: seinen öffentlichen Teil"),
        ("goes sooner", "löschen wir früher"),
        ("public list", "öffentliche Liste"),
        ("sealed code", "versiegelter Code"),
        ("hold that picture back", "halten wir das Bild zurück"),
        ("allow less, and it counts at once", "weniger erlauben. Das gilt sofort"),
        ("allow more", "mehr erlauben"),
        ("delete a single selfie", "einzelnes Selfie oder Bild löschen"),
        ("copy of all of it", "Kopie von allem"),
        ("Withdraw", "Withdraw"),
        ("random number", "zufällige Nummer"),
        ("hidden number that no eye can see", "eine Zahl, die kein Auge sieht"),
        ("it leads to the proof of your yes", "führt sie zum Nachweis für dein Ja"),
        ("what kind of picture it is", "welche Art von Bild sie ist"),
        ("from what kind of pictures", "aus welcher Art von Bildern"),
        ("keep the hidden numbers", "Zahlen in den Farben deiner Bilder behalten wir"),
        ("how much each looks like you", "wie ähnlich es dir sieht"),
        ("We do not guess your age or how you feel", "Wir schätzen nicht, wie alt du bist"),
        ("18 or older", "18 oder älter"),
    ],
)
def test_each_language_says_what_a_person_must_know(english, german):
    assert english in text_of("en")
    assert german in text_of("de")


def test_the_hash_is_of_the_exact_text_shown():
    notice = load_notice(CONTROLLER)
    assert notice.sha256 == hashlib.sha256(notice.text.encode()).hexdigest()
    other = load_notice(Controller(id="x", name="Somebody else", contact="here"))
    assert notice.sha256 != other.sha256


@pytest.mark.parametrize(
    ("version", "language"),
    [("0", "en"), (CURRENT_VERSION, "fr"), ("../notices/notice-1", "en"), ("3", "en.txt/..")],
)
def test_an_unknown_version_or_language_is_an_error(version, language):
    with pytest.raises(FileNotFoundError):
        load_notice(CONTROLLER, version=version, language=language)


def test_a_record_keeps_the_notice_that_it_was_given_under():
    earlier = load_notice(CONTROLLER, version="1")
    assert notice_at(earlier.uri, CONTROLLER) == earlier
    assert earlier.sha256 != load_notice(CONTROLLER).sha256
    german = load_notice(CONTROLLER, language="de")
    assert notice_at(german.uri, CONTROLLER) == german
    with pytest.raises(ValueError, match="not the address"):
        notice_at("urn:other:notice:1:en", CONTROLLER)


def test_a_consent_under_another_text_is_none_of_the_present_ones():
    present = notice_hashes(CONTROLLER)
    assert present == {load_notice(CONTROLLER, language=each).sha256 for each in LANGUAGES}
    for version in ("1", "2", "3", "4", "5"):
        assert load_notice(CONTROLLER, version=version).sha256 not in present
    moved = notice_hashes(Controller(id="x", name="Somebody else", contact="here"))
    assert not moved & present


def test_a_notice_that_was_agreed_to_is_never_edited():
    agreed = {
        ("1", "en"): "2d1ce68be20764b6",
        ("2", "en"): "9f4dd9452ac7866e",
        ("3", "en"): "590ea15fc338faf1",
        ("3", "de"): "ac249dacb29775b8",
        ("4", "en"): "5839c54967b51b34",
        ("4", "de"): "d852e6e712cc9b48",
        ("5", "en"): "a4850526876d4cff",
        ("5", "de"): "c2aa0fdb0b656b29",
    }
    for (version, language), digest in agreed.items():
        notice = load_notice(CONTROLLER, version=version, language=language)
        assert notice.sha256.startswith(digest)


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("pictures", "en", 2),
        ("whoever", "en", 2),
        ("camera", "en", 3),
        ("describes", "en", 2),
        ("downloaded", "en", 3),
        ("locked", "en", 1),
        ("Gesicht", "de", 2),
        ("aufnehmen", "de", 3),
        ("verschlüsselt", "de", 3),
        ("Bilder", "de", 2),
        ("öffentliche", "de", 4),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word, language, count):
    # "whoever" is one too few: over this notice the count is 0.8 % below the CMU dictionary's.
    assert syllables(word, language) == count


def test_english_reads_at_twelve():
    """Sixth grade is eleven to twelve years; LIX below 30 is children's reading."""
    whole = read([line for lines in prose("en").values() for line in lines], "en")
    assert whole.flesch_kincaid <= 6
    assert whole.automated <= 6
    assert whole.lix <= 30


def test_german_reads_at_twelve():
    """The Wiener formula gives the school year: the sixth ends at twelve.

    Amstad's scale is Flesch's: 70 to 80 is the seventh year, more is easier. LIX below 40 is
    reading for children and young people.
    """
    whole = read([line for lines in prose("de").values() for line in lines], "de")
    assert whole.wiener <= 6
    assert whole.amstad >= 70
    assert whole.lix <= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_section_is_harder_than_that(language):
    for heading, lines in prose(language).items():
        section = read(lines, language)
        assert section.longest_sentence <= 20, heading
        if language == "en":
            assert section.flesch_kincaid <= 6, heading
        else:
            assert section.wiener <= 6, heading


def test_a_library_reads_it_the_same_way():
    """Sentences and words are told apart by textstat's rules, not ours."""
    for language, limit in (("en", 30), ("de", 40)):
        text = " ".join(line for lines in prose(language).values() for line in lines)
        textstat.set_lang(language)
        assert textstat.lix(text) <= limit
        if language == "en":
            assert textstat.automated_readability_index(text) <= 6
        else:
            assert textstat.wiener_sachtextformel(text, 1) <= 6
            assert textstat.flesch_reading_ease(text) >= 70


def test_the_formulas_tell_hard_texts_from_easy_ones():
    hard = [
        "Notwithstanding any limitation hereinbefore specified, the controller may communicate "
        "pseudonymised biometric information to authorised organisations whenever applicable."
    ]
    assert read(hard, "en").flesch_kincaid > 12
    schwer = [
        "Die Verarbeitung besonderer Kategorien personenbezogener Daten erfolgt ausschließlich auf "
        "Grundlage der ausdrücklichen Einwilligung der betroffenen Person gemäß Datenschutzrecht."
    ]
    assert read(schwer, "de").wiener > 12
