"""Which files are copies of an identity document: nobody asked for them, and nobody may keep them.

Attachments, what lies in zips and on attached mails, and pictures in the text itself.

A machine-readable zone (ICAO 9303), a document number's neighbours, a file name, or the sender's own words say so. A
letter that only speaks of a passport stays: it may be the request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mail.message import Attachment, HolderKind, ParsedMail

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
_WORDS = ("text/", "message/")
_PAPERS = ("application/pdf", "image/")


@dataclass(frozen=True, slots=True)
class IdCopies:
    """`sure` must go at once; `possible` a person looks at."""

    sure: tuple[Attachment, ...] = ()
    possible: tuple[Attachment, ...] = ()


def id_copies(mail: ParsedMail) -> IdCopies:
    """The copies among the files of this mail. What another wrote above them announces nothing for sure."""
    files = (*mail.attachments, *mail.files_within)
    announced = _announced(f"{mail.subject}\n{mail.new_text}")
    named = any(_DOCUMENT.search(part.name) for part in files)
    sure = tuple(part for part in files if _is_copy(part, announced=announced and not named))
    others = [part for part in files if part not in sure]
    forwarded = not announced and _announced(mail.quoted_text)
    suspicious = [part for part in others if _DOCUMENT.search(part.name) or (forwarded and _forwarded_paper(part))]
    return IdCopies(sure, tuple(suspicious if sure or suspicious or not announced else others))


def _forwarded_paper(part: Attachment) -> bool:
    on_mail = any(holder.kind is HolderKind.MAIL for holder in part.holders)
    return on_mail and _shows_something(part) and not part.text


def _announced(words: str) -> bool:
    """The sender says that he sends one. "Geen kopie paspoort" says the opposite, and so does a question."""
    return any(not _NEITHER.search(words[max(found.start() - 25, 0) : found.end()]) for found in _SENDS.finditer(words))


def _is_copy(part: Attachment, *, announced: bool) -> bool:
    text = (part.text or "")[:_READ]
    if _ZONE.search(text) or len({match[0].lower() for match in _PRINTED.finditer(text)}) > 2:
        return True
    if len(text) >= _LETTER_CHARS or part.content_type.startswith(_WORDS) or not part.sha256:
        return False
    if _DOCUMENT.search(part.name):
        return True
    return announced and _shows_something(part) and not text


def _shows_something(part: Attachment) -> bool:
    return part.content_type.startswith(_PAPERS) and part.size > _LOGO
