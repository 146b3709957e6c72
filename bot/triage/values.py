"""Values that a writer states: stretches of pieces that the encoder marks as a new or an old value, or as his name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as about

import numpy as np
from numpy.typing import NDArray

FIELDS = (
    "name",
    "street",
    "postcode",
    "city",
    "email",
    "phone",
    "iban",
    "btw",
    "kvk",
    "company",
    "birth_date",
    "other",
)
_NEW, _OLD, _WHO = "new", "old", "who"
TAGS = ("", *(f"{_NEW} {name}" for name in FIELDS), *(f"{_OLD} {name}" for name in FIELDS))
"""What a piece of a word can be a part of; the first is nothing."""
WHO = ("", f"{_WHO} name", f"{_WHO} company")
"""What a piece can be a part of beside that: by which name, or company, the record of who writes can be found."""

_AROUND = " \t\r\n.,;:!?()[]\"'“”„‘’«»*_>-–/→="
_OPENING = "'’"  # stays in front: 's-Hertogenbosch, 't Zandt
_SHORTENED, _BEHIND_SHORTENED = tuple("stSTn"), (" ", "-")
_WORD = re.compile(rb"\S+")
_SURE = 0.5  # chance from which a word is part of a value
_JOINED = frozenset({"name", "street", "city", "company", "iban", "phone", "postcode", "btw", "birth_date", "other"})
"""Fields whose values may be more than one word."""
_NAMED = frozenset({"name", "street", "city", "company"})
_GOES_ON = frozenset(
    b"van von vom de der den des du di da do dos del della la le les al el het 't 's te ter ten tot op und and et & +"
    b" aan vd v.d.".split()
)
"""Words by which no name ends: "Dirk van" goes on to "Dirk van Schie", "Smit-de" to "Smit-de Wit"."""
_FOLLOWING = re.compile(rb"[ ]([^\s,;:!?()]{1,60})")

Place = tuple[int, int]
"""Where a piece stands in its sentence: from, to, in bytes of UTF-8."""
Chances = NDArray[np.float64]
"""A row per piece, a column per tag."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A value in the writer's own words, and how sure the encoder is that it is new, or is not (0 to 1)."""

    field: str
    new: bool
    words: str = about(repr=False)
    chance: float = 1.0


def spoken(
    sentence: bytes, places: Sequence[Place], scores: NDArray[np.float32], tags: Sequence[str] = TAGS
) -> Iterator[Spoken]:
    """The values in one sentence, in its order. `scores`: log-odds per tag of each of the first pieces."""
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    for run in _runs(list(_words(sentence, places, chances)), tags):
        kind, _, name = tags[run[0].tag].partition(" ")
        end = _whole_end(sentence, run) if name in _NAMED else run[-1].end
        words = _trimmed(sentence[run[0].begin : end].decode("utf-8", "ignore"))
        if words:
            yield Spoken(name, kind == _NEW, words, min(word.chance for word in run))


@dataclass(frozen=True, slots=True)
class _Word:
    """What stands between two spaces, and what most of it is a value of."""

    begin: int
    end: int
    tag: int
    chance: float
    ends: bool  # a comma or the like stands behind it


def _words(sentence: bytes, places: Sequence[Place], chances: Chances) -> Iterator[_Word]:
    """A word is one thing: its pieces vote."""
    for match in _WORD.finditer(sentence):
        own = [
            row
            for (begin, end), row in zip(places, chances, strict=False)
            if begin < match.end() and end > match.start()
        ]
        if not own:
            continue
        vote = np.mean(own, axis=0)
        tag = int(vote[1:].argmax()) + 1
        ends = match.group().endswith((b",", b";", b":", b"!", b"?", b")"))
        yield _Word(match.start(), match.end(), tag if vote[1:].sum() >= _SURE else 0, float(vote[tag]), ends)


def _runs(words: Sequence[_Word], tags: Sequence[str]) -> Iterator[list[_Word]]:
    """Words of one value: next to each other, with the same tag, no comma between."""
    run: list[_Word] = []
    for word in words:
        if run and (word.tag != run[-1].tag or run[-1].ends or tags[word.tag].partition(" ")[2] not in _JOINED):
            yield run
            run = []
        if word.tag:
            run.append(word)
    if run:
        yield run


def _whole_end(sentence: bytes, run: Sequence[_Word]) -> int:
    """Where the name ends of which the last word marked is one that goes on; without it, where nothing follows."""
    begin, end = run[-1].begin, run[-1].end
    while sentence[begin:end].lower().rpartition(b"-")[2] in _GOES_ON:
        following = _FOLLOWING.match(sentence, end)
        if following is None:
            return run[-2].end if len(run) > 1 else end
        begin, end = following.span(1)
    return end


def _trimmed(words: str) -> str:
    """Without the marks around it; a dot that belongs to initials or a legal form stays."""
    begin, end = 0, len(words)
    while begin < end and words[begin] in _AROUND and not _opens(words[begin : begin + 3]):
        begin += 1
    while end > begin and words[end - 1] in _AROUND and not _belongs(words[begin:end]):
        end -= 1
    return words[begin:end]


def _opens(words: str) -> bool:
    return words[0] in _OPENING and words[1:2] in _SHORTENED and words[2:3] in _BEHIND_SHORTENED


def _belongs(words: str) -> bool:
    """Whether the last mark is part of the value: "B.V.", "Jansen & Zn.", "(senior)"."""
    if words.endswith("."):
        return words[:-1].rpartition(" ")[2].count(".") > 0
    return words.endswith(")") and "(" in words
