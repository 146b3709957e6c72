"""The citizen service number (BSN) and old VAT numbers that hold it: known, so that they are never read (UAVG 46)."""

from __future__ import annotations

import re

from stdnum.nl import bsn

_NINE_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[ ./-]?\d){8})(?!\d))")
_EIGHT_DIGITS = re.compile(r"(?<![\w.-])\d{8}(?![\w-])")
_NEAR = 40  # characters
_BSN_CONTEXT = re.compile(r"(?i)\b(?:bsn|burgerservice\w{0,8}|sofi\w{0,8})")


def without_bsn(text: str) -> str:
    """The text with every citizen service number, and every VAT number that contains one, blanked."""
    whole = re.sub(
        r"(?<![\w.])(?:NL[ -]?)?\d(?:[ ./-]?\d){8}(?:[ .-]?B[ .]?\d{2})?(?!\w)",
        lambda match: _blanked(match, text),
        text,
    )
    return _EIGHT_DIGITS.sub(lambda match: _blanked_short(match, whole), whole)


def may_hold_bsn(value: str) -> bool:
    """Nine digits in a row, marks between them aside, that pass the check of a citizen service number."""
    return any(bsn.is_valid(re.sub(r"\D", "", match[1])) for match in _NINE_DIGITS.finditer(value))


def spoken_of(text: str, begin: int, end: int) -> bool:
    """Whether the words round a number speak of a citizen service number: then it may be one, mistyped."""
    return _BSN_CONTEXT.search(text[max(0, begin - _NEAR) : end + _NEAR]) is not None


def _blanked_short(match: re.Match[str], text: str) -> str:
    """A number that lost the nought in front, beside the words for one."""
    short = bsn.is_valid("0" + match.group()) and spoken_of(text, *match.span())
    return "x" * len(match.group()) if short else match.group()


def _blanked(match: re.Match[str], text: str) -> str:
    digits = re.sub(r"\D", "", match.group())[:9]
    if not bsn.is_valid(digits):
        return match.group()
    vat = re.search(r"B[ .]?\d{2}$", match.group()) is not None
    spoken = spoken_of(text, *match.span())
    blank = not btw_of_company(digits) and (spoken or not btw_of_today(digits)) if vat else spoken
    return "x" * len(match.group()) if blank else match.group()


def btw_of_company(digits: str) -> bool:
    """A VAT number in the range of legal persons (RSIN, 8…): no citizen has it."""
    return digits.startswith("8")


def btw_of_today(digits: str) -> bool:
    """A VAT number as one-man businesses have it since 2020, drawn by lot: no citizen service number begins so."""
    return digits.startswith("00")
