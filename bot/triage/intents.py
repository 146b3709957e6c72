"""What a mail in a running case does: the model's opinion, corrected by words that leave no doubt."""

from __future__ import annotations

import re

import numpy as np

from bot.triage.automatic import absent_by_subject, bounce, out_of_office
from bot.triage.labels import Intent
from bot.triage.weights import INTENTS, Row

_ASKED = (
    r"(?:(?:aan)?gevraagd|verzocht|ingediend|(?:ver|in)?gestuurd|verzonden|gemaild|gedaan|opgezegd"
    r"|geschreven|aangemaakt)"
)
_CASE = r"(?:[\w-]{0,30}verzoek\w{0,2}|aanvraag|vraag|klacht|bezwaar|zaak|dossier|ticket)"
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
        r"|don't have an account|war ich nicht\b|nicht von mir\b"
        r"|ich habe (?:das |es |hier )?(?:nicht|nie|nichts|nie etwas) (?:beantragt|angefragt|gestellt|verlangt)\b"
        r"|i didn'?t do (?:this|that|it)\b|(?:somebody|someone) else must have\b|\b(?:gehackt|hacked|hackers?)\b"
        r"|(?:aanvraag|verzoek) (?:kwam|komt|is) (?:van|door) (?:mijn|een)\b)",
        re.IGNORECASE,
    ),
    Intent.COMPLAINT_AP: re.compile(
        r"(?:\b(?:naar|bij|aan|door|met) (?:de )?(?:AP\b|autoriteit persoonsgegevens|toezichthouder)"
        r"|\bthe (?:dutch )?(?:AP|DPA|data protection authority)\b"
        r"|\bAutoriteit Persoonsgegevens\b)"
    ),
    Intent.WITHDRAWAL: re.compile(
        r"\b(?:(?:ik trek|(?<!hoe )trek ik|wij trekken|we trekken|trekken (?:wij|we)) "
        r"(?!(?:[\w-]{1,15} ){0,6}(?:niet|niets|niks|geen|nooit|toestemming|akkoord|consent|machtiging)\b)"
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
        r"|(?:stop|wacht)\w{0,3} (?:\w{1,12} )?met (?:het )?(?:wissen|verwijderen)\b"
        r"|(?:hold|pause)(?: off)?(?: on)? (?:the )?(?:deletion|deleting|erasure|erasing)\b"
        r"|(?:verwijder|wis|gooi) (?:\w{1,14} ){0,2}(?:niets|niks)\b"
        r"|(?:nichts|nicht|niemals) (?:\w{1,14} ){0,2}l(?:ö|oe)schen\b|mit dem l(?:ö|oe)schen\b|konto soll bleiben"
        r"|keep (?:my|our) account|leave (?:everything|my account|it all) as it (?:is|was))",
        re.IGNORECASE,
    ),
    Intent.WRONG_RECIPIENT: re.compile(
        r"\b(?:(?:dit|bericht|mail|bestand|hij|ie|die) (?:is |was )?(?:\w{1,8} ){0,3}niet (?:voor|aan) (?:mij|ons)"
        r"(?: bestemd| bedoeld)?(?=[ ]?(?:[,.!;\n]|$))|verkeerde persoon\b|iemand anders (?:zijn|haar|z'n|d'r)\b"
        r"|van (?:iemand anders|een (?:heel |totaal )?ander(?:e klant| bedrijf| persoon)|een wildvreemde"
        r"|een of andere)\b"
        r"|(?:gegevens|bestand|adressen|bestellingen|export|overzicht|pagina|gaat over|stukken) (?:\w{1,12} ){0,3}"
        r"andere? (?:klant(?:en)?|mensen|persoon)\b"
        r"|another customer|anderen (?:person|kunden)|fremde daten|falscher empf\w{0,8}"
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
_DENIED: dict[Intent, re.Pattern[str]] = {
    Intent.WITHDRAWAL: re.compile(
        r"\b(?:trek(?:ken)?(?: \w{1,15}){0,5} (?:niet|niets|niks|geen)(?: \w{1,15}){0,3} (?:in|terug)\b"
        r"|(?:niet|niets|niks|geen) (?:\w{1,15} ){0,2}(?:intrekken|in te trekken)\b"
        r"|hoeft zelf (?:verder )?niets te doen\b"
        r"|(?:not|never|don't|won't) (?:withdraw|retract|cancel)(?:ing)?\b)",
        re.IGNORECASE,
    ),
    Intent.NOT_ME: re.compile(
        rf"\b(?:(?:ik heb|heb ik) (?:(?!niet|niets|niks|nooit)\w{{1,12}} ){{0,3}}zelf "
        rf"(?:(?!niet|niets|niks|nooit)\w{{1,12}} ){{0,2}}{_ASKED}\b"
        r"|(?:i|we) (?:made|sent|filed|submitted) (?:this|that|it|the)\b"
        r"|(?:jullie|u|je) (?:hebben|hebt|heeft|heb) (?:dit|dat|het) (?:niet|nooit) gedaan\b)",
        re.IGNORECASE,
    ),
}
"""Words with which the writer says the opposite: the encoder hears "ik trek niets in" as a withdrawal."""
_CONSENT = re.compile(r"(?i)\b(?:toestemming|akkoord|goedkeuring|machtiging|volmacht|consent|permission)")
_CONSENT_NEAR = 60  # characters before the words of taking back
_CODE = re.compile(
    r"(?<![\w@/.-])(?=[A-Z0-9-]{0,11}\d)(?:[A-Z0-9]{5,10}|[A-Z0-9]{2,5}(?:-[A-Z0-9]{2,5}){1,3}"
    r"|\d(?: ?\d){5,7})(?![\w@/-])"
)
_CODE_AHEAD = re.compile(r"(?m)^[^\w\n]{0,3}[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])[ \t.,:;]{0,3}")
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
_LINE = 0.35  # chance from which an intent counts beside the likeliest
_LEAST = 0.1  # chance that the likeliest must have
_STOPPING_LINE = 0.5  # what stops a case must be likelier than not
_TOGETHER = 0.7  # or all that would stop it, taken together
_QUIET_LINES = {Intent.THANKS: 0.5, Intent.OUT_OF_OFFICE: 0.7, Intent.BOUNCE: 0.7}
"""Nobody reads these: here the model must be sure."""
_STOPPING = frozenset(
    {
        Intent.NOT_ME,
        Intent.WITHDRAWAL,
        Intent.CANCELS_ERASURE,
        Intent.DISPUTES,
        Intent.CHANGE_SCOPE,
        Intent.WRONG_RECIPIENT,
    }
)
_LEASTS: dict[Intent, float] = _QUIET_LINES | dict.fromkeys(_STOPPING, _STOPPING_LINE)
_POLITE = re.compile(r"\b(?:graag gedaan|geen dank|gern geschehen|niets te danken|you're welcome)\b", re.IGNORECASE)
_THANKS = re.compile(
    r"\b(?:bedankt|dank\w{0,8}|thanks?|thx|merci|cheers|graag gedaan|gern geschehen|you're welcome)\b", re.IGNORECASE
)
_KIND_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
    bedankt dank dankjewel dankuwel danke dankeschön thanks thank thx merci cheers hartelijk hartelijke heel erg zeer
    veel vielen herzlichen schön very much so nogmaals alvast wel hoor echt zo u je jullie you ihnen dir voor for für
    de het die das den uw jouw your ihre ihr snelle snel fast quick prompt schnelle prettige fijne goede moeite hulp
    help hilfe mühe reactie reply response antwoord antwort answer uitleg informatie info mail mailtje bericht
    toezending groet groeten groetjes gr grt mvg vriendelijke met kind best warm regards mit freundlichen grüßen lg vg
    hallo hoi hi hello beste dag geachte dear heer mevrouw top super prima fijn mooi perfect great netjes keurig goed
    duidelijk helder clear klar ontvangen received erhalten gelukt ok oke oké okay hele weekend avond en and und van is
    it that the a dit dat
    """,
    )
)
_LONGEST_THANKS = 400  # characters
_NAMES_BEHIND = 4  # last words that may be a name
_LONGEST_YES = 60


def intents_in(subject: str, text: str, raw: Row) -> frozenset[Intent]:
    """The intents of a follow-up; `raw` are the model's log-odds. Never empty: `unrelated` if nothing else."""
    if bounce(subject, text):
        return frozenset({Intent.BOUNCE})
    if is_only_code(text):
        return frozenset({Intent.CHALLENGE_ANSWER})
    if only_thanks(text):
        return frozenset({Intent.THANKS})
    said = _by_words(text[:4000])
    if absent_by_subject(subject, text) or (out_of_office(subject, text) and not said):
        return frozenset({Intent.OUT_OF_OFFICE})
    found = (_by_model(raw) - _ruled_out(text[:4000])) | said
    if holds_code(text):
        found |= {Intent.CHALLENGE_ANSWER}
    if len(text.strip()) <= _LONGEST_YES and _AGREES.match(text):
        found |= {Intent.AGREES}
    if found - {Intent.UNRELATED} == {Intent.THANKS}:
        found |= {Intent.CLARIFICATION}  # it says more than thanks: somebody reads it
    return frozenset(found - {Intent.UNRELATED} or {Intent.UNRELATED})


def only_thanks(text: str) -> bool:
    """Thanks, a greeting and a name, and not one word more: nobody needs to read it."""
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", _POLITE.sub("", text[:_LONGEST_THANKS]))
    strange = [number for number, word in enumerate(words) if word.lower() not in _KIND_WORDS]
    named = all(words[number][0].isupper() and number >= max(2, len(words) - _NAMES_BEHIND) for number in strange)
    return len(text) <= _LONGEST_THANKS and "?" not in text and _THANKS.search(text) is not None and named


def calls_off_erasure(text: str) -> bool:
    """The words say outright that nothing is to be erased after all."""
    return _PLAIN[Intent.CANCELS_ERASURE].search(text[:4000]) is not None


def with_meaning(counted: Row, read: Row | None) -> Row:
    """The log-odds of the intents by counting words, and by what the encoder read: chances that add up to one."""
    if read is None:
        return counted
    chances = np.exp(read - read.max())
    odds = np.log(chances / np.maximum(chances.sum() - chances, 1e-9))
    return np.asarray((1 - _READ) * counted + _READ * np.clip(odds, -8, 8), dtype=np.float64)


def _by_words(text: str) -> set[Intent]:
    """What the words say outright. Who takes back a consent uses a right; he does not take back his request."""
    found = {intent: match for intent, pattern in _PLAIN.items() if (match := pattern.search(text))}
    back = found.get(Intent.WITHDRAWAL)
    if back and _CONSENT.search(text[max(0, back.start() - _CONSENT_NEAR) : back.end()]):
        del found[Intent.WITHDRAWAL]
    return set(found)


def _ruled_out(text: str) -> set[Intent]:
    """What the words deny: the encoder hears "ik trek niets in" as if something was taken back."""
    return {intent for intent, pattern in _DENIED.items() if pattern.search(text)}


def _by_model(raw: Row) -> set[Intent]:
    """The likeliest, and what is nearly as likely."""
    chances = {Intent(name): float(chance) for name, chance in zip(INTENTS, 1 / (1 + np.exp(-raw)), strict=True)}
    likely = {intent: chance for intent, chance in chances.items() if chance >= _LEASTS.get(intent, _LEAST)}
    stops = {intent: chances[intent] for intent in _STOPPING}
    if sum(stops.values()) >= _TOGETHER and not likely.keys() & _STOPPING:
        likely |= {max(stops, key=lambda intent: stops[intent]): _LINE}
    best = max(likely, key=lambda intent: likely[intent], default=Intent.UNRELATED)
    return {best} | {intent for intent, chance in likely.items() if chance >= _LINE}


def holds_code(text: str) -> bool:
    """Whether something that looks like one of our codes stands near the top of the new words."""
    return any(not _NOT_CODES.match(match.group()) for match in _CODE.finditer(text[:_CODE_HEAD]))


def is_only_code(text: str) -> bool:
    """Whether somebody sent back a code and not one word more: its letters are drawn by lot and mean nothing."""
    return _ONLY_CODE.fullmatch(text) is not None


def without_code(text: str) -> str:
    """The words without the code that stands ahead of them; its letters are drawn by lot and mean nothing."""
    return "" if is_only_code(text) else _CODE_AHEAD.sub("", text, count=1)


def says_yes(text: str) -> bool:
    """Whether the new words only agree with what was asked."""
    first = text.strip().split("\n", 1)[0]
    return len(text.strip()) <= 2 * _LONGEST_YES and _AGREES.match(first) is not None
