"""Which attachments are copies of an identity document: nobody asked for them, and nobody may keep them.

A machine-readable zone (ICAO 9303), a document number's neighbours, a file name, or the sender's own words say so. A
letter that only speaks of a passport stays: it may be the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mail.message import Attachment, ParsedMail

_ZONE = re.compile(r"\b(?:[PIACV]<|ID|PN)[A-Z]{3}[A-Z0-9]{1,30}<|[A-Z0-9<]{8,40}<<[A-Z0-9<]{4,40}")
_DOCUMENT = re.compile(
    r"paspoort|passport|id[\s_-]?(?:kaart|bewijs|card|copy)|\bid\b|identi(?:teit|ty)|rijbewijs|driv(?:er|ing)\S{0,3}[\s_-]"
    r"licen[cs]e|legitimatie|verblijfsvergunning|personalausweis|reisepass",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"koninkrijk der nederlanden|kingdom of the netherlands|royaume des pays-bas|europese unie\s*identiteitskaart|"
    r"documentnummer|document no|datum van afgifte|date of issue|geldig tot|date of expiry",
    re.IGNORECASE,
)
_SENDS = re.compile(
    r"(?:kopie|kopietje|scan|foto|copy|photo|picture|bijlage|bijgevoegd|bijgaand|hierbij|attached|enclosed|anbei)"
    r"\W(?:[\w']{1,14}[^\w']){0,6}(?:paspoort|id|id-?\s?(?:kaart|bewijs|card)|identiteits\w{3,10}|rijbewijs|legitimatie\w{0,7}|"
    r"passport|driv\w{2,3}\Ws?\W?licen[cs]e|personalausweis|reisepass)\b",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"\b(?:geen|niet|nooit|zonder|no|not|never|without|kein\w{0,2}|moet ik|wilt u|vraagt)\b", re.IGNORECASE
)
_LETTER_CHARS = 400  # a document with so many characters of text, none of it a zone, is a letter about something
_READ = 20_000  # characters of one attachment: a scan holds a page, and a mail may hold hundreds of attachments
_LOGO = 15 * 1024  # bytes: pictures under it stand in signatures
_MAIL = "message/rfc822"
_WORDS = ("text/", "message/")
_PAPERS = ("application/pdf", "image/")


@dataclass(frozen=True, slots=True)
class IdCopies:
    """`sure` must go at once; `possible` a person looks at."""

    sure: tuple[Attachment, ...] = ()
    possible: tuple[Attachment, ...] = ()


def id_copies(mail: ParsedMail) -> IdCopies:
    """The copies among the attachments of this mail."""
    announced = _announced(f"{mail.subject}\n{mail.new_text}")
    named = any(_DOCUMENT.search(part.name) for part in mail.attachments)
    sure = tuple(part for part in mail.attachments if _is_copy(part, announced=announced and not named))
    others = [part for part in mail.attachments if part not in sure]
    within = any(_DOCUMENT.search(name) for name in mail.files_within)
    suspicious = [part for part in others if _DOCUMENT.search(part.name) or (within and part.content_type == _MAIL)]
    return IdCopies(sure, tuple(suspicious if sure or suspicious or not announced else others))


def _announced(words: str) -> bool:
    """The sender says that he sends one. "Geen kopie paspoort" says the opposite, and so does a question."""
    return any(not _NEITHER.search(words[max(found.start() - 25, 0) : found.end()]) for found in _SENDS.finditer(words))


def _is_copy(part: Attachment, *, announced: bool) -> bool:
    text = (part.text or "")[:_READ]
    if _ZONE.search(text) or len({match[0].lower() for match in _PRINTED.finditer(text)}) > 2:
        return True
    if len(text) >= _LETTER_CHARS or part.content_type.startswith(_WORDS):
        return False
    if _DOCUMENT.search(part.name):
        return True
    return announced and part.content_type.startswith(_PAPERS) and part.size > _LOGO and not text
