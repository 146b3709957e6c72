"""Who only tells a house number keeps the street on file: "nummer 41 moet 14 zijn". In doubt a person decides."""

from __future__ import annotations

import re

_POSTCODE = r"(?![1-9]\d{3}[ ]?[A-Z]{2}\b)"
_ADDITION = (
    r"(?:[ ]?[-/]?[ ]?[a-z](?!\w)|[ ]?[-/][ ]?\d{1,4}(?!\w)|[ -](?:bis|hs|huis|rood|zwart|links|rechts|boven)(?!\w))"
)
_NUMBER = rf"{_POSTCODE}[1-9]\d{{0,4}}"
_ALONE = re.compile(
    rf"(?:(?:nr|no|nummer|huisnummer|huisnr)\b[.:]?[ ]?)?(?P<number>{_NUMBER})(?P<addition>{_ADDITION})?", re.IGNORECASE
)
_WHOLE = re.compile(
    rf"(?P<street>(?:\d{{1,2}}e[ ])?[^\d,]*[^\W\d_]{{3}}[^\d,]*?)[ ](?P<number>{_NUMBER})(?P<addition>{_ADDITION})?",
    re.IGNORECASE,
)
_NO_HOUSE = re.compile(r"(?i)\b(?:postbus|antwoordnummer|po box|unit|bus|app\w*|appartement|kamer|t/?o)\b")
_MOVES = re.compile(r"(?i)\b(?:verhui\w*|postbus|antwoordnummer|straat|moved|umgezogen)\b|appartement")


def number_alone(value: str) -> str | None:
    """The house number, where the value is nothing else: "nr. 14 a" gives "14 a". None for a whole address."""
    found = _ALONE.fullmatch(value.strip())
    return found["number"] + (found["addition"] or "") if found else None


def on_the_street_of(on_file: str | None, stated: str, old: str | None = None) -> str | None:
    """The stated address; of a house number alone the street on file with it.

    None where a person must decide: no plain street and number on file, another number than the `old` one that was
    told, or an addition on file of which the writer says nothing.
    """
    number = number_alone(stated)
    if number is None:
        return stated
    whole = _WHOLE.fullmatch((on_file or "").strip())
    if whole is None or _NO_HOUSE.search(whole["street"]):
        return None
    there, said = whole["number"] + (whole["addition"] or ""), old and (number_alone(old) or old.strip())
    if said and said.lower() not in (there.lower(), whole.group().lower(), whole["number"]):
        return None
    if whole["addition"] and number.isdigit():
        return None
    return f"{whole['street']} {number}"


def street_stays(text: str) -> bool:
    """Whether nothing in a mail says that more changes than a house number."""
    return _MOVES.search(text) is None
