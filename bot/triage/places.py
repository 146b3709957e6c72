"""Where a tidied value stands in a text, and whether the words round it say that it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.triage.numbers import POSTCODE

CONTEXT = 48  # characters round a value that say what becomes of it

_STAYING = (
    r"(?:blij(?:ft|ven)|ongewijzigd|niet (?:gewijzigd|veranderd)|nog (?:hetzelfde|juist)"
    r"|(?:het)?zelfde|nog steeds|nog altijd|stays|remains|unchanged|bleibt|unverändert"
    r"|reste|sigue siendo|hou(?:den)? (?:we|wij|ik)(?! (?:voortaan|nu)))"
)
_ADVERB = r"(?:dus|gewoon|wel|nog|ook|hier|is|zijn)"
_STAYS_BEFORE = re.compile(rf"(?i)\b{_STAYING}(?: {_ADVERB})?(?: (?:op|onder|via))?:? $")
_TOWN = re.compile(r" [A-ZÀ-Ý][a-zà-ÿ][\w'’-]{1,24}(?: (?:aan|den|de|op|bij) [\w-]{2,20})?(?= )")
_FIELD = re.compile(
    r"(?i)\b(?:naam|adres|postcode|straat\w{0,4}|(?:woon)?plaats|e-?mail\w{0,6}|mail|tel\w{0,12}|rekening\w{0,8}|iban|kvk"
    r"|btw)\b"
)
_STAYS_AFTER = re.compile(rf"\W{{0,2}}(?i:(?:{_ADVERB} ){{0,2}}{_STAYING}\b)")
_FINE = r"(?:goed|juist|correct|in orde|prima|ok[eé]?|right|geen vergissing)"
_RIGHT = re.compile(
    rf"(?i:,? (?:klop(?:t|pen)(?: (?:wel|ook|nog|al|allebei))?"
    rf"|(?:(?:dat|die) )?(?:is|zijn|was|staat|staan|stond|are)(?: (?:al|wel|nog|ook|allebei)){{0,2}} {_FINE})"
    rf"|:? ?\(?{_FINE}\)?)(?= ?(?:[.,;)!\n]|$))"
)
_BRACKETED = re.compile(r"\(([^()\n]{2,140})\)")
_REST_STAYS = re.compile(
    rf"(?i)\W{{0,2}}(?:en (?:de |het )?\w{{2,12}} (?:{_ADVERB} ){{0,2}}(?:blijven|hoeven niet|veranderen niet)"
    rf"|(?:{_ADVERB} ){{0,2}}(?:{_STAYING}|hoe(?:ft|ven) niet|verander(?:t|en) niet|laat (?:maar |u |je )?staan"
    r"|mag (?:gewoon |zo )?blijven))\b"
)
_CHANGED = re.compile(r"(?i)\b(?:veranderd|gewijzigd|verhuisd|nieuwe?|wordt|nu|new|moved)\W{0,2}$")
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
    if POSTCODE.fullmatch(text, begin, end) and (town := _TOWN.match(text, end)) and not _FIELD.search(town.group()):
        end = town.end()  # what is said behind the town is said of both
    before, after = text[max(0, begin - CONTEXT) : begin], text[end : end + CONTEXT]
    if _STAYS_BEFORE.search(before) or _STAYS_AFTER.match(after) or _among_what_stays(text, begin):
        return True
    return not corrected and _RIGHT.match(after) is not None and not _at_fault(before)


def _at_fault(before: str) -> bool:
    """Whether the words ahead call something wrong, and do not go on to another field ("Naam: fout. Mail …: goed")."""
    faults = [*_FAULT.finditer(before)]
    return bool(faults) and _FIELD.search(before, faults[-1].end()) is None


def _among_what_stays(text: str, begin: int) -> bool:
    """In brackets beside words that say so: "de rest (4811 ZC, Breda) laat maar staan", "had u wel goed (9422 CT)"."""
    near = max(0, begin - 150)
    held = next((one for one in _BRACKETED.finditer(text, near, begin + 150) if one.start() < begin < one.end()), None)
    if held is None:
        return False
    before = text[max(0, held.start() - CONTEXT) : held.start()]
    if _CHANGED.search(before):
        return False
    return _REST_STAYS.match(text, held.end()) is not None or _REST_WAS_RIGHT.search(before) is not None
