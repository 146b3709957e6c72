"""Rich Text as text. Pictures and objects inside it are left out."""

from __future__ import annotations

from bot.mail.documents.bounds import ClosedDocumentError

MAX_RTF = 2 * 1024 * 1024  # bytes: the library works on all of it at once


def load() -> None:
    """Load the library outside of a document's time."""
    import striprtf.striprtf  # noqa: F401, PLC0415 - only a mail with such a document needs it


def text(content: bytes) -> str:
    """The words of the document."""
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415

    if len(content) > MAX_RTF:
        raise ClosedDocumentError("too large")
    return str(rtf_to_text(content.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
