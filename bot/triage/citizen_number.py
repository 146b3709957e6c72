"""The citizen service number (BSN) and old VAT numbers that hold it: known, so that they are never read (UAVG 46)."""

from __future__ import annotations

import re

from stdnum.nl import bsn

_NINE_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[ ./-]?\d){8})(?!\d))")
_BSN_CONTEXT = re.compile(r"(?i)\b(?:bsn|burgerservice\w{0,8}|sofi\w{0,8})")


def without_bsn(text: str) -> str:
    """The text with every citizen service number, and every VAT number that contains one, blanked."""
    return re.sub(
        r"(?<![\w.])(?:NL[ -]?)?\d(?:[ ./-]?\d){8}(?:[ .-]?B[ .]?\d{2})?(?!\w)",
        lambda match: _blanked(match, text),
        text,
    )


def may_hold_bsn(value: str) -> bool:
    """Nine digits in a row, marks between them aside, that pass the check of a citizen service number."""
    return any(bsn.is_valid(re.sub(r"\D", "", match[1])) for match in _NINE_DIGITS.finditer(value))


def _blanked(match: re.Match[str], text: str) -> str:
    digits = re.sub(r"\D", "", match.group())[:9]
    if not bsn.is_valid(digits):
        return match.group()
    near = text[max(0, match.start() - 40) : match.end() + 40]
    vat = re.search(r"B ?\d{2}$", match.group()) is not None
    blank = not btw_of_company(digits) if vat else _BSN_CONTEXT.search(near) is not None
    return "x" * len(match.group()) if blank else match.group()


def btw_of_company(digits: str) -> bool:
    """A VAT number in the range of legal persons (RSIN, 8…): no citizen has it."""
    return digits.startswith("8")
