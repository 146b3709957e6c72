"""Every letter, whole, against the text that a jurist can read in `expected/`.

A letter that changes on purpose is written anew with

    REWRITE_LETTERS=1 .venv/bin/pytest tests/replies/test_replies_whole_letters.py

which fails once for every file it wrote, so that nobody forgets to read the difference and run the tests again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.cases.letters import WITH_TEMPLATE, LetterKind
from bot.replies.facts import LetterFacts
from bot.replies.letters import ALSO_IN, Letter, Letters
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.labels import Language, RequestKind

TEMPLATES = Path(__file__).parents[2] / "templates"
LETTERS = Letters(TEMPLATES, sample_organisation())
EXPECTED = Path(__file__).parent / "expected"
LANGUAGES = (Language.DUTCH, Language.ENGLISH)


@dataclass(frozen=True)
class Written:
    """One letter to be written and the file that says how it must read."""

    file: str
    letters: tuple[LetterKind, ...]
    facts: LetterFacts


def _all() -> Iterator[Written]:
    for language in LANGUAGES:
        for letter in WITH_TEMPLATE:
            yield Written(f"{language}/{letter}.txt", (letter,), rich(letter, language))
            yield Written(f"{language}/{letter}.bare.txt", (letter,), bare(letter, language))
        own = replace(rich(LetterKind.CHALLENGE, language), kinds=(RequestKind.ERASURE,), from_this_address=True)
        yield Written(f"{language}/challenge.this-address.txt", (LetterKind.CHALLENGE,), own)
        together = replace(
            rich(LetterKind.CORRECTION, language),
            kinds=(RequestKind.CORRECTION, RequestKind.ACCESS, RequestKind.PORTABILITY),
        )
        kinds = (LetterKind.CORRECTION, LetterKind.ACCESS, LetterKind.PORTABILITY)
        yield Written(f"{language}/access+portability+correction.txt", kinds, together)
    for language, letters in ALSO_IN.items():
        for letter in sorted(letters):
            yield Written(f"{language}/{letter}.txt", (letter,), rich(letter, language))
            yield Written(f"{language}/{letter}.bare.txt", (letter,), bare(letter, language))
    for language in LANGUAGES:
        late = replace(rich(LetterKind.REFUSAL, language), late=True)
        yield Written(f"{language}/refusal.late.txt", (LetterKind.REFUSAL,), late)
    for letter in (LetterKind.RECEIPT, LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER):
        facts = replace(rich(letter, Language.DUTCH), language=Language.OTHER)
        yield Written(f"{letter}.other-language.txt", (letter,), facts)


def as_read(letter: Letter) -> str:
    """Subject and text as the person reads them."""
    return f"{letter.subject}\n\n" + "\n\n".join(block.text for block in letter.blocks) + "\n"


@pytest.mark.parametrize("written", tuple(_all()), ids=lambda written: written.file)
def test_every_letter_reads_as_agreed(written: Written) -> None:
    text = as_read(LETTERS.compose_answer(written.letters, written.facts))

    file = EXPECTED / written.file
    if os.environ.get("REWRITE_LETTERS") and (not file.exists() or file.read_text(encoding="utf-8") != text):
        file.write_text(text, encoding="utf-8")
        pytest.fail(f"{file.name} is written anew: read the difference and run the tests again")
    assert text == file.read_text(encoding="utf-8")


def test_no_expected_letter_is_left_over() -> None:
    kept = {str(file.relative_to(EXPECTED)) for file in EXPECTED.rglob("*.txt")}

    assert kept == {written.file for written in _all()}
