"""What a writer says about who he is: numbers, addresses and names that help to find the record. They prove nothing.

The citizen service number (BSN) is never read, nor an old VAT number of a sole trader, which contains it (UAVG 46).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from stdnum import iban as iban_number
from stdnum.nl import bsn, btw

from bot.triage.renames import tidied

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
POSTCODE = re.compile(r"(?<![\w.])([1-9]\d{3}) ?([A-Z]{2})\b(?!\d)")
PHONE = re.compile(r"(?<![\w.])(?:\+\d{2} ?(?:\(0\) ?)?|00\d{2} ?|0)[1-9](?:[ -]?\d){7,9}(?![\w])")
KVK = re.compile(
    r"\b(?:kvk|k\.v\.k\.?|handelsregister|chamber of commerce)\W{0,3}(?:[\w-]{1,15}\W{1,3}){0,4}(\d{8})\b",
    re.IGNORECASE,
)
BTW = re.compile(r"\b(?:NL ?)?\d{9} ?B ?\d{2}\b", re.IGNORECASE)
BIRTHDATE = re.compile(
    r"\b(?:geboren|geb\.?|geboortedatum|date of birth|born|dob)\W{1,3}(?:[a-z]{1,12}\W{1,2}){0,3}"
    r"(\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{4})",
    re.IGNORECASE,
)
_CUSTOMER = re.compile(
    r"\b(?:klant(?:en)?(?:nummer|nr\.?|code|id)?|customer(?: ?(?:number|no\.?|id))?|account(?:nummer|nr\.?"
    r"| number)|relatienummer|kundennr\.?|kundennummer|num[eé]ro (?:de )?client)"
    r"\W{0,3}(?:(?:is|nr|number)\W{1,2})?([A-Z]{0,4}-?\d{4,8})\b",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"\b(?:factuur|factuurnummer|factuurnr\.?|invoice|rechnung)(?:\W{1,3}(?:nummer|nr\.?|no\.?"
    r"|number))?\W{1,3}([A-Z]{0,4}-?\d[\w/-]{2,18})",
    re.IGNORECASE,
)
_COMPANY_LINE = re.compile(
    r"^(?=.{3,60}$)(?:[A-Z0-9][\w&.'’+-]{0,30} ?){1,6}\b(?:B\.?V\.?|V\.?O\.?F\.?|N\.?V\.?|Ltd|GmbH|Holding"
    r"|& Zn\.?|Stichting|Coöperatie)\.?$"
)
_COMPANY_WORD = re.compile(
    r"(?i)(?:bedrijf|kantoor|bakkerij|slagerij|studio|atelier|praktijk|stichting|vereniging|advies"
    r"|administratie|techniek|bouw|salon|winkel"
    r"|cafe|restaurant|fotografie|consult|schilder|hovenier|transport|kozijn|media|design)"
)
_CLOSING = re.compile(
    r"^\W{0,3}(?:(?:met|mit|with|avec) (?:\w{1,15} ){1,2}(?:groet\w{0,2}|gr[uü]\w{2,4}|regards|wishes)"
    r"|(?:vriendelijke?|hartelijke?|collegiale|vr\.?|beste|lieve|warme) (?:groet\w{0,4}|gr\.?)|(?:vriendelijk"
    r"|beleefd) groetend|groet\w{0,4}"
    r"|m\.?v\.?g\.?|gr|hoogachtend|alvast bedankt|bij voorbaat dank|bedankt|dank je wel|dank u wel|liefs|xoxo|xx"
    r"|(?:kind|best|warm|many) (?:regards|wishes|thanks)|regards|best|thanks|thank you|yours (?:sincerely"
    r"|faithfully|truly)|sincerely|cheers|ta"
    r"|(?:viele |freundliche |liebe |herzliche |beste )?gr[uü](?:ß|ss)e?(?: aus \w{2,20})?|hochachtungsvoll"
    r"|danke|cordialement|bien a vous|bien à vous"
    r"|cdlt|merci d'avance|merci|saludos|gracias|pozdrawiam|dziękuję|mulțumesc|multumesc|teşekkürler"
    r"|saygılarımla|grazie|obrigad[oa])\b"
    r"[\s,.!:]{0,3}(?:van |from )?",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?:[A-Z][a-z]{0,2}\.){1,5}|[A-ZÀ-ÝŞĞİŚŁŻ][\w'’-]{1,20})(?: (?:van|de|der|den|het|ter|ten|el|von|'t|te"
    r"|la|le|da|al|ap)){0,3}"
    r"(?: (?:[A-Z]\.|[A-ZÀ-ÝŞĞİŚŁŻ][\w'’-]{1,24})){0,3}"
)
_NO_PERSON = frozenset(
    [
        "kleinboek",
        "verstuurd",
        "sent",
        "get",
        "outlook",
        "bijlage",
        "graag",
        "succes",
        "prettige",
        "fijne",
        "dank",
        "hoi",
        "hallo",
        "dag",
        "tot",
    ]
)
_NAMED = re.compile(
    r"\b(?i:mijn naam is|ik ben|ik heet|my name is|i am|op naam van|ten name van|t\.n\.v\.|naam:"
    r"|name:) ?((?:[A-ZÀ-Ý][\w'’.-]{0,20} ?"
    r"|(?:van|de|der|den|ter|ten|el|von) ){2,5})"
)
_BSN_CONTEXT = re.compile(r"(?i)\b(?:bsn|burgerservice\w{0,8}|sofi\w{0,8})")
_OWN = ("kleinboek", "gravytrain")


def identifiers_in(text: str) -> dict[str, str]:
    """The first identifier of each sort in what the writer wrote, tidied; an unlikely one is left out."""
    text = without_bsn(text[:MAX_TEXT])
    found: dict[str, str] = {}
    for name, finder in _FINDERS.items():
        for value in finder(text):
            found[name] = value
            break
    return found


def without_bsn(text: str) -> str:
    """The text with every citizen service number, and every VAT number that contains one, blanked."""
    return re.sub(
        r"(?<![\w.])(?:NL ?)?\d(?:[ .]?\d){8}(?: ?B ?\d{2})?(?!\w)", lambda match: _blanked(match, text), text
    )


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
    for match in IBAN.finditer(text.upper()):
        words = match.group().split(" ")
        for end in range(len(words), 0, -1):  # a word behind the number may look like its tail
            compact = "".join(words[:end]).replace(".", "")
            if iban_number.is_valid(compact, check_country=False):
                yield compact
                break


def postcodes(text: str) -> Iterator[str]:
    """Dutch postcodes as "1234 AB"."""
    for match in POSTCODE.finditer(text.upper()):
        if match.group(2) not in ("SA", "SD", "SS"):
            yield f"{match.group(1)} {match.group(2)}"


def phones(text: str) -> Iterator[str]:
    """Telephone numbers as written, of a length that exists."""
    for match in PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) in (10, 11, 12, 13):
            yield match.group().strip()


def kvks(text: str) -> Iterator[str]:
    """Chamber of Commerce numbers: eight digits after the word."""
    for match in KVK.finditer(text):
        yield match.group(1)


def btws(text: str) -> Iterator[str]:
    """Dutch VAT numbers that hold no citizen service number."""
    for match in BTW.finditer(text):
        compact = re.sub(r"\W", "", match.group()).upper()
        compact = compact if compact.startswith("NL") else f"NL{compact}"
        digits = compact[2:11]
        if btw_of_company(digits) or (btw.is_valid(compact) and not bsn.is_valid(digits)):
            yield compact


def _groups(pattern: re.Pattern[str]) -> Callable[[str], Iterator[str]]:
    return lambda text: (match.group(1).strip() for match in pattern.finditer(text))


def names(text: str) -> Iterator[str]:
    """The writer's name: as he introduces himself, else as he signs."""
    for match in _NAMED.finditer(text):
        named = tidied(match.group(1)) or ""
        if " " in named and _PERSON.fullmatch(named):
            yield named
    for line in _signature(text)[:3]:
        value = _person(line)
        if value is not None:
            yield value


def _person(line: str) -> str | None:
    """The name at the head of a signature line, without title, place or company behind it."""
    head = re.split(r"[,(|/]| [-–] | sr\.", line.strip(" ,.!-"))[0].strip()
    value = re.sub(r"^(?i:mw\.?|mevr\.?|dhr\.?|de heer|mevrouw|mr\.?|ms\.?|mrs\.?|drs\.?|fam\.?) ", "", head)
    first = value.split(" ", 1)[0].lower()
    named = _PERSON.fullmatch(value) and first not in _NO_PERSON and not _company(value) and not _CLOSING.match(value)
    return value if named else None


def companies(text: str) -> Iterator[str]:
    """The company named in the signature."""
    for line in _signature(text)[:5]:
        for piece in re.split(r"[,|(]|\)", line):
            if _company(piece.strip()):
                yield piece.strip()


def _company(line: str) -> bool:
    short = 2 < len(line) <= 60 and len(line.split()) <= 6
    return short and (bool(_COMPANY_LINE.match(line)) or (line[0].isupper() and bool(_COMPANY_WORD.search(line))))


def _signature(text: str) -> list[str]:
    """The lines after the closing words, or the last lines of a letter that has none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][-40:]
    for index in range(len(lines) - 1, -1, -1):
        closing = _CLOSING.match(lines[index])
        if closing is None:
            continue
        rest = lines[index][closing.end() :].strip(" ,.!")
        return ([rest] if rest else []) + lines[index + 1 :]
    tail = re.split(r"[.!?)] ", lines[-1])[-1:] if lines else []
    return (lines[-2:] if len(lines) > 1 else []) + tail


_FINDERS: dict[str, Callable[[str], Iterator[str]]] = {
    "name": names,
    "email": emails,
    "customer_number": _groups(_CUSTOMER),
    "kvk": kvks,
    "btw": btws,
    "iban": ibans,
    "phone": phones,
    "postcode": postcodes,
    "invoice_number": _groups(_INVOICE),
    "company": companies,
}
