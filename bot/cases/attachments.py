"""What staff read of the attachments of a mail: the text of letters, and in words why others have none."""

from __future__ import annotations

from collections.abc import Collection

from bot.mail.message import Attachment, ParsedMail
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
_OTHERWISE = "niet leesbaar"


def as_staff_read_it(mail: ParsedMail, removed: Collection[Attachment] = ()) -> str:
    """The words of the mail, then its attachments one by one; of those removed only that they were there."""
    shown = [_lines(part, gone=part in removed) for part in mail.attachments[:MAX_SHOWN]]
    return "\n\n".join((mail.whole_text, *shown))[:MAX_LENGTH].strip("\n")


def quoted(reason: Reason) -> str:
    """The sentence, with the name of the attachment that it stands in."""
    return f"bijlage {reason.source}: {reason.text}" if reason.source else reason.text


def _lines(part: Attachment, *, gone: bool) -> str:
    if gone:
        return f"[{COPY_REMOVED}: {part.content_type}, {part.size} bytes]"
    defect = f", {_DEFECTS.get(part.defect, _OTHERWISE)}" if part.defect else ""
    head = f"[bijlage {part.name or 'zonder naam'}: {part.content_type}, {part.size} bytes{defect}]"
    return head if part.text is None else f"{head}\n{part.text}"
