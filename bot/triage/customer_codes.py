"""Customer numbers that are no plain digits: in pieces, or with a letter. Rather none than a date, a law or a sum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.triage.citizen_number import may_hold_bsn

_CODE = (
    r"(?:[A-Z]{1,3}[./-]?\d{4,5}(?:[./-]\d{1,5})?|[A-Z]{1,3}[ ./-]\d{2,5}(?:[./-]\d{1,5}| / \d{2,5}| \d{3})"
    r"|\d{3,5}-[A-Z]|\d{2}[ .-]\d{3,5}|\d{5}-\d|\d{2} \d{2,3} \d{2}|\d{2,3}-\d{2,4}-\d{2}|\d{1,3}[.]\d{2,3}[.]\d{2}"
    r"|\d{2,3}-\d{3,4}-[A-Z])"
)
"""Such as "21 880", "44-19-07", "9.104.22", "2290-B", "KL4471", "C 48 / 2210"."""
_NO_CODES = (
    re.compile(r"(?:0?[1-9]|[12]\d|3[01])[-. ](?:0?[1-9]|1[0-2])[-. ](?:(?:19|20)\d\d|\d{2})\b"),  # a day
    re.compile(r"\d?\d[-. ](?:19|20)\d\d\b|(?:19|20)\d\d-[A-Z]\b|[A-Z]+[ -](?:19|20)\d\d\b"),  # a month, a year
    re.compile(r"[0-2]?\d([. ])[0-5]\d\1[0-5]\d\b"),  # a time
    re.compile(r"0\d"),  # a telephone
    re.compile(r"[TMVBDLNF][ .-]?\d"),  # a telephone, a sex, a country, an invoice
    re.compile(r"(?:KB|AVG)[ -]?2\d"),  # a case of ours
    re.compile(
        r"(?:KVK|BSN|BTW|NL|PL|EUR?|AGB|BIG|AVG|ART|ISO|TEL|FAX|GSM|MOB|BV|NV|VOF|INV|VF|CR|FA|FKB|ORD|TKT|OFF|REF|ZZP"
        r"|KOR|WK|FY|AP|MS|HP|RA|AA|CEO|DGA|KPN|PRO|JAN|FEB|MRT|APR|MEI|JUN|JUL|AUG|SEP|OKT|NOV|DEC)(?![A-Z])"
    ),
)
"""What is written alike: registers, laws, months, makes and papers among it."""
_UNIT = r"(?![\w%€-]|[ .,/-]{0,3}\d| ?(?i:euro|eur|jaar|dagen|weken|uur|keer|stuks|facturen|tot|van de)\b)"
_NR = r"(?:nr\.? |nummer )?"
_KNOWN = re.compile(
    r"\b(?:bekend|klant bij (?:u|jullie)|bij (?:u|jullie) (?:bekend|ingeschreven|geregistreerd)) onder"
    rf" {_NR}({_CODE}){_UNIT}"
    rf"|(?:^|[.!?] )Onder {_NR}({_CODE}|[1-9]\d{{4,6}})"
    r" (?:sta(?:an)? (?:ik|wij|we)\b|(?:moet|kent|vindt|vind|kunt) (?:u|je|jullie) (?:mij|ons)\b)"
    rf"|\b(?i:relatie|klant|debiteur|accountnr|klantcode|klantnr|(?:deb|lic|abo?nr)\.?) {{1,2}}({_CODE}){_UNIT}"
    rf"|\b(?i:abonnement|aansluiting) (\d{{3,5}}-[A-Z]){_UNIT}",
    re.MULTILINE,
)
"""Under which somebody says he is known: "Onder 72140 vindt u mij", "relatie 7712-B"."""
_ENDS = re.compile(rf"[,(·|/] \(?({_CODE})[.)]?\Z")


def customer_codes(text: str) -> Iterator[str]:
    """Those behind a word for them, as they stand there."""
    for found in _KNOWN.finditer(text):
        code = next(one for one in found.groups() if one)
        if _is_code(code):
            yield code


def code_that_ends(foot: str) -> re.Match[str] | None:
    """The code that ends the foot of a mail, in its first group: "Olaf Zijlstra, KLB 0045-9"."""
    found = _ENDS.search(foot)
    return found if found and _is_code(found[1]) else None


def _is_code(words: str) -> bool:
    return not (may_hold_bsn(words) or any(other.match(words) for other in _NO_CODES))
