"""PDF as text, page by page. Scripts and files inside it are never opened, pictures never unpacked."""

from __future__ import annotations

import io
import logging

from bot.mail.documents.bounds import MAX_CHARACTERS, MAX_PAGES, ClosedDocumentError


def load() -> None:
    """Load the library outside of a document's time."""
    import pypdf  # noqa: PLC0415 - half a second that only a mail with a PDF should pay

    logging.getLogger(pypdf.__name__).setLevel(logging.CRITICAL)  # it would tell of each oddity


def text(content: bytes) -> str:
    """The words on its first pages, in the order in which the file draws them."""
    from pypdf import PdfReader  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ClosedDocumentError("encrypted")
    found: list[str] = []
    for number in range(min(len(reader.pages), MAX_PAGES)):
        found.append(reader.pages[number].extract_text())
        if sum(map(len, found)) > MAX_CHARACTERS:
            break
    return "\n\n".join(found)
