"""What a mail in a running case does: the model's opinion, corrected by words that leave no doubt."""

from __future__ import annotations

import re

import numpy as np

from bot.triage.automatic import bounce, out_of_office
from bot.triage.labels import Intent
from bot.triage.weights import INTENTS, Row

_PLAIN: dict[Intent, re.Pattern[str]] = {
    Intent.NOT_ME: re.compile(
        r"\b(?:niet ik\b|not me\b|(?:heb|had|hebben) (?:ik |wij |we )?(?:dit |dat |hier |helemaal "
        r"|zelf )?(?:niet|niks|niets|nooit)"
        r" (?:\w{1,12} ){0,2}(?:aangevraagd|verstuurd|gedaan|om gevraagd|opgezegd)|nergens om gevraagd"
        r"|(?:dat|dit|die aanvraag|dat verzoek) (?:was|ben|is|komt) (?:dus )?(?:ik niet|niet van mij"
        r"|niet van ons)|ken jullie (?:helemaal )?niet"
        r"|(?:heb|hebben) (?:ik |wij )?geen account|iemand anders (?:heeft|moet)|i (?:did not|didn't"
        r"|never) (?:ask|request|send|make|submit)"
        r"|wasn't me|don't have an account|das war ich nicht)",
        re.IGNORECASE,
    ),
    Intent.COMPLAINT_AP: re.compile(
        r"(?:\b(?:naar|bij|aan|door|met) (?:de )?(?:AP\b|autoriteit persoonsgegevens|toezichthouder)"
        r"|\bthe (?:dutch )?(?:AP|DPA|data protection authority)\b"
        r"|\bAutoriteit Persoonsgegevens\b)"
    ),
    Intent.WITHDRAWAL: re.compile(
        r"\b(?:trek (?:ik )?(?:hierbij )?(?:mijn |het |dit |de )?(?:\w{1,15} )?(?:verzoek|aanvraag|klacht"
        r"|bezwaar)?(?:\w{1,10} )?(?:in|terug)\b"
        r"|hoeft (?:voor mij |van mij |dus )?niet meer|hoef (?:ik )?(?:\w{1,12} ){0,3}niet meer"
        r"|geen (?:\w{1,12} ){1,3}meer aan te leveren"
        r"|laat (?:het |dan )?maar zitten|(?:dossier|zaak|klacht|verzoek) (?:kan|mag) (?:dicht|gesloten"
        r"|vervallen|van tafel)|zie er(?: toch)? van ?af"
        r"|stop maar met|in ?te ?trekken|ingetrokken|negeer mijn|(?:ignore|disregard) my (?:last|previous|request)"
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
_HINTS: dict[Intent, re.Pattern[str]] = {
    Intent.CANNOT_OPEN: re.compile(
        r"(?i)\b(?:(?:krijg|kan|wil|lukt) (?:\w{1,12} ){0,6}niet (?:\w{1,8} )?(?:open|openen|uitpakken"
        r"|downloaden)|gaat niet open|niet te openen"
        r"|(?:link|bestand|zip|bijlage|wachtwoord|password|file|archive)\W(?:\w{1,12}\W){0,5}(?:werkt niet"
        r"|doet het (?:\w{1,8} )?niet|kapot|corrupt"
        r"|verlopen|broken|expired|doesn't work|won't open|error)|can(?:not|'t) open|404)\b"
    ),
    Intent.WRONG_RECIPIENT: re.compile(
        r"(?i)\b(?:niet (?:voor )?(?:mij|ons) bestemd|(?:bestand|overzicht|mail|export|gegevens"
        r"|dossier)\W(?:\w{1,12}\W){0,4}(?:van|over) (?:een )?"
        r"(?:(?:heel |totaal )?(?:iemand|ander\w?)|(?:wild)?vreemde)|van iemand anders|(?:verkeerde"
        r"|foute) (?:persoon|klant|adres|bestand)|niet van mij"
        r"|(?:wrong|different) (?:person|customer|file|people)|someone else|belongs to a)\b"
    ),
    Intent.SENDS_ID_COPY: re.compile(
        r"(?i)\b(?:(?:bijlage|bijgevoegd|bijgaand|hierbij|attached"
        r"|enclosed)\W(?:[\w']{1,14}\W){0,8}(?:paspoort|id|id-kaart|idkaart|identiteitskaart|rijbewijs"
        r"|identiteitsbewijs|legitimatie|passport|driving licen[cs]e)|(?:paspoort|id-kaart|idkaart|rijbewijs"
        r"|identiteitsbewijs|legitimatie|passport|id)"
        r"\W(?:[\w']{1,14}\W){0,6}(?:in de bijlage|bijgevoegd|hierbij|attached|kopieid))\b"
    ),
    Intent.REFUSES_IDENTIFICATION: re.compile(
        r"(?i)\b(?:(?:stuur|geef|lever|mail|doe)\W(?:\w{1,12}\W){0,5}(?:geen"
        r"|niet)\W(?:\w{1,12}\W){0,4}(?:paspoort|id|identiteitsbewijs|kopie|scan|selfie"
        r"|rijbewijs|legitimatie|code)|weiger|geen (?:scan|kopie|selfie|filmpje|paspoort)|(?:not|no"
        r"|won't)\W(?:\w{1,12}\W){0,5}(?:passport|scans?|id copy)"
        r"|ga (?:ik )?(?:mezelf|me) niet (?:\w{1,8} )?identificeren)\b"
    ),
    Intent.DELIVERY_PREFERENCE: re.compile(
        r"(?i)\b(?:(?:liever|graag|kan het|mag het|stuur\w?)\W(?:\w{1,14}\W){0,8}(?:per post|op papier|usb"
        r"|usb-stick|stick|aangetekend|per brief|naar mijn prive"
        r"|in (?:excel|pdf|csv)|geprint|uitgeprint|via (?:wetransfer|een link))|by post|usb stick|on paper"
        r"|liever naar|graag naar)\b"
    ),
    Intent.CHANGE_SCOPE: re.compile(
        r"(?i)\b(?:alleen (?:nog )?(?:de|het|mijn|wat)|(?:hoef|hoeft|hoeven) (?:ik )?(?:\w{1,14} ){0,4}niet"
        r"|(?:laat|doe) (?:\w{1,14} ){1,4}maar (?:zitten|weg)"
        r"|ook (?:nog )?(?:de|het|mijn) \w{1,20}|bij nader inzien|niet alleen|vergeten|beperk|alsnog ook"
        r"|in plaats daarvan|only need|also include"
        r"|leave out)\b"
    ),
    Intent.DISPUTES: re.compile(
        r"(?i)\b(?:klopt (?:\w{1,10} ){0,3}(?:niet|geen)|(?:niet|geen) (?:mee )?eens|onvolledig"
        r"|ontbreek\w{0,2}|ontbreken|mist\b|missen|is geen antwoord"
        r"|onzin|belachelijk|hoezo|waarom niet|staat (?:er )?nog steeds|incomplete|missing|disagree"
        r"|not what i asked|niet wat ik vroeg|nergens op)\b"
    ),
    Intent.NEW_REQUEST: re.compile(
        r"(?i)\b(?:en (?:nu|dan) (?:ook )?(?:nog )?(?:graag|wil)|o ja|terwijl jullie|nog iets|nieuw verzoek"
        r"|daarnaast|verder wil ik|mag het nu"
        r"|behandel dit (?:dus )?als|one more thing|also,? (?:please|can|could))\b"
    ),
}
"""Words that speak for an intent without deciding it: they raise what the model thinks of it."""

_HINT_LIFT = 1.6  # log-odds
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
_LINE = 0.45
_FLOOR = 0.2  # the best opinion counts from here if there is no other
_LONGEST_YES = 60


def intents_in(subject: str, text: str, raw: Row) -> frozenset[Intent]:
    """The intents of a follow-up; `raw` are the model's log-odds. Never empty: `unrelated` if nothing else."""
    if bounce(subject, text):
        return frozenset({Intent.BOUNCE})
    if out_of_office(subject, text):
        return frozenset({Intent.OUT_OF_OFFICE})
    found = _by_model(_lifted(raw, text)) | {
        intent for intent, pattern in _PLAIN.items() if pattern.search(text[:4000])
    }
    found = (found - {Intent.CHALLENGE_ANSWER}) | ({Intent.CHALLENGE_ANSWER} if holds_code(text) else set())
    if len(text.strip()) <= _LONGEST_YES and _AGREES.match(text):
        found |= {Intent.AGREES}
    found -= _MACHINES  # their words were asked above
    if _THANKS.search(text) and not found:
        found = {Intent.THANKS}
    if found == {Intent.THANKS} and _BUT.search(text):
        found = {Intent.THANKS, Intent.CLARIFICATION}
    return frozenset(found or {Intent.UNRELATED})


_MACHINES = frozenset({Intent.OUT_OF_OFFICE, Intent.BOUNCE})
_BUT = re.compile(r"(?i)\?|\b(?:maar|alleen|behalve|nog|niet|geen|but|only|except|not|aber|mais)\b")


def _lifted(raw: Row, text: str) -> Row:
    hinted = [_HINT_LIFT * (name in _HINTS and bool(_HINTS[Intent(name)].search(text[:4000]))) for name in INTENTS]
    return np.asarray(raw + np.array(hinted), dtype=np.float64)


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
