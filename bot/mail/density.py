"""How much of a page is read: a page of nothing but tags costs the parser far more than words do."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass

MAX_HTML = 256 * 1024  # characters
MAX_TAGS = 12_000  # of all pages of a mail together: the busiest newsletters have half as many
MAX_OPEN = 300  # elements open at once: a long thread of replies nests less than half as deep
MAX_WALKED = 400_000  # tags times the elements open at each: a parser may look at all of these for each tag

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,15})?", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_CLOSED_BY_THE_NEXT = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
        *("p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "colgroup"),
        *("html", "head", "body", "title"),
    }
)
"""Elements that mail programs rightly leave open, or that never hold anything."""


@dataclass(slots=True)
class Appetite:
    """How much is read of the pages of one mail together."""

    tags: int = MAX_TAGS
    bluntly: int = 1024 * 1024  # characters of which only the words are taken


@dataclass(frozen=True, slots=True)
class Serving:
    """A page in three: what a parser reads, of what follows only the words, and whether something is left over."""

    page: str
    words: str
    left_over: bool


def served(page: str, appetite: Appetite) -> Serving:
    """As much of the page as the mail may still cost."""
    end = _end(page, appetite)
    rest = page[end : end + appetite.bluntly]
    appetite.bluntly -= len(rest)
    words = " ".join(html.unescape(_ANY_TAG.sub(" ", rest)).split())
    return Serving(page[:end], words, end + len(rest) < len(page))


def _end(page: str, appetite: Appetite) -> int:
    """Where the parser stops. One pass over the tags; nothing is built."""
    opened: Counter[str] = Counter()
    depth = walked = 0
    for tag in _TAG.finditer(page, 0, MAX_HTML):
        if appetite.tags <= 0 or depth > MAX_OPEN or walked > MAX_WALKED:
            return tag.start()
        appetite.tags -= 1
        walked += depth
        name = (tag[2] or "").lower()
        step = -1 if tag[1] else 1
        if name and name not in _CLOSED_BY_THE_NEXT and (step > 0 or opened[name]):
            opened[name] += step
            depth += step
    return min(len(page), MAX_HTML)
