"""Mails that lie in files: one mail in a file, a mailbox of many in one file (mbox, RFC 4155), a Maildir."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

_PIECE = 64 * 1024  # bytes of a line that are in memory at a time
_START = 16 * 1024  # bytes that show whether a file holds mail
_ENVELOPE = b"From "
_SUFFIXES = frozenset({".eml", ".mbox", ".mbx"})
_MAILDIR = frozenset({"cur", "new"})
_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]{0,8}:")
_FIELD_OF_MAIL = re.compile(
    rb"^(?:From|To|Subject|Date|Received|Return-Path|Delivered-To|Message-ID)[ \t]{0,8}:", re.IGNORECASE | re.MULTILINE
)
_QUOTED_ENVELOPE = re.compile(rb">+From ")


def files_under(place: Path) -> Iterator[Path]:
    """The file itself, or every file in the folder and the folders in it, by name.

    What is still being delivered to a Maildir (its "tmp") is left out. A link that leads nowhere is among them, and so
    is a folder that stays closed, or may be listed and not entered: to open them fails, and nothing that somebody put
    there is passed over in silence.
    """
    if not _is_folder(place):
        yield place
        return
    closed: list[OSError] = []
    for folder, within, names in os.walk(place, onerror=closed.append):
        within[:] = sorted(set(within) - {".git", *(("tmp",) if set(within) >= _MAILDIR else ())})
        paths = (Path(folder, name) for name in sorted(names))
        yield from (path for path in paths if _may_be_opened(path))
    yield from (Path(os.fsdecode(trouble.filename)) for trouble in closed)


def holds_mail(path: Path) -> bool:
    """By its name, because it lies in a Maildir, or because it begins like mail. Raises OSError."""
    if path.suffix.lower() in _SUFFIXES:
        return True
    if path.parent.name in _MAILDIR and all((path.parent.parent / name).is_dir() for name in _MAILDIR):
        return True
    with path.open("rb") as file:
        start = file.read(_START)
    return bool(_FIELD.match(start) or start.startswith(_ENVELOPE)) and bool(_FIELD_OF_MAIL.search(start))


def mails_in(path: Path, limit: int) -> Iterator[tuple[str, bytes]]:
    """Each mail of a file with what tells it from the others in it: nothing, or "#3" for the third of a mailbox.

    Of a mail longer than `limit` bytes come about so many and at least one more: too long to be read, for whoever
    reads it. Raises OSError.
    """
    with path.open("rb") as file:
        if _is_mailbox(file):
            file.seek(0)
            yield from ((f"#{number}", raw) for number, raw in enumerate(_in_mailbox(file, limit), 1))
        else:
            file.seek(0)
            yield "", file.read(limit + 1)


def size_of(path: Path) -> int:
    """In bytes; nought for a file that is not there."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _is_folder(path: Path) -> bool:
    with suppress(OSError):
        return path.is_dir()
    return False


def _may_be_opened(path: Path) -> bool:
    """A file, or what only opening tells about; a socket or a pipe is neither."""
    with suppress(OSError):
        return path.is_file() or not path.exists()
    return True


def _is_mailbox(file: BinaryIO) -> bool:
    """Begins with an envelope line and holds another one: a single mail can begin with one too."""
    if file.read(len(_ENVELOPE)) != _ENVELOPE:
        return False
    file.seek(0)
    envelopes = (begins for _, begins in _lines(file) if begins)
    return sum(islice(envelopes, 2)) > 1


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The pieces of each line, and whether a mail begins there: an envelope line at the start or after an empty one."""
    empty = starts = True
    while piece := file.readline(_PIECE):
        yield piece, starts and empty and piece.startswith(_ENVELOPE)
        empty = starts and not piece.strip(b"\r\n")
        starts = piece.endswith(b"\n")


def _in_mailbox(file: BinaryIO, limit: int) -> Iterator[bytes]:
    kept: list[bytes] | None = None
    size = 0
    for piece, begins in _lines(file):
        if begins:
            if kept is not None:
                yield b"".join(kept)
            kept, size = [], 0
        elif kept is not None and size <= limit:
            kept.append(piece[1:] if _QUOTED_ENVELOPE.match(piece) else piece)
            size += len(kept[-1])
    if kept is not None:
        yield b"".join(kept)
