"""Tries every template before a customer needs it: `check-config` prints what this finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.cases.letters import LETTER_OF, WITH_TEMPLATE, LetterKind
from bot.replies.errors import ReplyError
from bot.replies.letters import ALSO_IN, Letters
from bot.replies.reasons import RefusalReason, refusal_text
from bot.replies.required import missing_blocks
from bot.replies.samples import bare, rich, sample_organisation
from bot.triage.identifiers import FIELDS
from bot.triage.labels import Language, RequestKind

SHARED = tuple(letter for letter in LETTER_OF.values() if letter is not LetterKind.ERASURE)
LANGUAGES = (Language.DUTCH, Language.ENGLISH)


def check(templates: Path, *, fees: bool = True) -> tuple[str, ...]:
    """What is wrong with the templates, one line each with file and line; empty when every letter can be written.

    Where no fee may be asked (`fees`), the letter that announces one may be absent.
    """
    letters = Letters(templates, sample_organisation())
    troubles = [trouble for language in LANGUAGES for trouble in _troubles(letters, templates, language, fees=fees)]
    for language, kinds in ALSO_IN.items():
        troubles += [trouble for kind in sorted(kinds) for trouble in _of_letter(letters, templates, kind, language)]
    return tuple(dict.fromkeys(troubles))


def _troubles(letters: Letters, templates: Path, language: Language, *, fees: bool) -> Iterator[str]:
    for letter in WITH_TEMPLATE:
        if letter is LetterKind.FEE_NOTICE and not fees and not (templates / language / letter).exists():
            continue
        yield from _of_letter(letters, templates, letter, language)
    shared = replace(rich(LetterKind.CORRECTION, language), kinds=tuple(RequestKind))
    refused = replace(rich(LetterKind.REFUSAL, language), reason=refusal_text(RefusalReason.EXCESSIVE, language))
    confirmed = replace(rich(LetterKind.CHALLENGE, language), kinds=tuple(RequestKind), fields=FIELDS)
    tried = ((SHARED, shared), ((LetterKind.REFUSAL,), refused), ((LetterKind.CHALLENGE,), confirmed))
    for kinds, facts in tried:
        try:
            letters.compose_answer(kinds, facts)
        except ReplyError as broken:
            yield str(broken)


def _of_letter(letters: Letters, templates: Path, letter: LetterKind, language: Language) -> Iterator[str]:
    try:
        letters.compose(letter, bare(letter, language))
        blocks = letters.compose(letter, rich(letter, language)).blocks
    except ReplyError as broken:
        yield str(broken)
        return
    for code in sorted(missing_blocks((letter,), blocks)):
        yield f"{templates / language / letter / 'body.txt'}: block {code} is missing or empty"
