"""What a writer says about who he is: numbers, addresses and names that help to find the record. They prove nothing.

The citizen service number (BSN) is never read, nor an old VAT number of a sole trader, which contains it (UAVG 46).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from bot.triage.citizen_number import may_hold_bsn, without_bsn
from bot.triage.customer_numbers import asked_for, at_the_foot, customer_numbers
from bot.triage.kin import is_anothers
from bot.triage.numbers import (
    as_address,
    bare,
    btws,
    emails,
    groups,
    ibans,
    kvk_at_the_foot,
    kvk_that_ends,
    kvks,
    phones,
    postcodes,
    with_addresses,
)
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

_INVOICE = re.compile(
    r"\b(?:(?:credit|verkoop|maand|abonnements|jaar|licentie|termijn|slot)?factuur|fact\.|facture|factuurnummer|factuurnr\.?|factuurkenmerk|invoice|rechnung"
    r"|(?:credit)?nota|aanmaning"
    r"|rekening(?= \(nr))(?:\W{1,3}(?:met )?(?:nummer|nr\.?|no\.?|number|kenmerk))?\W{1,3}(?:(?:was|is|n°)\W{1,2})?"
    r"([A-Z]{0,4}[./-]?\d[\w/.-]{1,17}\w)",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"\b(?i:betaling|betaald|betaalkenmerk|betalingskenmerk|aanmaning|herinnering|incasso|o\.?v\.?v\.?)"
    r"(?:[ ](?i:van|voor|over)(?:[ ](?i:de|het))?)?:?[ ](?!(?:KB|AVG)[ _./-]?\d{4}[ _./-]\d)"
    r"((?!EUR|KVK|BTW|BSN|NL|JAN|FEB|MRT|APR|MEI|JUN|JUL|AUG|SEP|OKT|NOV|DEC)[A-Z]{1,4}[/-]?\d{2,4}[/-]?\d{2,6}"
    r"|20\d\d-(?!20\d\d\b)\d{4,6})\b(?![/.,-]?\d)"
)
"""An invoice by its number alone, where it is paid or asked for; never a case of ours, a date, a sum or a telephone."""
_SETTLED = re.compile(
    r"\b(?i:(?:eind|slot)?afrekening)[ ](?:(?i:nr|nummer)\.?[ ])?"
    r"([A-Z]{1,4}-20\d\d-\d{3,6}|20\d\d-(?!20\d\d\b)\d{4,6})\b"
)
"""A final account is mostly called by its year: only what is written like a number counts."""
_LETTERED = r"(?:F|VF|INV|CR|FKB|KBF)[-/]?"  # ahead of the number of an invoice
_OF_AN_INVOICE = re.compile(rf"{_LETTERED}20[0-3]\d[-/]?\d{{5}}")
"""Letters of an invoice, a year and five digits: no citizen service number, also where its check comes out."""
_OF_MONEY = re.compile(
    r"(?i)\b(?:factu|(?:credit)?nota\b|aanmaning|incasso|geïncasseerd|herinnering|betaal|terugbeta|voldaan|invoice|rechnung|facture|fatura"
    r"|afgeschreven)"
)
_NUMBERED = re.compile(
    rf"(?<![\w/.#-])(20\d\d[-/](?!20\d\d\b)\d{{3,6}}|{_LETTERED}(?:20)?\d{{2}}[-/]?\d{{3,6}})(?![\w/]|[-.]\d)",
)
"""What is written like the number of an invoice, in a mail that speaks of one."""
_LAST_INVOICE = re.compile(r"(?<!\d)[,(] ?(F?20\d\d-(?!20\d\d\b)\d{3,6})\)?[.]?\s*\Z")
"""The number of an invoice behind the name that ends a mail: "Ulbe Bakels, 2025-7781"."""
_OF_SOMETHING_ELSE = re.compile(
    r"(?i)(?:zaak|kenmerk|verzoek|dossier|ticket|offerte|request|order|verordening|richtlijn|\bwet|\beu\)|boekjaar|vlucht|\bkb"
    r"|\bavg)\W{0,3}(?:(?:nummer|nr|no)\W{0,2})?$"
)
_OF_HIS_BOOKS = re.compile(
    r"(?i)\b(?:(?:mijn|onze|een|de|van|aan) (?:\w{3,12} )?(?:klant(?:en)?|debiteur(?:en)?|leverancier|relatie|cliënte?)"
    r"\b|(?:mijn|onze) (?:eigen )?(?:factuur|nota)|afletter|nummering|creditfactu|creditnota|boek(?:en)? ik|inboek"
    r"|gefactureerd|aanbesteding|in kleinboek (?:verstuurd|gemaakt))"
)
"""Then it may be an invoice of his own."""
_OLD = re.compile(
    r"(?i)\b(?:niet|not|nicht|i\.?p\.?v\.?|in plaats van|instead of|in place of|oude?|old|alte[sn]?|van|from|aus|was"
    r"|were|voorheen|stond|staat|gebruikt|heeft|hebben|hebt|au lieu de|statt|vervallen|vervangt)"
    r"\W{1,3}(?:(?:was|is|nummer|nr|adres|kvk|iban|het|postcode|number|e?-?mail(?:adres)?|telefoon|meer|langer|naar|op"
    r"|via|anymore|de)\W{1,2}){0,3}$"
)
_BEFORE = 60  # characters before a value in which it is called the old one
_COMPARED = 4  # values of one sort that are compared
_CHANGING = frozenset({"email", "kvk", "btw", "iban", "phone", "postcode"})
_OWNED = frozenset({"email", "phone", "iban", "kvk", "customer_number"})
_BLANKED = "x" * 6
_NAMING = frozenset({"name", "company"})


def identifiers_in(text: str, subject: str = "") -> dict[str, str]:
    """One identifier of each sort in what the writer wrote, tidied: the first, or the one called old.

    An unlikely one is left out. By the old value of what changes a record is found, not by the new one. A name or a
    company is looked for in the text only: a subject names whom it is about, or is our own that came back.
    """
    text, subject = (without_bsn(with_addresses(one)) for one in (text[:MAX_TEXT], subject))
    found: dict[str, str] = {}
    for name, finder in _FINDERS.items():
        whole = text if name in _NAMING else f"{text}\n{subject}"
        values = list(islice(dict.fromkeys(one for one in finder(whole) if _is_own(name, whole, one)), _COMPARED))
        if values:
            found[name] = _called_old(text, values) if name in _CHANGING and len(values) > 1 else values[0]
    for number in (_alone(text, asked_for(text, subject)), _alone(text, at_the_foot(text))):
        if number is not None and number not in found.values():
            found.setdefault("customer_number", number)
    if found.get("customer_number", "-") == found.get("postcode", "")[:4]:
        del found["customer_number"]  # "klant 8011 ab zwolle"
    alone = {
        "kvk": kvk_at_the_foot(text) or _alone(text, kvk_that_ends(text)),
        "invoice_number": _alone(text, _invoice_that_ends(text)),
    }
    return {name: value for name, value in alone.items() if value is not None} | found


def _alone(text: str, number: str | None) -> str | None:
    """A number without a word for it, of somebody who acts for nobody else."""
    if number is None or acts_for_another(text) or principal_of(text) is not None:
        return None
    return number if _is_own("customer_number", text, number) else None


def _is_own(name: str, text: str, value: str) -> bool:
    """Whether it is not said to be somebody else's, nor what was blanked."""
    if _BLANKED in value:
        return False
    at = text.find(value) if name in _OWNED else -1
    if at < 0 or acts_for_another(text) or principal_of(text) is not None:
        return True
    return not is_anothers(text, at, at + len(value))


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
        unsaid = field not in kept and field in _CHANGING
        if old and new and (unsaid or bare(kept.get(field, "")) == bare(as_address(new))):
            kept[field] = as_address(old)
    return kept


def without_new(found: Mapping[str, str], changed: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """What a record is looked for by: no number or address that a stated change (field, new) gives as the new one.

    By it nobody is found, or somebody else: a postcode had other residents before.
    """
    new = {(field, bare(as_address(value))) for field, value in changed if value and field in _CHANGING}
    return {field: value for field, value in found.items() if (field, bare(value)) not in new}


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


_said_to_be_invoices = groups(_INVOICE, _PAID, _SETTLED)


def _invoices(text: str) -> Iterator[str]:
    """Numbers of invoices: behind the word, or written so in a mail about money."""
    yield from _said_to_be_invoices(text)
    if _OF_MONEY.search(text) and not _OF_HIS_BOOKS.search(text):
        for match in _NUMBERED.finditer(text):
            elsewhere = _OF_SOMETHING_ELSE.search(text[max(0, match.start() - _BEFORE) : match.start()])
            if elsewhere is None and (_OF_AN_INVOICE.fullmatch(match[1]) or not may_hold_bsn(match[1])):
                yield match[1]


def _invoice_that_ends(text: str) -> str | None:
    last = _LAST_INVOICE.search(text[-_BEFORE:])
    return last[1] if last and not _OF_HIS_BOOKS.search(text) else None


_FINDERS: dict[str, Callable[[str], Iterator[str]]] = {
    "name": _of_the_person,
    "email": emails,
    "customer_number": customer_numbers,
    "kvk": kvks,
    "btw": btws,
    "iban": ibans,
    "phone": phones,
    "postcode": postcodes,
    "invoice_number": _invoices,
    "company": _of_the_business,
}
