"""Which change a writer asks for: field, old value, new value. Rather none than a wrong one; a person fills the gap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.triage.identifiers import BIRTHDATE, btws, emails, ibans, phones, postcodes, without_bsn
from bot.triage.verdict import StatedCorrection

_MAX = 8000  # characters looked at

_OLD = re.compile(
    r"\b(?:oud\w{0,2}|was|niet|van|old|former|previous|instead of|in plaats van|not|from|voorheen|eerst"
    r"|verlopen|bestaat|vervalt|eraf|alt\w{0,2}"
    r"|er staat|staat nu|geregistreerd|bekend\w?|opgenomen|vastgelegd)\W{1,3}$",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"\b(?:nieuw\w{0,2}|wordt|naar|moet zijn|moet|worden|new|to|should be|is nu|voortaan|now|maar|juiste|goede"
    r"|correct\w?|neu\w{0,2}|erop|zijn|is"
    r"|veranderen in|wijzigen in|in)\W{1,3}$",
    re.IGNORECASE,
)
_AFTER_NEW = re.compile(
    r"^\W{0,3}(?:moet het zijn|is (?:het )?(?:goed\w?|juist\w?|nieuwe?)|van maken|worden|maken)\b", re.IGNORECASE
)
_AFTER_OLD = re.compile(
    r"^\W{0,3}(?:is|bestaat|klopt|vervalt|wordt|doet|straks|gebruik)\W{1,3}(?:[\w']{1,12}\W{1,3}){0,4}"
    r"(?:niet|oud\w?|fout|verkeerd|opgeheven|verlopen|geen|opgezegd)\b",
    re.IGNORECASE,
)
_CONTEXT = 32

_NAME = (
    r"((?:[A-ZÀ-Ý][\w'’.&-]{0,30}|van|de|der|den|het|ter|ten)(?: (?:[A-ZÀ-Ý0-9&][\w'’.&-]{0,30}|van|de|der"
    r"|den|het|ter|ten|en|B\.V\.)){0,5})"
)
_FROM_TO = re.compile(rf"\b(?:van|from) [\"“'‘]?{_NAME}[\"”'’]? (?:naar|in|to) [\"“'‘]?{_NAME}")
_NOT_BUT = re.compile(rf"\b(?:niet|not) [\"“'‘]?{_NAME}[\"”'’]?,? (?:maar|but) [\"“'‘]?{_NAME}")
_MUST_BE = re.compile(
    rf"[\"“'‘]?{_NAME}[\"”'’]?[,.;:]?\s{{1,2}}(?i:dit |dat |it |this )?(?i:moet zijn|should be|dient te zijn):?"
    rf" ?[\"“'‘]?{_NAME}"
)
_STREET = re.compile(
    r"\b((?:[A-ZÀ-Ý][\w'’.-]{1,30} ){0,3}[A-ZÀ-Ý][\w'’.-]{0,30}(?:straat|weg|laan|plein|kade|gracht|singel"
    r"|dijk|hof|pad|steeg|plantsoen|markt|dreef"
    r"|lane|street|road|straße|strasse|horst|kamp|veld|ring|park|wal|haven|burg|es|akker|berg|Zuid|Noord|Oost|West)"
    r"|[A-ZÀ-Ý][\w'’.-]{2,30}) (\d{1,5} ?-?(?:[a-zA-Z]\b|[0-9]{1,3}\b)?)(?![\w€%])"
)
_CITY = re.compile(
    r"^,? ?(?:te |in )?((?:'s-|'t |Den |De |Het |St\. )?[A-ZÀ-Ý][\w'’-]{1,24}(?: (?:aan|den|de|op|bij"
    r"|a/d)(?: [a-z]{2,3})? [A-ZÀ-Ý][\w-]{1,20})?)"
)
_NEW_ADDRESS = re.compile(
    r"\b(?:nieuw\w? (?:\w{1,10} )?(?:adres|woonadres|vestigingsadres|postadres)|verhuis\w{0,2}|adres\w{0,8}"
    r"|new address|moved to|address is|woon (?:ik )?nu"
    r"|(?:wonen|zitten|woon|zit) (?:we |wij |ik )?(?:nu|sinds|voortaan)|umgezogen|veranderen in|wijzigen (?:in"
    r"|naar)|moet zijn|nieuw:)",
    re.IGNORECASE,
)
_COMPANY_WORDS = re.compile(
    r"\b(?:handelsnaam|bedrijfsnaam|bedrijf|company|firma|stichting|onderneming|b\.?v\.?|licentie staat)\b",
    re.IGNORECASE,
)
_NAME_WORDS = re.compile(
    r"\b(?:naam|achternaam|voornaam|name|surname|heet|getrouwd|gescheiden|huwelijk|contactpersoon|eigenaar)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b")
_BIRTH_WORDS = re.compile(r"\b(?:geboorte\w{0,6}|geboren|date of birth|birth ?date)\b", re.IGNORECASE)
_KVK_NUMBER = re.compile(r"(?<![\w-])\d{8}(?![\w-])")
_KVK_WORDS = re.compile(r"\b(?:kvk|k\.v\.k|handelsregister|chamber of commerce)", re.IGNORECASE)


def corrections_in(text: str, own_address: str | None = None) -> tuple[StatedCorrection, ...]:
    """The changes stated in the new words of a mail; `own_address` is no new value unless it is said to be one."""
    text = without_bsn(text[:_MAX])
    found = [
        *_values("iban", text, ibans),
        *_values("email", text, emails, own_address),
        *_values("phone", text, phones),
        *_values("btw", text, btws),
        *_kvk(text),
        *_birthdate(text),
        *_address(text),
        *_name(text),
    ]
    return tuple(found)


def _values(
    field: str, text: str, finder: Callable[[str], Iterator[str]], own: str | None = None
) -> Iterator[StatedCorrection]:
    """A value that stands beside a word for "new", and one beside a word for "old", if there is any."""
    old: str | None = None
    new: str | None = None
    for value in dict.fromkeys(finder(text)):
        place = _place(text, value)
        if place is None:
            continue
        before, after = text[max(0, place[0] - _CONTEXT) : place[0]], text[place[1] : place[1] + _CONTEXT]
        if _AFTER_OLD.search(after):
            old = old or value
        elif _NEW.search(before) or _AFTER_NEW.search(after):
            new = new or (value if value != own or re.search(r"(?i)nieuw|naar|new", before) else None)
        elif _OLD.search(before):
            old = old or value
    if new is not None and new != old:
        yield StatedCorrection(field, old, new)


def _place(text: str, value: str) -> tuple[int, int] | None:
    """Where a tidied value stands in the text, spaces, dots and case aside."""
    loose = r"[ .]?".join(re.escape(letter) for letter in value.replace(" ", ""))
    match = re.search(loose, text, re.IGNORECASE)
    return (match.start(), match.end()) if match else None


def _kvk(text: str) -> Iterator[StatedCorrection]:
    if not _KVK_WORDS.search(text):
        return
    yield from _values("kvk", text, lambda whole: (match.group() for match in _KVK_NUMBER.finditer(whole)))


def _birthdate(text: str) -> Iterator[StatedCorrection]:
    if not _BIRTH_WORDS.search(text):
        return
    yield from _values("birthdate", text, lambda whole: (match.group() for match in _DATE.finditer(whole)))
    if not _DATE.search(text) and (match := BIRTHDATE.search(text)):
        yield StatedCorrection("birthdate", None, match.group(1))


def _address(text: str) -> Iterator[StatedCorrection]:
    """Street, postcode and city of the new address, and of the old one if both are given."""
    said = _NEW_ADDRESS.search(text)
    if said is None:
        return
    places = [
        (match.start(), match.group(1).strip() + " " + match.group(2).strip(), match.end())
        for match in _STREET.finditer(text)
    ]
    codes = list(dict.fromkeys(postcodes(text)))
    new = _new_place(text, places, said.end())
    if new is None or (
        not codes and not said.group().lower().startswith(("nieuw", "new", "verhuis", "moved", "adres", "woon"))
    ):
        return
    old = next((street for _, street, _ in places if street != new[1]), None)
    yield StatedCorrection("street", old, new[1])
    yield from _code_and_city(text, new[2])


def _new_place(text: str, places: list[tuple[int, str, int]], after: int) -> tuple[int, str, int] | None:
    """The street that is said to be new: beside such a word, else the last one after the announcement."""
    for place in places:
        if re.search(
            r"(?i)\b(?:nieuw\w?|naar|to|new|wordt|nu)\b[^\n]{0,20}$", text[max(0, place[0] - _CONTEXT) : place[0]]
        ):
            return place
    later = [place for place in places if place[0] >= after]
    return later[-1] if later else None


def _code_and_city(text: str, start: int) -> Iterator[StatedCorrection]:
    rest = text[start : start + 70]
    code = re.match(r"[^\w\n]{0,4}\n?([1-9]\d{3} ?[A-Za-z]{2})\b", rest)
    city_from = code.end() if code else 0
    if code:
        written = code.group(1).replace(" ", "").upper()
        yield StatedCorrection("postcode", None, f"{written[:4]} {written[4:]}")
    city = _CITY.match(rest[city_from:].lstrip(","))
    if city and (code or re.match(r",? ?(?:te |in |, )", rest)):
        yield StatedCorrection("city", None, city.group(1))


def _name(text: str) -> Iterator[StatedCorrection]:
    for pattern in (_FROM_TO, _NOT_BUT, _MUST_BE):
        for match in pattern.finditer(text):
            field = _name_field(text, match)
            if field is not None:
                yield StatedCorrection(field, match.group(1).strip(), match.group(2).strip(" ."))
                return


def _name_field(text: str, match: re.Match[str]) -> str | None:
    around = text[max(0, match.start() - 90) : match.end() + 10]
    if _COMPANY_WORDS.search(around):
        return "company"
    return "name" if _NAME_WORDS.search(around) else None
