"""Changes that a person looks at, however plain they sound: beside what is on file, taken back, doubted, for all."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ADDED = re.compile(
    r"(?i)\b(?:kan|mag|moet|graag|zet|wilt u|wil je|kunt u|kun je|kunnen jullie)"
    r"\s(?:\w{1,12}\s){0,4}(?:erbij|ernaast)\b"
    r"|\b(?:tweede|derde|extra) (?:vestiging|adres|nummer|telefoon\w{0,7}|rekening\w{0,8}|e?-?mail\w{0,6})\b"
    r"|\bblijft (?:het |ons |mijn )?hoofd(?:nummer|adres|vestiging|kantoor)\b"
)
_TAKEN_BACK = re.compile(
    r"(?i)\b(?:toch|bij nader inzien)\b[^.!?\n]{0,25}\bniet (?:meer )?"
    r"(?:wijzigen|veranderen|aanpassen|doorvoeren|omzetten)\b"
    r"|\blaat (?:het |hem |die |dat )?(?:maar |dus )?(?:zo )?staan op\b"
    r"|\b(?:nog|voorlopig) niet(?:s)? (?:wijzigen|veranderen|aanpassen|doorvoeren)\b"
    r"|\b(?:vergeet|negeer|forget|ignore)\b[^.!?\n]{0,20}\b(?:verzoek|aanvraag|(?:mail|bericht)(?:tje)?|request|e-?mail)\b"
    r"|\b(?:het|alles|it) (?:blijft|stays|remains) (?:dus |gewoon |toch )?(?:[A-Z]{2}\d\d|0\d)"
)
_DOUBTED = re.compile(
    r"(?i)\bdat weet ik nog niet\b|\b(?:kan|kon) ook (?!niet)[^.!?\n]{0,25}\b(?:zijn|wezen)\b"
    r"|\bis (?:het )?\d{1,4} ?[a-z]? of \d{1,4}\b|\bzoek (?:dat|het|u dat|je dat)\b[^.!?\n]{0,15}\buit\b"
)
_CIRCULAR = re.compile(
    r"(?i)^\W{0,3}(?:geachte|beste)\s(?:klant(?:en)?|relaties?|leveranciers?|zakenrelaties?|crediteur\w{0,14}|debiteur\w{0,12}"
    r"|opdrachtgevers?)\b|^\W{0,3}dear\s(?:valued\s)?(?:customers?|suppliers?|business partners?)\b"
    r"|^\W{0,3}sehr geehrte\s(?:kund\w{1,3}|geschäftspartner\w{0,3}|lieferanten)\b"
)
_VALUE = re.compile(r"(?:\d[ .()/-]{0,3}){6,}|\S@\S{1,80}\.\w{2}|\b[1-9]\d{3} ?[A-Z]{2}\b")
_EVERYTHING = re.compile(r"(?i)\b(?:alles|alle|account|gegevens|profiel|dossier|everything|data|konto|daten)\b")
_READ = 6_000  # characters


def unsettled(text: str) -> bool:
    """Whether a stated change adds to what is on file, is taken back or in doubt, or is told to all customers."""
    head = text[:_READ]
    return any(pattern.search(head) for pattern in (_ADDED, _TAKEN_BACK, _DOUBTED, _CIRCULAR))


def erases_a_value(sentences: Iterable[str]) -> bool:
    """Whether what sounds like an erasure is about one number or address that is replaced, and nothing more."""
    said = list(sentences)
    return bool(said) and all(_VALUE.search(one) and not _EVERYTHING.search(one) for one in said)
