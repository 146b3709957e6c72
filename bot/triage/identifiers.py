"""What a writer says about who he is: numbers, addresses and names that help to find the record. They prove nothing.

The citizen service number (BSN) is never read, nor an old VAT number of a sole trader, which contains it (UAVG 46).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from stdnum import iban as iban_number
from stdnum.nl import bsn, btw

from bot.triage.firms import firm_written
from bot.triage.principals import acts_for_another, firm_of_principal, principal_of
from bot.triage.signatures import company_of, introduced, signed

FIELDS = (
    "name",
    "street",
    "postcode",
    "city",
    "email",
    "phone",
    "iban",
    "company",
    "kvk",
    "btw",
    "birthdate",
    "other",
)
"""The words for what can be corrected. `identifiers_in` uses some of them, and customer_number and invoice_number."""

MAX_TEXT = 20_000  # characters looked at

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .]?[A-Z0-9]{2,4}){3,8}\b")
POSTCODE = re.compile(r"(?<![\w.])([1-9]\d{3}) ?([A-Z]{2})\b(?!\d)", re.IGNORECASE)
_WORD_OF_TWO = re.compile(
    r"a[flnstu]|by|d[aeu]|e[nrtx]|he|i[fkmnst]|j[ae]|l[ae]|me|n[aou]|o[fmnpru]|so|t[eo]|u[nw]|we|z[eou]", re.IGNORECASE
)
"""What stands behind a year more often than the letters of a postcode: "1948 en niet 1984"."""
_POSTCODE_BEFORE = re.compile(r"(?i)\bpost(?:al )?codes?\W{1,3}(?:\w{1,10}\W{1,2}){0,3}$")
_TOWN_BEHIND = re.compile(r"[ ,]{1,2}[A-Z][a-z]")
_NO_DATE = r"(?!\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})(?![-.]?\d))"
_NO_HOURS = r"(?!\d\d\.\d\d-\d\d)"
_NO_VAT = r"(?<!\bNL )(?<!\bBE )(?<!\bDE )(?<!\bFR )(?<!\bLU )"
PHONE = re.compile(
    rf"(?<![\w.]){_NO_VAT}{_NO_DATE}{_NO_HOURS}"
    r"\(?(?:(?:\+\d{2}\)? ?(?:\(0\) ?)?|00\d{2}\)? ?)(?:[1-9]\d{0,2} ?[-/–] ?(?=\d))?(?:[ .-]?\d){7,9}"
    r"|(?=0[1-9](?:[^\w\n]{0,3}\d){8}(?!\w))0[1-9]\d{0,2}(?:\)? ?[-/–.]? ?)\d(?:[ .-]?\d){5,7})(?!\w)"
)
_KVK_DIGITS = rf"{_NO_DATE}(?!0[16])\d{{2}}(?:[ .]?\d{{2}}){{3}}(?![ .-]?\d)"
_NO_OTHER_NUMBER = r"(?!(?:bsn|burgerservice|sofi|tel|mob|gsm|fax|iban|btw|klant|\d))"
KVK = re.compile(
    r"\b(?:kvk|k\.v\.k\.?|handelsregister|kamer van koophandel|chamber of commerce|coc)\W{0,3}"
    rf"(?:{_NO_OTHER_NUMBER}[\w-]{{1,15}}\W{{1,3}}){{0,4}}({_KVK_DIGITS})\b",
    re.IGNORECASE,
)
_KVK_ALONE = re.compile(rf"(?<![\w.-])(?<!\d ){_KVK_DIGITS}(?![\w-])")
_KVK_BRACKETED = re.compile(
    r"([A-Z][\w'’&.-]{1,30}(?: [\w'’&.-]{1,30}){0,5}) \(((?!(?:19|20)\d\d[01]\d[0-3]\d)\d{8})\)"
)
"""Eight digits in brackets behind what a company is called."""
BTW = re.compile(r"\b(?:NL ?)?\d{9} ?B ?\d{2}\b", re.IGNORECASE)
BIRTHDATE = re.compile(
    r"\b(?:geboren|geb\.?|geboortedatum|date of birth|born|dob)\W{1,3}(?:[a-z]{1,12}\W{1,2}){0,3}"
    r"(\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{4})",
    re.IGNORECASE,
)
_CUSTOMER_NUMBER = re.compile(
    r"\b(?:(?:klant(?:en)?|customer|cust|client|cli[eë]nt|account|relatie|rel|debiteur(?:en)?|deb|crediteur(?:en)?|kl|lid"
    r"(?:maatschaps)?|lic|licentie|aansluit|abonnee|kunden?)[ .-]{0,2}(?:nummer|nr\.?|no\.?|number|code|id|kenmerk"
    r"|ref(?:erence)?\.?)|account(?= [4-9]\d{3}| 1\d{4}))"
    rf"\W{{0,3}}(?:(?:is|ist|est|bij u|bij jullie|with you|vve)\W{{1,3}}){{0,2}}{_NO_DATE}"
    r"(\d{2,3}(?: \d{2,3}){1,3}(?![ -]?\d)|[A-Z]{0,4}-?\d[\dA-Z]{0,7}(?:[-.][\dA-Z]{1,5}){0,3}(?![\d-]))\b(?![.,]\d)",
    re.IGNORECASE,
)
_CUSTOMER = re.compile(
    r"\b(?:klant(?:en)?(?:nummer|nr\.?|code|id)?|customer(?: ?(?:number|no\.?|id))?|client(?: ?(?:number|no\.?|id))?"
    r"|account(?:nummer|nr\.?| number)|(?:relatie|debiteur(?:en)?|kl\.?|lid(?:maatschaps)?)[ -]?(?:nummer|nr\.?)?"
    r"|klantn[uû]mer|kunden?(?:nr\.?|nummer)?|num[eé]ro (?:de )?client|numer klienta|müşteri numaram?|musteri numaram?)"
    r"\W{0,3}(?:(?:is|nr|no|number|ist|est|lautet|bij u|bij jullie|with you|with you is|there is)\W{1,3}){0,2}"
    r"([A-Z]{0,4}-?\d{3,8}|\d{3}-\d{2,4})\b(?![ .-]?\d)",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"\b(?:(?:credit)?factuur|facture|factuurnummer|factuurnr\.?|invoice|rechnung|nota|aanmaning"
    r"|rekening(?= \(nr))(?:\W{1,3}(?:nummer|nr\.?|no\.?|number))?\W{1,3}(?:(?:was|is|n°)\W{1,2})?"
    r"([A-Z]{0,4}-?\d[\w/.-]{1,17}\w)",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"(?i)\b(?:niet|not|nicht|i\.?p\.?v\.?|in plaats van|instead of|in place of|oude?|old|alte[sn]?|van|from|aus|was"
    r"|were|voorheen|stond|staat|gebruikt|heeft|hebben|hebt|au lieu de|statt|vervallen|vervangt)"
    r"\W{1,3}(?:(?:was|is|nummer|nr|adres|kvk|iban|het|postcode|number|e?-?mail(?:adres)?|telefoon|meer|langer|naar|op"
    r"|via|anymore|de)\W{1,2}){0,3}$"
)
_BEFORE = 60  # characters before a value in which it is called the old one
_COMPARED = 4  # values of one sort that are compared
_CHANGING = frozenset({"email", "kvk", "btw", "iban", "phone", "postcode"})
_NINE_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[ ./-]?\d){8})(?!\d))")
_BSN_CONTEXT = re.compile(r"(?i)\b(?:bsn|burgerservice\w{0,8}|sofi\w{0,8})")
_OWN = ("kleinboek", "gravytrain")
_FEWEST_DIGITS = 3  # of a customer or invoice number
_REACHED = frozenset({"email", "phone"})
_BLANKED = "x" * 6
_KIN = (
    r"(?:mijn|m'n|mn|onze|my) (?:man|vrouw|zus|broer|buur\w{2,5}|collega|moeder|vader|dochter|zoon|klein\w{4,7}"
    r"|vriend\w{0,2}|boekhoud\w{2,4}|accountant|husband|wife)"
)
_ANOTHER_BEFORE = re.compile(rf"(?i)\b{_KIN}\b(?!.{{0,60}}\b(?:het mijne|ik|mij|mijn eigen)\b)[^.!?\n]{{0,40}}$")
_ANOTHER_AFTER = re.compile(rf"(?i) (?:is|was) (?:het nummer |het adres |die |dat )?van {_KIN}\b")
_NAMING = frozenset({"name", "company"})


def identifiers_in(text: str, subject: str = "") -> dict[str, str]:
    """One identifier of each sort in what the writer wrote, tidied: the first, or the one called old.

    An unlikely one is left out. By the old value of what changes a record is found, not by the new one. A name or a
    company is looked for in the text only: a subject names whom it is about, or is our own that came back.
    """
    text, subject = without_bsn(text[:MAX_TEXT]), without_bsn(subject)
    found: dict[str, str] = {}
    for name, finder in _FINDERS.items():
        whole = text if name in _NAMING else f"{text}\n{subject}"
        values = list(islice(dict.fromkeys(one for one in finder(whole) if _is_own(name, whole, one)), _COMPARED))
        if values:
            found[name] = _called_old(text, values) if name in _CHANGING and len(values) > 1 else values[0]
    return found


def _is_own(name: str, text: str, value: str) -> bool:
    """Whether it is not said to be somebody else's, nor what was blanked."""
    if _BLANKED in value:
        return False
    at = text.find(value) if name in _REACHED else -1
    if at < 0 or acts_for_another(text) or principal_of(text) is not None:
        return True
    before, after = text[max(0, at - _BEFORE) : at], text[at + len(value) : at + len(value) + _BEFORE]
    return not (_ANOTHER_BEFORE.search(before) or _ANOTHER_AFTER.match(after))


def _called_old(text: str, values: list[str]) -> str:
    """The first of them that stands behind "niet", "van", "oud" and their like; else the first."""
    return next((value for value in values if _is_called_old(text, value)), values[0])


def _is_called_old(text: str, value: str) -> bool:
    spaced = r"[ .()-]{0,2}".join(map(re.escape, re.sub(r"[ .()-]", "", value)))
    at = re.search(spaced, text, re.IGNORECASE)
    return at is not None and _OLD.search(text[max(0, at.start() - _BEFORE) : at.start()]) is not None


def of_the_record(found: Mapping[str, str], changed: Iterable[tuple[str, str | None, str | None]]) -> dict[str, str]:
    """The identifiers by which the record can be found: of a stated change (field, old, new) the old value."""
    kept = dict(found)
    for field, old, new in changed:
        if field in kept and old and new and bare(kept[field]) == bare(new):
            kept[field] = old
    return kept


def bare(value: str) -> str:
    return re.sub(r"\W", "", value).lower()


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


def emails(text: str) -> Iterator[str]:
    """Addresses named in the text, not our own."""
    for match in EMAIL.finditer(text):
        address = match.group().rstrip(".-").lower()
        if not any(own in address.rpartition("@")[2] for own in _OWN):
            yield address


def ibans(text: str) -> Iterator[str]:
    """Account numbers with right check digits, without spaces."""
    yield from (number for number, _, _ in _accounts(text))


def _accounts(text: str) -> Iterator[tuple[str, int, int]]:
    """Account numbers, and where they begin and end."""
    for match in IBAN.finditer(text.upper()):
        words = match.group().split(" ")
        for end in range(len(words), 0, -1):  # a word behind the number may look like its tail
            written = " ".join(words[:end])
            compact = re.sub(r"[ .]", "", written)
            if iban_number.is_valid(compact, check_country=False):
                yield compact, match.start(), match.start() + len(written)
                break


def without_ibans(text: str) -> str:
    """The text with its account numbers blanked: parts of them read as telephone numbers and streets."""
    for _, begin, end in list(_accounts(text)):
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text


def postcodes(text: str) -> Iterator[str]:
    """Dutch postcodes as "1234 AB"."""
    for match in POSTCODE.finditer(text):
        letters = match.group(2)
        if letters.upper() not in ("SA", "SD", "SS") and not _is_year(text, match):
            yield f"{match.group(1)} {letters.upper()}"


def _is_year(text: str, match: re.Match[str]) -> bool:
    """A year and a word, unless the word "postcode" stands before it or the name of a town behind it."""
    digits, letters = match.groups()
    if not digits.startswith(("19", "20")) or " " not in match.group() or not _WORD_OF_TWO.fullmatch(letters):
        return False
    named = _POSTCODE_BEFORE.search(text[: match.start()][-30:])
    town = letters.isupper() and _TOWN_BEHIND.match(text, match.end())
    return not (named or town)


def phones(text: str) -> Iterator[str]:
    """Telephone numbers as written, of a length that exists."""
    for match in PHONE.finditer(without_ibans(text)):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) in ((10, 11) if re.match(r"0[1-9]", digits) else (10, 11, 12, 13)):
            yield match.group().strip()


def kvks(text: str) -> Iterator[str]:
    """Chamber of Commerce numbers: eight digits after the word, or in brackets behind a company."""
    yield from (re.sub(r"\D", "", match[1]) for match in KVK.finditer(text))
    yield from (match[2] for match in _KVK_BRACKETED.finditer(text) if firm_written(match[1]))


def kvk_numbers(text: str) -> Iterator[str]:
    """What is written like such a number, with or without the word: eight digits, no date and no telephone."""
    yield from (re.sub(r"\D", "", match.group()) for match in _KVK_ALONE.finditer(text))


def btws(text: str) -> Iterator[str]:
    """Dutch VAT numbers that hold no citizen service number."""
    for match in BTW.finditer(text):
        compact = re.sub(r"\W", "", match.group()).upper()
        compact = compact if compact.startswith("NL") else f"NL{compact}"
        digits = compact[2:11]
        if btw_of_company(digits) or (btw.is_valid(compact) and not bsn.is_valid(digits)):
            yield compact


def _groups(*patterns: re.Pattern[str]) -> Callable[[str], Iterator[str]]:
    """What the patterns find, the first pattern's first; nothing that may be a citizen service number."""
    return lambda text: (
        match[1].strip()
        for pattern in patterns
        for match in pattern.finditer(text)
        if not may_hold_bsn(match[1]) and sum(letter.isdigit() for letter in match[1]) >= _FEWEST_DIGITS
    )


def names(text: str) -> Iterator[str]:
    """Who the mail is about and who wrote it: for whom he acts, as he introduces himself, as he signs."""
    yield from (name for name in (principal_of(text), introduced(text), signed(text)) if name is not None)


def _of_the_person(text: str) -> Iterator[str]:
    """The name under which the record is kept: of him for whom the writer says that he acts, else his own."""
    principal = principal_of(text)
    if principal is not None:
        yield principal
    elif not acts_for_another(text):
        yield from names(text)


def companies(text: str) -> Iterator[str]:
    """The company for which the writer signs."""
    named = company_of(text)
    if named is not None:
        yield named


def _of_the_business(text: str) -> Iterator[str]:
    """The company under which the record is kept: never that of an agent."""
    named = firm_of_principal(text) if acts_for_another(text) else company_of(text)
    if named is not None:
        yield named


_FINDERS: dict[str, Callable[[str], Iterator[str]]] = {
    "name": _of_the_person,
    "email": emails,
    "customer_number": _groups(_CUSTOMER_NUMBER, _CUSTOMER),
    "kvk": kvks,
    "btw": btws,
    "iban": ibans,
    "phone": phones,
    "postcode": postcodes,
    "invoice_number": _groups(_INVOICE),
    "company": _of_the_business,
}
