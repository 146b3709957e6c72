"""Attached letters: what they ask, and what of the mail is closed to us. An attachment may open a case, never decide.

Anybody can attach anything, and words can be hidden in it; so what only an attachment asks, a person looks at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bot.mail.message import Attachment, ParsedMail
from bot.triage.labels import Look, Writer
from bot.triage.verdict import Verdict

_UNREAD = "html not read"
_PGP = "-----BEGIN PGP MESSAGE-----"
_ENCRYPTED_TYPES = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted", "multipart/encrypted"}
)
_LETTER_TYPES = ("application/pdf", "application/msword", "application/rtf", "application/vnd.", "application/x-ole")
_BILL = re.compile(r"(?i)factu|invoice|rekening|bon\b|bonnen|receipt|rechnung|offerte|nota")
_SEE = re.compile(
    r"\b(?:(?:zie|in|bij|lees|leest)\s(?:de\s|mijn\s)?(?:bijlagen?|bijgevoegde?|aangehechte?|brief)|bijgevoegd|bijgaand|"
    r"hierbij\s(?:mijn|een|de)\s(?:brief|verzoek)|(?:see|in)\s(?:the\s)?attach\w{0,6}|attached|im\sanhang|anbei)\b",
    re.IGNORECASE,
)
_FEW_CHARS = 40  # a mail with fewer says what it wants in its attachment
_LONGEST_LETTER = 12_000  # characters: what is longer is a contract or a manual, unless the mail points at it


@dataclass(frozen=True, slots=True)
class Letter:
    """One attached document and what its words would be as a mail."""

    name: str = field(repr=False)
    size: int  # characters
    verdict: Verdict


def with_letters(own: Verdict, mail: ParsedMail, letters: Iterable[Letter], *, in_case: bool) -> Verdict:
    """The verdict on the mail's own words, widened by what its attachments ask. In a running case they add no right."""
    for letter in letters:
        if _counts(letter, own, mail):
            own = _widened(own, letter, in_case=in_case)
    return own


def closed(mail: ParsedMail) -> Look | None:
    """What of this mail cannot be read by us, where that matters."""
    if any(part.content_type in _ENCRYPTED_TYPES for part in mail.attachments) or _PGP in mail.new_text:
        return Look.ENCRYPTED
    if _UNREAD in mail.defects:
        return Look.UNREAD_TEXT
    if _BILL.search(mail.subject) or _BILL.search(mail.new_text):
        return None
    short = len(mail.new_text.strip()) < _FEW_CHARS
    unread = [part for part in mail.attachments if part.text is None and not _BILL.search(part.name)]
    if any(_document(part, short=short) for part in unread) and (short or _points(mail)):
        return Look.CLOSED_ATTACHMENT
    return None


def _document(part: Attachment, *, short: bool) -> bool:
    """May hold a letter. A picture does only where the mail says nothing else: most are logos in signatures."""
    return part.content_type.startswith((*_LETTER_TYPES, "image/") if short else _LETTER_TYPES)


def _points(mail: ParsedMail) -> bool:
    return _SEE.search(mail.new_text) is not None or len(mail.new_text.strip()) < _FEW_CHARS


def _counts(letter: Letter, own: Verdict, mail: ParsedMail) -> bool:
    """Bills, contracts and newsletters speak of privacy in their small print without asking anything."""
    found = letter.verdict
    if found.ordinary or _BILL.search(letter.name):
        return False
    if found.kinds and (letter.size <= _LONGEST_LETTER or not own.ordinary):
        return True
    return _points(mail) and not own.automatic


def _widened(own: Verdict, letter: Letter, *, in_case: bool) -> Verdict:
    """`own` and the letter together; the mail's own words count first."""
    found = letter.verdict
    kinds = own.kinds if in_case else own.kinds | found.kinds
    corrections = own.corrections or (() if in_case else found.corrections)
    more = bool(found.kinds - own.kinds) or found.needs_person or corrections != own.corrections
    perhaps = (own.perhaps if in_case else own.perhaps | found.perhaps) - kinds
    reasons = tuple(replace(reason, source=letter.name or "zonder naam") for reason in found.reasons)
    return replace(
        own,
        kinds=kinds,
        other_privacy=own.other_privacy or (found.other_privacy and not in_case),
        needs_person=own.needs_person or more,
        look=own.look or (Look.ATTACHMENT_ASKS if more else None),
        language=found.language if own.ordinary else own.language,
        writer=found.writer if own.writer is Writer.SUBJECT else own.writer,
        role=found.role if own.writer is Writer.SUBJECT else own.role,
        scores={label: max(score, found.scores.get(label, 0)) for label, score in own.scores.items()},
        reasons=own.reasons + reasons if not own.ordinary else reasons,
        identifiers={**found.identifiers, **own.identifiers},
        corrections=corrections,
        perhaps=perhaps,
    )
