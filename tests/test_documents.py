"""What the documents point to exists, and the commands that they quote are real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("tools/**/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_exist(document):
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_quoted_make_targets_exist(document):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    quoted = set(re.findall(r"`make ([a-z-]+)`", document.read_text(encoding="utf-8")))
    assert quoted <= targets


def test_the_readme_quotes_commands_that_parse():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = re.findall(r"python app\.py ([^\n`#]+)", text)
    assert len(quoted) >= 4
    for line in quoted:
        words = line.replace("FILE...", "FILE").split()
        assert app._parser().parse_args(words).command == words[0]


def test_no_document_restates_a_default_of_the_styles():
    shown = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "line_weight" not in shown
