"""Zip containers of office programs: what is inside, by their table of contents, before anything is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.mail.documents.bounds import MAX_DOCUMENT, MAX_FILES, MAX_RATIO, MAX_UNPACKED, MAX_XML, ClosedDocumentError

_END = b"PK\x05\x06"
_END_SIZE = 22
_MAX_COMMENT = 65535
_ENTRY = 46 + 512  # bytes of the table for one file with a long name
_SMALL = 1024 * 1024  # bytes: empty tables and white pictures pack far better than text
_XML = (".xml", ".rels")
_ENCRYPTED_FLAG = 0x1


@dataclass(frozen=True, slots=True)
class Packed:
    """One file in a zip; without content where it is encrypted, broken, or would unpack too large."""

    name: str = field(repr=False)
    size: int  # bytes, as the table of contents says
    content: bytes | None = field(default=None, repr=False)


def unpacked(content: bytes) -> tuple[Packed, ...]:
    """The files of a zip, as many as unpack within the bounds. Raises ClosedDocumentError."""
    entries = [entry for entry in _entries(content) if not entry.is_dir()]
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        return tuple(_unpacked(container, entries))


def _unpacked(container: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[Packed]:
    left = MAX_UNPACKED
    for entry in entries:
        fits = entry.file_size <= min(left, MAX_DOCUMENT) and not entry.flag_bits & _ENCRYPTED_FLAG
        found = _file(container, entry) if fits and not _bomb(entry) else None
        left -= len(found or b"")
        yield Packed(entry.filename, entry.file_size, found)


def _file(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    try:
        with container.open(entry) as stream:
            return stream.read(entry.file_size)
    except Exception:  # zlib, bz2 and lzma each have errors of their own
        return None


def names(content: bytes) -> frozenset[str]:
    """The names of the files inside. Raises ClosedDocumentError for a zip that is broken or holds too many."""
    return frozenset(entry.filename for entry in _entries(content))


def require_harmless(content: bytes) -> None:
    """Raises ClosedDocumentError for what unpacks too large, or XML that defines words of its own."""
    entries = _entries(content)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise ClosedDocumentError("encrypted")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED or any(map(_bomb, entries)):
        raise ClosedDocumentError("unpacks too large")
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        for entry in entries:
            if entry.filename.lower().endswith(_XML):
                _require_plain_xml(container, entry)


def _bomb(entry: zipfile.ZipInfo) -> bool:
    if entry.filename.lower().endswith(_XML) and entry.file_size > MAX_XML:
        return True
    return entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


def _require_plain_xml(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """No office program writes a document type; entities in one are how XML grows without end or reads files."""
    try:
        with container.open(entry) as stream:
            whole = stream.read(MAX_XML + 1)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as broken:
        raise ClosedDocumentError("broken") from broken
    except Exception as broken:  # zlib, bz2 and lzma each have errors of their own
        raise ClosedDocumentError("broken") from broken
    if len(whole) > MAX_XML:
        raise ClosedDocumentError("unpacks too large")
    if whole.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in whole[:200]:
        raise ClosedDocumentError("unusual XML")
    if b"<!DOCTYPE" in whole or b"<!ENTITY" in whole:
        raise ClosedDocumentError("XML with definitions of its own")


def _entries(content: bytes) -> list[zipfile.ZipInfo]:
    _require_short_table(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            entries = container.infolist()
    except Exception as broken:  # struct, index and key errors too, on tables that lie
        raise ClosedDocumentError("broken") from broken
    if len(entries) > MAX_FILES:
        raise ClosedDocumentError("too many files inside")
    return entries


def _require_short_table(content: bytes) -> None:
    """The size of the table of contents, as the last record says it, before the library reads the table."""
    at = content.rfind(_END, max(len(content) - _END_SIZE - _MAX_COMMENT, 0))
    if at < 0 or len(content) < at + _END_SIZE:
        raise ClosedDocumentError("broken")
    count, size = struct.unpack_from("<HI", content, at + 10)
    if count > MAX_FILES or size > MAX_FILES * _ENTRY:
        raise ClosedDocumentError("too many files inside")
