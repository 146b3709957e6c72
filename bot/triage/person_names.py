"""How a person's name is written: initials, particles, titles, doubled names; and what is surely none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.triage.signature_words import CALLINGS, FUNCTIONS, NO_NAME, SHORT_NAMES, TITLES

LETTER = r"[^\W\d_]"
UPPER = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĘĚĞĪİŁŃŇŌŘŚŞŠŤŪŮŹŻŽА-ЯЁЇІЄҐΑ-Ω]"
PARTICLE = (
    r"(?:van|Van|de|De|der|den|ter|Ter|ten|Ten|te|het|in|op|aan|'t|’t|'s|v\.?d\.?|vd|v/d|von|zu|el|El|al|la|le|du|da|dos"
    r"|del|di|bin|ben|ap|ó)"
)
LEADING = r"(?:van|Van|de|De|der|den|ter|Ter|ten|Ten|'t|’t|el|El|Al)"
INITIALS = rf"(?:(?:Th|Chr?|Tj|Sj|Ph|IJ|Joh|Fr|Jac|{UPPER})\.[ -]?){{1,6}}"
WORD = rf"{UPPER}(?:{LETTER}|['’-]){{1,24}}"
NAME = (
    rf"(?:{LEADING}[ ]){{0,3}}(?:{INITIALS}|{WORD})"
    rf"(?:[ ]?(?<=[ .-])(?:{PARTICLE}[ ]){{0,3}}(?:{INITIALS}|{WORD})){{0,4}}"
    rf"(?:[ ](?i:sr|jr)\b\.?)?"
)
"""A pattern: "J.W. van den Berg", "Anna-Maria El Amrani", "De Wit"."""

COUPLE = rf"{WORD}[ ](?:en|und|and|&|\+|et)[ ]{NAME}"
_SMALL = re.compile(rf"{LETTER}{{2,15}}(?:[ ](?:{PARTICLE}[ ]){{0,3}}{LETTER}{{2,20}}){{0,2}}")
_WHOLE = re.compile(NAME)
_WORD_BEFORE = re.compile(r"\w")
_AND = re.compile(r"[ ](?:en|und|and|&|\+|et)[ ]")
_BOTH = re.compile(COUPLE)
_TITLE_WORDS = "|".join(word.replace("_", " ") for word in TITLES)
_TITLE = re.compile(rf"^(?:(?:(?i:{_TITLE_WORDS})\b\.?|w\.g\.)[ ]){{1,4}}(?={UPPER}|{PARTICLE}[ ])")
_CALLING = re.compile(
    rf"^(?i:{'|'.join(CALLINGS)})[ ](?=(?:{INITIALS}|{WORD})[ ]?(?<=[ .])(?:{PARTICLE}[ ]){{0,3}}{UPPER})"
)
_DEGREE = re.compile(r"[ ,]{1,2}(?:RA|AA|RB|MSc|BSc|LLM|MBA|PhD|b\.d\.|e\.a\.|cs|c\.s\.)$")
_FUNCTION = re.compile(rf"(?i)\b(?:{'|'.join(FUNCTIONS)})\b|[@\d|·•*=_<>\"“”]|\.(?:nl|com|example|be|eu|shop)\b")
_KEEPS_STOP = re.compile(rf"(?:(?:^|[ .-]){UPPER}|[ ][sSjJ]r)\.$")
_LONGEST = 50  # characters of a name


def name_written(text: str, *, small: bool = False) -> str | None:
    """The text as a name, without titles and degrees, if it is nothing but one: of a couple the first.

    `small`: also one in lower case.
    """
    name = without_title(text)
    if _BOTH.fullmatch(name):
        name = _AND.split(name, maxsplit=1)[0]
    if not may_be_name(name):
        return None
    if _WHOLE.fullmatch(name) or (small and name.islower() and _SMALL.fullmatch(name)):
        return name
    return None


def ends_of(name: str, text: str) -> Iterator[int]:
    """Where the name ends in the text, each time that it begins a word there."""
    at = text.find(name)
    while at >= 0:
        if _WORD_BEFORE.fullmatch(text, max(0, at - 1), at) is None:
            yield at + len(name)
        at = text.find(name, at + 1)


def without_title(name: str) -> str:
    """The name alone: no "mw.", no "RA"; a full stop only behind an initial, sr. or jr."""
    bare = name.strip().lstrip(" ,.!-–—*").rstrip(" ,;:!-–—*")
    bare = _DEGREE.sub("", _CALLING.sub("", _TITLE.sub("", bare, count=1))).strip()
    return bare if _KEEPS_STOP.search(bare) else bare.rstrip(" .")


def may_be_name(name: str) -> bool:
    """Whether no word of it says that it is something else."""
    words = [word.strip(".,'’").lower() for word in name.split()]
    short = len(words) == 1 and len(words[0]) < 3 and words[0] not in SHORT_NAMES
    return bool(words) and not short and len(name) <= _LONGEST and not says_more(name) and NO_NAME.isdisjoint(words)


def says_more(text: str) -> bool:
    """A function, a telephone, an address: something beside a name."""
    return _FUNCTION.search(text) is not None
