"""What may not stand in a log, event, review mail or view: secrets that came back quoted, and citizen service numbers.

Exports, planned changes and letters are never masked: there the person sees what we hold.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable

from stdnum.nl import bsn

MASK = "•••••"

_BETWEEN = r"[\s\-\u2010-\u2015\u2212_.>]{0,4}"
"""What mail programs and people put between the characters of a code: dashes, line breaks, quote marks."""


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text without these codes and passphrases, however they were spaced, broken or capitalised."""
    for secret in secrets:
        characters = re.findall(r"[^\W_]", secret)
        if characters:
            pattern = _BETWEEN.join(re.escape(character) for character in characters)
            text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
    return text


_NUMBER = re.compile(r"(?<![\w.,-])\d(?:[\s./\-\u2010-\u2015\u2212]?\d){7,8}(?![\w]|[.,-]\d)")
_CONTEXT = re.compile(
    r"\b(?:bsn|b\.\s?s\.\s?n\b|burger[\s-]?service[\s-]{0,3}(?:nummer|nr)\b|sofi[\s-]{0,3}(?:nummer|nr)\b"
    r"|(?:citizen service|social security) (?:number|no|nr)\b)",
    re.IGNORECASE,
)
_CONTEXT_REACH = 40  # characters
_SOLE_TRADER_VAT = re.compile(r"(?<![^\W_])(?:NL[ .-]?)?(\d(?:[ .-]?\d){8})[ .-]?B[ .-]?\d{2}(?![^\W_])", re.IGNORECASE)
_RSIN_START = "8"  # numbers of legal persons; no citizen service number begins so


def masked_bsn(text: str, own: Collection[str] = (), named: Collection[str] = ()) -> str:
    """The text without citizen service numbers (UAVG Art. 46).

    A number counts if it passes the 11-test and a word for it stands within 40 characters, or if it is the VAT number
    of a sole trader from before 2020. `own` are our numbers (KvK, VAT); they and those of legal persons never count.
    `named` are numbers that counted where the text comes from (`numbers_in`): a sentence alone may lack the word.
    """
    ours = {_digits(number)[:9] for number in own}
    text = _SOLE_TRADER_VAT.sub(_masking(lambda match: _personal(_digits(match[1]), ours)), text)
    near = _near_a_word(text, ours)
    return _NUMBER.sub(_masking(lambda match: near(match) or _nine(match) in named), text)


def numbers_in(text: str, own: Collection[str] = ()) -> frozenset[str]:
    """The citizen service numbers in the text, nine digits each."""
    ours = {_digits(number)[:9] for number in own}
    near = _near_a_word(text, ours)
    traders = (_digits(match[1]) for match in _SOLE_TRADER_VAT.finditer(text))
    named = (_nine(match) for match in _NUMBER.finditer(text) if near(match))
    return frozenset((*named, *(number for number in traders if _personal(number, ours))))


def _near_a_word(text: str, ours: Collection[str]) -> Callable[[re.Match[str]], bool]:
    contexts = [match.span() for match in _CONTEXT.finditer(text)]
    starts, ends = [start for start, _ in contexts], [end for _, end in contexts]

    def near(match: re.Match[str]) -> bool:
        """Only the first word that ends within reach can begin within reach: a text may hold thousands of both."""
        first = bisect_left(ends, match.start() - _CONTEXT_REACH)
        close = first < len(starts) and starts[first] - match.end() <= _CONTEXT_REACH
        return close and _valid(_digits(match[0])) and _digits(match[0]) not in ours

    return near


def _nine(match: re.Match[str]) -> str:
    return _digits(match[0]).zfill(9)


def _masking(counts: Callable[[re.Match[str]], bool]) -> Callable[[re.Match[str]], str]:
    return lambda match: MASK if counts(match) else match[0]


def _personal(number: str, ours: Collection[str]) -> bool:
    return number not in ours and not number.startswith(_RSIN_START) and _valid(number)


def _valid(number: str) -> bool:
    return bool(bsn.is_valid(number.zfill(9)))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
