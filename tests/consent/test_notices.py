from __future__ import annotations

import hashlib

import pytest

from consent.notices import Controller, load_notice, notice_at
from tests.fakes import CONTROLLER


def test_the_notice_names_who_is_responsible_and_how_to_reach_them():
    notice = load_notice(Controller(id="x", name="Studio Nord", contact="post@nord.example"))
    assert "Studio Nord" in notice.text
    assert "post@nord.example" in notice.text
    assert "$" not in notice.text


@pytest.mark.parametrize(
    "topic", ["What we record", "Why", "How long", "Who sees it", "How to stop", "Only adults"]
)
def test_the_notice_covers_what_a_person_must_know(topic):
    assert f"\n{topic}\n" in load_notice(CONTROLLER).text


def test_the_hash_is_of_the_exact_text_shown():
    notice = load_notice(CONTROLLER)
    assert notice.sha256 == hashlib.sha256(notice.text.encode()).hexdigest()
    other = load_notice(Controller(id="x", name="Somebody else", contact="here"))
    assert notice.sha256 != other.sha256


def test_an_unknown_version_is_an_error():
    with pytest.raises(FileNotFoundError):
        load_notice(CONTROLLER, version="0")


def test_sentences_are_short_enough_for_a_twelve_year_old():
    text = load_notice(CONTROLLER).text
    sentences = [s for line in text.splitlines() for s in line.split(". ") if s]
    assert max(len(sentence.split()) for sentence in sentences) <= 30


def test_a_record_keeps_the_notice_that_it_was_given_under():
    earlier = load_notice(CONTROLLER, version="1")
    assert notice_at(earlier.uri, CONTROLLER) == earlier
    assert earlier.sha256 != load_notice(CONTROLLER).sha256
    with pytest.raises(ValueError, match="not the address"):
        notice_at("urn:other:notice:1:en", CONTROLLER)


def test_the_notice_tells_of_the_colours_before_they_are_shown():
    assert "slow colours" in load_notice(CONTROLLER).text


def test_a_notice_that_was_agreed_to_is_never_edited():
    agreed = {"1": "2d1ce68be20764b6", "2": "9f4dd9452ac7866e"}
    for version, digest in agreed.items():
        assert load_notice(CONTROLLER, version=version).sha256.startswith(digest)
