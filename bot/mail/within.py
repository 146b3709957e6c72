"""What lies inside that which hangs on a mail: attached mails and their files, and the files in zips.

An attached mail is read as evidence. Files in it and in zips are only looked at, so that nothing is kept unseen.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.mail.attaching import MAX_NAME, File, opened
from bot.mail.charsets import visible
from bot.mail.documents.container import Packed, unpacked
from bot.mail.documents.reading import Budget, bounded
from bot.mail.headers import MAX_SUBJECT, decoded, header_block, in_two
from bot.mail.message import Attachment, Holder, HolderKind
from bot.mail.parts import MAX_TEXT, Parts, parts_of
from bot.mail.tree import LimitError
from bot.mail.words import words_of
from bot.settings import ParsingSettings

MAX_MAILS = 5  # attached mails that are opened, those on them included
MAX_LEVELS = 3  # mail on mail on mail
MAX_ZIPS = 3
MAX_ZIP = 16 * 1024 * 1024  # bytes


def attached_mails(parts: Parts, limits: ParsingSettings) -> list[str]:
    """The texts of mails that hang on the mail. What hangs on them, to some depth, comes to its `files_within`."""
    texts: list[str] = []
    waiting = [(one, 1) for one in parts.forwarded]
    for _ in range(MAX_MAILS):
        if not waiting:
            break
        file, level = waiting.pop(0)
        text, below = _opened(file, parts, limits)
        texts += [text] if text is not None and level == 1 else []
        waiting += [(one, level + 1) for one in below if level < MAX_LEVELS]
    return texts


def _opened(file: File, parts: Parts, limits: ParsingSettings) -> tuple[str | None, list[File]]:
    """The text of one attached mail and the mails on it."""
    block, body = in_two(file.content)
    headers = header_block(block[: limits.max_header_kb * 1024])
    who, subject = decoded(headers.text("from")), decoded(headers.text("subject"), MAX_SUBJECT)
    holders = (*file.holders, Holder(HolderKind.MAIL, subject[:MAX_NAME] or file.name))
    places = None if parts.places is None or file.place is None else parts.places.inside(file.place, file.content, body)
    try:
        within = parts_of(headers, body, limits.max_parts, limits.max_depth - 1, parts.budget, places, holders)
    except LimitError:
        parts.defects["attached mail could not be read"] = None
        return None, []
    parts.files_within += [*within.attachments, *within.files_within]
    parts.zips += within.zips
    return f"Van: {who}\nOnderwerp: {subject}\n\n{words_of(within.bodies, '').whole}"[:MAX_TEXT], within.forwarded


def files_in_zips(parts: Parts) -> Iterator[Attachment]:
    """The files in the zips that hang on the mail, or on mails on it; a zip in a zip stays closed."""
    for zipped in parts.zips[:MAX_ZIPS] if parts.budget else ():
        assert parts.budget is not None
        inside, _ = bounded(unpacked, _nothing, zipped.content, parts.budget, MAX_ZIP)
        for one in inside or ():
            yield _looked_at(one, zipped, parts.budget)


def _looked_at(one: Packed, zipped: File, budget: Budget) -> Attachment:
    name = visible(one.name)[-MAX_NAME:]
    holders = (*zipped.holders, Holder(HolderKind.ZIP, zipped.name))
    if one.content is None:
        kind = "application/octet-stream"
        return Attachment(name, kind, one.size, "", None, "not opened", zipped.place, holders)
    return opened(File(one.content, name, place=zipped.place, holders=holders), budget).attachments[0]


def _nothing() -> None:
    """No library needs loading."""
