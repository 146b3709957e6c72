"""What hangs on a mail: each file by its real type, documents as text, and what lies in Outlook's winmail.dat."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.mail.charsets import decoded_text, tidy
from bot.mail.content import RTF, TNEF, content_type_of
from bot.mail.documents.reading import Budget, Document, bounded, document, envelope
from bot.mail.html import html_text
from bot.mail.message import Attachment, Holder, HolderKind, Place

MAX_ATTACHED_TEXT = 64 * 1024  # bytes of a text attachment that are kept as text
MAX_TNEF_LEVELS = 2
MAX_NAME = 150  # characters of a file name

_PLAIN = frozenset({"text/plain", "text/markdown", "text/x-markdown", "text/enriched", "text/richtext"})
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")


@dataclass(frozen=True, slots=True)
class File:
    """One file as it came: its decoded bytes, and what the mail says of it."""

    content: bytes = field(repr=False)
    name: str = field(default="", repr=False)
    declared: str = "application/octet-stream"
    charset: str = ""
    place: Place | None = None
    holders: tuple[Holder, ...] = ()

    def attachment(self, kind: str, text: str | None = None, defect: str | None = None) -> Attachment:
        """The file as others see it, its bytes left behind."""
        digest = hashlib.sha256(self.content).hexdigest()
        return Attachment(self.name, kind, len(self.content), digest, text, defect, self.place, self.holders)


@dataclass(frozen=True, slots=True)
class Opened:
    """The file, then the files inside it; `plain` and `html` are the mail's own words where it is a winmail.dat."""

    attachments: tuple[Attachment, ...]
    plain: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    defects: tuple[str, ...] = ()


def opened(file: File, budget: Budget | None, levels: int = MAX_TNEF_LEVELS) -> Opened:
    """One attachment taken apart. Without a budget documents stay closed."""
    kind = content_type_of(file.content, file.declared)
    if kind == TNEF and budget is not None:
        return _unwrapped(file, budget, levels)
    text, defect = _text(file, kind, budget)
    one = file.attachment(kind, text, defect)
    return Opened((one,), defects=tuple(_defects(one)))


def _defects(one: Attachment) -> Iterator[str]:
    if one.content_type.startswith(_ENCRYPTED):
        yield "encrypted"
    if one.defect:
        yield f"attachment: {one.defect}"


def _text(file: File, kind: str, budget: Budget | None) -> tuple[str | None, str | None]:
    if kind in _PLAIN:
        return tidy(decoded_text(file.content[:MAX_ATTACHED_TEXT], file.charset)[0]), None
    if budget is None:
        return None, None
    found = _page(file, budget) if kind == "text/html" else document(file.content, kind, budget)
    return found.text, found.defect


def _page(file: File, budget: Budget) -> Document:
    """What a reader of an attached page sees; a browser is a letter's program too."""
    source = decoded_text(file.content[:MAX_ATTACHED_TEXT], file.charset)[0]
    found, defect = bounded(lambda _: html_text(source), lambda: None, b"", budget)
    if found is None:
        return Document(defect=defect)
    return Document(found.visible, "holds hidden text" if found.hidden else None)


def _unwrapped(file: File, budget: Budget, levels: int) -> Opened:
    """The envelope stays in the list, what lay in it follows."""
    inside, defect = envelope(file.content, budget) if levels else (None, "nested too deep")
    whole = file.attachment(TNEF, None, defect)
    if inside is None:
        return Opened((whole,), defects=tuple(_defects(whole)))
    holders = (*file.holders, Holder(HolderKind.WINMAIL, file.name))
    files = (File(content, name[:MAX_NAME], place=file.place, holders=holders) for name, content in inside.files)
    below = [opened(one, budget, levels - 1) for one in files]
    plain = inside.plain
    if plain is None and inside.rtf is not None:
        plain = document(inside.rtf, RTF, budget).text
    return Opened(
        (whole, *(one for found in below for one in found.attachments)),
        plain,
        inside.html,
        tuple(defect for found in below for defect in found.defects),
    )
