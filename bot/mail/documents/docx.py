"""Word documents as text: what a reader sees. Hidden words (w:vanish, white on white) come last, marked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from bot.mail.documents.bounds import MAX_CHARACTERS, with_hidden
from bot.mail.documents.container import require_harmless

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same words once more
_WHITE = frozenset({"FFFFFF", "FEFEFE"})
_OFF = frozenset({"0", "false", "off", "none"})
_TINY = 4  # half-points


def load() -> None:
    """Load the library outside of a document's time."""
    import docx  # noqa: F401, PLC0415 - a quarter of a second that only a mail with a Word document should pay


def text(content: bytes) -> str:
    """The words of the body, tables and text boxes included, a paragraph a line."""
    from docx import Document  # noqa: PLC0415

    require_harmless(content)
    seen: list[str] = []
    unseen: list[str] = []
    size = 0
    for words, hidden in _pieces(Document(io.BytesIO(content)).element.body):
        (unseen if hidden else seen).append(words)
        size += len(words)
        if size > MAX_CHARACTERS:
            break
    return with_hidden("".join(seen), "".join(unseen).strip())


def _pieces(body: Any) -> Iterator[tuple[str, bool]]:
    hidden = False
    for element in body.iter():
        tag = element.tag
        if tag == f"{_W}p":
            yield "\n", False
        elif tag == f"{_W}r":
            hidden = _hidden(element)
        elif tag == f"{_W}t" and not any(above.tag == _FALLBACK for above in element.iterancestors()):
            yield element.text or "", hidden
        elif tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            yield "\t" if tag == f"{_W}tab" else "\n", hidden


def _hidden(run: Any) -> bool:
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    vanish, colour, size = (properties.find(f"{_W}{name}") for name in ("vanish", "color", "sz"))
    if vanish is not None and vanish.get(f"{_W}val", "1").lower() not in _OFF:
        return True
    if colour is not None and colour.get(f"{_W}val", "").upper() in _WHITE:
        return True
    points = size.get(f"{_W}val", "") if size is not None else ""
    return points.isdecimal() and int(points) <= _TINY
