"""What a mail in a running case does: the model's opinion, corrected by words that leave no doubt."""

from __future__ import annotations

import re

import numpy as np

from bot.triage.automatic import bounce, out_of_office
from bot.triage.labels import Intent
from bot.triage.weights import INTENTS, Row

_PLAIN: dict[Intent, re.Pattern[str]] = {
    Intent.NOT_ME: re.compile(
        r"\b(?:niet ik\b|not me\b|(?:heb|had) (?:ik )?(?:dit |dat |hier |helemaal |zelf )?(?:niet|niks|niets"
        r"|nooit) (?:\w{1,12} ){0,2}"
        r"(?:aangevraagd|gevraagd|verstuurd|gedaan|om gevraagd)|(?:dat|dit|die aanvraag) (?:was|ben|is"
        r"|komt) (?:ik niet|niet van mij)"
        r"|i (?:did not|didn't|never) (?:ask|request|send|make|submit)|wasn't me|das war ich nicht)",
        re.IGNORECASE,
    ),
    Intent.COMPLAINT_AP: re.compile(
        r"(?:\b(?:naar|bij|aan|door|met) (?:de )?(?:AP\b|autoriteit persoonsgegevens|toezichthouder)"
        r"|\bthe (?:dutch )?(?:AP|DPA|data protection authority)\b"
        r"|\bAutoriteit Persoonsgegevens\b)"
    ),
    Intent.WITHDRAWAL: re.compile(
        r"\b(?:trek (?:ik )?(?:hierbij )?(?:mijn |het |dit )?(?:\w{1,15} )?(?:verzoek|aanvraag|klacht"
        r"|bezwaar) (?:\w{1,10} )?(?:in|terug)|hoeft niet meer"
        r"|laat maar zitten|(?:ik )?(?:wil|wens) (?:mijn|het) verzoek in\W?te?\W?trekken"
        r"|withdraw my (?:request|complaint)|never ?mind|no longer need)\b",
        re.IGNORECASE,
    ),
    Intent.CANCELS_ERASURE: re.compile(
        r"\b(?:(?:niet|niks|niets|geen) (?:\w{1,12} ){0,2}(?:verwijderen|wissen|weggooien)\b|(?:do not"
        r"|don't) (?:delete|erase|remove)|stop (?:het )?(?:wissen|verwijderen)"
        r"|hold off on the deletion)",
        re.IGNORECASE,
    ),
    Intent.REMINDER: re.compile(
        r"\b(?:herinnering|nog (?:steeds )?(?:geen|niets|niks) (?:\w{1,10} ){0,2}(?:antwoord|reactie|gehoord"
        r"|ontvangen|vernomen)|wanneer (?:hoor|krijg|kan) ik"
        r"|still (?:waiting|no (?:reply|answer|response))|any (?:news|update|movement|progress)|aanmaning)\b",
        re.IGNORECASE,
    ),
}
_THANKS = re.compile(r"\b(?:bedankt|dank|dankjewel|dankuwel|thanks|thank you|merci|danke|cheers)\b", re.IGNORECASE)
_CODE = re.compile(
    r"(?<![\w@/.-])(?=[A-Z0-9-]{0,11}\d)(?:[A-Z0-9]{5,10}|[A-Z0-9]{2,5}(?:-[A-Z0-9]{2,5}){1,3}"
    r"|\d(?: ?\d){5,7})(?![\w@/-])"
)
_CODE_HEAD = 240  # characters from the top in which a code answers
_NOT_CODES = re.compile(r"(?i)^(?:KB-\d{4}-\d+|AVG-\d{4}-\d+|20\d\d|19\d\d|\d{4} ?[A-Z]{2}|0\d{9})$")
_AGREES = re.compile(
    r"^\W{0,3}(?:(?:ja|yes|jazeker|akkoord|prima|oke|ok|okay|goed|is goed|doe maar|graag|agreed|fine|go ahead"
    r"|dat is goed|helemaal goed|ga je gang"
    r"|natuurlijk|zeker|graag zelfs|mee eens|einverstanden)\b\W{0,3}){1,3}",
    re.IGNORECASE,
)
_LINE = 0.5
_FLOOR = 0.3  # the best opinion counts from here if there is no other
_LONGEST_YES = 60


def intents_in(subject: str, text: str, raw: Row) -> frozenset[Intent]:
    """The intents of a follow-up; `raw` are the model's log-odds. Never empty: `unrelated` if nothing else."""
    if bounce(subject, text):
        return frozenset({Intent.BOUNCE})
    if out_of_office(subject, text):
        return frozenset({Intent.OUT_OF_OFFICE})
    found = _by_model(raw) | {intent for intent, pattern in _PLAIN.items() if pattern.search(text[:4000])}
    found |= {Intent.CHALLENGE_ANSWER} if holds_code(text) else set()
    if len(text.strip()) <= _LONGEST_YES and _AGREES.match(text):
        found |= {Intent.AGREES}
    if _THANKS.search(text) and not found:
        found |= {Intent.THANKS}
    return frozenset(found or {Intent.UNRELATED}) - (_MACHINES if len(found) > 1 else frozenset())


_MACHINES = frozenset({Intent.OUT_OF_OFFICE, Intent.BOUNCE})


def _by_model(raw: Row) -> set[Intent]:
    probability = 1 / (1 + np.exp(-raw))
    found = {Intent(name) for name, value in zip(INTENTS, probability, strict=True) if value >= _LINE}
    best = int(np.argmax(probability))
    if not found and probability[best] >= _FLOOR:
        found.add(Intent(INTENTS[best]))
    return found


def holds_code(text: str) -> bool:
    """Whether something that looks like one of our codes stands near the top of the new words."""
    return any(not _NOT_CODES.match(match.group()) for match in _CODE.finditer(text[:_CODE_HEAD]))


def says_yes(text: str) -> bool:
    """Whether the new words only agree with what was asked."""
    first = text.strip().split("\n", 1)[0]
    return len(text.strip()) <= 2 * _LONGEST_YES and _AGREES.match(first) is not None
