"""What stands beside an event, in the words of staff: its values are stored as our own names and ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.cases.alarming import RIGHTS
from bot.cases.findings import UPHELD
from bot.cases.followups import follow_up_words, follow_ups_in_words
from bot.cases.incidents import CAUSES, FIELDS, RISKS
from bot.cases.moments import words_of_iso
from bot.cases.staff_words import (
    FACTORS,
    GROUNDS,
    INCIDENTS,
    LETTER_GROUNDS,
    LETTERS,
    ROLES,
    STANDINGS,
    STATES,
    VERDICTS,
)
from bot.triage.labels import Intent

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "act": "handeling",
        "action": "handeling",
        "again": "opnieuw",
        "agent": "vertegenwoordiger",
        "alarm": "alarm",
        "alarms": "alarmen",
        "ap_ref": "kenmerk van de AP",
        "answer": "antwoord",
        "attachments": "bijlagen",
        "hidden_text": "verborgen tekst",
        "attachment": "bijlage",
        "aware_at": "bekend sinds",
        "before": "daarvoor",
        "case": "zaak",
        "cause": "aanleiding",
        "challenge": "controlevraag",
        "channel": "weg",
        "column": "kolom",
        "company": "bedrijf",
        "covers_receipt": "ook ontvangen",
        "day": "dag",
        "dossier": "dossier",
        "download": "keer opgehaald",
        "draft": "concept",
        "due": "termijn",
        "erased": "gewist",
        "example": "voorbeeld",
        "examples": "voorbeelden",
        "export": "bestand",
        "field": "veld",
        "files": "bestanden",
        "final": "definitief",
        "flags": "let op",
        "found": "gevonden",
        "from": "van",
        "from_on": "vanaf",
        "ground": "grond",
        "incident": "datalek",
        "kinds": "rechten",
        "label": "soort",
        "left": "uren over",
        "legal_hold": "wordt vastgehouden",
        "letter": "brief",
        "letters": "brieven",
        "level": "niveau",
        "link": "link",
        "links": "links",
        "mail": "bericht",
        "mails": "berichten",
        "messages": "teksten",
        "drafts": "concepten",
        "dossiers": "dossiers",
        "method": "manier",
        "missing": "ontbreekt",
        "model": "model",
        "needs": "waarom een mens",
        "note": "notitie",
        "originals": "met originelen",
        "outbox": "verzending",
        "paper_code": "code op papier",
        "people_not_told_because": "mensen niet ingelicht omdat",
        "people_told_at": "mensen ingelicht",
        "notified_at": "gemeld",
        "not_notified_because": "niet gemeld omdat",
        "controller_told_at": "klant ingelicht",
        "authority_ref": "kenmerk van de AP",
        "principal": "namens",
        "reason": "reden",
        "records": "records",
        "heard": "zegt ook",
        "reopen_for": "heropend voor",
        "request": "verzoek",
        "requests": "verzoeken",
        "required": "nodig",
        "right": "recht",
        "risk": "risico",
        "risk_because": "risico lager omdat",
        "role": "rol",
        "rows": "rijen",
        "scope": "omvang",
        "sha256": "SHA-256",
        "signed_on": "getekend",
        "size": "bytes",
        "state": "stand",
        "status": "uitslag",
        "sender_defects": "afzender niet eenduidig",
        "defects": "bijzonder aan dit bericht",
        "sender_verdict": "afzender",
        "sender_reasons": "want",
        "sender_flags": "let op",
        "sender_tries": "keer gecontroleerd",
        "system": "systeem",
        "table": "tabel",
        "task": "taak",
        "text": "tekst",
        "to": "naar",
        "to_on": "tot en met",
        "tries": "pogingen",
        "trouble": "wat er misging",
        "upheld": "klacht",
        "user": "gebruiker",
        "verdict": "oordeel",
        "who": "schrijver",
        "whole_mail": "heel bericht",
        "why": "waarom",
        "words": "woorden",
        "wrong": "fout",
    }
)
"""What a value is called. One without a word here is shown as it is stored, with spaces."""

LABELS: Mapping[str, str] = {
    **LETTERS,
    **{str(intent): follow_up_words(intent) for intent in Intent},
    "automatic": "automatisch bericht",
    "unreadable": "onleesbaar bericht",
    "request": "verzoek",
}
_RIGHTS = {str(kind): words for kind, words in RIGHTS.items()} | {"other_privacy": "vraag"}

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cause": {str(cause): words for cause, words in CAUSES.items()},
        "field": FIELDS,
        "from": STATES,
        "ground": {**GROUNDS, **LETTER_GROUNDS},
        "label": LABELS,
        "letter": LETTERS,
        "method": FACTORS,
        "right": _RIGHTS,
        "risk": {str(risk): words for risk, words in RISKS.items()},
        "role": ROLES,
        "sender_verdict": VERDICTS,
        "state": INCIDENTS,
        "to": STATES,
        "upheld": {str(one): words for one, words in UPHELD.items()},
        "verdict": VERDICTS,
        "who": STANDINGS,
    }
)
"""What a value of this name means, by what is stored."""

_LEVELS = frozenset({"level", "required", "reached"})
_OF_RIGHTS = frozenset({"kinds", "labels", "scope"})
_OF_ONE = re.compile(r"(reason|score)_(\w+)")
_EACH = {"reason": "waaruit", "score": "zekerheid"}


def facts_in_words(values: Mapping[str, object], timezone: str) -> str:
    """ "brief ontvangstbevestiging, verzending 3"; what is empty or did not happen is left out, a zero is told."""
    told = ((name, value) for name, value in values.items() if says_something(value))
    return ", ".join(f"{name_in_words(name)} {value_in_words(name, value, timezone)}" for name, value in told)


def says_something(value: object) -> bool:
    """Whether it is worth telling: L0, no rows and no tries are news, though Python takes 0 for False."""
    return value is not None and value is not False and value != ""


def value_in_words(name: str, value: object, timezone: str) -> str:
    """One value as staff read it; text that somebody wrote stays as it is."""
    if value is True:
        return "ja"
    if name in _LEVELS and str(value).isdigit():
        return f"L{value}"
    if not isinstance(value, str):
        return str(value)
    if name in _OF_RIGHTS:
        return re.sub(r"\w+", lambda match: _RIGHTS.get(match[0], match[0]), value)
    if name == "heard":
        return follow_ups_in_words(value.split())
    return WORDS.get(name, {}).get(value) or words_of_iso(value, timezone) or value


def name_in_words(name: str) -> str:
    one = _OF_ONE.fullmatch(name)
    if one is not None and one[2] in _RIGHTS:
        return f"{_EACH[one[1]]} {_RIGHTS[one[2]]}"
    return NAMES.get(name, name.replace("_", " "))
