"""Dutch letters keep to short sentences and to what the law asks; nothing in them belongs to one company."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import pytest

from bot.cases.letters import WITH_TEMPLATE, LetterKind
from bot.replies.letters import Letters, missing_blocks, required_blocks
from bot.replies.reasons import EXTENSIONS, REFUSALS, Reason
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.labels import Language

TEMPLATES = Path(__file__).parents[2] / "templates"
LETTERS = Letters(TEMPLATES, sample_organisation())
LONGEST = 25  # words; the law's own phrases need some


def _own_sentences(letter: LetterKind) -> list[str]:
    """Sentences of the running text: no signature, no lists, no lines that only hold a code."""
    blocks = LETTERS.compose(letter, rich(letter, Language.DUTCH)).blocks
    lines = [line for block in blocks if block.code != "closing" for line in block.text.split("\n")]
    running = [line for line in lines if line and not line.startswith("- ")]
    return [sentence for line in running for sentence in re.split(r"(?<=[.?!:])\s+", line) if sentence]


@pytest.mark.parametrize("letter", WITH_TEMPLATE)
def test_dutch_sentences_are_short(letter: LetterKind) -> None:
    lengths = [len(sentence.split()) for sentence in _own_sentences(letter)]

    assert median(lengths) <= 15
    assert max(lengths) <= LONGEST


@pytest.mark.parametrize("reason", [*REFUSALS.values(), *EXTENSIONS.values()], ids=lambda reason: reason.en[:20])
def test_reasons_of_the_catalogue_are_short_sentences(reason: Reason) -> None:
    lengths = [len(sentence.split()) for sentence in re.split(r"(?<=[.?!])\s+", reason.nl)]

    assert median(lengths) <= 15
    assert max(lengths) <= LONGEST


@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH, Language.GERMAN, Language.FRENCH])
def test_a_receipt_is_read_in_a_minute(language: Language) -> None:
    blocks = LETTERS.compose(LetterKind.RECEIPT, bare(LetterKind.RECEIPT, language)).blocks

    assert len(" ".join(block.text for block in blocks).split()) < 120


@pytest.mark.parametrize("letter", WITH_TEMPLATE)
@pytest.mark.parametrize("language", [Language.DUTCH, Language.ENGLISH])
def test_every_letter_carries_what_the_law_asks(letter: LetterKind, language: Language) -> None:
    blocks = LETTERS.compose(letter, rich(letter, language)).blocks

    assert required_blocks(letter)
    assert missing_blocks((letter,), blocks) == frozenset()


@pytest.mark.parametrize("letter", WITH_TEMPLATE)
def test_both_languages_have_the_same_blocks(letter: LetterKind) -> None:
    markers = [
        re.findall(
            r"^== .* ==$", (TEMPLATES / language / letter / "body.txt").read_text(encoding="utf-8"), re.MULTILINE
        )
        for language in ("nl", "en")
    ]

    assert markers[0] == markers[1]


def test_templates_name_no_company() -> None:
    texts = "".join(file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.t*"))

    assert not re.search(r"kleinboek|gravytrain|paterswolde|53991907", texts, re.IGNORECASE)


def test_dutch_letters_say_u_and_never_je() -> None:
    texts = "".join(file.read_text(encoding="utf-8") for file in (TEMPLATES / "nl").rglob("*.txt"))

    assert not re.search(r"\b(?:je|jij|jou|jouw|jullie)\b", texts, re.IGNORECASE)
