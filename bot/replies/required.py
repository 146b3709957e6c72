"""Which blocks a letter must carry by law, and which of them a draft lacks, also after an edit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cases.draft import Block
from bot.cases.letters import LetterKind
from bot.replies.open_places import open_places

_REMEDIES = {"AP", "court", "contact"}
_ACCESS = {f"ACC-{code}" for code in ("0", "1", "2", "3", "4", "a", "b", "c", "d", "e", "f", "g", "h")}

_REQUIRED: dict[LetterKind, frozenset[str]] = {
    LetterKind.RECEIPT: frozenset({"receipt", "due", "no-id-copy"}),
    LetterKind.CHALLENGE: frozenset({"question", "code", "not-me", "passphrase", "no-id-copy"}),
    LetterKind.CHALLENGE_REMINDER: frozenset({"question", "how", "not-me", "no-id-copy"}),
    LetterKind.SECURITY_NOTICE: frozenset({"notice", "not-me"}),
    LetterKind.ACCESS: frozenset(_ACCESS | {"request", "court", "contact"}),
    LetterKind.CORRECTION: frozenset({"request", "COR-fields", "COR-recipients"} | _REMEDIES),
    LetterKind.PORTABILITY: frozenset({"request", "POR-formats", "POR-left", "POR-kept"} | _REMEDIES),
    LetterKind.ERASURE: frozenset({"request", "ERA-erased", "ERA-kept", "ERA-backups", "ERA-recipients"} | _REMEDIES),
    LetterKind.COMPLAINT: frozenset({"request", "KLA-finding", "KLA-measures"} | _REMEDIES),
    LetterKind.RESTRICTION: frozenset(
        {"request", "RES-done", "RES-meaning", "RES-lifting", "RES-recipients"} | _REMEDIES
    ),
    LetterKind.OBJECTION: frozenset({"request", "OBJ-decision"} | _REMEDIES),
    LetterKind.CONSENT_WITHDRAWAL: frozenset({"request", "CON-stopped", "CON-before"} | _REMEDIES),
    LetterKind.OTHER_PRIVACY: frozenset({"answer", "contact"}),
    LetterKind.NOTHING_FOUND: frozenset({"request", "nothing", "other-address", "processor"} | _REMEDIES),
    LetterKind.NOT_IDENTIFIED: frozenset({"request", "not-identified", "what-helps"} | _REMEDIES),
    LetterKind.PASSPHRASE: frozenset({"passphrase", "not-me"}),
    LetterKind.REFUSAL: frozenset({f"REF-{number}" for number in range(1, 8)}),
    LetterKind.EXTENSION: frozenset({"request", "EXT-reason", "EXT-date", "contact"}),
    LetterKind.FORWARDED: frozenset({"request", "processor", "forwarded", "AP", "contact"}),
    LetterKind.ACCOUNT_NOTICE: frozenset({"notice", "not-me", "contact"}),
    LetterKind.PAPER_CODE: frozenset({"address", "question", "code", "not-me", "no-id-copy", "contact"}),
    LetterKind.QUESTION: frozenset({"question", "contact"}),
    LetterKind.MANDATE_REQUEST: frozenset({"request", "mandate", "confirm", "receiver", "no-id-copy", "contact"}),
    LetterKind.GUARDIAN_REQUEST: frozenset({"request", "representative", "proof", "no-id-copy", "contact"}),
    LetterKind.DECEASED: frozenset({"request", "deceased", "no-data", "what-now", "own"} | _REMEDIES),
    LetterKind.NO_DATA_SUBJECT: frozenset({"request", "no-data-subject", "what-now", "own"} | _REMEDIES),
    LetterKind.FORWARD_TO_CUSTOMER: frozenset(
        {"request", "processor", "asker", "request-text", "yours", "help", "contact"}
    ),
    LetterKind.RESTRICTION_LIFTED: frozenset({"RES-lifted", "RES-choice"} | _REMEDIES),
    LetterKind.OPENING_HELP: frozenset({"how", "otherwise", "contact"}),
    LetterKind.WRONG_RECIPIENT: frozenset({"thanks", "please", "contact"}),
    LetterKind.MASKED_COPY: frozenset({"request", "why", "masking", "deletion", "choice", "contact"}),
    LetterKind.BREACH_NOTICE: frozenset({"BRE-nature", "BRE-consequences", "BRE-measures", "AP", "contact"}),
    LetterKind.FEE_NOTICE: frozenset({"request", "FEE-amount", "FEE-reason", "FEE-choice", "AP", "contact"}),
    LetterKind.AP_REFERENCE: frozenset({"reference", "AP", "AP-asks", "contact"}),
}

SAME: tuple[frozenset[str], ...] = (
    frozenset({"request", "REF-1"}),
    frozenset({"AP", "ACC-f", "REF-4"}),
    frozenset({"court", "REF-5"}),
    frozenset({"contact", "REF-7"}),
)
"""Blocks that say the same under two names: one of them is enough in a letter that answers several requests."""


def required_blocks(letter: LetterKind) -> frozenset[str]:
    """The codes that this letter must carry, each also where the answer is "none"."""
    return _REQUIRED[letter]


def missing_blocks(letters: Sequence[LetterKind], blocks: Iterable[Block]) -> frozenset[str]:
    """Codes that the letter lacks: absent, empty, or with an open place that a person has yet to fill."""
    found = tuple(blocks)
    unfinished = {block.code for block in found if open_places(block.text)}
    whole = {block.code for block in found if block.text.strip()} - unfinished
    for same in SAME:
        if whole & same:
            whole |= same
    return frozenset(unfinished | {code for letter in letters for code in _REQUIRED[letter] if code not in whole})
