"""How a person opens the files: the letter speaks only of files that are there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.cases.letters import LetterKind
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters
from bot.replies.samples import rich, sample_organisation
from bot.triage.labels import Language

LETTERS = Letters(Path(__file__).parents[2] / "templates", sample_organisation())


def _how_to_open(facts: LetterFacts) -> str:
    blocks = LETTERS.compose(LetterKind.PORTABILITY, facts).blocks
    return next(block.text for block in blocks if block.code == "files")


def test_a_zip_alone_is_not_opened_with_the_same_password_as_something_that_is_not_there() -> None:
    facts = rich(LetterKind.PORTABILITY, Language.DUTCH)
    alone = replace(facts, files=tuple(file for file in facts.files if file.kind == "transfer"))

    both = _how_to_open(facts)
    only = _how_to_open(alone)

    assert "U gebruikt hetzelfde wachtwoord." in both
    assert "U opent het met uw wachtwoord." in only
    assert "hetzelfde" not in only


@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_without_an_overview_no_pdf_is_spoken_of(language: Language) -> None:
    facts = rich(LetterKind.PORTABILITY, language)

    text = _how_to_open(replace(facts, files=tuple(file for file in facts.files if file.kind == "transfer")))

    assert "pdf" not in text.lower()
    assert "-overdracht.zip" in text
