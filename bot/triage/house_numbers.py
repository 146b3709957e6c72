"""Who only tells a house number keeps the street on file ("nummer 41 moet 14 zijn"), and who only tells a street its
number ("Hoofdweg moet Hoofdstraat zijn"). In doubt a person decides."""

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
_CALLED = re.compile(
    r"(?i)\b(?:he(?:et|ten|ette)|hernoemd|omgedoopt|herindeling|moet (?:\w+ )?(?:zijn|worden|wezen)|hoort|gespeld"
    r"|spelling|schrijf\w*|tikfout|typfout|geen|niet|should be|called|heißt)\b"
)
_REMOVED = re.compile(
    r"(?i)\b(?:verhui\w*|woon\w*|wonen|zit(?:ten)?|gevestigd|gegaan|vertrokken|adres (?:is|wordt)"
    r"|nieuwe? (?:woning|huis|adres)|postbus|antwoordnummer|per 1|moved|live|relocated|umgezogen)\b"
)
_NUMBER_BEHIND = re.compile(
    r"(?i)[ ,:(-]{0,4}(?:(?:op|met) )?(?:huis)?(?:nummer|nr|no)\b|[ ,:(-]{0,4}\d|[ ](?:een|twee|drie|vier|vijf|zes"
    r"|zeven|acht|negen|tien|elf|twaalf|\w+tien|\w+tig)\b"
)
_STREET_ALONE = re.compile(r"[^\d,;:@|()]*[^\W\d_]{3}[^\d,;:@|()]*")
_SPELLED = re.compile(
    r"(?i)\b(?:nummer|nr|huisnummer)\b"
    r"|(?:een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|tig|honderd)(?= |$)"
)


def number_alone(value: str) -> str | None:
    """The house number, where the value is nothing else: "nr. 14 a" gives "14 a". None for a whole address."""
    found = _ALONE.fullmatch(value.strip())
    return found["number"] + (found["addition"] or "") if found else None


def street_alone(value: str) -> bool:
    """Whether the value is the name of a street without a number, in digits or in words."""
    return _STREET_ALONE.fullmatch(value) is not None and _SPELLED.search(value) is None


def street_of(value: str) -> str | None:
    """The street of an address, or of one without its number."""
    whole = _WHOLE.fullmatch(value.strip())
    return whole["street"] if whole else value.strip() if street_alone(value) else None


def street_is_renamed(text: str, street: str) -> bool:
    """Whether a mail says how a street is called, tells of no removal, and no number stands behind the street.

    Else a number on file may no longer be the writer's.
    """
    behind = [text[match.end() :] for match in re.finditer(re.escape(street), text)]
    numbered = any(_NUMBER_BEHIND.match(rest) for rest in behind)
    return _CALLED.search(text) is not None and _REMOVED.search(text) is None and not numbered


def on_the_street_of(on_file: str | None, stated: str, old: str | None = None) -> str | None:
    """The stated address; of a house number alone the street on file with it, of a street alone the number on file.

    None where a person must decide: no plain street and number on file, another number or street than the `old` one
    that was told, or an addition on file of which the writer says nothing.
    """
    if street_alone(stated) and old and street_of(old):
        return _with_number_of((on_file or "").strip(), stated, old.strip())
    number = number_alone(stated)
    if number is None:
        return stated
    whole = _plain_house((on_file or "").strip())
    if whole is None:
        return None
    there, said = whole["number"] + (whole["addition"] or ""), old and (number_alone(old) or old.strip())
    if said and said.lower() not in (there.lower(), whole.group().lower(), whole["number"]):
        return None
    if whole["addition"] and number.isdigit():
        return None
    return f"{whole['street']} {number}"


def _plain_house(on_file: str) -> re.Match[str] | None:
    """An address of a street and a house number; none of a postbox, a unit or a flat."""
    whole = _WHOLE.fullmatch(on_file)
    return whole if whole is not None and not _NO_HOUSE.search(whole["street"]) else None


def _with_number_of(on_file: str, stated: str, old: str) -> str | None:
    """The new street with the number on file, if it has one, where the old one that was told is on file."""
    if on_file.lower() == old.lower() and street_alone(on_file):
        return stated
    whole = _plain_house(on_file)
    if whole is None or old.lower() not in (whole["street"].lower(), on_file.lower()):
        return None
    return f"{stated} {on_file[whole.end('street') :].strip()}"


def street_stays(text: str) -> bool:
    """Whether nothing in a mail says that more changes than a house number."""
    return _MOVES.search(text) is None
