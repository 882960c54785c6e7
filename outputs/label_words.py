"""What the visible label says, per language.

Sources: the EU code of practice under Art. 50 of the AI Act (the acronym of the reader's language
and a word), GB 45438-2025 (the text says that an AI made it, every character of it at least 5 % of
the shortest side high).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TEXT_CAP = 0.05  # fraction of the short side: the acronym, and all of a Chinese or Japanese label
WORD_CAP = 0.03  # fraction of the short side: the word beside an acronym


@dataclass(frozen=True, slots=True)
class Words:
    """The label in one language, and how to speak of the picture."""

    ai: str
    generated: str
    synthetic: str  # a third line, of a subject who is nobody
    alt: str  # text for those who do not see the picture
    word_cap: float = WORD_CAP  # fraction of the short side
    word_first: bool = False  # whether the word is read before the acronym
    whole_when_small: bool = False  # whether the acronym alone is not enough on a small picture

    @property
    def accented(self) -> bool:
        """Whether letters of the word rise above its capitals."""
        return any(letter > "\u00bf" for letter in self.generated) and self.word_cap == WORD_CAP

    @property
    def said(self) -> str:
        """The label in one line."""
        first, second = (self.generated, self.ai) if self.word_first else (self.ai, self.generated)
        return first + second if self.word_cap == TEXT_CAP else f"{first} {second}"


WORDS: Final[Mapping[str, Words]] = {
    "en": Words("AI", "GENERATED", "SYNTHETIC SUBJECT", "AI-generated avatar"),
    "zh": Words(
        "AI",
        "生成",
        "合成人物",
        "AI生成的头像",
        word_cap=TEXT_CAP,
        whole_when_small=True,
    ),
    "de": Words("KI", "GENERIERT", "KÜNSTLICHE PERSON", "KI-generierter Avatar"),
    "fr": Words("IA", "GÉNÉRÉ PAR", "SUJET SYNTHÉTIQUE", "Avatar généré par IA", word_first=True),
    "es": Words(
        "IA", "GENERADO POR", "SUJETO SINTÉTICO", "Avatar generado por IA", word_first=True
    ),
    "ja": Words(
        "AI",
        "生成",
        "架空の人物",
        "AIが生成したアバター",
        word_cap=TEXT_CAP,
        whole_when_small=True,
    ),
}
LOCALES: Final = tuple(WORDS)
