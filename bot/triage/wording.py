"""A text cut into sentences and folded for comparison: what the model, the word families and the reasons work on."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 40_000  # of one text; what lies beyond is not read by triage
MAX_SENTENCES = 400

_ENDS = re.compile(r"(?<=[.!?…])[\"'”’)\]]{0,3}\s+(?=\S)|\n{2,}|\n(?=\s{0,8}(?:[-*•–·]|\d{1,2}[.)]|[a-z]\))\s)|;\s")
_CUT = re.compile(r"[,:]\s{1,3}|\s(?:en|and|und|et|maar|but|want|daarna|[-–])\s")
_LONG = 70  # characters from which a sentence may hold more than one wish
_TOO_LONG = 1500  # no sentence any more
_CLAUSE_SPACES = 3
_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"[\u0300-\u036f]")
_ADDRESS = re.compile(r"\S{1,64}@\S{1,128}")
_LINK = re.compile(r"\bhttps?://\S{1,500}", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_ABBREVIATION = re.compile(
    r"\b(?:dhr|mevr?|mw|dr|mr|drs|ing|ir|prof|nr|nrs|art|tel|bijv|bv|st|incl|excl|evt|jl|o\.a|t\.a\.v|i\.v\.m|m\.b\.t"
    r"|d\.w\.z|a\.u\.b|s\.v\.p|z\.s\.m|mrs|ms|e\.g|i\.e|ltd|burg|gebr|fa|zr|ds|em|past|jhr|jkvr|sj|tj|chr?|th|ph|fam|stg"
    r"|wed|afd|str|kon|mgr|[a-z])\.$",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each an exact substring of it, in order; lines and list items count as sentences."""
    found: list[str] = []
    start = 0
    text = text[:MAX_CHARS]
    for end in _ENDS.finditer(text):
        piece = text[start : end.start()]
        if _ABBREVIATION.search(piece[-8:]) and "\n" not in end.group():
            continue
        found.extend(_lines(piece))
        start = end.end()
        if len(found) >= MAX_SENTENCES:
            return tuple(found[:MAX_SENTENCES])
    found.extend(_lines(text[start:]))
    return tuple(found[:MAX_SENTENCES])


def clauses(sentence: str) -> tuple[str, ...]:
    """The parts of a long sentence that could stand alone, each an exact substring; none if it has no such parts."""
    if not _LONG <= len(sentence) <= _TOO_LONG:
        return ()
    found: list[str] = []
    start = 0
    for cut in _CUT.finditer(sentence):
        enough = min(sentence.count(" ", start, cut.start()), sentence.count(" ", cut.end())) >= _CLAUSE_SPACES
        if enough:
            found.append(sentence[start : cut.start()])
            start = cut.end()
    return (*found, sentence[start:]) if found else ()


def _lines(piece: str) -> list[str]:
    """A piece as one sentence, unless short lines show that it is a letter head, a list or a signature."""
    lines = [line.strip() for line in piece.split("\n")]
    if len(lines) > 1 and any(len(line) < 40 for line in lines[:-1]):
        return [line for line in lines if _WORD.search(line)]
    stripped = piece.strip()
    return [stripped] if _WORD.search(stripped) else []


def folded(text: str) -> str:
    """Lower case, without accents, digits all 0, addresses and links as one word."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text[:MAX_CHARS].lower())[:MAX_CHARS])
    plain = plain.replace("’", "'").replace("ı", "i")
    return _DIGIT.sub("0", _LINK.sub(" weblink ", _ADDRESS.sub(" mailadres ", plain)))


def words(folded_text: str) -> list[str]:
    """The words of a folded text, in order."""
    return _WORD.findall(folded_text)
