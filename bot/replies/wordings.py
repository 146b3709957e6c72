"""What requesters are coached to catch in an answer, as tables of wordings in Dutch and English.

A sentence is caught by what it demands, claims or threatens, never by a word alone: "U hoeft geen formulier in te
vullen" is a kindness. A rule has wordings that accuse and wordings that excuse; `always` is not excused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.triage.labels import RequestKind


class Fault(StrEnum):
    """What is wrong with a sentence or with the letter. Shown to staff: add, never rename."""

    ID_COPY = "ID-COPY"
    FORM = "FORM"
    MEDIUM = "MEDIUM"
    FEE = "FEE"
    NO_REASON = "NO-REASON"
    NO_DATE = "NO-DATE"
    LATE = "LATE"
    COURT_TERM = "COURT-TERM"
    BLANK = "BLANK"
    NOT_DONE = "NOT-DONE"
    ASKS_WHY = "ASKS-WHY"
    STATEMENT = "STATEMENT"
    THREAT = "THREAT"
    FIRST_US = "FIRST-US"
    CUSTOMER_KNOWN = "CUSTOMER-KNOWN"
    ELEMENT = "ELEMENT"
    GROUND = "GROUND"


@dataclass(frozen=True, slots=True)
class Rule:
    """`always` accuses whatever else is said; `accuses` only where `excuses` does not match.

    `about` is looked for first: a sentence without it is none of this rule's business.
    """

    fault: Fault
    about: re.Pattern[str]
    accuses: re.Pattern[str]
    excuses: re.Pattern[str] | None = None
    always: re.Pattern[str] | None = None

    def catches(self, sentence: str) -> bool:
        if not self.about.search(sentence):
            return False
        if self.always is not None and self.always.search(sentence):
            return True
        if self.excuses is not None and self.excuses.search(sentence):
            return False
        return self.accuses.search(sentence) is not None


def _any(*wordings: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{wording})" for wording in wordings), re.IGNORECASE)


_DOCUMENT = (
    r"(?:identiteits(?:bewij\w+|kaart\w*|document\w*)|legitimatie\w*|paspoort\w*|rijbewij\w+|id[- ]?(?:kaart|"
    r"bewij\w+|document)"
    r"|\bbsn\b|burgerservicenummer|sofinummer|pasfoto"
    r"|passport|driving licen[cs]e|driver'?s licen[cs]e|identity (?:card|document|paper)s?|\bid (?:card|document)|"
    r"(?:copy|scan|photo|picture) of (?:your|an|the) id\b|\byour id\b|proof of identity|citizen service number)"
)
_SEND = (
    r"(?:stuur|mail|upload|overleg|toon|geef|lever|voeg|maak|faxe?n?|scan|whatsapp|ontvangen|sturen|opsturen|"
    r"toesturen|mailen|"
    r"uploaden|overleggen|tonen|aanleveren|bijvoegen|zien|nodig|graag|vragen|verzoeken|moet|dient|vereist|verplicht|"
    r"send|e-?mail|upload|provide|attach|enclose|include|show|submit|give|need|require|required|must|ask|please|"
    r"what is|wat is)"
)
_CANNOT_NL = (
    r"(?:kunnen|kan|mogen|mag|gaan|gaat|behandelen|beantwoorden|sturen|geven|doen|nemen|voeren)\b.*\b(?:niet|"
    r"geen|niets)"
)
_CANNOT_EN = r"(?:cannot|can ?not|can't|are unable|will not|won't|may not|unable)\b"
_PAST = (
    r"\b(?:stuurde|gestuurd|kregen wij|hebben wij verwijderd|verwijderd|vernietigd|gewist|bewaren|you sent|"
    r"removed|deleted|destroyed)\b"
)

_FORM = (
    r"(?:formulier\w*|portaal\w*|portal|klantenpaneel|inlog\w*|log(?:t|gen)? .{0,40}\bin\b|in te loggen|"
    r"ingelogd|aanmeld\w*|"
    r"registre\w+|account aan|\bapp\b|\bforms?\b|web ?form|\blog(?:ged)? ?in(?:to|ning)?\b|sign(?:ed)? in|"
    r"register\w*|create an account)"
)
_MUST_NL = (
    r"(?:\bmoet\b|\bdient\b|\bdienen\b|gelieve|verplicht|uitsluitend|alleen|enkel|slechts|\bpas\b|vereist|"
    r"noodzakelijk|voorwaarde)"
)
_MUST_EN = (
    r"(?:\bmust\b|\bhave to\b|\bneed to\b|\bonly\b|required|obliged|mandatory|\buntil\b|\bunless\b|condition|"
    r"not before)"
)
_AUTHORITY = (
    r"(?:autoriteit persoonsgegevens|\bap\b|toezichthouder|rechtbank|rechter|griffie|verzoekschrift|authority|"
    r"\bcourt\b|petition|belastingdienst)"
)
_FREE_CHOICE = (
    r"(?:\bhoeft?\b|\bmag\b|\bkunt (?:u )?.{0,30}\book\b|\bkan ook\b|\bu kunt\b(?!.*\balleen\b)|liever|"
    r"als u wilt|desgewenst|eventueel"
    r"|\bneed not\b|\bdo(?:es)? not (?:have|need) to\b|\bdon't (?:have|need) to\b|\bmay\b|\bcan also\b|"
    r"if you (?:like|prefer|wish)|rather|\bno need\b"
    r"|\bhebben wij (?:er )?geen\b|\bniet nodig\b)"
)
_POST = (
    r"(?:per (?:gewone |aangetekende )?(?:post|brief|fax)|aangetekend\w*|schriftelijk\w*|met de post|op papier|"
    r"per brief|"
    r"telefonisch\w*|langs ?(?:te )?kom\w*|persoonlijk (?:bij|op|aan)|op (?:ons )?kantoor|aan de balie|"
    r"in het (?:nederlands|engels|duits)|"
    r"\bby (?:registered |ordinary )?(?:post|mail|letter|fax|phone|telephone)\b|in writing|registered (?:letter|"
    r"mail|post)|on paper|in person|"
    r"at our office|in (?:dutch|english|german))"
)
_ASK_YOU = (
    r"(?:\b(?:dien|stuur|doe|vraag|herhaal|schrijf|bel|kom|stel)\b.{0,60}(?:verzoek|aanvraag|vraag|bericht|"
    r"ons\b|opnieuw))"
)
_ASK_YOU_EN = (
    r"(?:\b(?:send|submit|make|repeat|write|put|call|come|ask)\b.{0,60}(?:request|question|message|\bus\b|again))"
)
_MONEY = (
    r"(?:€|\beuro\b|\beur\b|vergoeding|kosten|leges|tarief|bedrag|betal(?:en|ing)|betaalt?|\bfee\b|\bcosts?\b|"
    r"\bcharge\b|\bpay(?:ment)?\b|\bprice\b)"
)
_OUR_WORK = (
    r"(?:verzoek|inzage|kopie|afschrift|overzicht|behandel\w*|afhandel\w*|antwoord|administratiekosten|opzoeken|"
    r"zoekwerk|wissen van|wijzigen van|"
    r"uw gegevens|"
    r"request|copy|access|overview|handling|processing|administration|answer|erasing|your data)"
)
_IT_NL = r"\b(?:hier|daar)voor\b"
_IT_EN = r"\bfor (?:this|that)\b"
_FEW = r"(?:(?!(?:en|maar|want|and|but)\b)[\w€]+(?:[.,][\d-]+)? ){0,5}"
_SUM = r"(?:€|\beuro\b|\beur\b|kosten|vergoeding)"
_TO_PAY = r"\b(?:betalen|betaald|voldoen|overmaken|over te maken|verschuldigd)"
_PAID_FOR_IT = (
    rf"\bbetaalt {_FEW}{_IT_NL}",
    rf"{_IT_NL} betaalt\b",
    rf"\b(?:reken|bereken|vrag|breng)en (?=[^,;]{{0,40}}{_SUM}){_FEW}{_IT_NL}",
    rf"{_IT_NL} (?:reken|bereken|vrag|breng)en wij\b[^;]{{0,40}}{_SUM}",
    rf"\b(?:moet|dient|bent|wilt|verzoeken|gelieve|graag) {_FEW}{_IT_NL}[^;]{{0,25}}{_TO_PAY}",
    rf"{_IT_NL} (?:moet|dient|bent|wilt)\b[^;]{{0,35}}{_TO_PAY}",
    rf"\b(?:kosten|vergoeding|tarief|prijs) {_IT_NL} (?:is|zijn|bedra)",
    rf"{_IT_NL} (?:geldt|gelden|is|zijn) (?:er )?(?:een )?(?:kosten|vergoeding|tarief|leges)",
    rf"{_IT_NL} (?:wordt|worden)\b[^;]{{0,40}}(?:in rekening|gerekend|berekend|gevraagd)",
    rf"\b(?:wordt|worden) {_FEW}{_IT_NL}[^;]{{0,40}}(?:in rekening|gerekend|berekend|gevraagd)",
    rf"{_IT_EN},? you (?:will |must |should |have to |need to )?pay\b",
    rf"{_IT_EN},? we (?:will |must |have to )?(?:charge|ask)\b",
    rf"(?<!did )\byou (?:will |must |should |have to |need to )?pay {_FEW}{_IT_EN}(?! \w)",
    rf"\bwe (?:will |must |have to )?(?:charge|ask) {_FEW}{_IT_EN}(?! \w)",
    rf"\bplease pay {_FEW}{_IT_EN}(?! \w)|\bis a (?:fee|charge) {_FEW}{_IT_EN}(?! \w)",
)
"""A price for "this", beside a verb that asks for it now: what was paid and goes back is told with the same words."""
_NOT_MONEY = (
    r"(?:gratis|kosteloos|geen (?:kosten|vergoeding|geld)|kost (?:u )?niets|niets te betalen|"
    r"betaalt (?:u )?niets|pay nothing|niet te betalen|"
    r"hoeft .{0,40}niet(?:s)? .{0,20}betal|"
    r"free of charge|for free|no (?:fee|costs?|charge|payment)|free\b|not (?:have to )?pay|need not pay|"
    r"costs? you nothing|"
    r"factu|abonnement|licentie|invoice|subscription|licen[cs]e|meer tijd|more time|"
    r"betaalgegevens|betalingen|betaaldienst|ideal|payment (?:details|data|provider)|payments)"
)

RULES: tuple[Rule, ...] = (
    Rule(
        Fault.ID_COPY,
        about=_any(_DOCUMENT),
        accuses=re.compile(rf"{_SEND}.*{_DOCUMENT}|{_DOCUMENT}.*{_SEND}", re.IGNORECASE),
        excuses=_any(
            r"\b(?:geen|nooit|never|no)\b",
            r"\b(?:niet|not)\b.{0,40}(?:nodig|need|sturen|stuur|vragen|om|send|ask|require)",
            r"(?:do|does|did|should|must|need) not|don't|\bhoeft\b",
            _PAST,
        ),
        always=_any(
            rf"(?:zonder|als u geen|zolang .{{0,40}}geen)\b.*{_DOCUMENT}.*{_CANNOT_NL}",
            rf"{_CANNOT_NL}.*(?:zonder|als u geen|zolang|totdat|voordat|tenzij)\b.*{_DOCUMENT}",
            rf"\b(?:pas|alleen) (?:\w+ ){{0,3}}(?:als|na|nadat|wanneer|zodra|met)\b.*{_DOCUMENT}",
            rf"{_CANNOT_EN}.*(?:without|until|unless|before)\b.*{_DOCUMENT}",
            rf"(?:without|until|unless)\b.*{_DOCUMENT}.*{_CANNOT_EN}",
            rf"\bonly (?:\w+ ){{0,3}}(?:if|when|after|once|with)\b.*{_DOCUMENT}",
        ),
    ),
    Rule(
        Fault.FORM,
        about=_any(_FORM, r"^(?:meld|create)\b"),
        accuses=_any(
            rf"\b(?:vul|gebruik|download|onderteken)\b.*{_FORM}",
            rf"{_MUST_NL}.*{_FORM}",
            rf"{_FORM}.*{_MUST_NL}",
            rf"\b(?:please|kindly)\b.*{_FORM}",
            rf"\b(?:fill (?:in|out)|complete|use|download|sign)\b.*{_FORM}",
            rf"{_MUST_EN}.*{_FORM}",
            r"^(?:log|meld|registreer|sign|register|create)\s.*(?:\bin\b|\baan\b|\bu\b|account)",
            r"\bdoor in te loggen\b",
            r"\bby logging in\b",
        ),
        excuses=_any(_FREE_CHOICE, _AUTHORITY, r"\bgeen (?:formulier|account)", r"\bno form", _PAST),
        always=_any(
            rf"(?:zonder|als u geen|zolang)\b.*{_FORM}.*{_CANNOT_NL}",
            rf"{_CANNOT_NL}.*(?:zonder|als u geen|zolang|totdat|voordat)\b.*{_FORM}",
            rf"\b(?:pas|alleen|uitsluitend|enkel|slechts) (?:als|na|nadat|wanneer|zodra|via|met|door)\b.*{_FORM}",
            rf"{_CANNOT_EN}.*(?:without|until|unless|before)\b.*{_FORM}",
            rf"\bonly (?:\w+ ){{0,3}}(?:if|when|after|once|with|through|via|by|using)\b.*{_FORM}",
        ),
    ),
    Rule(
        Fault.MEDIUM,
        about=_any(_POST, r"^bel ons\b", r"e-?mail"),
        accuses=_any(
            rf"(?:\bu moet\b|\bmoet u\b|\bdient\b|\bgelieve\b|verplicht).*{_POST}",
            rf"{_POST}.*(?:\bmoet\b|\bdient\b|verplicht)",
            rf"{_ASK_YOU}.*{_POST}",
            rf"\b(?:dien|stuur|stel|doe)\b.*{_POST}.*(?:\bin\b|verzoek|vraag|opnieuw)",
            rf"\b(?:you|requests?) (?:must|have to|need to|are required to|should)\b.*{_POST}",
            rf"\bplease\b.*{_ASK_YOU_EN}.*{_POST}|^{_ASK_YOU_EN}.*{_POST}",
            r"^bel ons (?:om|op|tussen|zodat)\b.*\b(?:verzoek|aanvraag|bevestig\w*)",
        ),
        excuses=_any(
            _FREE_CHOICE,
            _AUTHORITY,
            r"\b(?:sturen|stuurden|krijgt|kreeg|ontvangt) (?:wij|u)\b",
            r"\bwij (?:sturen|stuurden|antwoorden)\b",
            r"\bwe (?:send|sent|will send)\b",
            r"\bgerust\b|\bfeel free\b",
        ),
        always=_any(
            rf"(?:nemen|behandelen|accepteren|beantwoorden|verwerken|mogelijk|kan|kunt|kunnen)\b.*\b(?:alleen|"
            rf"uitsluitend|enkel|slechts)\b.*{_POST}",
            rf"\b(?:alleen|uitsluitend|enkel|slechts)\b.*{_POST}.*(?:behandel|beantwoord|mogelijk|indienen|\bin\b)",
            r"(?:per|via) (?:e-?mail|mail) .{0,30}(?:niet|geen)\b.*(?:behandel|\bin\b|mogelijk|accept)",
            r"(?:niet|geen)\b.*(?:verzoek\w*|aanvrage\w*) (?:per|via) e-?mail",
            rf"\bonly\b.*(?:accept|process|handle|answer|take|made|possible|submit).*{_POST}",
            rf"(?:accept|process|handle|answer|deal with).*\bonly\b.*{_POST}",
            r"(?:do not|cannot|don't|can't) .{0,40}requests? (?:by|via|through) e-?mail",
        ),
    ),
    Rule(
        Fault.FEE,
        about=_any(_MONEY, r"administratiekosten|behandelkosten"),
        accuses=_any(
            rf"{_MONEY}.*{_OUR_WORK}",
            rf"{_OUR_WORK}.*{_MONEY}",
            r"administratiekosten|behandelkosten",
            *_PAID_FOR_IT,
        ),
        excuses=_any(_NOT_MONEY, _AUTHORITY),
        always=_any(
            r"brengen wij .{0,60}(?:kosten|€|euro|vergoeding).{0,60}in rekening",
            r"(?:eerste|first) .{0,20}(?:kopie|copy).{0,60}(?:betaal|€ ?\d|euro|pay)",
        ),
    ),
    Rule(
        Fault.ASKS_WHY,
        about=_any(
            r"\bwaar(?:om|voor)\b|\bwat\b|\bdoel\b|\breden\b|motiv|belang|onderbouw|licht|\bwhy\b|\bwhat\b|"
            r"reason|purpose|justify"
        ),
        accuses=_any(
            r"\bwaarom (?:u|jij)\b.{0,60}\b(?:wilt|wenst|vraagt|nodig|opvraagt|inzage|verzoek|gegevens)",
            r"\bwaarom (?:wilt|vraagt|wenst|heeft) u\b",
            r"\bwaarvoor (?:u|heeft u|wilt u|gaat u|bent u|hebt u)\b",
            r"\bwat (?:gaat|wilt|bent) u .{0,30}\b(?:doen|plan|met deze|met de|met uw)",
            r"\b(?:met|voor) welk doel (?:u|wilt|vraagt|heeft)\b",
            r"\b(?:reden|doel|motief|motivering|belang) (?:van|voor|bij) uw (?:verzoek|inzage|aanvraag|vraag)",
            r"\b(?:motiveer|onderbouw|licht)\b.{0,30}\b(?:uw verzoek|uw aanvraag|toe waarom)",
            r"\bwhy (?:do )?you (?:want|need|ask|wish|would like|are asking|made|request)",
            r"\bwhat (?:do|will|are) you .{0,30}(?:need|want|do|going to do|use) .{0,30}(?:for|with)\b",
            r"\b(?:reason|purpose|motive) (?:for|of|behind) your (?:request|access|question)",
            r"\bjustify your request\b",
        ),
        excuses=_any(
            r"\bhoeft\b|\bgeen reden\b|anders ziet|niet (?:mee )?eens|niet klopt|\bbezwaar\b|see it differently|"
            r"disagree|object"
            r"|need not|do not (?:have|need)|don't (?:have|need)|no reason"
        ),
    ),
    Rule(
        Fault.THREAT,
        about=_any(
            r"\banders\b|zo niet|\bindien\b|\bu\b|\bwij\b|laatste|\btrek\b|otherwise|\bif\b|should you|\bwe\b|"
            r"final|\byou\b|withdraw"
        ),
        accuses=_any(
            r"\b(?:anders|zo niet|indien u|als u|mocht u|gaat u|dient u|blijft u)\b.{0,120}\b(?:aangifte|"
            r"advocaat in|deurwaarder|incasso|juridische stappen|"
            r"(?:blokkeren|sluiten|beëindigen|stopzetten|opzeggen)\b|schade (?:op u )?verhalen|"
            r"kosten (?:op u )?verhalen|aansprakelijk|gevolgen voor uw|zeggen wij)",
            r"\b(?:houden|stellen) (?:wij )?u (?:hiervoor |daarvoor |persoonlijk )?aansprakelijk",
            r"\bwij (?:waarschuwen|sommeren) u\b|\blaatste waarschuwing\b",
            r"\b(?:raden|adviseren) u .{0,30}(?:af|uw (?:klacht|verzoek) in te trekken)",
            r"\btrek uw (?:klacht|verzoek) in\b",
            r"\bu (?:riskeert|loopt het risico)\b",
            r"\b(?:gaan|zullen) wij .{0,40}(?:aangifte|juridische stappen|een advocaat)",
            r"\b(?:otherwise|if you|should you|if not)\b.{0,120}\b(?:lawyer|legal action|police|bailiff|"
            r"debt collect|block your|close your|end your contract|"
            r"terminate|hold you liable|recover .{0,20}(?:costs|damages)|consequences for)",
            r"\bwe (?:hold|will hold) you liable\b|\bwe warn you\b|\bfinal warning\b|\bwe will take legal action\b",
            r"\b(?:advise|urge) you to withdraw\b|\bwithdraw your (?:complaint|request)\b|\byou risk\b",
        ),
        excuses=_any(
            r"\b(?:vroeg|gevraagd|vraagt) (?:u|ons)\b|\bu (?:vroeg|vraagt)\b|\byou asked\b|\bu kunt\b|"
            r"\byou can\b|\bu mag\b|\byou may\b"
        ),
    ),
    Rule(
        Fault.FIRST_US,
        about=_any(r"eerst|\bpas\b|alleen|voordat|only|until|when|first|before"),
        accuses=_any(
            r"\beerst\b.{0,60}(?:bij ons|met ons|onze klachten\w*).{0,80}(?:autoriteit persoonsgegevens|\bap\b|"
            r"toezichthouder|rechter|rechtbank)",
            r"(?:autoriteit persoonsgegevens|\bap\b|toezichthouder|rechter|rechtbank)\b.{0,80}(?:\bpas\b|"
            r"\balleen\b|\beerst\b).{0,80}(?:bij ons|met ons|wij|onze)",
            r"\b(?:authority|autoriteit persoonsgegevens|court)\b.{0,80}\b(?:only after|only once|only when|"
            r"until)\b.{0,80}\b(?:us|we|our)\b",
            r"\b(?:first|before)\b.{0,80}\b(?:with us|to us|contact us)\b.{0,80}(?:authority|"
            r"autoriteit persoonsgegevens|court)",
            r"\b(?:before|voordat)\b.{0,60}(?:authority|autoriteit persoonsgegevens|\bap\b|court|"
            r"rechter)\b.{0,80}(?:must|moet|have to|dient)",
        ),
        excuses=_any(r"\bhoeft\b|\bniet eerst\b|do not have to|need not|not have to"),
    ),
)
"""Rules that hold for every sentence of every letter."""

CUSTOMER_KNOWN = Rule(
    Fault.CUSTOMER_KNOWN,
    about=_any(r"klant|programma|door(?:ge|zo)|vonden|bestaat|klopt|account|customer|passed|forwarded|sent|found"),
    accuses=_any(
        r"\bis (?:inderdaad |wel |ook |helaas )?(?:een |geen )?klant (?:bij|van) ons\b",
        r"\b(?:hebben|heb) .{0,60}(?:doorgestuurd|doorgezonden|doorgegeven)\b",
        r"\b(?:gebruikt|werkt met) ons programma\b",
        r"\b(?:vonden|gevonden)\b.{0,40}\b(?:u|uw|klant|bedrijf|account)\b|\b(?:bestaat|klopt)\b.{0,20}\baccount\b",
        r"\bis (?:indeed |also |not )?(?:a |our |not our )customer\b",
        r"\bhave (?:passed|forwarded|sent) .{0,40}(?:on|to)\b|\bwe (?:passed|forwarded)\b",
        r"\bwe found\b.{0,40}\b(?:you|your|customer|company|account)\b",
    ),
    excuses=_any(r"\b(?:is dat|is het bedrijf|als dat|als het|if (?:that|the)|of dat|whether)\b"),
)
"""Holds for letters to people who may learn nothing about customers (Art. 28(3)(a))."""

ERASED = _any(
    r"\b(?:hebben|heb|is|zijn|werd|werden)\b.{0,120}\b(?:gewist|verwijderd|vernietigd|geanonimiseerd)\b",
    r"\b(?:gewist|verwijderd) (?:is|zijn)\b",
    r"\bwe (?:have )?(?:now |already )?(?:erased|deleted|removed|destroyed)\b",
    r"\b(?:has|have|was|were|is|are) (?:now |already |all |been ){0,2}(?:erased|deleted|removed|destroyed)\b",
)
CHANGED = _any(
    r"\b(?:hebben|heb|is|zijn|werd|werden)\b.{0,120}\b(?:gewijzigd|aangepast|gecorrigeerd|verbeterd|veranderd)\b",
    r"\bwe (?:have )?(?:now |already )?(?:changed|corrected|updated|amended)\b",
    r"\b(?:has|have|was|were|is|are) (?:now |already |all |been ){0,2}(?:changed|corrected|updated|amended)\b",
)
NOT_A_DEED = _any(
    r"\b(?:niet|niets|nooit|geen|nog|not|nothing|never|no|didn't|haven't|hasn't)\b",
    r"\b(?:worden?|zodra|als|wanneer|will be|once|when|if|as soon as|after)\b",
    r"\bkopie\b|\bcopy\b|identiteitsbewij|identity document",
    r"\?$",
    r"\b(?:u|you) (?:heeft|hebt|have)\b|\bsinds\b|\bsince\b",
)
EVERYTHING = _any(r"\balles\b|\bal uw\b|\balle\b|\beverything\b|\ball (?:of )?your\b|\ball data\b")

VAGUE = _any(
    r"zo (?:snel|spoedig) mogelijk|z\.s\.m\.|\bzsm\b|binnenkort|op korte termijn|te zijner tijd|"
    r"binnen afzienbare tijd|\bspoedig\b|\blater van ons\b|"
    r"\b(?:komen|kom) (?:wij |hier )?.{0,20}op terug\b",
    r"as soon as (?:possible|we can)|\bshortly\b|in due course|\bsoon\b|at a later (?:date|time)|\bget back to you\b",
)
OUR_PROMISE = _any(
    r"\b(?:wij|u)\b.{0,80}\b(?:hoort|horen|antwoord\w*|reageren|laten|wissen|wijzigen|sturen|krijgt|ontvangt|"
    r"doen|passen|komen|kom|verwerken|stoppen|bericht)\b",
    r"\b(?:hoort|krijgt|ontvangt) u\b|\b(?:komen|reageren|sturen|wissen) wij\b",
    r"\b(?:we|you)\b.{0,80}\b(?:hear|answer|reply|let you know|erase|delete|change|send|receive|do|get back|"
    r"stop|respond)\b",
)
DATED = _any(
    r"\b\d{1,2} (?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)\b",
    r"\b\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    r"\b\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?\b|\b\d{4}-\d{2}-\d{2}\b",
    r"\b(?:binnen|within|na|after|in) (?:\w+ )?(?:\d+|een|één|twee|drie|vier|vijf|zeven|tien|one|two|three|four|"
    r"five|seven|ten) (?:werk|working )?(?:dag|uur|week|weken|maand|day|hour|month)\w*",
    r"\b(?:vandaag|morgen|overmorgen|today|tomorrow|meteen|direct|at once|immediately|right away)\b",
)

BLANK = _any(
    r"[\[<‹{(](?:[^\]>›})@/]{0,30}\b)?(?:naam|name|datum|date|reden|reason|bedrag|amount|invullen|in te vullen|"
    r"fill in|todo|xx+|\.\.\.|…|nummer|number|adres|address|"
    r"bedrijf|company|klant|customer|onderwerp|aanhef|medewerker|handtekening|"
    r"signature)(?:\b[^\]>›})@/]{0,30})?[\]>›}]",
    r"\b(?:todo|tbd|n\.n\.b\.|xxx+|lorem ipsum|dd-mm-(?:jjjj|yyyy)|nader in te vullen|nog in te vullen|"
    r"nog invullen|hier invullen|fill in here|to be filled in)\b",
    r"_{3,}|\.{5,}|…{2,}|\{\{|\}\}|\{%|\?\?\?",
    r"[\[‹<]\s*(?:\.{2,}|…|_+)\s*[\]›>]",
)

REFUSES = _any(
    r"\bwij (?:wijzen|weigeren|voldoen niet|gaan niet)\b|\bwijzen wij\b|\bweigeren wij\b|\bafgewezen\b|"
    r"\bvoeren (?:wij )?.{0,40}niet uit\b|\bgaan wij niet (?:op in|in op)\b|"
    r"\bkunnen wij (?:helaas )?niet aan (?:uw verzoek )?voldoen\b|\bniet aan uw verzoek voldoen\b",
    r"\bwe (?:refuse|decline|reject|deny|will not (?:carry out|comply|honou?r))\b|\bis (?:refused|rejected|"
    r"denied|declined)\b|\bcannot comply with your request\b",
)
REASON = _any(
    r"\b(?:omdat|want|doordat|namelijk|reden|aangezien|daarom|artikel|wet)\b",
    r"\b(?:because|since (?!\d)|reason|therefore|as the|article|the law)\b",
)
HOLLOW = _any(
    r"\b(?:beleid|privacyredenen|juridische redenen|interne redenen|om moverende redenen|bedrijfspolitiek|"
    r"algemene voorwaarden)\b",
    r"\bpolicy\b|\bprivacy reasons\b|\blegal reasons\b|\binternal reasons\b|terms and conditions",
    r"\bhelaas\b.{0,80}\bniet\b|\bunfortunately\b",
    r"^(?:op grond van|vanwege|wegens|conform) (?:de )?(?:avg|wet|privacywet)\w*\.?$",
)
GROUNDS: dict[RequestKind, re.Pattern[str]] = {
    RequestKind.CORRECTION: _any(r"\b(?:artikel|article) 16\b"),
    RequestKind.RESTRICTION: _any(r"\b(?:artikel|article) 18\b"),
    RequestKind.PORTABILITY: _any(r"\bartikel 20 lid [14]\b|\barticle 20\([14]\)"),
    RequestKind.OBJECTION: _any(r"\bartikel 21 lid 1\b|\barticle 21\(1\)"),
}
"""Rights that are refused only because their own article does not apply, or on one of these:"""
ANY_GROUND = _any(
    r"\bartikel 12 lid [56]\b|\barticle 12\([56]\)",
    r"\bartikel 4 onder 1\b|\barticle 4\(1\)|\b(?:overweging|recital) 27\b",
    r"\b(?:artikel|article) (?:41 uavg|23 (?:lid 1 avg|avg|gdpr)|23\(1\) gdpr)",
)
STATEMENT = _any(r"privacy ?(?:verklaring|statement|policy|notice|beleid)")
SORRY = _any(r"\b(?:excuses|spijt|sorry|verontschuldig\w*|apolog\w+)\b")
TOO_LATE = _any(r"\b(?:te laat|later dan|too late|\blate\b|later than|had u .{0,40}moeten krijgen)\b")
EARLIER_ANSWER = _any(r"\bons antwoord van \d", r"\bour answer of \d")
SIX_WEEKS = _any(r"\b(?:zes|6) weken\b|\b(?:six|6) weeks\b")

MENDS: dict[Fault, str] = {
    Fault.ID_COPY: "vraag geen identiteitsbewijs en geen BSN; de code naar het bekende adres is genoeg",
    Fault.FORM: "een formulier, portaal of inloggen mag geen voorwaarde zijn; bied het hoogstens aan ('u kunt ook')",
    Fault.MEDIUM: "een mail is genoeg; eis geen brief, telefoontje, bezoek of andere taal",
    Fault.FEE: "dit is gratis; haal het bedrag weg",
    Fault.NO_REASON: "zeg waarom niet: de feiten van deze zaak, in gewone woorden, met het artikel",
    Fault.NO_DATE: "noem de dag waarop dit gebeurt of gebeurde",
    Fault.LATE: "dit antwoord is te laat: zeg dat, en zeg sorry",
    Fault.COURT_TERM: (
        "noem de zes weken voor de rechtbank alleen als in deze zaak een recht is gebruikt en dit antwoord op tijd is, "
        "en dan altijd"
    ),
    Fault.BLANK: "hier staat nog een open plek; vul haar in of haal haar weg",
    Fault.NOT_DONE: (
        "er staat dat iets gewist of gewijzigd is, maar dat is niet gepland; zeg wat echt gebeurd is, en wanneer"
    ),
    Fault.ASKS_WHY: "vraag niet waarom iemand dit wil",
    Fault.STATEMENT: "geef het antwoord zelf; een verwijzing naar de privacyverklaring is geen antwoord",
    Fault.THREAT: "haal de dreiging weg",
    Fault.FIRST_US: "niemand hoeft eerst bij ons te klagen; haal die voorwaarde weg",
    Fault.CUSTOMER_KNOWN: "zeg niet of een bedrijf of persoon klant bij ons is",
    Fault.ELEMENT: "dit blok mist wat de wet vraagt",
    Fault.GROUND: (
        "wijzigen, beperken, meenemen of bezwaar weigert u alleen op artikel 12 lid 5, op het artikel van dat recht "
        "zelf (16, 18, 20 lid 1 of 4, 21 lid 1) of op een uitzondering van artikel 41 UAVG; noem die grond"
    ),
}
"""How staff mend it."""
