"""OpenDocument texts as text: headings and paragraphs, in tables too, a line each."""

from __future__ import annotations

import io

from bot.mail.documents.bounds import MAX_CHARACTERS, ClosedDocumentError
from bot.mail.documents.container import names, require_harmless

MAX_ELEMENTS = 5000  # paragraphs and headings


def load() -> None:
    """Load the library outside of a document's time."""
    import odfdo  # noqa: F401, PLC0415 - a third of a second that only a mail with such a document should pay


def text(content: bytes) -> str:
    """The words of the body."""
    from odfdo import Document  # noqa: PLC0415

    require_harmless(content)
    if "content.xml" not in names(content):
        raise ClosedDocumentError("broken")
    body = Document(io.BytesIO(content)).body
    found: list[str] = []
    size = 0
    for element in body.xpath(f"(descendant::text:p|descendant::text:h)[position() <= {MAX_ELEMENTS}]"):
        words = getattr(element, "inner_text", str(element))
        found.append(words)
        size += len(words)
        if size > MAX_CHARACTERS:
            break
    return "\n".join(found)
