"""A marked value as it is stored: checked where its sort can be checked, completed where only a part was marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.triage.citizen_number import may_hold_bsn, without_bsn
from bot.triage.firms import firm_written
from bot.triage.house_numbers import number_alone, street_alone
from bot.triage.numbers import bare, btws, emails, ibans, kvk_numbers, phones, postcodes
from bot.triage.person_names import PARTICLE, WORD, may_be_name
from bot.triage.values import Spoken
from bot.triage.whole_names import with_form

OTHER = "other"
CHECKED: dict[str, Callable[[str], Iterator[str]]] = {
    "iban": ibans,
    "email": emails,
    "phone": phones,
    "btw": btws,
    "postcode": postcodes,
    "kvk": kvk_numbers,
}
"""Fields whose values are checked: what does not read as one is left to a person."""

_LONGEST = 100  # characters of a value
_LEAST_PART = 4  # letters and digits of a value from which the rest of it is looked for
_LEADING = re.compile(
    r"^(?:achternaam|voornaam|naam|roepnaam|contactpersoon|plaats|adres|eenmanszaak|weduwe)[ ](?=\S)|^[|][ ]"
    r"|^.{2,50}[ ](?:>+|->|→|=>)[ ]"
)
"""What stands before a value and is no part of it: "achternaam Visser", "Visser > De Wit"."""
_PLACED = re.compile(r"^(?:te|TE|in|IN|naar|NAAR|(?:aan|AAN|op)(?: (?:de|het))?)[ ](?=\S)")
_OF_A_STREET = re.compile(
    r"^(?:(?i:pasen|pinksteren|kerst(?:mis)?|woon|zit|nu) )(?:op|aan) de (?=[A-ZÀ-Ý])|^(?:p/a|mar|maar) (?=[A-ZÀ-Ý])"
)
_ARTICLE = re.compile(r"^de (?=[A-ZÀ-Ý])")
_AT = re.compile(r"(?i)\b(?:aan|op|naar|in)\s$")
_STAYS_SO = re.compile(r"(?i)(?:blijft|blijven|ongewijzigd|idem|hetzelfde|zelfde)\b")
_HOUSE = re.compile(r"[\s,]{1,2}(?![1-9]\d{3} ?[A-Za-z]{2}\b)\d{1,5}(?!\d)(?: ?[-/]? ?[A-Za-z]\b| ?[-/] ?\d{1,3}\b)?")
"""A house number behind a street; four digits and two letters are a postcode."""
_ADDITION = re.compile(
    r"(?:[ -](?:bis|hs|huis|zwart|rood|achterhuis)|,? (?:bus|unit) \w{1,6}"
    r"|[ -](?:[A-HJ-T]|[IVX]{1,4})(?=,|\n|$|\.?$|[ ][1-9]\d{3} ?[A-Z]{2}\b))(?![\w'/-]|\.\w)"
)
_SIR = re.compile(r"^(?:(?:de )?(?:heer|mevrouw) (?=\S)|(?:dhr|mevr|mw|drs|ir|mr)\. ?(?=\S))")
_MEETS_NAME = re.compile(r"^(?:in|naar|als|is|heet)[ ](?=[A-ZÀ-Ý])")
_ENDS_NOWHERE = re.compile(r"[ ](?:en|et|and|und|als|y|e)(?:[ ](?:plus|niet|non|pas|not|als))?$")
_LETTER = re.compile(r"[^\W\d_]")
_PART_OF_A_NAME = re.compile(
    r"(?i)\b(?:voorna(?:am|men)|roepna(?:am|men)|achternaam|voorletters?|initia\w{1,5}"
    r"|(?:first|last|family|given)[ -]?name|surname|prénom|vorname|nachname)\b"
)
_SAYS_HOW = re.compile(r"^(?:officieel|voortaan|inmiddels|dus)[ ](?=[A-ZÀ-Ý])")
_CALLED_NEW = re.compile(r"(?i)\b(?:naar|in|wordt|worden|heet|is|ben|maar|dus|nu|voortaan)\W{1,3}$")
_TWO_CAPITALS = re.compile(r"[A-Z]{2}")
_TOWN_BEHIND = (
    r",? ([A-ZÀ-Ý][a-zà-ÿ][\w'’-]{1,24}(?: (?:aan|den|de|op|bij)(?: (?:den|de))? [A-Z][\w-]{1,20})?)(?=[.,;!)\n]|$)"
)
_ON_THE_RIVER = re.compile(r"\b[A-ZÀ-Ý][\w'’-]{1,24} (?:aan|a/d)(?: de[nr]?| het)? $")
_NAMED_STREET = re.compile(r"[^\W\d_]{3}")
_DAY_BEFORE = re.compile(r"(?<!\d)\d{1,2}[ ./-]$")
_YEAR_BEHIND = re.compile(r"[ ./-](?:1[89]|20)\d{2}(?!\d)")
_DAY_IN_NUMBERS = re.compile(r"(?<!\d)\d{1,2}[-./]\d{1,2}[-./](?:(?:1[89]|20)\d{2}|\d{2})(?!\d)")
_SAYS_SOMETHING = re.compile(r"[^\W\d_]{3}|\d[-/. ]\d|^[A-Z]")
"""A value without a field of its own is a word, a date or initials."""
_SURELY_ABROAD = 0.9  # chance of a postcode of another country, which nothing checks
_IN_THREES = re.compile(r"(?!0[16])\d{2}[ .]\d{3}[ .]\d{3}")
_ABROAD = re.compile(r"[A-Z]{1,2}-\d{4,5}|\d{4,5}")


def tidied(one: Spoken, text: str) -> str | None:
    """The value as it is stored. One that is checked may have been marked in part: the whole stands in the text."""
    words = _LEADING.sub("", " ".join(one.words.split()))
    if len(words) > _LONGEST:
        return None
    words = words.strip("'‘’") if words.count("'") + words.count("’") == 1 and words[-1:] in "'’" else words
    if one.field in CHECKED:
        return _checked(one.field, words, text) or _written_otherwise(one, words, text)
    if (one.field == OTHER and not _SAYS_SOMETHING.search(words)) or _STAYS_SO.match(words):
        return None
    words = _COMPLETED[one.field](words, text) if one.field in _COMPLETED else words
    named = words != without_bsn(words) or may_hold_bsn(words) or len(words) > _LONGEST
    return None if named else words


def _checked(field: str, words: str, text: str) -> str | None:
    finder, part = CHECKED[field], bare(words)
    whole = (value for value in finder(text) if len(part) >= _LEAST_PART and part in bare(value))
    if field != "phone":
        return next(finder(words), None) or next(whole, None)
    written = list(whole)
    longer = (value for value in written if bare(value).startswith(part))
    return next(longer, None) or next(finder(words), None) or next(iter(written), None)


def _written_otherwise(one: Spoken, words: str, text: str) -> str | None:
    """A postcode of another country, with its letter or with the town behind it.

    And a number of the Chamber of Commerce in threes ("94 410 227"): without the word for it that may be a sum.
    """
    if one.field == "kvk":
        return re.sub(r"\D", "", words) if _IN_THREES.fullmatch(words) else None
    if one.field != "postcode" or one.chance < _SURELY_ABROAD or not _ABROAD.fullmatch(words):
        return None
    return words if "-" in words or re.search(rf"\b{words} [A-Z][a-z]", text) else None


def _whole_street(street: str, text: str) -> str:
    """The street with its number, and what belongs to the number: "22 bis", "3, unit Q"."""
    if number_alone(street):
        return street  # it stands behind the street on file
    street = _with_number(_without_article(_OF_A_STREET.sub("", _PLACED.sub("", street)), text), text)
    if not _NAMED_STREET.search(street):
        return ""
    once = street[-1:].isdigit() and text.count(street) == 1
    addition = _ADDITION.match(text, text.find(street) + len(street)) if once else None
    return street + addition.group() if addition else street


def _without_article(street: str, text: str) -> str:
    """ "aan de Julianalaan" says where; "De Clercqstraat" is so called."""
    at = text.find(street)
    return _ARTICLE.sub("", street) if at >= 0 and _AT.search(text[max(0, at - 6) : at]) else street


def _with_number(street: str, text: str) -> str:
    """A street with the house number that follows it, or without one (`house_numbers.py`); no part of a street."""
    if any(letter.isdigit() for letter in street):
        return street
    for place in re.finditer(re.escape(street), text):
        if number := _HOUSE.match(text, place.end()):
            return street + " " + number.group().strip(" ,\n\t\r")
    return street if street_alone(street) and not re.search(rf"{re.escape(street)}[ -][A-ZÀ-Ý\d]", text) else ""


def _whole_city(city: str, text: str) -> str:
    """The town, not the letters of the postcode ahead of it, and with what goes before "den Rijn"."""
    if _TWO_CAPITALS.fullmatch(city):
        following = re.search(rf"\d{{4}} ?{city}{_TOWN_BEHIND}", text)
        return following[1] if following else ""
    at = text.find(city)
    before = _ON_THE_RIVER.search(text[:at]) if at >= 0 else None
    return before.group() + city if before else city


def _whole_name(name: str, text: str) -> str:
    """The name without words of the sentence around it, with the surname that always stands behind it."""
    named = _ENDS_NOWHERE.sub("", _MEETS_NAME.sub("", name))
    if _LETTER.fullmatch(named):
        return "" if _PART_OF_A_NAME.search(text) else _behind_initial(named, text)
    surname = " " in named or named.endswith(".") or _PART_OF_A_NAME.search(text)
    return named if surname else _with_surname(named, text)


def _with_surname(name: str, text: str) -> str:
    """Of "Rosalinde" the whole, unless it also stands alone: then a first name is meant ("Rosa heet Rosalinde").

    Of two forms ("van Ellen Kuiper naar Ellen Zwart") that which is called new.
    """
    behind = rf"(?<!\w){re.escape(name)}((?: {PARTICLE}){{0,3}} {WORD})?(?![\w'’-]| &)"
    found = [(match[1], text[: match.start()]) for match in re.finditer(behind, text)]
    if not found or not all(surname for surname, _ in found):
        return name
    called_new = [surname for surname, before in found if _CALLED_NEW.search(before[-20:])]
    whole = f"{name}{(called_new or [found[0][0]])[0]}"
    return whole if may_be_name(whole) and firm_written(whole) is None else name


def _behind_initial(letter: str, text: str) -> str:
    """Of "M" what is written "M. Klok": of more than one the one that is called new. A letter alone is no name."""
    pattern = rf"(?<!\w){letter}\.(?:[A-Z]\.){{0,4}}(?: {PARTICLE}){{0,3}} {WORD}(?=['’\".,;:!?)\n]|$)"
    found = [(match[0].rstrip("'’-"), text[: match.start()]) for match in re.finditer(pattern, text)]
    new = {name for name, before in found if _CALLED_NEW.search(before[-20:])}
    sure = new or {name for name, _ in found}
    return sure.pop() if len(sure) == 1 else ""


def _whole_quoted(words: str, text: str) -> str:
    """What stands between quotation marks, where its beginning was marked: of "klant" 'klant aanschrijven'."""
    quoted = re.search(rf"['‘\"“]({re.escape(words)}[ ][^'’\"”\n]{{1,40}})['’\"”]", text)
    return quoted[1] if quoted else words


def _whole_date(date: str, text: str) -> str:
    """The date with its day and its year: of "1-1987" the whole "03-11-1987", if no other day ends so."""
    at = text.find(date)
    if at < 0:
        return date
    if date[0] in "0123456789./-" and not re.search(rf"(?<![\d./-]){re.escape(date)}", text):
        whole = {day for day in _DAY_IN_NUMBERS.findall(text) if date in day}
        return whole.pop() if len(whole) == 1 else ""
    day = _DAY_BEFORE.search(text[:at]) if not date[:1].isdigit() else None
    year = _YEAR_BEHIND.match(text, at + len(date))
    return (day.group() if day else "") + date + (year.group() if year else "")


_COMPLETED: dict[str, Callable[[str, str], str]] = {
    "street": _whole_street,
    "city": lambda city, text: _whole_city(_PLACED.sub("", city), text),
    "name": lambda name, text: _whole_name(_SIR.sub("", name), text),
    "birth_date": _whole_date,
    OTHER: lambda words, text: _whole_quoted(words, text),
    "company": lambda company, text: with_form(_SAYS_HOW.sub("", company), text),
}
"""Fields of which only a part may have been marked, or more."""
