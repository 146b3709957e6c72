"""Who only tells a house number keeps the street that is on file: "nummer 41 moet 14 zijn"."""

from __future__ import annotations

import re

_ADDITION = r"(?:[ ]?[-/]?[ ]?[a-z]{1,2}|[ ]?[-/][ ]?\d{1,4})(?!\w)"
_NUMBER = rf"\d{{1,5}}(?:{_ADDITION})?(?:[ -](?:bis|hs|huis|rood|zwart|links|rechts|boven))?"
_ALONE = re.compile(rf"(?:(?:nr|no|nummer|huisnummer|huisnr)\b[.:]?[ ]?)?({_NUMBER})", re.IGNORECASE)
_ON_FILE = re.compile(rf"(.*[^\W\d_]{{3}}(?:.*[\w.])?)[ ]+{_NUMBER}", re.IGNORECASE)


def number_alone(value: str) -> str | None:
    """The house number, where the value is nothing else: "nr. 14 a" gives "14 a". None for a whole address."""
    found = _ALONE.fullmatch(value.strip())
    return found[1] if found else None


def on_the_street_of(on_file: str | None, stated: str) -> str | None:
    """The stated address; of a house number alone the street on file with it, None where there is no such street."""
    number = number_alone(stated)
    if number is None:
        return stated
    street = _ON_FILE.fullmatch((on_file or "").strip())
    return f"{street[1]} {number}" if street else None
