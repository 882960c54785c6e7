"""The document shows the looks and words that there are."""

from __future__ import annotations

from benchmarks.document import ROOT
from benchmarks.looks import IMAGINED, text
from studio.styles.diffusion.vocabulary import load_vocabulary
from studio.styles.discovery import preset_modules


def test_the_document_is_up_to_date():
    document = (ROOT / IMAGINED).read_text(encoding="utf-8")
    assert text() in document, "python -m benchmarks.looks --write"


def test_every_look_and_every_group_of_words_has_its_row():
    for module in preset_modules():
        assert f"`{module.STYLE.name}`" in text()
        assert module.STYLE.summary in text()
    for group in load_vocabulary().groups:
        assert f"| {group.title} | {len(group.words)} |" in text()
