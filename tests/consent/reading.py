"""How old a reader must be: formulas over sentence and word length.

Kincaid et al. 1975 (Flesch-Kincaid grade), Smith and Senter 1967 (ARI), Bamberger and Vanecek 1984
(first Wiener Sachtextformel), Amstad 1978 (Flesch in German), Bjornsson 1968 (LIX). They count
letters and syllables and know nothing of meaning. Syllables are counted here by groups of vowels:
textstat wants a dictionary off the network for English, and hyphenation points, which are fewer
than syllables, for German.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GERMAN_VOWELS = re.compile("ie|ei|ai|au|eu|äu|aa|ee|oo|[aeiouyäöü]")
ENGLISH_VOWELS = re.compile("[aeiouy]+")
SILENT = re.compile("[^aeiouyl]e$|[aeiouy]le$|[^aeiouytd]ed$|[^aeiouysxzcghl]es$")
SENTENCE_END = re.compile(r"(?<=[.!?])[\"“”]?\s+")
WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def syllables(word: str, language: str) -> int:
    word = word.lower()
    if language == "de":
        return max(1, len(GERMAN_VOWELS.findall(word)))
    return max(1, len(ENGLISH_VOWELS.findall(word)) - bool(SILENT.search(word)))


def sections(text: str) -> dict[str, list[str]]:
    """Return heading to lines; each item of a list is a line of its own."""
    found = {}
    for paragraph in text.strip().split("\n\n")[1:]:
        heading, *lines = paragraph.splitlines()
        found[heading] = [line.removeprefix("- ") for line in lines]
    return found


@dataclass(frozen=True)
class Reading:
    """Averages over a text."""

    words: int
    longest_sentence: int  # words
    sentence: float  # words
    syllables: float  # in a word
    letters: float  # in a word
    of_three_syllables: float  # percent, or more
    of_one_syllable: float  # percent
    of_seven_letters: float  # percent, or more

    @property
    def flesch_kincaid(self) -> float:
        return 0.39 * self.sentence + 11.8 * self.syllables - 15.59

    @property
    def automated(self) -> float:
        return 4.71 * self.letters + 0.5 * self.sentence - 21.43

    @property
    def amstad(self) -> float:
        return 180 - self.sentence - 58.5 * self.syllables

    @property
    def wiener(self) -> float:
        return (
            0.1935 * self.of_three_syllables
            + 0.1672 * self.sentence
            + 0.1297 * self.of_seven_letters
            - 0.0327 * self.of_one_syllable
            - 0.875
        )

    @property
    def lix(self) -> float:
        return self.sentence + self.of_seven_letters


def read(lines: list[str], language: str) -> Reading:
    sentences = [WORD.findall(part) for line in lines for part in SENTENCE_END.split(line)]
    sentences = [sentence for sentence in sentences if sentence]
    words = [word for sentence in sentences for word in sentence]
    counts = [syllables(word, language) for word in words]
    percent = 100 / len(words)
    return Reading(
        words=len(words),
        longest_sentence=max(map(len, sentences)),
        sentence=len(words) / len(sentences),
        syllables=sum(counts) / len(words),
        letters=sum(map(len, words)) / len(words),
        of_three_syllables=percent * sum(count >= 3 for count in counts),
        of_one_syllable=percent * sum(count == 1 for count in counts),
        of_seven_letters=percent * sum(len(word) > 6 for word in words),
    )
