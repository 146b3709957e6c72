"""The plainest words by which people ask to be erased or tell a change: so plain that no model may leave them alone.

Whoever labels hard mail avoids them; a model that learned from hard mail alone may hear bookkeeping in them.
"""

from __future__ import annotations

import re

_OPENING = (
    r"(?:(?:graag|gelieve|please|ook|dus|en|nu|hallo|hoi|beste|kunt u|kun je|kunnen jullie|wilt u|wil je|willen jullie"
    r"|ik wil|ik wil graag|ik verzoek u|mag ik vragen|om|dat|u|jullie|je)[\s,]{1,3}){0,5}"
)
_OWN = (
    r"(?:al(?:le)? )?(?:mijn|m'n|onze|my)\s(?:[\w-]{1,15}\s){0,2}"
    r"(?:account|(?:persoons|klant|account)?gegevens|data|profiel|dossier)"
)
_ERASE = re.compile(
    rf"(?i)^\W{{0,3}}{_OPENING}"
    rf"(?:(?:verwijder|wis|wist|delete|erase)\s(?:(?:u|jullie|dan|nu|ook|aub|svp|alstublieft)\s){{0,2}}{_OWN}\b"
    rf"|{_OWN}\s(?:[\w-]{{1,15}}\s){{0,4}}(?:verwijderen|wissen|verwijdert|wist|delete|weggooien"
    r"|(?:wordt|worden) (?:verwijderd|gewist)|(?:verwijderd|gewist) (?:wordt|worden)))"
    r"(?:[\s,][^.!?]{0,60})?[.!?]?\s*$"
)
_NOT_PLAIN = re.compile(
    r"(?i)\b(?:niet|geen|hoe|waar|waarom|als|indien|wanneer|stel|nooit|not|zodra|voordat)\b|[\"“”„'‘’]\w"
)
_FIELD = (
    r"(?:(?:\w{1,8})?adres|(?:telefoon)?nummer|(?:bank)?rekeningnummer|iban|e-?mail(?:adres)?|mailadres|bedrijfsnaam"
    r"|achternaam)"
)
_CHANGE = re.compile(
    r"(?i)^\W{0,3}(?:(?:ik ben|we zijn|wij zijn) (?:\w{1,12} ){0,3}verhuisd\W{1,3}(?:en )?)?(?:mijn|ons|onze) "
    rf"(?:{_FIELD} (?:is|wordt) (?:gewijzigd|veranderd|voortaan)|nieuwe {_FIELD} (?:is|wordt|luidt))\b"
)
_NO_CHANGE = re.compile(r"(?i)\b(?:niet|geen|hoe|als|al)\b|[?\"“”„]")
_IGNORED = re.compile(
    r"(?i)\b(?:(?:op )?mijn (?:\w{1,15} )?verzoek\b|(?:ik heb|heb ik) [^.!?\n]{0,40}\been (?:\w{1,15} )?verzoek\b)"
    r"[^.!?\n]{0,60}\b(?:niet|nooit|geen|niks|niets)\b[^.!?\n]{0,40}"
    r"\b(?:gereageerd|reactie|antwoord\w{0,2}|beantwoord|gehoord)\b"
)
_COMPLAINS = re.compile(
    r"(?i)^\W{0,3}(?:ik heb|wij hebben|ik dien|wij dienen|ik wil|graag dien ik"
    r"|hierbij dien ik)\b[^.!?\n]{0,25}\been klacht\b"
    r"[^.!?\n]{0,40}\b(?:mijn|onze|persoons)\s?(?:persoons)?(?:gegevens|privacy|data)\b"
)
_NO_COMPLAINT = re.compile(r"(?i)\b(?:niet|geen|nooit|als|indien|klant\w{0,2})\b|[?\"“”„]")
_STILL_OLD = re.compile(
    r"(?i)\b(?:nog steeds|nog altijd|nog immer|alweer|weer|steeds|still|again|immer noch)\b[^!?\n]{0,80}"
    r"\b(?:(?:oude?|old|alte[nrs]?|vorige)\s(?:\w{1,12}\s)?(?:\w{0,15}adres|\w{0,10}rekening|\w{0,10}nummer"
    r"|\w{0,10}naam|name"
    r"|address|account|number)|maiden name|meisjesnaam)\b"
)
_TOLD_US = re.compile(
    r"(?i)\b(?:(?:door|op)gegeven|gemeld|gemaild|laten weten|mijn (?:mail|bericht|brief|telefoontje) van|told you"
    r"|let you know"
    r"|informed you|mitgeteilt)\b"
)
_GONE_I_SAID = re.compile(
    r"(?i)\b(?:had|heb) ik\b[^.!?\n]{0,40}\b(?:gezegd|gevraagd|laten weten|verzocht|doorgegeven)\b[^.!?\n]{0,40}"
    r"\b(?:weg|eruit|er ?uit|gewist|verwijderd|vernietigd)\b"
)
_OF_OTHERS = re.compile(
    r"(?i)\b(?:klant(?:en)?|debiteur\w{0,2}|relaties?|werknemers?|leveranciers?|boeking\w{0,2}|factuur|ingevoerd"
    r"|customers?|clients?)\b"
)
_IN_OWN_BOOKS = re.compile(r"(?i)\bklant|\bingevoerd")
_SHORT = 400  # characters of a mail of which these can be the whole matter
_LONGEST = 200  # characters of a sentence


def asks_plainly_to_erase(sentence: str) -> bool:
    """Whether a sentence asks, without a not, an if or a how, that the writer's own account or data be erased."""
    short = len(sentence) <= _LONGEST
    return short and _ERASE.match(sentence) is not None and _NOT_PLAIN.search(sentence) is None


def tells_a_change_plainly(sentence: str) -> bool:
    """Whether a sentence only says that the writer's own address, number or name has changed."""
    short = len(sentence) <= _LONGEST
    return short and _CHANGE.match(sentence) is not None and _NO_CHANGE.search(sentence) is None


def complains_plainly(sentence: str) -> bool:
    """Whether a sentence says that the writer complains about his data, or that his request got no answer.

    The request may be one of ours, under another address.
    """
    plainly = _COMPLAINS.match(sentence) is not None and _NO_COMPLAINT.search(sentence) is None
    return plainly or _IGNORED.search(sentence[:_LONGEST]) is not None


def still_waits(text: str) -> bool:
    """Whether a short mail tells that a change or an erasure that was asked for before has not been made.

    "Nog steeds op het oude adres, terwijl ik het nieuwe heb doorgegeven", "Had ik niet gezegd dat alles weg moest?"
    """
    if len(text) > _SHORT:
        return False
    changed = _STILL_OLD.search(text) and _TOLD_US.search(text) and not _IN_OWN_BOOKS.search(text)
    gone = _GONE_I_SAID.search(text) and not _OF_OTHERS.search(text)
    return bool(changed or gone)
