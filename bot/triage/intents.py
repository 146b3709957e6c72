"""What a mail in a running case does: the model's opinion, corrected by words that leave no doubt."""

from __future__ import annotations

import re

import numpy as np

from bot.triage.automatic import absent_by_subject, bounce, out_of_office
from bot.triage.encoder import Meaning
from bot.triage.labels import Intent
from bot.triage.weights import INTENTS, Row

_ASKED = (
    r"(?:(?:aan)?gevraagd|verzocht|ingediend|(?:ver|in)?gestuurd|verzonden|gemaild|gedaan|opgezegd"
    r"|geschreven|aangemaakt)"
)
_CASE = r"(?:verzoek\w{0,2}|aanvraag|vraag|klacht|bezwaar|zaak|dossier|ticket|inzageverzoek|wisverzoek)"
_DELETE = r"(?:verwijder(?:en|d|t)?|wis(?:sen|t)?|gewist|weggooien|weggegooid|vernietig(?:en|d)|schrappen|opheffen)"
_DELETION = r"(?:verwijderen|verwijdering|wissen|wissing|vernietiging|opheffing)"
_MINE = r"(?:my|the|this|that|our)"
_PLAIN: dict[Intent, re.Pattern[str]] = {
    Intent.NOT_ME: re.compile(
        r"\b(?:niet ik\b|not me\b"
        r"|(?:heb|had|(?:hebben|hadden) (?:wij|we)|(?:wij|we) (?:hebben|hadden)) (?:ik )?"
        r"(?:(?:dit|dat|deze|die|het|hier|verzoek|aanvraag|mail|helemaal|echt|zeker|zelf|beslist) ){0,4}"
        rf"(?:niet|niks|niets|nooit) (?:(?:om|zelf|bij|door|jullie|u|mij|naar|mijn) ){{0,3}}{_ASKED}\b"
        r"|(?:ik heb|heb ik|had ik|wij hebben|we hebben) (?:(?:jullie|u|je|nog|zelf|echt) ){0,3}nooit "
        r"(?:van mijn leven |om (?:iets |\w{1,12} ){1,2}|(?:iets|zo'?n|een (?:verzoek|mail|aanvraag|bericht))"
        r" (?:\w{1,12} )?)(?:aangevraagd|gevraagd|ingediend|gestuurd|verstuurd|gemaild)\b"
        r"|(?:heb|hebben) (?:ik |wij |we )?(?:\w{1,10} ){0,2}geen (?:\w{1,10} )?(?:verzoek|aanvraag)"
        rf" (?:\w{{1,10}} ){{0,2}}{_ASKED}\b|nergens om gevraagd"
        r"|(?:dat|dit|het|die aanvraag|dat verzoek|dit verzoek|deze aanvraag|verzoek|aanvraag|mail) (?:was|ben|is"
        r"|komt) (?:(?:dus|echt|helemaal|zeker|absoluut) ){0,2}(?:ik niet|niet (?:van|door) (?:mij|ons))\b"
        r"|ik was (?:dit|dat|het) (?:echt |helemaal )?niet\b"
        r"|(?:ik weet|weet ik) (?:van (?:niets|niks)|nergens van|hier (?:helemaal |echt )?(?:niets|niks) van)\b"
        r"|wie heeft (?:dit|dat|deze|die|zo'?n) (?:\w{1,10} )?(?:gestuurd|verstuurd|aangevraagd)\b"
        r"|(?:iemand|die|hij|zij) (?:\w{1,8} )?(?:heeft|doet|deed|geeft|gaf) zich (?:\w{1,8} )?(?:voor|als) mij\b"
        r"|uitgegeven voor mij\b|misbruik (?:gemaakt )?van mijn (?:naam|account|mail\w{0,6}|adres)\b"
        r"|ken jullie (?:helemaal )?niet|(?:heb|hebben) (?:ik |wij )?geen account|iemand anders (?:heeft|moet)"
        r"|i (?:did not|didn't|never|have not|haven't|have never|'ve never) (?:ask|request|sen[dt]|made?|submit"
        r"|fil(?:e|ed)\b"
        r"|order)|(?:did not|didn't|never) (?:make|send|submit|file|made|sent) (?:this|that|any|the|a|such)\b"
        r"|(?:(?:this|that|it) )?(?:wasn't|was not) (?:me|us)\b|(?:not|wasn't|isn't) (?:my|our) request"
        r"|request (?:is|was|did) not (?:from|come from|mine|by me|made by)\b|(?:pretending to be|impersonating) me\b"
        r"|don't have an account|das war ich nicht|nicht von mir\b)",
        re.IGNORECASE,
    ),
    Intent.COMPLAINT_AP: re.compile(
        r"(?:\b(?:naar|bij|aan|door|met) (?:de )?(?:AP\b|autoriteit persoonsgegevens|toezichthouder)"
        r"|\bthe (?:dutch )?(?:AP|DPA|data protection authority)\b"
        r"|\bAutoriteit Persoonsgegevens\b)"
    ),
    Intent.WITHDRAWAL: re.compile(
        r"\b(?:(?:ik trek|(?<!hoe )trek ik|wij trekken|we trekken|trekken (?:wij|we)) "
        r"(?!(?:[\w-]{1,15} ){0,6}(?:niet|geen|nooit|toestemming|akkoord|consent|machtiging)\b)"
        r"(?:[\w-]{1,15} ){0,7}(?:in|terug)\b"
        rf"|{_CASE} (?!niet\b|geen\b|u\b|je\b|jullie\b)(?:\w{{1,12}} ){{0,4}}(?:intrekken|in te trekken|ingetrokken"
        rf"|annuleren"
        rf"|laten (?:vallen|rusten)|dichtdoen|afsluiten|sluiten)\b|alles intrekken"
        rf"|intrekken (?:van )?(?:\w{{1,8}} )?{_CASE}"
        rf"|annuleer (?:\w{{1,8}} )?{_CASE}"
        rf"|{_CASE} (?:[\w-]{{1,15}} ){{0,6}}(?:vervalt|komt te vervallen)(?! (?:\w{{1,8}} )?niet)\b"
        r"|hoeft (?:voor mij |van mij |dus |nu |al |allemaal ){0,3}niet meer"
        r"|hoef (?:ik )?(?:\w{1,12} ){0,3}niet meer"
        r"|(?:^|het|dit|dat) (?:is |heb ik )?(?:dus |nu |al |inmiddels ){0,2}niet (?:meer|langer) nodig"
        r"|hoe(?:f|ft|ven) (?:\w{1,10} ){0,3}(?:niets|niks) (?:meer te doen|(?:meer )?(?:\w{1,12} )?(?:te sturen"
        r"|op te sturen"
        r"|klaar te zetten|uit te zoeken|aan te leveren))|geen (?:\w{1,12} ){1,3}meer aan te leveren"
        r"|laat (?:het |dit |dat |dan |ook )?maar (?:zitten|vallen|rusten|gaan)|laat maar(?=[ ]?(?:[!.,;?\n]|$|hoor\b"
        r"|joh\b))"
        r"|toch maar niet(?=[ ]?(?:[!.,;?\n]|$|hoor\b))"
        r"|(?:dossier|zaak|klacht|verzoek|aanvraag) (?:kan|mag) (?:\w{1,8} )?(?:dicht|gesloten|vervallen|van tafel|weg)"
        r"|sluit (?:het|dit|de zaak|het dossier) (?:maar|dan) (?:maar )?af"
        r"|als niet gedaan (?:te )?beschouwen|beschouw \w{1,8} (?:\w{1,10} )?als niet (?:gedaan|verzonden)"
        r"|zie er(?: toch)?(?: maar)? van ?af|zie(?:n)? (?:ik |wij |we )?af van (?:mijn|ons|het|dit|de|mijn|verdere)"
        r"|stop maar met|negeer mijn|(?:ignore|disregard) my (?:last|previous|earlier|request|e?-?mail)"
        r"|please disregard(?=[ ]?[,.!]|$)"
        r"|(?:i|we) (?:hereby )?(?:want to |wish to |would like to |am |are )?(?:withdraw|retract|cancel)(?:ing)? "
        rf"{_MINE} (?:\w{{1,12}} )?(?:request|complaint|objection)"
        rf"|(?:please|can|could|to|just|you) (?:you )?(?:cancel|close|drop|withdraw|retract) {_MINE} (?:\w{{1,12}} )?"
        r"(?:request|complaint|objection|ticket|case)|withdraw my (?:request|complaint)|never ?mind|no longer need"
        r"|(?:^|(?:it|this|that)(?: is|'s) |request is )no longer (?:needed|necessary|required)"
        r"|changed my mind|forget (?:about )?it\b|no need to send|hat sich erledigt)",
        re.IGNORECASE | re.MULTILINE,
    ),
    Intent.CANCELS_ERASURE: re.compile(
        rf"\b(?:(?<!ook )(?:niet|niks|niets|geen) (?:\w{{1,12}} ){{0,2}}(?:verwijderen|wissen|weggooien|vernietigen"
        rf"|opheffen)\b"
        rf"|toch (?:\w{{1,10}} ){{0,2}}(?:niet|niets|niks) (?:\w{{1,12}} ){{0,3}}{_DELETE}\b"
        rf"|{_DELETION} (?:\w{{1,10}} ){{0,2}}(?:niet door|hoeft niet|doen we niet|moet niet|gaat niet door|mag niet)\b"
        rf"|(?:annuleer|stop|staak|cancel) (?:alstublieft |aub |met )?(?:de |het )?{_DELETION}\b"
        rf"|{_DELETION} (?:\w{{1,10}} ){{0,3}}(?:annuleren|tegenhouden|tegengehouden|terugdraaien|teruggedraaid"
        rf"|stopzetten)\b"
        r"|kan (?:dit|dat|het) nog (?:\w{1,10} )?(?:teruggedraaid|ongedaan)"
        r"|laat (?:alles|mijn account|mijn gegevens|het account) (?:\w{1,10} ){0,2}staan\b|alles laten staan\b"
        r"|(?:account|gegevens|alles) (?:\w{1,10} ){0,2}(?:toch|liever) (?:\w{1,10} )?(?:behouden|houden|bewaren"
        r"|blijven)\b"
        r"|toch (?:\w{1,10} )?(?:account|gegevens|alles) (?:\w{1,10} )?(?:behouden|houden|bewaren)\b"
        r"|(?:do not|don't|dont|please not) (?:\w{1,8} )?(?:delete|erase|remove|wipe)\b|(?:not"
        r"|nothing) (?:be )?(?:deleted|erased) after all"
        r"|(?:don't|do not) want (?:\w{1,12} ){1,4}(?:deleted|erased|removed)|(?:cancel|stop|undo|reverse"
        r"|hold off on) the (?:deletion|erasure|removal)"
        r"|keep (?:my|our) account|leave (?:everything|my account|it all) as it (?:is|was))",
        re.IGNORECASE,
    ),
    Intent.WRONG_RECIPIENT: re.compile(
        r"\b(?:(?:dit|bericht|mail|bestand|hij|ie|die) (?:is |was )?(?:\w{1,8} ){0,3}niet (?:voor|aan) (?:mij|ons)"
        r"(?: bestemd| bedoeld)?(?=[ ]?(?:[,.!;\n]|$))|verkeerde persoon\b|iemand anders (?:zijn|haar|z'n|d'r)\b"
        r"|van (?:iemand anders|een (?:heel |totaal )?ander(?:e klant| bedrijf| persoon)|een wildvreemde"
        r"|een of andere)\b"
        r"|mixed up two|(?:not|never) (?:meant|intended) for (?:me|us)\b|someone else's (?:data|file|information"
        r"|invoices)"
        r"|wrong person\b)",
        re.IGNORECASE,
    ),
    Intent.REMINDER: re.compile(
        r"\b(?:herinnering (?:aan mijn|over mijn)|(?:een|als|ter) herinnering|nog (?:steeds )?(?:geen|niets"
        r"|niks) (?:\w{1,10} ){0,2}"
        r"(?:antwoord|reactie|gehoord|ontvangen|vernomen)|wanneer (?:hoor|krijg|kan) ik|is er (?:al|nog) (?:iets "
        r"|wat )?(?:nieuws|bekend)"
        r"|(?:wacht|zit) (?:ik )?(?:nu )?(?:nog |al )(?:\w{1,10} ){0,2}(?:te wachten|op)|op (?:jullie|u"
        r"|antwoord) te wachten"
        r"|heeft iemand mijn (?:mail|bericht|verzoek)|vergeet (?:je|u|jullie) (?:me|mij) niet"
        r"|(?:tweede|derde|vierde|2e|3e|4e) (?:mail|verzoek|herinnering|bericht)|termijn (?:loopt|is verstreken"
        r"|is voorbij)"
        r"|(?:al|inmiddels|nu) (?:\w{2,6}|\d{1,3}) (?:dagen|weken|maanden)\b|de (?:derde|vierde|vijfde|zesde) week"
        r"|still (?:waiting|no (?:reply|answer|response))|any (?:news|update|movement|progress)|just checking"
        r"|following up"
        r"|(?:second|third|fourth) (?:request|email|mail|reminder)|(?:days|weeks|months?) (?:ago|now|by my count))\b",
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
        r"(?i)\b(?:klopt (?:\w{1,10} ){0,3}(?:niet|geen)|(?:niet|geen) (?:mee )?eens|niet akkoord|onvolledig"
        r"|niet (?:compleet|volledig)"
        r"|ontbreek\w{0,2}|ontbreken|mist\b|missen|is geen (?:antwoord|reden)|onzin|belachelijk|hoezo|waarom niet|raar"
        r"|staat (?:er )?nog steeds|ten onrechte|onterecht|wel degelijk|niet waar|(?:kan|kunnen) niet kloppen"
        r"|nergens op"
        r"|(?:dat )?(?:vroeg|wilde|bedoelde) ik niet|niet wat ik (?:vroeg|wilde)|de helft|blanco"
        r"|kijk (?:\w{1,8} ){0,2}(?:opnieuw|nog eens|goed)"
        r"|had(?:den)? (?:\w{1,10} ){0,3}moeten (?:zijn|worden)|al (?:\w{1,10} ){0,3}moeten zijn|ik betaal niet"
        r"|weer niet"
        r"|incomplete|missing|disagree|not (?:what i asked|true|correct|complete)|look again|half of|no rows"
        r"|still (?:there|wrong|see))\b"
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
_ONLY_CODE = re.compile(r"\W{0,20}(?=\w{0,3}\d)[0-9A-Za-z]{4}[\W_]{0,3}[0-9A-Za-z]{4}\W{0,20}")
_CODE_HEAD = 240  # characters from the top in which a code answers
_NOT_CODES = re.compile(r"(?i)^(?:KB-\d{4}-\d+|AVG-\d{4}-\d+|20\d\d|19\d\d|\d{4} ?[A-Z]{2}|0\d{9})$")
_AGREES = re.compile(
    r"^\W{0,3}(?:(?:ja|yes|jazeker|akkoord|prima|oke|ok|okay|goed|is goed|doe maar|graag|agreed|fine|go ahead"
    r"|dat is goed|helemaal goed|ga je gang"
    r"|natuurlijk|zeker|graag zelfs|mee eens|einverstanden)\b\W{0,3}){1,3}",
    re.IGNORECASE,
)
_READ = 0.7  # how much the encoder's opinion weighs
_LINE = 0.45
_FLOOR = 0.2  # the best opinion counts from here if there is no other
_SURE_FLOOR = 0.35  # the same for what stops a case or joins one
_RATHER_SURE = frozenset({Intent.DISPUTES, Intent.REMINDER})
_WORDS_ONLY = frozenset({Intent.NOT_ME, Intent.WITHDRAWAL, Intent.CANCELS_ERASURE})
"""Intents that only words may say: the model hears "ik trek niets in" as one of them."""
_STOPS_SAFELY = {Intent.CANCELS_ERASURE: 0.8}
"""But that nothing is to be erased the model may say where it is this sure: it stops what cannot be undone."""
_LONGEST_YES = 60


def intents_in(subject: str, text: str, raw: Row) -> frozenset[Intent]:
    """The intents of a follow-up; `raw` are the model's log-odds. Never empty: `unrelated` if nothing else."""
    if bounce(subject, text):
        return frozenset({Intent.BOUNCE})
    said = _by_words(text[:4000])
    if absent_by_subject(subject, text) or (out_of_office(subject, text) and not said):
        return frozenset({Intent.OUT_OF_OFFICE})
    found = _by_model(_lifted(raw, text)) | said
    found = (found - {Intent.CHALLENGE_ANSWER}) | ({Intent.CHALLENGE_ANSWER} if holds_code(text) else set())
    if len(text.strip()) <= _LONGEST_YES and _AGREES.match(text):
        found |= {Intent.AGREES}
    found -= _MACHINES  # their words were asked above
    if _THANKS.search(text) and not found:
        found = {Intent.THANKS}
    if found == {Intent.THANKS} and _BUT.search(text):
        found = {Intent.THANKS, Intent.CLARIFICATION}
    return frozenset(found or {Intent.UNRELATED})


def calls_off_erasure(text: str) -> bool:
    """The words say outright that nothing is to be erased after all."""
    return _PLAIN[Intent.CANCELS_ERASURE].search(text[:4000]) is not None


def with_meaning(counted: Row, meaning: Meaning | None) -> Row:
    """The log-odds of the intents by counting words, and by what the encoder read."""
    if meaning is None:
        return counted
    return np.asarray((1 - _READ) * counted + _READ * np.clip(meaning.intents, -8, 8), dtype=np.float64)


def _by_words(text: str) -> set[Intent]:
    """What the words say outright. Who takes back a consent uses a right; he does not take back his request."""
    found = {intent: match for intent, pattern in _PLAIN.items() if (match := pattern.search(text))}
    back = found.get(Intent.WITHDRAWAL)
    if back and _CONSENT.search(text[max(0, back.start() - _CONSENT_NEAR) : back.end()]):
        del found[Intent.WITHDRAWAL]
    return set(found)


_CONSENT = re.compile(r"(?i)\b(?:toestemming|akkoord|goedkeuring|machtiging|volmacht|consent|permission)")
_CONSENT_NEAR = 60  # characters before the words of taking back
_MACHINES = frozenset({Intent.OUT_OF_OFFICE, Intent.BOUNCE})
_BUT = re.compile(r"(?i)\?|\b(?:maar|alleen|behalve|nog|niet|geen|but|only|except|not|aber|mais)\b")


def _lifted(raw: Row, text: str) -> Row:
    hinted = [_HINT_LIFT * (name in _HINTS and bool(_HINTS[Intent(name)].search(text[:4000]))) for name in INTENTS]
    return np.asarray(raw + np.array(hinted), dtype=np.float64)


def _by_model(raw: Row) -> set[Intent]:
    every = {Intent(name): float(odds) for name, odds in zip(INTENTS, 1 / (1 + np.exp(-raw)), strict=True)}
    chance = {intent: value for intent, value in every.items() if intent not in _WORDS_ONLY}
    found = {intent for intent, value in chance.items() if value >= _LINE}
    found |= {intent for intent, sure in _STOPS_SAFELY.items() if every[intent] >= sure}
    best = max(chance, key=lambda intent: chance[intent])
    floor = _SURE_FLOOR if best in _RATHER_SURE else _FLOOR
    return found or ({best} if chance[best] >= floor else set())


def holds_code(text: str) -> bool:
    """Whether something that looks like one of our codes stands near the top of the new words."""
    return any(not _NOT_CODES.match(match.group()) for match in _CODE.finditer(text[:_CODE_HEAD]))


def is_only_code(text: str) -> bool:
    """Whether somebody sent back a code and not one word more: its letters are drawn by lot and mean nothing."""
    return _ONLY_CODE.fullmatch(text) is not None


def says_yes(text: str) -> bool:
    """Whether the new words only agree with what was asked."""
    first = text.strip().split("\n", 1)[0]
    return len(text.strip()) <= 2 * _LONGEST_YES and _AGREES.match(first) is not None
