"""Codes and passphrases that people retype: made, found in text and compared. Randomness is passed in."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.cases.links import without_tokens

Choose = Callable[[str], str]
"""Picks one character of a text, unpredictably: `secrets.choice`."""

_LETTERS = "ACDEFGHJKMNPQRTVWXY"
_DIGITS = "34679"  # no letter looks like these
_ALPHABET = _LETTERS + "2" + _DIGITS + "58"
"""Without 0 O, 1 I L, and of U V, S 5, B 8, Z 2 one each: what is mistyped for the other reads back (`normalise`)."""

_MISREAD = str.maketrans("SBZU", "582V")

CODE_LENGTH = 8
FOUND_AT_MOST = 10
"""Candidate codes taken from one mail: together they cost one try, so a mail full of guesses must not be many."""

_SEPARATORS = r"[\s\-\u2010-\u2015\u2212_.]"
_CANDIDATE = re.compile(
    rf"(?<![^\W_])(?=([0-9A-Za-z]{{4}}{_SEPARATORS}{{0,3}}[0-9A-Za-z]{{4}})(?![^\W_]))",
)
_PASSPHRASE = re.compile(r"(?<![^\W_])[0-9A-Za-z]{4}(?:\s?[\-\u2010-\u2015\u2212]\s?[0-9A-Za-z]{4}){4}(?![^\W_])")
_CODE = re.compile(rf"[{_DIGITS}][{_ALPHABET}]{{6}}[{_LETTERS}]")


def new_code(choose: Choose) -> str:
    """A fresh code as it is shown, such as 7KDA-X9MT: 34 bits, which five tries cannot guess.

    It begins with a digit and ends with a letter, so that no word, amount or telephone number reads like one.
    """
    middle = "".join(choose(_ALPHABET) for _ in range(CODE_LENGTH - 2))
    code = choose(_DIGITS) + middle + choose(_LETTERS)
    return f"{code[:4]}-{code[4:]}"


def normalise(text: str) -> str:
    """A code as it is compared: capitals, without separators, look-alikes read as what we could have written."""
    return re.sub(r"[\W_]", "", text).upper().translate(_MISREAD)


def find_code(new_text: str) -> tuple[str, ...]:
    """What may be a code in text that somebody wrote, normalised, in order, at most FOUND_AT_MOST."""
    found: dict[str, None] = {}
    for match in _CANDIDATE.finditer(new_text):
        candidate = normalise(match[1])
        if _CODE.fullmatch(candidate):
            found.setdefault(candidate)
        if len(found) == FOUND_AT_MOST:
            break
    return tuple(found)


def without_codes(text: str, mask: str) -> str:
    """The text with `mask` in place of whatever reads as a code, passphrase or link of ours: for a reader outside."""
    text = _PASSPHRASE.sub(mask, without_tokens(text, mask))
    kept, at = [], 0
    for match in _CANDIDATE.finditer(text):
        start, end = match.span(1)
        if start >= at and _CODE.fullmatch(normalise(match[1])):
            kept += [text[at:start], mask]
            at = end
    return "".join((*kept, text[at:]))


def new_passphrase(choose: Choose) -> str:
    """A fresh passphrase, such as k7dm-x93p-…: five groups of four, 95 bits, lower case."""
    alphabet = _ALPHABET.lower()
    return "-".join("".join(choose(alphabet) for _ in range(4)) for _ in range(5))
