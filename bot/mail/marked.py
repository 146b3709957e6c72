"""Lines that begin with `>`: marked by a program because they are quoted, or by the writer, for a list of his own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from bot.mail.markers import ADDRESS, MAX_WRAP, doubtful_quote, introduces, is_quote, speaks

_MAX_ITEMS = 12  # of a list of the writer's own
_ITEM = re.compile(r">(?!\s?>).{1,99}\Z")
_WORD = re.compile(r"\w")


def quoted_lines(lines: Sequence[str], bare: Sequence[str], *, answers: bool) -> list[bool]:
    """Which lines a program marked. `bare` are the same lines without blanks round them.

    In a mail that answers nothing (`answers` is false) a short list needs an introduction to be a quote; in an answer,
    and below a quote, it is one unless his own sentence with a colon stands above it.
    """
    quotes: list[bool] = []
    for marked, run in groupby(lines, key=is_quote):
        start = len(quotes)
        end = start + sum(1 for _ in run)
        quoted = marked and not _own_list(bare, start, end, answers=answers)
        quotes += [quoted] * (end - start)
        answers = answers or quoted
    return quotes


def _own_list(bare: Sequence[str], start: int, end: int, *, answers: bool) -> bool:
    """A run of lines with one `>` each that nothing introduces as somebody's words."""
    items = [line for line in bare[start:end] if answers or line != ">"]
    if all(map(doubtful_quote, items)):
        return True
    if len(items) > _MAX_ITEMS or not all(_ITEM.match(item) and _WORD.search(item) for item in items):
        return False
    above = _words_above(bare, start)
    if above is not None and (_introduced(bare, above) or speaks(bare[above])):
        return False
    return not answers or (above is not None and bare[above].endswith(":"))


def _words_above(bare: Sequence[str], at: int) -> int | None:
    """The line with the last words above this one, over one empty line at most."""
    return next((line for line in range(at - 1, max(0, at - 2) - 1, -1) if bare[line]), None)


def _introduced(bare: Sequence[str], last: int) -> bool:
    """An attribution ends in this line, or at least an address and a colon do."""
    if not bare[last].endswith(":"):
        return False
    if ADDRESS.search(bare[last]):
        return True
    joined = ""
    for more, line in enumerate(reversed(bare[max(0, last - MAX_WRAP + 1) : last + 1])):
        if not line or is_quote(line):
            return False
        joined = f"{line} {joined}".rstrip()
        if introduces(joined, before_quote=True, wrapped=more > 0):
            return True
    return False
