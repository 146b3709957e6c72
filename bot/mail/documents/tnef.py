"""winmail.dat: Outlook's own envelope around a text and files (MS-OXTNEF). Opened one level, and one more inside it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.mail.documents.bounds import MAX_DOCUMENTS, ClosedDocumentError

MAX_TNEF = 16 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What lay in it. `plain` and `html` are the mail's own text, `rtf` the same where it has no other form."""

    plain: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    rtf: bytes | None = field(default=None, repr=False)
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


def load() -> None:
    """Load the library outside of a document's time."""
    import tnefparse  # noqa: F401, PLC0415 - only a mail with such an envelope needs it


def opened(content: bytes) -> Envelope:
    """The envelope, unpacked. Raises ClosedDocumentError; the library also raises errors of its own."""
    from tnefparse import TNEF  # noqa: PLC0415

    if len(content) > MAX_TNEF:
        raise ClosedDocumentError("too large")
    found = TNEF(content, do_checksum=False)
    files = tuple((_words(one.long_filename()) or "", bytes(one.data)) for one in found.attachments[:MAX_DOCUMENTS])
    plain, html = _words(found.body), _words(found.htmlbody)
    return Envelope(plain, html, None if plain or html else found.rtfbody or None, files)


def _words(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("cp1252", "replace")
    return value.replace("\0", "") or None if isinstance(value, str) else None
