"""How numbers and addresses are written in a mail: e-mail, account, postcode, telephone, Chamber of Commerce, VAT.

Bounded patterns and check digits: rather none than a wrong one. Whose a number is, `identifiers.py` decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from stdnum import iban as iban_number
from stdnum import numdb
from stdnum.nl import bsn, btw

from bot.triage.citizen_number import btw_of_company, btw_of_today, may_hold_bsn, spoken_of
from bot.triage.firms import firm_written

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]{2,4}){3,8}\b")
POSTCODE = re.compile(r"(?<![\w./-])([1-9]\d{3})(?: ?|-(?=[A-Z]{2}\b))((?i:[A-Z]{2}))\b(?![\d-])")
_BETWEEN_GROUPS = re.compile(r"[ .-]")
_WORD_OF_TWO = re.compile(
    r"a[flnstu]|by|d[aeu]|e[nrtx]|he|i[fkmnst]|j[ae]|l[ae]|me|n[aour]|o[fmnpru]|so|t[eo]|u[nw]|we|z[eou]", re.IGNORECASE
)
"""What stands behind a year more often than the letters of a postcode: "1948 en niet 1984"."""
_POSTCODE_BEFORE = re.compile(r"(?i)\bpost(?:al )?codes?\W{1,3}(?:\w{1,10}\W{1,2}){0,3}$")
_HOUSE_BEFORE = re.compile(r"[^\W\d_]{3} \d{1,4} ?[a-z]?,?\s$")
_TOWN_BEHIND = re.compile(r"[ ,]{1,2}[A-Z][a-z]")
_SHORTEST_PHONE = 10  # digits
_FEWEST_DIGITS = 3  # of a customer or invoice number
NO_DATE = r"(?!\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})(?![-.]?\d))"
_NO_HOURS = r"(?!\d\d\.\d\d-\d\d)"
_NO_VAT = r"(?<!\bNL )(?<!\bBE )(?<!\bDE )(?<!\bFR )(?<!\bLU )"
PHONE = re.compile(
    rf"(?<![\w.]){_NO_VAT}{NO_DATE}{_NO_HOURS}"
    r"\(?(?:(?:\+|00)49(?: ?\(0\))?(?:[ /-]{0,2}\d){9}(?:[ /-]{0,2}\d[/-]?\d|[/-]?\d)(?!\w)"
    r"|(?:\+\d{2}\)? ?(?:\(0\) ?)?|00[1-9]\d\)? ?)(?:[1-9]\d{0,2} ?[-/–] ?(?=\d))?(?:[ .-]?\d){7,10}"
    r"|(?=0[1-9](?:[^\w\n]{0,3}\d){8}(?!\w))0[1-9]\d{0,2}(?:\)? ?[-/–.]? ?)\d(?:[ .-]?\d){5,7})(?!\w)"
)
_KVK_DIGITS = rf"{NO_DATE}(?:\d{{8}}|(?!0[16])\d{{2}}(?:[ .]?\d{{2}}){{3}})(?![ .-]?\d)"
_SUM = r"omzet|kapitaal|winst|balans|bedrag"
_NO_OTHER_NUMBER = r"(?!(?:bsn|burgerservice|sofi|tel|mob|gsm|fax|iban|btw|klant|\d))"
KVK = re.compile(
    r"\b(?:kvk|k\.v\.k\.?|handelsregister|kamer van koophandel|chamber of commerce|coc)\W{0,3}"
    rf"(?:(?:(?!{_SUM}){_NO_OTHER_NUMBER}[\w-]{{1,15}}\W{{1,3}}){{0,4}}({_KVK_DIGITS})"
    r"|(?:(?:nummer|nr|is|wordt)\W{1,3}){0,3}(?!0[16])(\d{2}[ .]\d{3}[ .]\d{3}))\b(?! ?(?:euro|eur\b|€))",
    re.IGNORECASE,
)
_KVK_ALONE = re.compile(rf"(?<![\w.-])(?<!\d ){_KVK_DIGITS}(?![\w-])")
_KVK_BRACKETED = re.compile(
    r"([A-Z][\w'’&.-]{1,30}(?: [\w'’&.-]{1,30}){0,5}) \(((?!(?:19|20)\d\d[01]\d[0-3]\d)\d{8})\)"
)
"""Eight digits in brackets behind what a company is called."""
_KVK_BY_ITSELF = re.compile(r"((?!0[16]|19|20|(?:0[1-9]|[12]\d|3[01])(?:0\d|1[0-2])(?:19|20))\d{8})( ?\(kvk\))?", re.I)
"""Eight digits that are all there is, and no date."""
_PIECES = re.compile(r"[|·•]")
_FOOT = 6  # lines
BTW = re.compile(r"\b(?:NL[ .]?)?\d{4}[ .]?\d{2}[ .]?\d{3}[ .]?B[ .]?\d{2}\b", re.IGNORECASE)
_FOREIGN_BTW = re.compile(
    r"\b(?:BE ?[01]\d{3}[ .]?\d{3}[ .]?\d{3}|BE ?\d{3}\.\d{3}\.\d{3}|DE ?\d{9}|ATU ?\d{8}|LU ?\d{8}"
    r"|FR ?[A-Z\d]{2} ?\d{3} ?\d{3} ?\d{3}|IE ?\d{7}[A-Z]{1,2}|IT ?\d{11}|ES ?[A-Z]\d{7}[A-Z\d]|PL ?\d{10}|DK ?\d{8})\b"
)
"""Of the countries whose firms write to us; the country has to stand before it in capitals."""
BIRTHDATE = re.compile(
    r"\b(?:geboren|geb\.?|geboortedatum|date of birth|born|dob)\W{1,3}(?:[a-z]{1,12}\W{1,2}){0,3}"
    r"(\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{4})",
    re.IGNORECASE,
)
_OWN = ("kleinboek", "gravytrain")


def bare(value: str) -> str:
    return re.sub(r"\W", "", value).lower()


_POINT = r"(?: ?[(\[](?:punt|dot)[)\]] ?|[ _](?:punt|dot)[ _])"
_DOT = rf"(?:\.|{_POINT}| \. )"
_LINES = r"(?: (?:liggend |laag )?streepje | underscore )"
_TOPS = r"(?:nl|com|be|de|eu|net|org|info|frl|amsterdam|shop|online|example|test)"
_AT = r"(?: ?[(\[](?:at|apenstaart(?:je)?)[)\]] ?| apenstaart(?:je)? | @ |[ _]at[ _])"
_SPELLED = (
    rf"([a-z][\w+-]{{0,30}}(?:(?:{_DOT}|{_LINES})[\w+-]{{1,30}}){{0,4}}){_AT}"
    rf"([a-z0-9-]{{1,40}}(?:(?:{_DOT}|{_LINES})[a-z0-9-]{{1,30}}){{0,3}}?{_DOT}{_TOPS})\b(?![\w@-])"
)
SPELLED_EMAIL = re.compile(rf"(?<![\w@.]){_SPELLED}", re.IGNORECASE)
"""An address as it is spoken, or as robots do not read it: "jan (at) bakker.example", "info at x punt nl"."""
_SPELLED_OUT = re.compile(
    r"((?:^|[:;,(]|\b(?:op|is|als|via|naar|mail|e-?mail|mailadres|adres|login|onder|met|wordt|was|worden|dus|haal|van|wis))\s?)"
    rf"{_SPELLED}",
    re.IGNORECASE | re.MULTILINE,
)
"""Such an address where it must begin: of "jan de vries at x punt nl" nobody knows how much of it is one."""


def with_addresses(text: str) -> str:
    """The text with every address that is spelled out as it is meant."""
    return _SPELLED_OUT.sub(lambda found: f"{found[1]}{_as_meant(found[2], found[3])}", text)


def as_address(value: str) -> str:
    """An address that may be spelled out, as it is meant."""
    spelled = SPELLED_EMAIL.fullmatch(value)
    return _as_meant(spelled[1], spelled[2]) if spelled else value


def _as_meant(name: str, host: str) -> str:
    return "@".join(_spoken(part) for part in (name, host)).lower()


def _spoken(part: str) -> str:
    lined = re.sub(" underscore ", "_", re.sub(r" (?:liggend |laag )?streepje ", "-", part, flags=re.I), flags=re.I)
    return re.sub(_DOT, ".", lined, flags=re.IGNORECASE)


def emails(text: str) -> Iterator[str]:
    """Addresses named in the text, not our own."""
    for match in EMAIL.finditer(text):
        address = match.group().rstrip(".-").lower()
        if not any(own in address.rpartition("@")[2] for own in _OWN):
            yield address


def ibans(text: str) -> Iterator[str]:
    """Account numbers without spaces, also those with a slip in their check digits.

    The slip is for staff to see: no record has such a number, and none is changed to it (`datamap/validators.py`).
    """
    yield from (number for number, _, _ in _accounts(text))


def _accounts(text: str) -> Iterator[tuple[str, int, int]]:
    """Account numbers, and where they begin and end."""
    capitals, at = _in_capitals(text), 0
    while match := IBAN.search(capitals, at):
        begin, at = match.start(), match.start() + 2
        ends = [one.start() for one in _BETWEEN_GROUPS.finditer(capitals, begin, match.end())]
        for end in (match.end(), *reversed(ends)):  # a word behind the number may look like its tail
            compact = _BETWEEN_GROUPS.sub("", capitals[begin:end])
            if _built_like_an_account(compact):
                yield compact, begin, end
                at = end
                break


def _in_capitals(text: str) -> str:
    """As long as the text: of "ß" come two capitals."""
    return "".join(one.upper() if len(one.upper()) == 1 else one for one in text)


def _built_like_an_account(compact: str) -> bool:
    """Letters and digits as its country has them (ISO 13616).

    The check digits may be wrong where letters tell an account from a VAT or an order number.
    """
    if len(compact) != _account_length(compact[:2]):
        return False
    slip = not compact[4:].isdigit()
    checked = compact[:2] + iban_number.calc_check_digits(compact) + compact[4:] if slip else compact
    return bool(iban_number.is_valid(checked, check_country=False))


@lru_cache(maxsize=512)
def _account_length(country: str) -> int:
    """Characters of an account in a country, nought where there are none ("4!a10!n" and four ahead of it: 18)."""
    [(_, about)] = numdb.get("iban").info(country)
    return sum(map(int, re.findall(r"\d+", about["bban"]))) + 4 if "bban" in about else 0


def without_ibans(text: str) -> str:
    """The text with its account numbers blanked: parts of them read as telephone numbers and streets."""
    for _, begin, end in list(_accounts(text)):
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def postcodes(text: str) -> Iterator[str]:
    """Dutch postcodes as "1234 AB"."""
    for match in POSTCODE.finditer(text):
        letters = match.group(2)
        if letters.upper() not in ("SA", "SD", "SS") and not _is_a_word(text, match):
            yield f"{match.group(1)} {letters.upper()}"


def _is_a_word(text: str, match: re.Match[str]) -> bool:
    """A year, or digits, and a word ("9756 en de letters"), unless "postcode" stands before it or a town behind it."""
    digits, letters = match.groups()
    may_be_word = digits.startswith(("19", "20")) or letters.islower()
    if not may_be_word or " " not in match.group() or not _WORD_OF_TWO.fullmatch(letters):
        return False
    before = text[: match.start()][-30:]
    named = _POSTCODE_BEFORE.search(before) or _HOUSE_BEFORE.search(before)
    town = (letters.isupper() or not digits.startswith(("19", "20"))) and _TOWN_BEHIND.match(text, match.end())
    return not (named or town)


def phones(text: str) -> Iterator[str]:
    """Telephone numbers as written, of a length that exists."""
    for match in PHONE.finditer(without_ibans(text)):
        digits = re.sub(r"\D", "", match.group().replace("(0)", ""))
        most = 11 if re.match(r"0[1-9]", digits) else 15 if digits.startswith("0049") else 14
        if _SHORTEST_PHONE <= len(digits) <= most:
            yield _unbracketed(match.group().strip())


def _unbracketed(number: str) -> str:
    """Without a bracket that is closed elsewhere: "(06-12990034" of "het oude (06-12990034)"."""
    return number[1:] if number.startswith("(") and ")" not in number else number


def kvks(text: str) -> Iterator[str]:
    """Chamber of Commerce numbers: eight digits after the word, or in brackets behind a company."""
    yield from (re.sub(r"\D", "", match[1] or match[2]) for match in KVK.finditer(text))
    yield from (match[2] for match in _KVK_BRACKETED.finditer(text) if firm_written(match[1]))


_LAST = 40  # characters
_KVK_LAST = re.compile(r"(?<!\d), ?(?!(?:19|20)\d\d[01]\d[0-3]\d)(?![0-3]\d[01]\d(?:19|20)\d\d)(\d{8})[.]?\s*\Z")


def kvk_that_ends(text: str) -> str | None:
    """Eight digits behind the last comma of a mail: "Gebr. Hammink, 74410911". No day, and no second of two numbers."""
    found = _KVK_LAST.search(text[-_LAST:])
    return found[1] if found else None


def kvk_at_the_foot(text: str) -> str | None:
    """The number that stands by itself in the last lines: marked, or beside a company, an account or a VAT number."""
    lines = [line for line in text.splitlines() if line.strip()][-_FOOT:]
    pieces = [piece.strip() for line in lines for piece in _PIECES.split(line)]
    beside = [firm_written(piece) or next(ibans(piece), None) or next(btws(piece), None) for piece in pieces]
    for number, piece in enumerate(pieces):
        match = _KVK_BY_ITSELF.fullmatch(piece)
        if match and (match[2] or any(beside[max(0, number - 1) : number + 2])):
            return match[1]
    return None


def kvk_numbers(text: str) -> Iterator[str]:
    """What is written like such a number, with or without the word: eight digits, no date and no telephone."""
    yield from (re.sub(r"\D", "", match.group()) for match in _KVK_ALONE.finditer(text))


def btws(text: str) -> Iterator[str]:
    """VAT numbers: Dutch ones that hold no citizen service number, and foreign ones by their country."""
    text = without_ibans(text)
    abroad = (one for one in _FOREIGN_BTW.finditer(text) if not spoken_of(text, *one.span()))
    foreign = (re.sub(r"\W", "", one.group()) for one in abroad)
    yield from (number for number in foreign if not may_hold_bsn(number))
    for match in BTW.finditer(text):
        compact = re.sub(r"\W", "", match.group()).upper()
        compact = compact if compact.startswith("NL") else f"NL{compact}"
        digits = compact[2:11]
        own = btw_of_today(digits) or (btw.is_valid(compact) and not bsn.is_valid(digits))
        if btw_of_company(digits) or (own and not spoken_of(text, *match.span())):
            yield compact


def groups(*patterns: re.Pattern[str], digits: int = _FEWEST_DIGITS) -> Callable[[str], Iterator[str]]:
    """What the patterns find, the first pattern's first; nothing that may be a citizen service number."""
    return lambda text: (
        number.strip()
        for pattern in patterns
        for match in pattern.finditer(text)
        if (number := next(filter(None, match.groups()), "")) and not may_hold_bsn(number)
        if sum(letter.isdigit() for letter in number) >= digits
    )
