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
_TOWN = r"(?:,? ?[A-ZÀ-Ý][\w'’-]{1,24}(?: (?:aan|den|de|op|bij) [\w-]{2,20})?)?"
"""What may stand between a postcode and the words that are said of both."""
_STAYS_AFTER = re.compile(rf"{_TOWN}\W{{0,2}}(?i:(?:{_ADVERB} ){{0,2}}{_STAYING}\b)")
_FINE = r"(?:goed|juist|correct|in orde|prima|ok[eé]?)"
_RIGHT = re.compile(
    rf"{_TOWN}(?i:,? (?:klopt(?: (?:wel|ook|nog|al))?"
    rf"|(?:(?:dat|die) )?(?:is|was|staat|stond)(?: (?:al|wel|nog|ook)){{0,2}} {_FINE})"
    rf"|:? ?\(?{_FINE}\)?)(?= ?(?:[.,;)!\n]|$))"
)
_BRACKETED = re.compile(r"\(([^()\n]{2,140})\)")
_REST_STAYS = re.compile(
    rf"(?i)\W{{0,2}}(?:en (?:de |het )?\w{{2,12}} )?(?:{_ADVERB} ){{0,2}}"
    rf"(?:{_STAYING}|hoe(?:ft|ven) niet|verander(?:t|en) niet|laat (?:maar |u |je )?staan"
    r"|mag (?:gewoon |zo )?blijven)\b"
)
_REST_WAS_RIGHT = re.compile(rf"(?i)\b(?:wel|al|ook) {_FINE} $")
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
    if _STAYS_BEFORE.search(before) or _STAYS_AFTER.match(after) or _among_what_stays(text, begin):
        return True
    breath = re.split(r"[.!?\n]", before)[-1]
    return not corrected and _RIGHT.match(after) is not None and not _FAULT.search(breath)


def _among_what_stays(text: str, begin: int) -> bool:
    """In brackets beside words that say so: "de rest (4811 ZC, Breda) laat maar staan", "had u wel goed (9422 CT)"."""
    near = max(0, begin - 150)
    held = next((one for one in _BRACKETED.finditer(text, near, begin + 150) if one.start() < begin < one.end()), None)
    if held is None:
        return False
    before = text[max(0, held.start() - CONTEXT) : held.start()]
    return _REST_STAYS.match(text, held.end()) is not None or _REST_WAS_RIGHT.search(before) is not None
