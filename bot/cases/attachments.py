"""What staff read of the attachments of a mail: the text of letters, and in words why others have none."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.mail.message import Attachment, Holder, HolderKind, ParsedMail
from bot.triage.verdict import Reason

COPY_REMOVED = "kopie identiteitsbewijs verwijderd"

MAX_SHOWN = 30  # attachments of one mail
MAX_LENGTH = 400_000  # characters

_DEFECTS = {
    "encrypted": "versleuteld: niet leesbaar",
    "holds macros": "bevat een programma (macro's): niet geopend",
    "old Office format": "oud Office-bestand: niet leesbaar",
    "holds no text": "geen tekst: niet leesbaar",
    "holds hidden text": "bevat verborgen tekst",
    "text behind a scan": "scan met tekst erachter: wat u ziet kan anders zijn, kijk naar het beeld",
    "text cut": "alleen het begin is gelezen",
    "took too long": "duurde te lang: niet gelezen",
    "broken": "beschadigd: niet leesbaar",
    "too large": "te groot: niet gelezen",
    "unpacks too large": "wordt bij uitpakken te groot: niet geopend",
    "too many files inside": "bevat te veel bestanden: niet geopend",
    "XML with definitions of its own": "verdacht opgebouwd: niet geopend",
    "unusual XML": "verdacht opgebouwd: niet geopend",
    "signature not checked": "ondertekend (S/MIME): inhoud gelezen, handtekening niet gecontroleerd, zij bewijst niets",
    "nested too deep": "te diep ingepakt: niet geopend",
}
_UNREAD = {
    "html cut": "[de opmaak van dit bericht is te zwaar: van een deel zijn alleen de woorden gelezen, ook verborgen]",
    "html not read": "[een deel van dit bericht is niet gelezen: lees het in de mailbox]",
    "text cut": "[dit bericht is te lang: van de tekst is alleen het begin gelezen]",
}
_OTHERWISE = "niet leesbaar"
_HOLDERS = {
    HolderKind.MAIL: "aangehecht bericht",
    HolderKind.ZIP: "zip-bestand",
    HolderKind.WINMAIL: "Outlook-bestand",
    HolderKind.SIGNED: "ondertekend bericht",
    HolderKind.PAGE: "afbeelding in de opgemaakte tekst, nummer",
}
_NAME = 80  # characters of a name in a task
_NO_QUOTES = str.maketrans("", "", "«»")


def trouble_in_words(defect: str) -> str:
    """Why an attachment was not read, or what is odd about it."""
    return _DEFECTS.get(defect, _OTHERWISE)


def as_staff_read_it(mail: ParsedMail, removed: Collection[Attachment] = ()) -> str:
    """The words of the mail, then its attachments one by one; of those removed only that they were there."""
    parts = [*mail.attachments[:MAX_SHOWN], *(part for part in mail.files_within if part in removed)]
    shown = [_lines(part, gone=part in removed) for part in parts]
    unread = [words for defect, words in _UNREAD.items() if defect in mail.defects]
    return "\n\n".join((*unread, mail.whole_text, *shown))[:MAX_LENGTH].strip("\n")


def where_they_sit(parts: Iterable[Attachment]) -> str:
    """How a person finds these files in a mail: from the outside in."""
    return "; ".join(_whereabouts(part) for part in parts)


def _whereabouts(part: Attachment) -> str:
    holders = [_held(holder) for holder in part.holders]
    if part.holders and part.holders[-1].kind is HolderKind.PAGE:
        return " > ".join(holders)
    return " > ".join([*holders, _called("bestand" if holders else "bijlage", part.name)])


def _held(holder: Holder) -> str:
    return _called(_HOLDERS[holder.kind], holder.name)


def _called(what: str, name: str) -> str:
    """Names are another's words: short, and between quotes that none of them holds."""
    return f"{what} «{name.translate(_NO_QUOTES)[:_NAME]}»" if name else f"{what} zonder naam"


def quoted(reason: Reason) -> str:
    """The sentence, with the name of the attachment that it stands in."""
    return f"bijlage {reason.source}: {reason.text}" if reason.source else reason.text


def _lines(part: Attachment, *, gone: bool) -> str:
    if gone:
        inside = f", {where_they_sit([part])}" if part.holders else ""
        return f"[{COPY_REMOVED}: {part.content_type}, {part.size} bytes{inside}]"
    defect = f", {trouble_in_words(part.defect)}" if part.defect else ""
    head = f"[bijlage {part.name or 'zonder naam'}: {part.content_type}, {part.size} bytes{defect}]"
    return head if part.text is None else f"{head}\n{part.text}"
