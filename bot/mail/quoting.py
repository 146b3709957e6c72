"""What the writer wrote now, told apart from what his mail program quoted below, above or between it.

Markers only: `>` lines, attribution lines ("Op ... schreef ...:"), header blocks and "original message" rules, as
Dutch, English, German and French programs write them. In doubt a line counts as new: showing a quote twice is a
nuisance, losing the customer's words is a fault. Nothing is thrown away: the segments joined are the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from itertools import groupby, pairwise

from bot.mail.blocks import Block, People, block_at, by_program, names_in, under_a_rule
from bot.mail.marked import quoted_lines
from bot.mail.markers import (
    CAPTION,
    FORWARD,
    GROUPWISE,
    MAX_LINE,
    MAX_WRAP,
    ORIGINAL,
    OUTLOOK_RULE,
    REPLY_ABOVE,
    RULE,
    ZOHO,
    cuts,
    introduces,
    may_wrap,
)

_MAY_BE_GLUED = re.compile(r"schre|wrote|(?i:oorspronkelijk|origin[ae])")
_GREETING = re.compile(
    r"(?:(?:met |veel )?(?:vriendelijke |hartelijke |beste |sportieve )?groet(?:en|jes)?|mvg|m\.v\.g|hoogachtend"
    r"|gr\b\.?|(?:kind |best |warm )?regards|(?:mit )?freundlichen? gr[üu](?:ß|ss)en?|cordialement)\b.{0,60}\Z",
    re.IGNORECASE,
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
    REST = auto()  # everything below, but for what the writer signed under a forwarded mail


@dataclass(frozen=True, slots=True)
class _Opening:
    lines: int  # that the marker itself takes
    reach: _Reach


def split(text: str, own_domain: str = "", writer: str = "", *, answers: bool = True) -> Split:
    """Take the text apart. Pure and total; linear in the number of lines.

    `own_domain` is the mailbox's own: a copied mail "Aan: ... Onderwerp: ..." to another domain is a quote, a letter
    head that names us is not. `writer` is the From header as shown: a block "Van: ... Onderwerp: ..." without time or
    address that names him is his own letter. `answers`: the mail answers or forwards another; in one that does not,
    lines with `>` that nothing introduces are a list of his own.
    """
    lines = _lines(text)
    origins = _Reader(lines, People(own_domain.lower(), names_in(writer)), answers=answers).origins()
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
    """The lines with their ends; a line where an attribution is glued on or goes on behind its colon is cut."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        edges = [0, *(cuts(line) if _MAY_BE_GLUED.search(line) else []), len(line)]
        lines += [line[start:end] for start, end in pairwise(edges)]
    return lines


class _Reader:
    """One pass over the lines."""

    def __init__(self, lines: list[str], people: People, *, answers: bool) -> None:
        self._lines = lines
        self._bare = [line[:MAX_LINE].strip().removeprefix("\ufeff").replace("\xa0", " ") for line in lines]
        self._people = people
        self._quotes = quoted_lines(lines, self._bare, answers=answers)
        self._origins = [Origin.NEW] * len(lines)

    def origins(self) -> list[Origin]:
        """The origin of every line."""
        at, above = 0, False
        while at < len(self._lines):
            if self._quoted(at) and not GROUPWISE.match(self._bare[at]):
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
        return at < len(self._lines) and self._quotes[at]

    def _next_words(self, at: int) -> int:
        """The next line from `at` that is not empty; the number of lines if there is none."""
        while at < len(self._bare) and not self._bare[at]:
            at += 1
        return at

    def _end(self, at: int, reach: _Reach, above: bool) -> int:
        """The line behind the quote whose marker ends before line `at`."""
        below = self._next_words(at)
        if self._quoted(below):
            return below
        if self._barred(below):
            return next((n for n in range(below, len(self._bare)) if not self._barred(n)), len(self._bare))
        if reach is _Reach.REST:
            return self._own_tail(below) or len(self._lines)
        if reach is _Reach.BELOW and above:
            return len(self._lines)
        if reach is _Reach.MARKED:
            return at
        while below < len(self._bare) and self._bare[below]:
            below += 1
        return below

    def _barred(self, at: int) -> bool:
        return at < len(self._bare) and self._bare[at].startswith("|") and not self._bare[at].endswith("|")

    def _own_tail(self, start: int) -> int | None:
        """Where the writer's own words begin below a forwarded mail: behind its greeting, if he signs after that."""
        greetings = [at for at in range(start, len(self._bare)) if _GREETING.match(self._bare[at])]
        if len(greetings) < 2 or self._opens_again(start) or not self._signed(greetings[-1]):
            return None
        if self._signed(greetings[-2]):
            return None
        at = greetings[-2]
        while at < len(self._bare) and self._bare[at]:
            at += 1
        at = self._next_words(at)
        return at if at < greetings[-1] else None

    def _signed(self, at: int) -> bool:
        """The writer's name stands in this greeting or right below it."""
        words = " ".join(self._bare[at : self._next_words(at + 1) + 1])
        return bool(self._people.writer & names_in(words))

    def _opens_again(self, start: int) -> bool:
        """The thread goes on below: then a name at its end is that of an older mail."""
        return any(
            self._quoted(at) or ORIGINAL.match(self._bare[at]) or self._attribution(at) or self._block(at, above=True)
            for at in range(start, len(self._bare))
        )

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
        if GROUPWISE.match(bare) or ZOHO.match(bare):
            return _Opening(1, _Reach.BELOW)
        if CAPTION.match(bare) and (self._header_lines(at + 1) or self._quoted(self._next_words(at + 1))):
            return _Opening(1 + self._header_lines(at + 1), _Reach.BELOW)
        if RULE.match(bare):
            return self._ruled_block(at)
        return self._attribution(at) or self._block(at, above=above)

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
        block = block_at(self._bare, self._next_words(at))
        return block.end - at if block else 0

    def _ruled_block(self, at: int) -> _Opening | None:
        block = block_at(self._bare, self._next_words(at + 1))
        if block and under_a_rule(block, self._people, outlook=bool(OUTLOOK_RULE.match(self._bare[at]))):
            return _Opening(block.end - at, _Reach.BELOW)
        return None

    def _block(self, at: int, *, above: bool) -> _Opening | None:
        """A header block without anything to announce it."""
        block: Block | None = block_at(self._bare, at)
        apart = at == 0 or not self._bare[at - 1]
        if block and by_program(block, self._people, above=above, apart=apart):
            return _Opening(block.end - at, _Reach.BELOW)
        return None
