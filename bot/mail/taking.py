"""A mail on its way in: what of it is held in memory, and when no more is."""

from __future__ import annotations

from enum import StrEnum

_HEADER_BYTES = 256 * 1024
_TEXT_BYTES = 64 * 1024


def top_of(raw: bytes | bytearray) -> bytes:
    """The header, at most 256 KiB of it, and the first 64 KiB of the text: enough to open a case for a person."""
    end = raw.find(b"\r\n\r\n", 0, _HEADER_BYTES)
    header = end + 4 if end >= 0 else _HEADER_BYTES
    return bytes(raw[: header + _TEXT_BYTES])


_END = b"\r\n.\r\n"
"""What ends a mail, and nothing else (RFC 5321 section 4.1.1.4)."""


class Dictation:
    """The bytes of one mail as they are sent, in pieces of any size, made into its text (RFC 5321 section 4.5.2)."""

    def __init__(self) -> None:
        self._held = b"\r\n"  # not told yet; the mail begins as if a line had just ended
        self._begun = False
        self.rest: bytes | None = None  # what came after the end, once that was seen

    def heard(self, piece: bytes) -> bytes:
        """The text as far as it is certain."""
        seen = self._held + piece
        end = seen.find(_END)
        if end >= 0:
            self.rest = seen[end + len(_END) :]
            return self._told(seen[: end + 2])
        certain = len(seen) - next((count for count in (4, 3, 2, 1) if seen.endswith(_END[:count])), 0)
        self._held = seen[certain:]
        return self._told(seen[:certain])

    def _told(self, words: bytes) -> bytes:
        """Without the dot that the sender put before each line that begins with one, and without our own first CRLF."""
        text = words.replace(b"\r\n.", b"\r\n")
        if not self._begun and text:
            self._begun = True
            return text[2:]
        return text


class Shut(StrEnum):
    """Why nothing of a mail is kept."""

    TOO_LARGE = "too large"  # it always will be
    NO_ROOM = "no room"  # now


class Larder:
    """So much memory all mails on their way in may take together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def takes(self, count: int) -> bool:
        """Whether there is room for `count` more bytes, which are then held."""
        if self._held + count > self._most:
            return False
        self._held += count
        return True

    def gives(self, count: int) -> None:
        self._held -= count


class Basket:
    """One mail piece by piece. Over `most` bytes nothing is kept of it, over `kept` only its top."""

    def __init__(self, most: int, kept: float, larder: Larder) -> None:
        self._most = most
        self._kept = kept
        self._larder = larder
        self._held = bytearray()
        self._counted = 0  # bytes that the larder holds for this mail
        self._size = 0
        self.top_only = False
        self.shut: Shut | None = None

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._most:
            self._refuse(Shut.TOO_LARGE)
        elif self.shut or self.top_only:
            return
        elif self._size > self._kept:
            self.top_only = True
            self._hold(top_of(self._held + piece))
        elif self._larder.takes(len(piece)):
            self._held += piece
            self._counted += len(piece)
        else:
            self._refuse(Shut.NO_ROOM)

    def content(self) -> bytes:
        """What was held, handed out once and not held twice; it counts until the basket is emptied."""
        content = bytes(self._held)
        self._held = bytearray()
        return content

    def empty(self) -> None:
        """Give the memory back."""
        self._hold(b"")

    def _refuse(self, why: Shut) -> None:
        self.shut = why
        self._hold(b"")

    def _hold(self, content: bytes) -> None:
        """In place of what was held; never more than that was, but for one piece."""
        self._larder.gives(self._counted - len(content))
        self._held, self._counted = bytearray(content), len(content)
