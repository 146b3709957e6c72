"""What the writer wrote now, told apart from what his mail program quoted below, above or between it.

Markers only: `>` lines, attribution lines ("Op ... schreef ...:"), header blocks and "original message" rules, as
Dutch, English, German and French programs write them. In doubt a line counts as new: showing a quote twice is a
nuisance, losing the customer's words is a fault. Nothing is thrown away: the segments joined are the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from itertools import groupby

from bot.mail.markers import (
    ADDRESS,
    ANGLED,
    CAPTION,
    FORWARD,
    MAX_LINE,
    MAX_WRAP,
    ORIGINAL,
    REPLY_ABOVE,
    RULE,
    glue,
    has_time,
    introduces,
    is_quote,
    labelled,
    may_wrap,
    names_in,
)


class Origin(StrEnum):
    """Whose words a segment holds."""

    NEW = "new"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of lines of one origin, exactly as they stand in the text."""

    origin: Origin
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Split:
    """The text in two. `segments` joined give it back to the letter; `new` and `quoted` are trimmed for reading."""

    new: str = field(repr=False)
    quoted: str = field(repr=False)
    segments: tuple[Segment, ...] = field(repr=False)


class _Reach(Enum):
    """How far the quote goes that a marker opens."""

    MARKED = auto()  # only the `>` lines that follow
    BELOW = auto()  # everything below, if something new stands above; else the first paragraph
    REST = auto()  # everything below


@dataclass(frozen=True, slots=True)
class _Opening:
    lines: int  # that the marker itself takes
    reach: _Reach


def split(text: str, own_domain: str = "", writer: str = "") -> Split:
    """Take the text apart. Pure and total; linear in the number of lines.

    `own_domain` is the mailbox's own: a copied mail "Aan: ... Onderwerp: ..." to another domain is a quote, a letter
    head that names us is not. `writer` is the From header as shown: a block "Van: ... Onderwerp: ..." without time or
    address that names him is his own letter.
    """
    lines = _lines(text)
    origins = _Reader(lines, own_domain, writer).origins()
    segments = tuple(
        Segment(origin, "".join(line for line, _ in run))
        for origin, run in groupby(zip(lines, origins, strict=True), key=lambda pair: pair[1])
    )
    return Split(_joined(segments, Origin.NEW), _joined(segments, Origin.QUOTED), segments)


def _joined(segments: tuple[Segment, ...], origin: Origin) -> str:
    texts = (segment.text for segment in segments if segment.origin is origin)
    whole = "".join(text if text.endswith(("\n", "\r")) else text + "\n" for text in texts)
    return re.sub(r"\n(?:[ \t\r]*\n){2,}", "\n\n", whole).strip()


def _lines(text: str) -> list[str]:
    """The lines with their ends; a line where an attribution is glued on or goes on behind its colon is cut in two."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        cut = glue(line) if "schre" in line or "wrote" in line else None
        lines += [line[:cut], line[cut:]] if cut else [line]
    return lines


class _Reader:
    """One pass over the lines."""

    def __init__(self, lines: list[str], own_domain: str, writer: str) -> None:
        self._lines = lines
        self._bare = [line[:MAX_LINE].strip().removeprefix("\ufeff").replace("\xa0", " ") for line in lines]
        self._own_domain = own_domain.lower()
        self._writer = names_in(writer)
        self._origins = [Origin.NEW] * len(lines)

    def origins(self) -> list[Origin]:
        """The origin of every line."""
        at, above = 0, False
        while at < len(self._lines):
            if self._quoted(at):
                self._mark(at, at + 1)
                at += 1
            elif opening := self._opening(at, above):
                end = self._end(at + opening.lines, opening.reach, above)
                self._mark(at, end)
                at = end
            else:
                above = above or bool(self._bare[at])
                at += 1
        return self._origins

    def _mark(self, start: int, end: int) -> None:
        self._origins[start:end] = [Origin.QUOTED] * (min(end, len(self._lines)) - start)

    def _quoted(self, at: int) -> bool:
        return at < len(self._lines) and is_quote(self._lines[at])

    def _next_words(self, at: int) -> int:
        """The next line from `at` that is not empty; the number of lines if there is none."""
        while at < len(self._bare) and not self._bare[at]:
            at += 1
        return at

    def _end(self, at: int, reach: _Reach, above: bool) -> int:
        """The line behind the quote whose marker ends before line `at`."""
        below = self._next_words(at)
        if reach is not _Reach.REST and self._quoted(below):
            return below
        if reach is _Reach.REST or (reach is _Reach.BELOW and above):
            return len(self._lines)
        if reach is _Reach.MARKED:
            return at
        while below < len(self._bare) and self._bare[below]:
            below += 1
        return below

    def _opening(self, at: int, above: bool) -> _Opening | None:
        """The marker that begins in this line, if one does."""
        bare = self._bare[at]
        if not bare:
            return None
        if FORWARD.match(bare):
            return _Opening(1 + self._header_lines(at + 1), _Reach.REST)
        if REPLY_ABOVE.match(bare):
            return _Opening(1, _Reach.REST) if above else _Opening(1, _Reach.MARKED)
        if ORIGINAL.match(bare):
            return _Opening(1 + self._header_lines(at + 1), _Reach.BELOW)
        if CAPTION.match(bare) and (self._header_lines(at + 1) or self._quoted(self._next_words(at + 1))):
            return _Opening(1 + self._header_lines(at + 1), _Reach.BELOW)
        if RULE.match(bare):
            return self._ruled_block(at)
        return self._attribution(at) or self._block(at, above)

    # Attribution lines

    def _attribution(self, at: int) -> _Opening | None:
        joined = ""
        for count in range(1, MAX_WRAP + 1):
            last = at + count - 1
            if last >= len(self._bare) or not self._bare[last] or (count > 1 and self._quoted(last)):
                return None
            joined = f"{joined} {self._bare[last]}".strip()
            before_quote = self._quoted(self._next_words(at + count))
            if joined.endswith(":") and introduces(joined, before_quote=before_quote, wrapped=count > 1):
                return _Opening(count, _Reach.BELOW)
            second = self._bare[at + 1] if at + 1 < len(self._bare) else ""
            if len(joined) > MAX_LINE or not may_wrap(self._bare[at], second, count):
                return None
        return None

    # Header blocks

    def _header_lines(self, at: int) -> int:
        """How many lines from `at` belong to a header block, empty lines before it included; 0 without one."""
        start = self._next_words(at)
        fields, end = self._fields(start)
        return end - at if fields else 0

    def _fields(self, at: int) -> tuple[list[tuple[str, str]], int]:
        """The labelled lines from `at` as (kind, value), and the line behind them."""
        fields: list[tuple[str, str]] = []
        while at < len(self._lines) and len(fields) < 12:
            if found := labelled(self._lines[at]):
                fields.append(found)
            elif not (fields and self._goes_on(at, fields[-1][0])):
                break
            at += 1
        return fields, at

    def _goes_on(self, at: int, kind: str) -> bool:
        """A long list of recipients or subject wrapped onto the next line; more header lines must follow."""
        if not self._bare[at] or kind not in ("recipient", "subject", "other") or at + 1 >= len(self._lines):
            return False
        return labelled(self._lines[at + 1]) is not None

    def _ruled_block(self, at: int) -> _Opening | None:
        """Outlook draws a line above its header block: then one line that names the sender is enough."""
        start = self._next_words(at + 1)
        fields, end = self._fields(start)
        if fields and fields[0][0] == "sender" and (len(fields) > 1 or ADDRESS.search(fields[0][1])):
            return _Opening(end - at, _Reach.BELOW)
        return None

    def _block(self, at: int, above: bool) -> _Opening | None:
        """A header block without anything to announce it."""
        fields, end = self._fields(at)
        if not fields or not self._written_by_program(fields, at, above):
            return None
        return _Opening(end - at, _Reach.BELOW)

    def _stands_apart(self, at: int) -> bool:
        return at == 0 or not self._bare[at - 1]

    def _written_by_program(self, fields: list[tuple[str, str]], at: int, above: bool) -> bool:
        """Told apart from "Van: Hooiweg 1 / Aan: Dorpsstraat 2" and from the head of a letter."""
        values = dict(reversed(fields))
        timed = has_time(values.get("date", ""))
        if not above:
            return timed and "sender" in values
        if fields[0][0] != "sender":
            return self._to_others(fields, values) or (timed and "subject" in values)
        if timed:
            return True
        if self._writer_himself(values["sender"]) or not (self._stands_apart(at) or {"date", "subject"} <= set(values)):
            return False
        return "subject" in values or bool(ANGLED.search(values["sender"])) or self._ours(values["sender"])

    def _writer_himself(self, value: str) -> bool:
        """A block that names the writer heads his own letter, or his own earlier words: new either way."""
        return bool(self._writer & names_in(value))

    def _ours(self, value: str) -> bool:
        address = ADDRESS.search(value)
        return address is not None and address[0].lower().rpartition("@")[2] == self._own_domain

    def _to_others(self, fields: list[tuple[str, str]], values: dict[str, str]) -> bool:
        """A copied mail that went to somebody else."""
        address = ADDRESS.search(values.get("recipient", ""))
        if not address or "subject" not in values or not self._own_domain or fields[0][0] != "recipient":
            return False
        return not self._ours(values["recipient"])
