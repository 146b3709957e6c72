"""What a company is called: by its legal form, its trade, or its place below or behind the name of who signs."""

from __future__ import annotations

import re

from bot.triage.person_names import PARTICLE, UPPER, says_more
from bot.triage.signature_words import LEADING_FORMS, LEGAL_FORMS, TRADES

_FORM = rf"(?:{'|'.join(LEGAL_FORMS)})"
_WORD = rf"{UPPER}[\w'’.&+-]{{0,25}}"
_PIECE = rf"(?:{_WORD}|&|\+|{PARTICLE}|en|und|and|[0-9]{{1,3}})"
WITH_FORM = re.compile(rf"(?<![\w.&'’+-])({_WORD}(?:[ ]{_PIECE}){{0,5}}[ ]{_FORM})(?![\w])")
LEADING_FORM = re.compile(
    rf"(?<![\w-])((?:{'|'.join(LEADING_FORMS)})[ ](?:{PARTICLE}[ ])?{_WORD}(?:[ ]{_PIECE}){{0,5}})"
)
_TRADING_AS = re.compile(
    r"(?i:h\.?o\.?d\.?n\.?|handelend(?:e)? onder de naam|trading as):?[ ]['\"“‘]?"
    rf"({_WORD}(?:(?<![\w]{{3}}\.)[ ](?!(?i:kvk|btw|te|in|op|van|bij|en ik)\b){_PIECE}){{0,5}})(?![\w])"
)
_ANOTHERS = re.compile(
    r"(?i)\b(?:boekhoud\w{0,4}|accountant|advocaat|bewindvoerder|broer|zus|man|vrouw|buurman|collega)\b"
)
_BEFORE = 50  # characters before a trade name in which it is said whose it is
_TRADE = re.compile(rf"(?i)\b(?:{'|'.join(TRADES)})(?!\w)")
_LEAD = re.compile(r"^(?:(?i:namens|secretariaat|zaakvoerder|dga|hr|ihre?|naam|bedrijf|firmanaam|kantoor van)\b:?[ ])")
_PARTICLE = re.compile(PARTICLE, re.IGNORECASE)
_GENERATIONS = frozenset({"junior", "senior", "jr", "sr"})
_LONGEST = 60  # characters of a company's name


def firm_written(piece: str) -> str | None:
    """The piece as the name of a company, if its legal form or trade says that it is one."""
    name = _LEAD.sub("", piece.strip(" \"“”'")).rstrip(",")
    if not 2 < len(name) <= _LONGEST or len(name.split()) > 7 or "@" in name or re.search(r"\d{3}", name):
        return None
    if WITH_FORM.fullmatch(name) or LEADING_FORM.fullmatch(name.rstrip(".")):
        return name
    called = name[0].isupper() and _TRADE.search(name) and not is_sentence(name) and not says_more(name)
    return name.rstrip(" .") if called else None


def firm_beside(piece: str) -> str | None:
    """The piece as a company's name because of where it stands: behind or below the name of who signs."""
    name = piece.strip(" .,\"“”'")
    words = name.split()
    plain = bool(words) and name[0].isupper() and not set("()") & set(name) and 2 <= len(words) <= 5 and len(name) <= 40
    return (
        name
        if plain and "," not in name and "/" not in name and not says_more(name) and not is_sentence(name)
        else None
    )


def named_after(firm: str, name: str) -> bool:
    """Whether a company has that person in its name: of Pieter Hol "Hol Zonwering", of Fleur Damen "Fleurs Zeepjes".

    Two that share a first or a last name may as well be two people: "Anja Hol", "Pieter Damen". A second last name
    ("Smit Jansen" of Marie Smit) is not told from a trade.
    """
    own = [word for word in name.split() if len(word) > 2 and word[0].isupper() and not _PARTICLE.fullmatch(word)]
    first, *rest = firm.split()
    of_it = first.removesuffix("s").rstrip("'’")
    shared = first in own[1:] or (of_it != first and of_it in own)
    return bool(rest) and shared and rest[0].rstrip(".").casefold() not in _GENERATIONS


def firm_traded_as(text: str, *, first: bool = False) -> str | None:
    """The name under which the text says that somebody does business (Handelsregisterwet 2007, art. 9: handelsnaam).

    Not that of a bookkeeper or a brother. `first`: only where the text begins with it.
    """
    for match in _TRADING_AS.finditer(text):
        own = not _ANOTHERS.search(text[max(0, match.start() - _BEFORE) : match.start()])
        if own and (not first or match.start() == 0):
            return match[1].rstrip(" .,&+'")
    return None


def firms_named(text: str) -> list[str]:
    """Every company of the text that is named with its legal form, once."""
    found = (match[1].strip().rstrip(",") for pattern in (WITH_FORM, LEADING_FORM) for match in pattern.finditer(text))
    return list(dict.fromkeys(found))


def is_trade(word: str) -> bool:
    """Whether it is one word that says what is done, and nothing of what it is called: "Kapsalon"."""
    return _TRADE.fullmatch(word) is not None


def is_sentence(line: str) -> bool:
    """More than three words, of which a third or more is written small and is no particle."""
    words = line.split()
    small = sum(word[0].islower() and not re.fullmatch(PARTICLE, word) for word in words)
    return len(words) > 3 and small > len(words) / 3
