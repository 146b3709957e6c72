"""PDF as text, page by page. Scripts and files inside it are never opened, pictures never unpacked.

Words that no reader sees come last, marked; those behind a scan are marked too, for they may differ from the picture.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import Any

from bot.mail.documents.bounds import MAX_CHARACTERS, MAX_PAGES, SCAN, ClosedDocumentError, with_hidden
from bot.mail.documents.unseen import Box, Eye


@dataclass(frozen=True, slots=True)
class _Page:
    seen: str
    unseen: str = ""
    scan: bool = False


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
    found: list[_Page] = []
    for number in range(min(len(reader.pages), MAX_PAGES)):
        found.append(_read(reader.pages[number]))
        if sum(len(page.seen) + len(page.unseen) for page in found) > MAX_CHARACTERS:
            break
    seen = "\n\n".join(page.seen for page in found)
    scan = f"{SCAN}\n" if any(page.scan for page in found) else ""
    return with_hidden(scan + seen if seen.strip() else "", "\n\n".join(page.unseen for page in found).strip())


def _read(page: Any) -> _Page:
    seen, eye = _extracted(page, unseen=False)
    if not eye.hid:
        return _Page(seen, scan=eye.scan)
    unseen, _ = _extracted(page, unseen=True)
    return _Page(f"{seen}\n{unseen}".strip(), scan=True) if eye.scan else _Page(seen, unseen)


def _extracted(page: Any, *, unseen: bool) -> tuple[str, Eye]:
    eye = Eye(_shown(page), lambda name: _opacity(page, name), unseen=unseen)
    return page.extract_text(visitor_operand_before=eye.before, visitor_operand_after=eye.after), eye


def _shown(page: Any) -> Box:
    """What of the page a reader sees."""
    try:
        box = page.cropbox
        return float(box.left), float(box.bottom), float(box.right), float(box.top)
    except Exception:  # boxes that are none
        return 0.0, 0.0, 14400.0, 14400.0


def _opacity(page: Any, name: str) -> float:
    try:
        return float(page["/Resources"]["/ExtGState"][name].get("/ca", 1.0))
    except Exception:  # a state without a name of the page's own
        return 1.0
