"""The number by which a customer is known: behind the word for it, in a code, or alone at the foot of a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.triage.citizen_number import may_hold_bsn
from bot.triage.customer_codes import code_that_ends, customer_codes
from bot.triage.numbers import NO_DATE, groups
from bot.triage.person_names import name_written

_NUMBER = re.compile(
    r"\b(?:(?:klant(?:en)?|customer|cust|client|cli[eë]nt|account|relatie|rel|debiteur(?:en)?|deb|crediteur(?:en)?|kl|lid"
    r"(?:maatschaps)?|lic|licentie|aansluit|abonnee|gebruikers?|kunden?|kd|kl[nt]|kla)[ .-]{0,2}(?:nummer|nr\.?|no\.?"
    r"|number|n°|code|id|kenmerk|ref(?:erence|erte|erentie)?\.?)|account(?= [4-9]\d{3}| 1\d{4}))"
    rf"\W{{0,3}}(?:(?:is|ist|est|was|blijft|luidt|trouwens|bij u|bij jullie|with you|vve)\W{{1,3}}){{0,2}}{NO_DATE}"
    r"(\d(?: \d){2,7}(?![ -]?\d)|\d{2,3}(?: \d{2,3}){1,3}(?![ -]?\d)"
    r"|[A-Z]{0,4}[-.]?\d[\dA-Z]{0,7}(?:[-.][\dA-Z]{1,5}){0,3}(?![\d-]))\b"
    r"(?![.,]\d| ?/ ?\d)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:klant(?:en)?(?:nummer|nrs?\.?|n\.?|code|id|kaart|dossier|kenmerk)?|kln\.?"
    r"|customer(?: ?(?:number|no\.?|id))?|client(?: ?(?:number|no\.?|id))?|cli[eë]nte?"
    r"|account(?:nummer|nr\.?| number)|(?:relatie|debiteur(?:en)?|kl\.?|lid(?:maatschaps)?)[ -]?(?:nummer|nr\.?|kaart)?"
    r"|abonnements?nummer|debiteurenkaart kleinboek|klantn[uû]mer|kunden?(?:nr\.?|nummer)?|num[eé]ro (?:de )?client"
    r"|nr klienta|numer klienta|müşteri (?:numaram?|no)|musteri numaram?)"
    r"\W{0,3}(?:(?:is|nr|no|nummer|number|ist|est|luidt|lautet|bij u|bij jullie|with you|with you is|there is)"
    r"\W{1,3}){0,2}(\d(?: \d){3,6}|[A-Z]{0,4}-?\d{3,8}|\d{3}-\d{2,4})\b(?![ .-]?\d| ?/ ?\d|-[A-Z])",
    re.IGNORECASE,
)
_PARTED = re.compile(
    rf"\b(?i:klant(?:nr\.?|n\.?|dossier|regel)?|relatie|debiteur|cli[eë]nt|kl\.|lic\.|rel\.?)[ :(]{{1,2}}{NO_DATE}"
    r"(?!(?:19|20)\d\d-)(\d{1,4}-\d{3,5}|\d{2}[ .]\d{3})(?![\w-]|[ .,]?\d| ?(?i:euro|eur|€))"
)
"""A number in two parts behind the bare word: "klant 88-4410", "klant 44.902"."""
_CALLED = r"(?:klant(?:en)?|relatie|debiteur(?:en)?|cli[eë]nt|kunden?|customer|abonnee|deb|rel|cust)"
_NR = r"[ .-]{0,2}(?:nummer|nr|no|n°|number|code|id|ref|kenmerk)"
_FIRST, _REST = r"[A-Z]{0,3}[ ./-]?\d{1,5}", r"(?:[./-]\d{1,5}|[ ]\d{1,4})"
_DAY = (
    r"(?:(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:(?:19|20)\d\d|\d{2})(?![-./]?\d)"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d|\d{1,2}/(?:19|20)\d\d|(?:19|20)\d\d[-/](?:19|20)\d\d|\d{1,2}[.:]\d\d-\d)"
)
_UNIT = (
    r"(?![\w%€]|[ .,/-]{0,3}\d|(?-i: ?[A-Z]{2}\b)"
    r"| (?i:euro|eur|jaar|dagen|weken|uur|keer|stuks|van de|tot|jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec))"
)
"""What stands behind a sum, a term, a day or a postcode, and not behind a number by which somebody is known."""


def _in_pieces(word: str, pieces: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?i:{word})\.?[ :(]{{1,3}}(?:(?i:is|was|onder|luidt|le) ){{0,2}}"
        rf"(?!{_DAY}|0[1-9]\d?[ -]?\d|KB-20|VOF|BV|NV)({_FIRST}{_REST}{pieces}){_UNIT}"
    )


_PIECED = _in_pieces(_CALLED.replace("|deb|", "|lid|kl|deb|") + _NR, "{0,4}")
_PIECED_BARE = _in_pieces(_CALLED, "{2,4}")
"""A number in pieces behind the word: "klant 44/8/01", "debiteurnummer 7-0-3-3-1", "klantnr. L-99 01"."""
_OF_OURS = re.compile(
    r"\b(?:(?:ons|mijn|m'n|onze|my|our|mein|unsere?) (?:klant)?(?:nummer|nr\.?|number) "
    rf"(?:(?:bij (?:u|jullie|kleinboek)|with you|bei ihnen) (?:is |was )?(?!{_DAY})([1-9]\d{{3,5}})"
    r"|(?:is|was) ([1-9]\d{4,5}))|(?<!een )(?<!mijn )(?<!onze )(?:klant|bekend|afnemer|abonnee)"
    r" (?:(?:bij (?:u|jullie|kleinboek)|geweest|sinds|vanaf|\d{4}) ){0,3}(?:onder|met) (?:nummer |nr\.? )"
    r"([1-9]\d{3,5}|[1-9]\d-\d{5})"
    r"|(?:gebruiker|klient) ([1-9]\d{4,5})|(?<!\w)rel\. (?!(?:19|20)\d\d\b)([1-9]\d{3,5}))"
    rf"{_UNIT}",
    re.IGNORECASE,
)
"""What somebody calls his number with us: "ons nummer bij jullie is 40117", "bekend onder nummer 88012"."""
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
_DATE = r"(?!(?:[0-2]\d|3[01])(?:0\d|1[0-2])\d\d\b)"
_BEHIND = re.compile(
    rf"[,(·|/]? (?:nr\.? |nummer |\()?({_YEAR}{_DATE}\d{{4,6}}|[A-Z]{{2}}-\d{{4,5}}|{_YEAR}\d{{4}}-\d{{2,3}})[.)]?\Z"
)
"""Digits behind the name that ends a mail: "Marleen Hulshof, 73390"."""
_ITEMS = re.compile(r", | [·|/] ")
_SENTENCE = re.compile(r"[.!?)\n:] ?(?=\S+ \S)|/ ")
_LAST = re.compile(r"[.!?)]\s{1,3}(\d{5})(?:[.]|[.,] ([^\d\n]{3,50}))?\Z")
"""Five digits that stand alone behind the last sentence, or with a name behind them."""
_OTHER_NUMBER = re.compile(
    r"(?i)\b(?:factu\w*|order\w*|offerte\w*|ticket\w*|dossier|postbus|pin\w*|code|toestel|bestel\w*|polis\w*|zaak\w*|big|agb|becon\w*|rb|nba|afm|kifid"
    r"|register\w*|(?:belasting)?adviseur"
    r"|wachtwoord|kenmerk|postcode|bedrag|totaal|kvk|btw|artikel\w*|meterstand)\b"
)
_FOOT = 120  # characters at the end of a mail
_ANSWERED = 200  # and at its beginning
_ASKS_FOR_IT = re.compile(
    r"(?i)\A(?:re|antw?|aw|sv|betr)\b.{0,30}\b(?:klant|relatie|debiteur(?:en)?)[ -]?(?:nummer|nr\b|code)"
)
_ANSWER = re.compile(
    rf"(?i)(?:\A\W{{0,3}}(?:nummer[ :]{{1,2}})?|[.!?\n] ?nummer[ :]{{1,2}}){_YEAR}(\d{{5,6}})(?!\w|\W{{0,3}}\d)"
)
_LONG = re.compile(r"\d{4,}")
_DENIES = re.compile(r"(?i)\b(?:niet|geen|nooit|not|buur\w*|euro|bsn)\b")


def asked_for(text: str, subject: str) -> str | None:
    """The one number that answers a mail of ours about it: "Nummer 551902, en ik heb het zelf gevraagd"."""
    head = text[:_ANSWERED]
    found = set(_ANSWER.findall(head)) if _ASKS_FOR_IT.search(subject) else set()
    doubtful = _OTHER_NUMBER.search(f"{head}\n{subject}") or _DENIES.search(head) or len(_LONG.findall(head)) > 1
    number = found.pop() if len(found) == 1 and not doubtful else None
    return number if number and not may_hold_bsn(number) else None


def at_the_foot(text: str) -> str | None:
    """A number without a word for it: what people put behind their full name, or instead of one."""
    foot = text.rstrip()[-_FOOT:]
    number = _behind_a_name(foot) or _alone(foot)
    return _joined(number) if number and not may_hold_bsn(number) else None


def _behind_a_name(foot: str) -> str | None:
    found = _BEHIND.search(foot) or code_that_ends(foot)
    if found is None:
        return None
    before = _SENTENCE.split(foot[: found.start()])[-1]
    person, *rest = _ITEMS.split(before)
    other = before[-1:].isdigit() or any(map(_OTHER_NUMBER.search, rest))
    return found[1] if _is_full_name(person) and not other else None


def _alone(foot: str) -> str | None:
    found = _LAST.search(foot)
    if found is None or _OTHER_NUMBER.search(foot[: found.start()]) or (found[2] and not _is_full_name(found[2])):
        return None
    return found[1]


def _is_full_name(words: str) -> bool:
    """A first and a last name; a trade, a street or a town by itself is none."""
    name = name_written(words.strip())
    return name is not None and len(name.split()) > 1 and not _OTHER_NUMBER.search(name)


_NOT_BUT = re.compile(
    r"(?i)\b(?:geen (?:klant|relatie|debiteur(?:en)?)[ -]?(?:nummer|nr\.?)?"
    r"|(?:klant|relatie|debiteur(?:en)?)[ -]?(?:nummer|nr\.?) is(?: dus)? niet) \d[\d.-]{2,8}(?: \w{1,10}){0,3},?"
    r" maar ([1-9]\d{3,6})(?![\w-]|[.,]\d| ?(?:euro|jaar))"
)
"""Of two numbers that which is said to be right: "mijn klantnummer is niet 10020 maar 10200"."""
_numbered = groups(_NOT_BUT, _NUMBER, _BARE, _PARTED, _ELSEWHERE, _PIECED, _PIECED_BARE, _OF_OURS, _CODED)
_coded = groups(_CODE, digits=2)
_lettered = groups(_LETTERED)


def customer_numbers(text: str) -> Iterator[str]:
    """Numbers of customers, and codes of letters and digits behind the word for one."""
    yield from map(_joined, _numbered(text))
    yield from map(_joined, customer_codes(text))
    yield from _coded(text)
    if not _PAYS.search(text):
        yield from _lettered(text)


def _joined(number: str) -> str:
    """ "6 1 0 4 4" is one number, and the record has it without the spaces."""
    return "".join(number.split())
