"""The letters: one letter of one kind, or one letter that answers several requests, as named blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.cases.draft import Block
from bot.cases.letters import AUTOMATIC, LetterKind
from bot.replies.facts import LetterFacts
from bot.replies.open_places import facts_named
from bot.replies.required import SAME, missing_blocks, required_blocks
from bot.replies.templates import TemplateFolder
from bot.replies.values import LOCALES, Marks, letter_values
from bot.settings import Organisation
from bot.triage.labels import Language

__all__ = ["Letter", "Letters", "missing_blocks", "required_blocks", "unconfirmed"]

_ORDER = (
    LetterKind.ACCESS,
    LetterKind.PORTABILITY,
    LetterKind.CORRECTION,
    LetterKind.RESTRICTION,
    LetterKind.OBJECTION,
    LetterKind.CONSENT_WITHDRAWAL,
    LetterKind.COMPLAINT,
    LetterKind.ERASURE,
)
"""The order of the sections in a shared letter: exports first, erasure last; anything else comes after these."""

_EXPORTS = frozenset({LetterKind.ACCESS, LetterKind.PORTABILITY})

_FIRST_CONTACT = frozenset({LetterKind.RECEIPT, LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER})
ALSO_IN = {Language.GERMAN: _FIRST_CONTACT, Language.FRENCH: _FIRST_CONTACT}
"""What exists in other languages than Dutch and English: receipt, control message and its reminder."""

_OPENING = ("greeting", "request", "REF-1")
_TAIL = ("files", "ACC-e", "AP", "ACC-f", "REF-4", "court", "REF-5", "contact", "REF-7", "closing")
"""Blocks that a shared letter says once, at its start and at its end, in this order."""

_HEADING = "heading"
_BETWEEN_LANGUAGES = Block("between-languages", "- - -")


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered letter. The subject line is without "Re:", the blocks are in reading order."""

    subject: str = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)


class Letters:
    """All letters of one company. A missing or broken template raises TemplateError with file and line.

    `case_years` is how long we keep who asked what, as proof. `mark_unconfirmed` is for the demo: facts that nobody
    confirmed are printed as "(voorbeeld)". Otherwise they leave an open place in the letter, which `unconfirmed`
    and `missing_blocks` find. `open_texts` are texts of the data map that nobody confirmed, in every language, each
    with its place: {"Rekenhost B.V.": "datamap.yaml: recipients.host"}.
    """

    def __init__(
        self,
        templates: Path,
        organisation: Organisation,
        *,
        case_years: int = 5,
        mark_unconfirmed: bool = False,
        open_texts: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = TemplateFolder(templates)
        self._organisation = organisation
        self._case_years = case_years
        self._marks = {language: Marks(mark_unconfirmed, language, open_texts or {}) for language in LOCALES}

    def compose(self, letter: LetterKind, facts: LetterFacts) -> Letter:
        """One letter of one kind, in the person's language; an automatic one in both where that is neither."""
        return self.compose_answer((letter,), facts)

    def compose_answer(self, letters: Sequence[LetterKind], facts: LetterFacts) -> Letter:
        """One letter for requests that are ready together; ValueError for none, and for an erasure with an export."""
        if not letters:
            raise ValueError("a letter answers at least one request")
        if LetterKind.ERASURE in letters and _EXPORTS.intersection(letters):
            raise ValueError("an erasure never shares a letter with an export")
        ordered = sorted(dict.fromkeys(letters), key=_place)
        return _joined(
            [self._in_language(ordered, facts, language) for language in _languages(ordered, facts.language)]
        )

    def _in_language(self, letters: Sequence[LetterKind], facts: LetterFacts, language: str) -> Letter:
        rendered = [self._rendered(letter, letters, facts, language) for letter in letters]
        if len(rendered) == 1:
            only = rendered[0]
            return Letter(only.subject, tuple(block for block in only.blocks if block.code != _HEADING))
        subject = self._folder.subject(language, "_parts", self._values(letters[0], letters, facts, language))
        return Letter(subject, _shared(letters, rendered))

    def _rendered(self, letter: LetterKind, letters: Sequence[LetterKind], facts: LetterFacts, language: str) -> Letter:
        values = self._values(letter, letters, facts, language)
        texts = self._folder.body(language, letter, values)
        blocks = tuple(Block(code, text) for code, text in texts if text)
        return Letter(self._folder.subject(language, letter, values), blocks)

    def _values(
        self, letter: LetterKind, letters: Sequence[LetterKind], facts: LetterFacts, language: str
    ) -> dict[str, object]:
        def word(group: str, key: str) -> str:
            return self._folder.word(language, group, key)

        return letter_values(
            letter, letters, facts, self._organisation, language, word, self._marks[language], self._case_years
        )


def unconfirmed(blocks: Iterable[Block]) -> tuple[str, ...]:
    """Facts that these blocks print and that nobody had confirmed, as "organisation.toml: backup_days".

    The text itself says so (an open place), so this holds for edited drafts as well. A fact confirmed since the draft
    was made still counts: the letter must be made again. The demo prints such facts as examples, and none counts.
    """
    return facts_named("\n".join(block.text for block in blocks))


def _place(letter: LetterKind) -> int:
    return _ORDER.index(letter) if letter in _ORDER else len(_ORDER)


def _languages(letters: Iterable[LetterKind], language: Language) -> tuple[str, ...]:
    if language in (Language.DUTCH, Language.ENGLISH):
        return (language.value,)
    if language in ALSO_IN and ALSO_IN[language].issuperset(letters):
        return (language.value,)
    return ("nl", "en") if AUTOMATIC.issuperset(letters) else ("en",)


def _joined(letters: Sequence[Letter]) -> Letter:
    """The same letter in several languages, one after the other; the later ones carry codes such as "receipt-en"."""
    first, *others = letters
    blocks = first.blocks
    for other in others:
        blocks += (_BETWEEN_LANGUAGES, *(Block(f"{block.code}-en", block.text) for block in other.blocks))
    return Letter(" / ".join(letter.subject for letter in letters), blocks)


def _shared(letters: Sequence[LetterKind], rendered: Sequence[Letter]) -> tuple[Block, ...]:
    """Opening once, a section with a heading for every letter, tail once."""
    every = [block for letter in rendered for block in letter.blocks]
    sections = [
        Block(f"{kind}-{_HEADING}", block.text) if block.code == _HEADING else block
        for kind, letter in zip(letters, rendered, strict=True)
        for block in letter.blocks
        if block.code not in _OPENING + _TAIL
    ]
    return (*_said_once(every, _OPENING), *sections, *_said_once(every, _TAIL))


def _said_once(blocks: Iterable[Block], codes: Sequence[str]) -> list[Block]:
    """The first block of each code, in the order of `codes`; of those that say the same only one."""
    first: dict[str, Block] = {}
    for block in blocks:
        first.setdefault(block.code, block)
    chosen = [first[code] for code in codes if code in first]
    said: set[str] = set()
    return [block for block in chosen if not _already(block.code, said)]


def _already(code: str, said: set[str]) -> bool:
    same = next((group for group in SAME if code in group), frozenset({code}))
    if said.intersection(same):
        return True
    said.add(code)
    return False
