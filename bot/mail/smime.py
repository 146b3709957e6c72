"""S/MIME mail that is signed in one piece (RFC 8551 section 3.5.2): what was signed, out of its envelope.

Nothing of the signature is looked at: it would tell who holds a certificate, not whether he is whom a case is about.
"""

from __future__ import annotations

from collections.abc import Iterator

MAX_CHUNKS = 50_000  # pieces of the content: mail programs write a kilobyte or more in each
_MAX_NESTED = 2  # values within values that are passed over, as long as their lengths are left open
_MAX_VALUES = 100  # in one of them

_SEQUENCE = 0x30
_OCTETS = 0x04
_OCTETS_IN_PIECES = 0x24
_CONTENT = 0xA0  # [0], explicit
_CONSTRUCTED = 0x20
_LONG_TAG = 0x1F
_UNTIL_MARK = 0x80  # the length that says: up to the end mark (BER only)
_END = b"\0\0"
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2
_DATA = bytes.fromhex("06092a864886f70d010701")  # 1.2.840.113549.1.7.1


class _OtherwiseError(Exception):
    """It is built otherwise than signed data is."""


def signed_content(envelope: bytes) -> bytes | None:
    """The MIME entity inside `envelope` (CMS SignedData, RFC 5652 section 5), by itself untrusted like any mail.

    None if it is something else, such as encrypted mail, if it holds no content (a bare signature, certificates), or is
    broken. Mail programs write BER with lengths left open, so a reader of DER would refuse half of them.
    """
    try:
        at = _into(envelope, _content_of(envelope, 0, _SIGNED_DATA), _SEQUENCE)
        at = _behind(envelope, _behind(envelope, at))  # version, digest algorithms
        content = list(_pieces(envelope, _content_of(envelope, at, _DATA)))
    except (_OtherwiseError, IndexError):
        return None
    return b"".join(content) or None


def _content_of(envelope: bytes, at: int, kind: bytes) -> int:
    """Where the content of this kind begins, in a sequence of its name and itself."""
    at = _into(envelope, at, _SEQUENCE)
    if not envelope.startswith(kind, at):
        raise _OtherwiseError
    return _into(envelope, at + len(kind), _CONTENT)


def _pieces(envelope: bytes, at: int) -> Iterator[bytes]:
    """The content: one string, or a row of them. Raises when it is cut off."""
    tag, begins, end = _head(envelope, at)
    if tag == _OCTETS:
        yield _string(envelope, begins, end)
        return
    if tag != _OCTETS_IN_PIECES:
        raise _OtherwiseError
    at = begins
    for _ in range(MAX_CHUNKS):
        if at == end or (end is None and envelope.startswith(_END, at)):
            return
        tag, begins, ends = _head(envelope, at)
        if tag != _OCTETS or ends is None:
            raise _OtherwiseError
        yield _string(envelope, begins, ends)
        at = ends
    raise _OtherwiseError


def _string(envelope: bytes, begins: int, end: int | None) -> bytes:
    if end is None or end > len(envelope):
        raise _OtherwiseError
    return envelope[begins:end]


def _into(envelope: bytes, at: int, wanted: int) -> int:
    """Where the first value inside the one at `at` begins."""
    tag, begins, _ = _head(envelope, at)
    if tag != wanted:
        raise _OtherwiseError
    return begins


def _behind(envelope: bytes, at: int, nested: int = _MAX_NESTED) -> int:
    """Where the value at `at` is over."""
    tag, begins, end = _head(envelope, at)
    if end is not None:
        return end
    if not (tag & _CONSTRUCTED and nested):
        raise _OtherwiseError
    at = begins
    for _ in range(_MAX_VALUES):
        if envelope.startswith(_END, at):
            return at + len(_END)
        at = _behind(envelope, at, nested - 1)
    raise _OtherwiseError


def _head(envelope: bytes, at: int) -> tuple[int, int, int | None]:
    """Tag of a value, where it begins, and where it ends; None if only an end mark tells."""
    tag, length, begins = envelope[at], envelope[at + 1], at + 2
    if tag & _LONG_TAG == _LONG_TAG or length > _UNTIL_MARK + 4:
        raise _OtherwiseError
    if length == _UNTIL_MARK:
        return tag, begins, None
    if length > _UNTIL_MARK:
        size = length - _UNTIL_MARK
        length, begins = int.from_bytes(envelope[begins : begins + size], "big"), begins + size
    return tag, begins, begins + length
