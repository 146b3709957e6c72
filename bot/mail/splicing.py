"""Where a part lies in the raw bytes of its mail, and the same mail without it: every other byte stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.mail.message import Place

_NOTE_HEAD = b"Content-Type: text/plain; charset=us-ascii\r\nContent-Disposition: inline\r\n\r\n"


@dataclass(slots=True)
class Places:
    """Finds parts in the order of the mail. `body_at` is where the header block of the whole mail ends."""

    raw: bytes = field(repr=False)
    body_at: int
    end: int | None = None  # of the mail, where it is part of another
    _pieces: dict[bytes, list[tuple[int, int]]] = field(default_factory=dict, repr=False)

    def of(self, payload: bytes, boundary: bytes | None) -> Place | None:
        """Headers and body of the next part that has exactly this encoded body; None if it cannot be told.

        Without a boundary the part is the whole mail: its place is all that follows the mail's own headers.
        """
        if boundary is None:
            return Place(self.body_at, self._over, sole=True)
        if boundary not in self._pieces:
            self._pieces[boundary] = list(self._between(boundary))
        pieces = self._pieces[boundary]
        for number, (start, end) in enumerate(pieces):
            begins = self._body_at(start, end)
            if end - begins == len(payload) and self.raw.startswith(payload, begins):
                del pieces[: number + 1]
                return Place(start, end)
        return None

    def text(self, words: str, place: Place, after: int) -> Place | None:
        """Where these words stand in this place, behind `after`; None where its encoding writes them otherwise."""
        at = self.raw.find(words.encode("utf-8"), max(place.start, after), place.end)
        return None if at < 0 else Place(at, at + len(words), inline=True)

    def inside(self, place: Place, content: bytes, body: bytes) -> Places | Within:
        """The same for a mail that hangs on this one, if its bytes stand in the mail as they are."""
        begins = place.end - len(content)
        if begins < place.start or not self.raw.startswith(content, begins):
            return Within(place)
        return Places(self.raw, place.end - len(body), place.end)

    @property
    def _over(self) -> int:
        return len(self.raw) if self.end is None else self.end

    def _between(self, boundary: bytes) -> Iterator[tuple[int, int]]:
        """The pieces between the delimiter lines of this boundary, without the line end that belongs to the second."""
        line, previous = b"--" + boundary, None
        at = self.raw.find(line, self.body_at, self._over)
        while at >= 0:
            end = _line_end(self.raw, at)
            if _alone(self.raw, at, end, line):
                if previous is not None:
                    yield previous, max(_before_line_end(self.raw, at), previous)
                previous = end
            at = self.raw.find(line, at + len(line), self._over)
        if previous is not None:
            yield previous, self._over

    def _body_at(self, start: int, end: int) -> int:
        """Where the empty line that ends the headers of a piece is over."""
        if self.raw.startswith((b"\r\n", b"\n"), start):
            return _line_end(self.raw, start)
        gaps = ((self.raw.find(gap, start, end), len(gap)) for gap in (b"\r\n\r\n", b"\n\n"))
        at, length = min((gap for gap in gaps if gap[0] >= 0), default=(end, 0))
        return at + length


@dataclass(frozen=True, slots=True)
class Within:
    """The same for parts that lie in an envelope: they can only go with it."""

    place: Place | None

    def of(self, payload: bytes, boundary: bytes | None) -> Place | None:  # noqa: ARG002
        """The place of the envelope, whatever the part."""
        return self.place

    def inside(self, place: Place, content: bytes, body: bytes) -> Within:  # noqa: ARG002
        return self


def without(raw: bytes, places: Iterable[tuple[Place, str]]) -> bytes:
    """The mail with a note (ASCII) in each of these places. Places outside the mail or across each other are left."""
    found = bytearray()
    done = 0
    for place, note in sorted(places, key=lambda one: (one[0].start, one[0].end)):
        if not done <= place.start <= place.end <= len(raw):
            continue
        found += raw[done : place.start]
        found += b"" if place.sole else (b"" if place.inline else _NOTE_HEAD) + note.encode("ascii", "replace")
        done = place.end
    return bytes(found) + raw[done:]


def _line_end(raw: bytes, at: int) -> int:
    """Where the next line begins."""
    end = raw.find(b"\n", at)
    return len(raw) if end < 0 else end + 1


def _before_line_end(raw: bytes, at: int) -> int:
    at -= raw.startswith(b"\n", at - 1) if at else 0
    return at - (raw.startswith(b"\r", at - 1) if at else 0)


def _alone(raw: bytes, at: int, end: int, line: bytes) -> bool:
    """Nothing else stands on the line: it begins there, and ends with the boundary or two dashes."""
    begins = at == 0 or raw.startswith(b"\n", at - 1)
    return begins and raw[at + len(line) : end].strip() in (b"", b"--")
