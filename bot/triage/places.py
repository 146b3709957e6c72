"""Where a tidied value stands in a text, and whether the words round it say that it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

CONTEXT = 48  # characters round a value that say what becomes of it

_STAYING = (
    r"(?:blij(?:ft|ven)|ongewijzigd|(?:het)?zelfde|nog steeds|nog altijd|stays|remains|unchanged|bleibt|unverändert"
    r"|reste|sigue siendo|hou(?:den)? (?:we|wij|ik)(?! (?:voortaan|nu)))"
)
_ADVERB = r"(?:dus|gewoon|wel|nog|ook|hier|is|zijn)"
_STAYS_BEFORE = re.compile(rf"(?i)\b{_STAYING}(?: {_ADVERB})?:? $")
_STAYS_AFTER = re.compile(rf"(?i)\W{{0,2}}(?:{_ADVERB} ){{0,2}}{_STAYING}\b")
_RIGHT = re.compile(
    r"(?i) (?:klopt(?: (?:wel|ook|nog))?|is (?:al |wel |nog |ook )?(?:goed|juist))(?= ?(?:[.,;)!\n]|$))"
)
_FAULT = re.compile(r"(?i)\b(?:fout|verkeerd|onjuist|niet|maar|wrong|not|falsch)\b")


def places(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Where it begins and ends: spaces, dots and case aside, and not within another word."""
    letters = value.replace(" ", "").replace(".", "")
    if letters:
        spaced = "[ .]{0,2}".join(map(re.escape, letters))
        yield from (match.span() for match in re.finditer(rf"(?<![\w-]){spaced}(?![\w-])", text, re.IGNORECASE))


def stays(text: str, value: str, *, corrected: bool) -> bool:
    """Whether the same breath says that the value stays, wherever it stands.

    `corrected`: an old value of its sort is told too; then "klopt" says which of the two is the right one.
    """
    found = list(places(text, value))
    return bool(found) and all(_stays_at(text, begin, end, corrected=corrected) for begin, end in found)


def _stays_at(text: str, begin: int, end: int, *, corrected: bool) -> bool:
    before, after = text[max(0, begin - CONTEXT) : begin], text[end : end + CONTEXT]
    if _STAYS_BEFORE.search(before) or _STAYS_AFTER.match(after):
        return True
    return not corrected and _RIGHT.match(after) is not None and not _FAULT.search(before)
