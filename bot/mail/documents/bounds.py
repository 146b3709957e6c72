"""What a document may cost: bytes, files inside it, pages, characters and seconds, all counted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

MAX_DOCUMENT = 8 * 1024 * 1024  # bytes of one document that is opened
MAX_DOCUMENTS = 10  # documents of one mail that are opened
MAX_CHARACTERS = 40_000  # of the text of one document
MAX_PAGES = 30
MAX_FILES = 500  # in one zip container
MAX_UNPACKED = 32 * 1024 * 1024  # bytes of all files of a container together
MAX_XML = 8 * 1024 * 1024  # bytes of one of its XML files, unpacked
LEAST_SECONDS = 0.01  # of processor time worth starting with: the kernel counts in ticks of up to so much
MAX_RATIO = 150  # unpacked to packed, of a file that is not small

HIDDEN = "[verborgen tekst]"
"""The line above words of a document that no reader of it sees."""
SCAN = "[tekstlaag van een scan]"
"""The line above words behind a picture of a page."""

_HIDDEN_SHARE = MAX_CHARACTERS // 4
_AGAIN_SECONDS = 0.2  # a library that swallows the first call to stop hears another one


class ClosedDocumentError(Exception):
    """The document cannot be read within its bounds; the message says why, in a few words without personal data."""


class Reads(Protocol):
    """How one kind of document becomes text. Raises whatever its library raises."""

    def __call__(self, content: bytes, /) -> str: ...


def with_hidden(seen: str, unseen: str) -> str:
    """What a reader sees, and below a line what he does not; neither crowds the other out."""
    seen = seen.strip()
    return f"{seen[: MAX_CHARACTERS - _HIDDEN_SHARE]}\n\n{HIDDEN}\n{unseen[: _HIDDEN_SHARE - 30]}" if unseen else seen


class _TimeIsUp(BaseException):
    """The document has used up its processor time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """At most so much processor time. Raises ClosedDocumentError when it is used up.

    Only a process's main thread can be stopped so; elsewhere nothing is limited but by the cage.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    running, struck = True, False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal struck
        if running:
            struck = True
            raise _TimeIsUp

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, max(seconds, LEAST_SECONDS), _AGAIN_SECONDS)
    try:
        yield
    except _TimeIsUp:
        raise ClosedDocumentError("took too long") from None
    finally:
        running = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if struck:  # a callback swallowed it, and the reading went on to its end
        raise ClosedDocumentError("took too long")
