"""Reads a draft as the person's adviser would: what the law asks for and is missing, and what no answer may say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.cases.changes import ChangeAction
from bot.cases.draft import Block
from bot.cases.letters import LetterKind
from bot.replies import wordings as w
from bot.replies.required import missing_blocks
from bot.replies.wordings import Fault, Rule
from bot.triage.labels import RequestKind, Role


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `sentence` is empty where something is missing; it may hold personal data."""

    code: str  # a Fault, or the code of a missing block such as ACC-d
    block: str
    sentence: str = field(repr=False)
    mend: str  # in Dutch, for staff

    @property
    def told(self) -> str:
        """What to do where, without a word of the letter."""
        return f"{self.code} in {self.block}: {self.mend}" if self.block else f"{self.code}: {self.mend}"


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter as it would leave. `planned` is what is done before it leaves; `late` is after the legal date.

    `asked` are the rights that it answers; a letter beside the answer has none. Without `right_used` in its case no
    six weeks for the court follow (UAVG Art. 35).
    """

    letters: tuple[LetterKind, ...]
    blocks: tuple[Block, ...] = field(repr=False)
    planned: frozenset[ChangeAction] = frozenset()
    role: Role = Role.CONTROLLER
    late: bool = False
    asked: frozenset[RequestKind] = frozenset()
    right_used: bool = True


Check = Callable[[Composed], Iterator[Finding]]

_TOLD_TO_STRANGERS = frozenset({LetterKind.FORWARDED, LetterKind.NOTHING_FOUND, LetterKind.NOT_IDENTIFIED})
_ANSWERS_NOTHING = frozenset(
    {
        LetterKind.RECEIPT,
        LetterKind.CHALLENGE,
        LetterKind.CHALLENGE_REMINDER,
        LetterKind.SECURITY_NOTICE,
        LetterKind.PASSPHRASE,
        LetterKind.QUESTION,
        LetterKind.BREACH_NOTICE,
        LetterKind.AP_REFERENCE,
        LetterKind.OTHER_PRIVACY,
        LetterKind.EXTENSION,
        LetterKind.MASKED_COPY,
        LetterKind.MANDATE_REQUEST,
        LetterKind.GUARDIAN_REQUEST,
        LetterKind.FORWARD_TO_CUSTOMER,
        LetterKind.PAPER_CODE,
        LetterKind.RESTRICTION_LIFTED,
        LetterKind.OPENING_HELP,
        LetterKind.WRONG_RECIPIENT,
        LetterKind.ACCOUNT_NOTICE,
        LetterKind.FEE_NOTICE,
    }
)
_MAY_CLAIM_DEEDS = _ANSWERS_NOTHING - {LetterKind.OTHER_PRIVACY}
_ERASES = frozenset({ChangeAction.ERASE, ChangeAction.PSEUDONYMISE})
_ITS_SUBJECT = {
    LetterKind.MASKED_COPY: frozenset({Fault.ID_COPY, Fault.FORM}),
    LetterKind.FEE_NOTICE: frozenset({Fault.FEE}),
}
"""What only one letter may ask, and a second reader decides on: a masked copy (AP, KopieID app), money beforehand."""

_LONGEST = 400  # characters
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[\"'A-ZÀ-Ý0-9€\[‹<(_])")
_ACTING = frozenset({ChangeAction.CORRECT, ChangeAction.ERASE, ChangeAction.PSEUDONYMISE})
_COMPUTED = ("COR-", "ERA-")
_QUOTED = frozenset({"KLA-about"})
"""Blocks that repeat the customer's own words."""

_ABSENT = "dit onderdeel ontbreekt of is nog open; de wet of dit proces vraagt erom"
_COURT = ("court", "REF-5")
_AUTHORITY = ("AP", "ACC-f", "REF-4")
_OPENING = ("request", "REF-1")


def findings(letter: Composed) -> tuple[Finding, ...]:
    """Everything to mend before this letter may leave, in reading order; empty for a letter that may.

    Looks at the final text only, so it holds after an edit as well. Automatic letters in two languages are read the
    same: codes such as "receipt-en" are those of the second language.
    """
    checks: tuple[Check, ...] = (
        _missing,
        _elements,
        _worded,
        _blanks,
        _undone,
        _undated,
        _reasonless,
        _groundless,
        _referred,
        _late,
    )
    places = {block.code: number for number, block in enumerate(letter.blocks)}
    found = dict.fromkeys(finding for check in checks for finding in check(letter))
    return tuple(sorted(found, key=lambda finding: places.get(finding.block, -1)))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text: at most one line each, without the dash of a list."""
    lines = (line.strip().removeprefix("- ").strip() for line in text.split("\n"))
    parts = (part for line in lines for part in _SENTENCE_END.split(line) if part)
    return tuple(piece for part in parts for piece in _bounded(part))


def _bounded(part: str) -> Iterator[str]:
    """A sentence without end is read in pieces that overlap, so that reading takes no more time than its length."""
    yield part[:_LONGEST]
    for start in range(_LONGEST // 2, max(len(part) - _LONGEST // 2, 0), _LONGEST // 2):
        yield part[start : start + _LONGEST]


def _missing(letter: Composed) -> Iterator[Finding]:
    for code in sorted(missing_blocks(letter.letters, letter.blocks)):
        yield Finding(code, "", "", _ABSENT)
    court = any(block.code in _COURT and block.text.strip() for block in letter.blocks)
    if LetterKind.FORWARDED in letter.letters and not court and not _beside(letter):
        yield Finding("court", "", "", _ABSENT)


def _beside(letter: Composed) -> bool:
    """It only hands a part on, next to our own answer: no term for the court runs from it, and it is never late."""
    return letter.letters == (LetterKind.FORWARDED,) and not letter.asked


def _elements(letter: Composed) -> Iterator[Finding]:
    """Blocks that are there but no longer say what they are for."""
    for block in letter.blocks:
        for codes, wanted, what in _MUST_SAY:
            if block.code in codes and block.text.strip() and not re.search(wanted, block.text, re.IGNORECASE):
                yield _finding(Fault.ELEMENT, block, "", f"dit blok mist wat de wet vraagt: {what}")


_MUST_SAY: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (_AUTHORITY, r"autoriteit persoonsgegevens", "de naam van de Autoriteit Persoonsgegevens"),
    (_AUTHORITY, r"postbus|https?://|www\.|\d{3}", "het adres, de website of het telefoonnummer van de AP"),
    (_COURT, r"rechtbank|court", "dat iemand naar de rechtbank kan"),
    (_COURT, r"(?:artikel|article) (?:35|79)\b", "artikel 35 UAVG, of artikel 79 AVG waar geen recht is gebruikt"),
    (_OPENING, r"\d{1,2} \w+ \d{4}|\d{1,2}-\d{1,2}-\d{4}", "de dag waarop het verzoek kwam"),
    (("EXT-date",), w.DATED.pattern, "de nieuwe datum"),
    (("masking",), r"\bbsn\b|citizen service number", "dat het BSN afgeschermd moet zijn"),
    (("RES-lifted",), w.DATED.pattern, "de dag vanaf wanneer"),
    (("due",), w.DATED.pattern, "de dag waarop wij antwoorden"),
    (("FEE-amount",), r"(?:€|\beuro?\b).{0,12}\d|\d.{0,12}(?:€|\beuro?\b)", "het bedrag"),
    (("FEE-choice",), r"\bintrekken\b|\bwithdraw\b", "dat iemand het verzoek mag intrekken en dan niets betaalt"),
    (("REF-3", "FEE-reason"), r"artikel|article|overweging|recital", "het artikel van de wet"),
)


def _worded(letter: Composed) -> Iterator[Finding]:
    rules: Sequence[Rule] = w.RULES
    if letter.role is Role.PROCESSOR or _TOLD_TO_STRANGERS.intersection(letter.letters):
        rules = (*rules, w.CUSTOMER_KNOWN)
    allowed = frozenset[Fault]().union(*(_ITS_SUBJECT.get(kind, ()) for kind in letter.letters))
    rules = [rule for rule in rules if rule.fault not in allowed]
    for block, sentence in _said(letter):
        yield from (_finding(rule.fault, block, sentence) for rule in rules if rule.catches(sentence))


def _blanks(letter: Composed) -> Iterator[Finding]:
    for block, sentence in _said(letter):
        if w.BLANK.search(sentence):
            yield _finding(Fault.BLANK, block, sentence)


def _undone(letter: Composed) -> Iterator[Finding]:
    """A deed that nobody planned. What a person did by hand is told with its day, and is never "everything"."""
    if _MAY_CLAIM_DEEDS.issuperset(letter.letters):
        return
    deeds = ((w.ERASED, _ERASES), (w.CHANGED, frozenset({ChangeAction.CORRECT, ChangeAction.PSEUDONYMISE})))
    for block, sentence in _said(letter):
        for told, actions in deeds:
            if letter.planned & actions or not told.search(sentence) or w.NOT_A_DEED.search(sentence):
                continue
            if not w.DATED.search(sentence) or w.EVERYTHING.search(sentence):
                yield _finding(Fault.NOT_DONE, block, sentence)


def _undated(letter: Composed) -> Iterator[Finding]:
    for block, sentence in _said(letter):
        if w.VAGUE.search(sentence) and w.OUR_PROMISE.search(sentence) and not w.DATED.search(sentence):
            yield _finding(Fault.NO_DATE, block, sentence)


def _reasonless(letter: Composed) -> Iterator[Finding]:
    """A "no" without its why: the reason's own block, a line of what is not done, or a sentence anywhere else."""
    for block in letter.blocks:
        if block.code == "REF-3" and _words(_facts_in(block.text)) < 5:
            yield _finding(Fault.NO_REASON, block, "")
        for line in _not_done(block):
            yield _finding(Fault.NO_REASON, block, line)
    why = any(block.code in {"REF-3", "why", "what-helps"} and block.text.strip() for block in letter.blocks)
    for block, sentence in () if why else _said(letter):
        if w.REFUSES.search(sentence) and not w.REASON.search(block.text):
            yield _finding(Fault.NO_REASON, block, sentence)


def _groundless(letter: Composed) -> Iterator[Finding]:
    """A right that can be refused on few grounds, refused on another one."""
    grounds = [ground for kind, ground in w.GROUNDS.items() if kind in letter.asked]
    for block in letter.blocks:
        named = w.ANY_GROUND.search(block.text)
        if block.code == "REF-3" and not named and not all(ground.search(block.text) for ground in grounds):
            yield _finding(Fault.GROUND, block, "")


def _facts_in(text: str) -> Iterator[str]:
    return (each for each in sentences(text) if not each.endswith("?") and not w.HOLLOW.search(each))


def _words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


_NOT_DONE = re.compile(
    r"^(?:dit hebben wij niet|voor deze gegevens kan dat niet|we did not|for these data it is not)", re.IGNORECASE
)


def _not_done(block: Block) -> Iterator[str]:
    """Lines of a list of what is not done that say what, and not why."""
    listing = False
    for line in block.text.split("\n"):
        if not line.startswith("- "):
            listing = bool(_NOT_DONE.match(line)) if line.strip() else listing
        elif listing and not re.search(r":\s*\S+(?:\s+\S+)+", line):
            yield line


def _referred(letter: Composed) -> Iterator[Finding]:
    """A block whose answer is only that the privacy statement has one."""
    for block in letter.blocks:
        if (
            not block.code.startswith(("ACC-", "POR-", "ERA-", "OBJ-", "CON-", "KLA-", "answer"))
            or block.code in _QUOTED
        ):
            continue
        told = sentences(block.text)
        pointing = [each for each in told if w.STATEMENT.search(each)]
        if pointing and _words(each for each in told if each not in pointing and not each.endswith("?")) < 6:
            yield _finding(Fault.STATEMENT, block, pointing[0])


def _late(letter: Composed) -> Iterator[Finding]:
    """A late answer says so and says sorry; then no six weeks run (UAVG Art. 35). One in time names them.

    Nor do they run where no right was used: what is left is the court of Art. 79 GDPR, and the term of an answer that
    left before.
    """
    if _ANSWERS_NOTHING.issuperset(letter.letters):
        return
    text = "\n".join(block.text for block in letter.blocks)
    if letter.late and not _beside(letter) and not (w.SORRY.search(text) and w.TOO_LATE.search(text)):
        yield Finding(Fault.LATE, "", "", w.MENDS[Fault.LATE])
    for block in letter.blocks:
        term = letter.right_used and not letter.late
        here = [each for each in sentences(block.text) if not w.EARLIER_ANSWER.search(each)]
        if block.code in _COURT and any(w.SIX_WEEKS.search(each) for each in here) is not term:
            yield _finding(Fault.COURT_TERM, block, "")


def _said(letter: Composed) -> Iterator[tuple[Block, str]]:
    """Our own sentences. What is quoted from the customer is his; what follows from the plan nobody can edit."""
    for block in letter.blocks:
        planned = block.code.startswith(_COMPUTED) and bool(letter.planned & _ACTING)
        if block.code not in _QUOTED and not planned:
            for sentence in sentences(block.text):
                yield block, sentence


def _finding(fault: Fault, block: Block, sentence: str, mend: str | None = None) -> Finding:
    return Finding(fault, block.code, sentence, mend or w.MENDS[fault])
