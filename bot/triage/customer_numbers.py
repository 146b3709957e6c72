"""The number by which a customer is known: behind the word for it, in a code, or alone at the foot of a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.triage.citizen_number import may_hold_bsn
from bot.triage.numbers import NO_DATE, groups
from bot.triage.person_names import NAME

_NUMBER = re.compile(
    r"\b(?:(?:klant(?:en)?|customer|cust|client|cli[eë]nt|account|relatie|rel|debiteur(?:en)?|deb|crediteur(?:en)?|kl|lid"
    r"(?:maatschaps)?|lic|licentie|aansluit|abonnee|gebruikers?|kunden?|kd)[ .-]{0,2}(?:nummer|nr\.?|no\.?|number"
    r"|code|id|kenmerk|ref(?:erence)?\.?)|account(?= [4-9]\d{3}| 1\d{4}))"
    rf"\W{{0,3}}(?:(?:is|ist|est|bij u|bij jullie|with you|vve)\W{{1,3}}){{0,2}}{NO_DATE}"
    r"(\d{2,3}(?: \d{2,3}){1,3}(?![ -]?\d)|[A-Z]{0,4}[-.]?\d[\dA-Z]{0,7}(?:[-./][\dA-Z]{1,5}){0,3}(?![\d-]))\b"
    r"(?![.,]\d)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:klant(?:en)?(?:nummer|nrs?\.?|n\.?|code|id|kaart|dossier|kenmerk)?|kln\.?"
    r"|customer(?: ?(?:number|no\.?|id))?|client(?: ?(?:number|no\.?|id))?|cli[eë]nte?"
    r"|account(?:nummer|nr\.?| number)|(?:relatie|debiteur(?:en)?|kl\.?|lid(?:maatschaps)?)[ -]?(?:nummer|nr\.?|kaart)?"
    r"|abonnements?nummer|debiteurenkaart kleinboek|klantn[uû]mer|kunden?(?:nr\.?|nummer)?|num[eé]ro (?:de )?client"
    r"|nr klienta|numer klienta|müşteri (?:numaram?|no)|musteri numaram?)"
    r"\W{0,3}(?:(?:is|nr|no|nummer|number|ist|est|luidt|lautet|bij u|bij jullie|with you|with you is|there is)"
    r"\W{1,3}){0,2}([A-Z]{0,4}-?\d{3,8}|\d{3}-\d{2,4})\b(?![ .-]?\d|-[A-Z])",
    re.IGNORECASE,
)
_PARTED = re.compile(
    rf"\b(?i:klant(?:nr\.?|n\.?|dossier|regel)?|relatie|debiteur|cli[eë]nt|kl\.|lic\.|rel\.?)[ :(]{{1,2}}{NO_DATE}"
    r"(?!(?:19|20)\d\d-)(\d{1,4}-\d{3,5}|\d{2}[ .]\d{3})(?![\w-])(?![ .,]?\d)"
)
"""A number in two parts behind the bare word: "klant 88-4410", "klant 44.902"."""
_CODED = re.compile(r"(?<![\w-])((?:K|KL|KLT)-\d{4,6})(?![\w-])")
"""A letter and five digits: what customers call their number in a signature."""
_LETTERED = re.compile(r"(?<![\w-])(KB[- ]\d{5})(?![\w-])")
_PAYS = re.compile(
    r"(?i)\b(?:factu|nota\b|aanmaning|incasso|herinnering|betaal|betaling|invoice|rechnung|bill\b|offerte)"
)
"""Words of a mail in which such a number is an invoice's."""
_ELSEWHERE = re.compile(
    r"\b(?:(?:klant|debiteur|relatie)(?:en)?(?:nummer|nr\.?) (?:van (?:mij|ons)|bij (?:u|jullie)"
    r"|(?:dat|wat) (?:u|jullie|je) \w{3,12}):"
    r"|(?:uw|jullie) (?:klant|debiteur|relatie) (?:onder|met) (?:het )?(?:klant)?(?:nummer|nr\.?)) "
    r"(?!(?:19|20)\d\d\b)(\d{4,8}|\d{3,4}-\d{2,4})\b(?![ .-]?\d| ?[A-Z]{2}\b)",
    re.IGNORECASE,
)
"""The number some words behind its name: "klantnummer van mij: 55019", "uw klant onder nummer 41872"."""
_CODE = re.compile(r"\b(?i:(?:klant|relatie|debiteur(?:en)?)[ -]?(?:code|id))\W{1,3}([A-Z]{2,5}-?\d{2,6})\b")
_YEAR = r"(?!(?:19|20)\d\d\b)"
_SIGNED = re.compile(
    rf"(?:^|[.!?)\n:] ?|/ )(?:{NAME})(?:, [A-Z][\w'’&. -]{{2,40}})?,? (?:nr\.? |nummer |\()?"
    rf"({_YEAR}\d{{4,6}}|[A-Z]{{2}}-\d{{4,5}}|{_YEAR}\d{{4}}-\d{{2,3}})(?=[.)]?\s*\Z|, (?:0|NL))"
)
"""Digits behind the name that ends a mail: "Marleen Hulshof, 73390"."""
_LAST = re.compile(r"(?:[.!?)]\s{1,3}|\n\s{0,3})(\d{5})(?:[.]|, [A-ZÀ-Ý][\w'’-]{1,20}(?: [\w'’-]{1,20}){0,3})?\s*\Z")
"""Five digits that stand alone behind the last sentence, or with a name behind them."""
_FOOT = 120  # characters at the end of a mail


def at_the_foot(text: str) -> str | None:
    """A number without a word for it: what people put behind their name, or instead of one."""
    foot = text.rstrip()[-_FOOT:]
    found = _SIGNED.search(foot) or _LAST.search(foot)
    return found[1] if found and not may_hold_bsn(found[1]) else None


_numbered = groups(_NUMBER, _BARE, _PARTED, _ELSEWHERE, _CODED)
_coded = groups(_CODE, digits=2)
_lettered = groups(_LETTERED)


def customer_numbers(text: str) -> Iterator[str]:
    """Numbers of customers, and codes of letters and digits behind the word for one."""
    yield from _numbered(text)
    yield from _coded(text)
    if not _PAYS.search(text):
        yield from _lettered(text)
