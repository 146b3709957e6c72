"""The words of mail that nobody sat down to write: absence notes, acknowledgements of other desks, returned mail.

One list of subjects and one of bodies, in the languages of our correspondents. A body counts only if nothing in it asks
or tells what a person would: people write of their holidays too. What follows from it is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

LONGEST = 1200
"""Characters: a longer text was written by somebody, whatever its first lines say."""

_NL_EN_DE_FR_BODY = re.IGNORECASE | re.MULTILINE


class Note(StrEnum):
    """What a mail that nobody wrote tells."""

    ABSENCE = "absence"
    ACKNOWLEDGEMENT = "acknowledgement"
    RETURNED = "returned"  # a mail system's: failed, delayed, delivered or read


# Subjects

# What stands before the words of the other: "Re: ", "[ticket 12] " ...
_PREFIX = r"\s*(?:(?:re|antw|aw|fw|fwd|doorst|tr|wg)\s*:\s*|\[[^\]]{1,40}\]\s*)*\W{0,3}"
_AWAY = (
    r"automatisch(?:e)? (?:antwoord|reactie)\b",
    r"automatisch(?:e)? (?:bericht|e-?mail)\s*(?::|$)",
    r"autom\.? ?(?:antwoord|reactie)\b",
    r"auto-?(?:matic|matische)? ?-?(?:reply|response|antwoord|reactie)\b",
    r"auto\s*:\s*(?:ooo|out of|away|i(?:'m| am| no longer)|thank)\b",  # else it is a car
    r"autom\.? ?antw\b",
    r"buiten kantoor\b",
    r"gesloten wegens\b",
    r"afwezigheids?\s?(?:assistent|melding|bericht|notificatie)\b",
    r"afwezig(?:heid)?(?:\)|:|\s*$| (?:t/m|tot|van|wegens|i\.?v\.?m)\b)",
    r"vakantie(?:bericht|melding)\b",
    r"(?:niet|even niet) (?:op|aan)wezig\b",
    r"ik ben (?:er )?(?:even|momenteel|nu) (?:niet|afwezig|weg)\b[^:]{0,25}(?::|$)",
    r"ik ben (?:afwezig|(?:op|met) vakantie|met verlof)\b[^:]{0,25}(?::|$)",
    r"(?:i am |i'm )?out[ -]of[ -](?:the[ -])?office\b",
    r"ooo\b",
    r"(?:away|on (?:annual |parental |sick )?(?:vacation|leave|holiday))\s*(?::|$| (?:until|till|from)\b)",
    r"vacation (?:reply|message|notice)\b",
    r"abwesenheit(?:s\w*|\s*(?::|$))",
    r"automatische antwort\b",
    r"(?:ich bin )?(?:nicht im b[üu]ro|abwesend)\b",
    r"r[ée]ponse automatique\b",
    r"(?:message d')?absen(?:ce|t) (?:du bureau|:)",
    r"respuesta autom[áa]tica\b",
    r"risposta automatica\b",
    r"autoodpowied[źz]\b",
)
_ACKNOWLEDGED = (
    r"auto\s*:\s*we (?:have )?received\b",
    r"(?:wij|we) hebben uw (?:vraag|bericht|mail|e-?mail|klacht|melding|verzoek) ontvangen\b",
    r"uw (?:vraag|bericht|klacht|melding|verzoek) is (?:geregistreerd|ontvangen)\b",
    r"(?:we(?:'ve| have)|i(?:'ve| have)) received your (?:request|message|e-?mail|ticket)\b",
    r"(?:wir haben )?ihre (?:anfrage|nachricht|e-?mail) (?:ist eingegangen|wurde (?:registriert|empfangen)|erhalten)\b",
    r"nous avons bien re[çc]u votre (?:demande|message|e-?mail|courriel)\b",
)
_RETURNED = (
    r"undeliver(?:able|ed)\b",
    r"(?:e-?)?(?:mail|message) (?:delivery )?(?:system )?(?:failed|failure|error|notification)\b",
    r"delivery (?:status )?(?:notification|failure|failed|delayed)\b",
    r"delivery has failed\b",
    r"returned mail\b",
    r"failure notice\b",
    r"mail delivery (?:failed|subsystem|system)\b",
    r"(?:message|mail) (?:blocked|rejected|bounced|returned|not delivered)\b",
    r"non[- ]?deliver(?:y|able)\b",
    r"not delivered\s*:",
    r"warning: (?:message|could not)\b[^:]{0,60}(?:delayed|delivered|send)?",
    r"onbestel(?:baar|d)\b",
    r"bericht kon niet worden (?:bezorgd|afgeleverd)\b",
    r"niet[- ]bezorgbaar\b",
    r"fout bij bezorging\b",
    r"bericht geblokkeerd\s*:",
    r"mail niet bezorgd\s*:",
    r"mail aan \S{3,80} niet (?:afgeleverd|bezorgd)\b",
    r"niet[ -](?:af|be)ge?leverd(?:e)?\b",
    r"niet[ -]bezorgd\s*(?::|$)",
    r"bericht (?:is )?niet (?:afgeleverd|bezorgd)\b",
    r"bezorging (?:is )?(?:mislukt|vertraagd)\b",
    r"(?:af)?levering mislukt\b",
    r"(?:fout|mislukte) bij (?:het )?(?:af)?(?:leveren|bezorgen)\b",
    r"mislukte (?:af)?levering\b",
    r"unzustellbar\b",
    r"zustellung fehlgeschlagen\b",
    r"nicht zustellbar\b",
    r"[ée]chec de (?:la )?(?:remise|distribution|livraison)\b",
    r"non remis\b",
    r"(?:gelezen|read|not read|niet gelezen|gelesen|lu)\s*:\s",
)


def _begins_with(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_PREFIX + "(?:" + "|".join(patterns) + ")", re.IGNORECASE)


_SUBJECTS = {
    Note.RETURNED: _begins_with(_RETURNED),
    Note.ABSENCE: _begins_with(_AWAY),
    Note.ACKNOWLEDGEMENT: _begins_with(_ACKNOWLEDGED),
}


def by_subject(subject: str) -> Note | None:
    """What a subject says in which only machines write."""
    return next((note for note, begins in _SUBJECTS.items() if begins.match(subject)), None)


# Bodies


def _anywhere(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), _NL_EN_DE_FR_BODY)


_SOME = r"(?:[^\s?!]{1,20}\s){0,8}?"  # a few words of the same sentence, or of the next
_POST = r"(?:bericht|e-?mail|mail|mailtje|vraag|aanvraag|verzoek|melding|klacht|ticket|brief|reactie|contactverzoek)"
_MESSAGE = r"(?:e-?mail|message|request|enquiry|inquiry|ticket|query|complaint)"
_NACHRICHT = r"(?:e-?mail|nachricht|anfrage|mitteilung|beschwerde)"
_COURRIEL = r"(?:e-?mail|message|demande|courriel|mail|r[ée]clamation)"
_ABSENCES = _anywhere(
    (
        r"\b(?:(?:ik|wij|we)\s(?:ben|zijn)|(?:ben|zijn)\s(?:ik|wij|we|er))\s" + _SOME + r"(?:afwezig|aanwezig|gesloten"
        r"|(?:met|op)\s(?:\w{1,12}\s)?(?:\w{0,15}vakantie|\w{0,15}verlof|reis|zakenreis)|vrij\b|buiten\skantoor"
        r"|niet\s(?:op\skantoor|bereikbaar|aan\shet\swerk|werkzaam|meer\swerkzaam|in\sde\sgelegenheid))",
        r"\b(?:kantoor|praktijk|winkel|bedrijf|klantenservice|secretariaat|balie)\sis\s"
        + _SOME
        + r"(?:gesloten|dicht)\b",
        rf"\b(?:{_POST}|mailbox|postvak|adres|mailadres)\swordt\s(?:\w{{1,12}}\s){{0,5}}niet\s(?:\w{{1,12}}\s)?(?:gelezen|beantwoord|doorgestuurd|bekeken)\b",
        r"\b(?:geen|beperkt(?:e)?)\stoegang\stot\smijn\s(?:e-?)?mail",
        r"\bis\s(?:\w{1,12}\s){0,3}niet\s(?:meer|langer)\s(?:werkzaam|in\sdienst)\b|\b(?:wij|we)\szijn\sdicht\b",
        r"\bwerk(?:t|zaam)?\s(?:niet\s(?:meer|langer)\s(?:bij|voor)|" + _SOME + r"niet\smeer\sbij)",
        r"\bi(?:'m|\sam|\swill\sbe|'ll\sbe)\s" + _SOME + r"(?:out\sof\s(?:the\s)?office|away\b|on\s(?:\w{1,12}\s)?"
        r"(?:leave|holiday|vacation)|travelling|unavailable)",
        r"\b(?:our|the)\s(?:office|shop|helpdesk)s?\s(?:is|are|will\sbe)\s" + _SOME + r"closed\b",
        r"\b(?:no|limited)\saccess\sto\s(?:my\s)?e-?mail",
        r"\b(?:no\slonger\s(?:with|works?\s(?:at|for|with)|employed)|has\sleft\sthe\scompany)\b",
        r"\b(?:ich\sbin|bin\sich|wir\ssind|sind\swir)\s"
        + _SOME
        + r"(?:nicht\sim\s(?:b[üu]ro|hause)|abwesend|im\surlaub"
        r"|au(?:ß|ss)er\shaus|nicht\serreichbar|in\selternzeit)",
        rf"\b{_NACHRICHT}(?:en)?\swird\s(?:\w{{1,12}}\s){{0,3}}nicht\s(?:weitergeleitet|gelesen|bearbeitet)",
        r"\bunser\sb[üu]ro\sist\s" + _SOME + r"geschlossen",
        r"\bje\s(?:suis|serai)\s"
        + _SOME
        + r"(?:absente?\b|en\s(?:cong[ée]s?|vacances|d[ée]placement)|hors\sdu\sbureau)",
        r"\bnos\sbureaux\s(?:sont|seront)\s" + _SOME + r"ferm[ée]s",
        r"\b(?:estoy|estar[ée])\s" + _SOME + r"(?:fuera\sde\sla\soficina|de\svacaciones|ausente)",
        r"\bsono\s" + _SOME + r"(?:fuori\sufficio|in\sferie|assente)\b",
    )
)
_RECEIPTS = _anywhere(
    (
        rf"\b(?:wij|we)\shebben\s(?:uw|je|jouw)\s(?:\w{{1,15}}\s){{0,3}}{_POST}\s"
        + _SOME
        + r"(?:ontvangen|geregistreerd)\b",
        rf"\b(?:uw|je|jouw)\s(?:\w{{1,15}}\s){{0,3}}{_POST}\sis\s"
        + _SOME
        + r"(?:ontvangen|geregistreerd|binnengekomen)\b",
        rf"\bwe(?:'ve|\shave)?\s(?:\w{{1,12}}\s)?received\syour\s(?:\w{{1,12}}\s){{0,2}}{_MESSAGE}\b",
        rf"\byour\s(?:\w{{1,12}}\s){{0,2}}{_MESSAGE}\s(?:has\sbeen|was|is)\s(?:\w{{1,12}}\s)?(?:received|registered|logged)\b",
        rf"\bwir\shaben\sihre?\s(?:\w{{1,12}}\s){{0,2}}{_NACHRICHT}\s" + _SOME + r"erhalten\b",
        rf"\bihre\s{_NACHRICHT}\s(?:ist\s(?:\w{{1,12}}\s){{0,3}}eingegangen|wurde\s"
        + _SOME
        + r"(?:registriert|empfangen))",
        r"\bnous\s(?:avons|accusons)\s" + _SOME + rf"(?:re[çc]u|r[ée]ception)\s(?:de\s)?votre\s{_COURRIEL}",
        rf"\bvotre\s{_COURRIEL}\sa\s(?:bien\s)?[ée]t[ée]\s(?:re[çc]ue?|enregistr[ée]e?)",
        r"\bhemos\srecibido\s(?:su|tu)\s(?:mensaje|correo|solicitud|consulta)",
        r"\babbiamo\sricevuto\s(?:la\ssua|il\ssuo)\s(?:richiesta|messaggio|e-?mail)",
    )
)
_THANKS = _anywhere(
    (
        rf"\b(?:dank|bedankt)\svoor\s(?:uw|je|jouw|het)\s(?:\w{{1,15}}\s){{0,2}}(?:{_POST}|contact)\b",
        r"\b(?:thank\syou|thanks)\sfor\s(?:contacting|getting\sin\stouch|reaching\sout|your\s(?:e-?mail|message|enquiry))",
        rf"\bvielen\sdank\sf[üu]r\sihre\s{_NACHRICHT}",
        rf"\bmerci\s(?:de|pour)\svotre\s{_COURRIEL}",
    )
)
_DAY = (
    r"(?:(?:maan|dins|woens|donder|vrij|zater|zon)dag|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\w{3,9}tag|mittwoch"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|\d{1,2}(?:st|nd|rd|th|e|er)?[\s./-]{1,2}(?:\d{1,2}|of\s)?[a-zé]{0,9}"
    r"|(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])\w{0,6}\s\d{1,2})"
)
_BACK = _anywhere(
    (
        r"\b(?:tot(?:\sen\smet)?|t/m|vanaf|per|until|till|through|back\s(?:on|in)|from|bis(?:\szum|\seinschlie(?:ß|ss)lich)?|ab"
        r"|jusqu'au|jusqu[’']au|du|le|hasta(?:\sel)?|fino\s(?:al|a))\s(?:(?:de|the|dem|au|el|en\smet)\s)?" + _DAY,
        r"\b(?:weer|again|wieder|terug)\s(?:aanwezig|bereikbaar|op\skantoor|in\sthe\soffice|im\sb[üu]ro|erreichbar|da\b|op\b)",
        r"\bzijn\s(?:wij|we)\ser\sweer\b|\bben\sik\ser\sweer\b|\b(?:(?:i|we)\s(?:will\s|'ll\s)?(?:be\s)?(?:back|return)|(?:de|mon)\sretour)\b",
    )
)
_ELSEWHERE = _anywhere(
    (
        r"\b(?:neem(?:t\su)?|neemt)\s(?:dan\s|gerust\s|alstublieft\s)?contact\sop\smet\b|\bmijn\scollega",
        r"\bgelieve\s(?:u\s)?(?:te\s)?(?:wenden|contact|bellen)|\bwenden\stot\b|\bcontact\s(?:op\s(?:te\s)?nemen|opnemen)\smet\b",
        r"\b(?:kunt\su|kun\sje|u\skunt|je\skunt)\s" + _SOME + r"(?:terecht|bellen|mailen|bereiken|contact)\b",
        r"\b(?:voor|bij|in\sgeval\svan)\s(?:\w{1,10}\s)?(?:dringende?|spoed\w*|urgente?|nood\w*)\b",
        r"\b(?:my\scolleagues?|please\s(?:contact|call|e-?mail|reach\sout)|for\surgent|in\surgent|if\s(?:it|this|your\s\w+)\sis\surgent)\b",
        r"\bwenden\ssie\ssich|\bin\sdringenden\s(?:f[äa]llen|angelegenheiten)|\bmeine?n?\skolleg",
        r"\ben\scas\sd[’']urgence|\b(?:veuillez|vous\spouvez|merci\sde)\s(?:contacter|vous\sadresser|joindre)|\bmon\scoll[èe]gue",
        r"\b(?:urgente|urgencia|urgenze)\b",
    )
)
_MACHINE = (
    (
        r"\bautomatisch\b|\bautomatisch(?:e|es)\b|\bautomat(?:ed|ic|ically)\b|\bauto-?(?:reply|response)\b|\bautomatique(?:ment)?\b"
        r"|\bautom[áa]tic[oa]\b"
    ),
    r"\bniet\s(?:op\s(?:dit|deze)\s(?:bericht|e-?mail|mail)\s(?:te\s)?(?:reageren|antwoorden)|te\sbeantwoorden)",
    r"\bdo\snot\sreply\b|\bbitte\santworten\ssie\snicht|\bne\s(?:pas\sr[ée]pondre|r[ée]pondez\spas)",
)
_NUMBERED = (
    (
        r"\b(?:\w{0,12}nummer|\w{0,8}number|ticket|case|referentie|reference|kenmerk|vorgang\w*|num[ée]ro|r[ée]f[ée]rence|n[°º])"
        r"(?:\s(?:is|ist|est|id))?\s{0,2}[:#]?\s{0,2}[A-Z#(\[]{0,6}[-_ ]?\d[\d-]{2,}"
    ),
)
_SOON = (
    r"\bbinnen\s(?:\w{1,10}\s){0,2}(?:\w{1,10}|\d{1,3})\s(?:werk)?(?:dag\w*|uur|uren|week|weken)\b",
    r"\b(?:reageren|beantwoorden|antwoord(?:en)?|contact|reactie|terug|behandeling)\s"
    + _SOME
    + r"zo\s(?:spoedig|snel)\smogelijk",
    r"\bzo\s(?:spoedig|snel)\smogelijk\s" + _SOME + r"(?:contact|antwoord|reactie|beantwoord\w*|terug|behandeld)",
    r"\bwithin\s(?:\w{1,10}\s){0,3}(?:business|working)?\s?(?:days?|hours?|weeks?)\b|\bas\ssoon\sas\s(?:possible|we\scan)",
    r"\binnerhalb\s(?:von\s)?(?:\w{1,12}\s){1,3}|\bso\s(?:schnell|bald)\swie\sm[öo]glich|\bschnellstm[öo]glich",
    r"\bdans\sles\s(?:plus\sbrefs\sd[ée]lais|meilleurs\sd[ée]lais)|\bsous\s(?:\w{1,10}\s){1,2}(?:heures|jours)",
    r"\blo\santes\sposible|\bal\spi[ùu]\spresto",
)
_BY_MACHINE = _anywhere(_MACHINE)
_PROMISED = _anywhere(_SOON)
_WITH_NUMBER = _anywhere(_NUMBERED)
_RHETORICAL = re.compile(
    r"\b(?:vragen|vraag|spoed|haast|dringend|urgent|wachten|hulp|questions?|help|urgence)\s?\?", _NL_EN_DE_FR_BODY
)
_MINE = (
    r"(?:persoonlijke\s|eigen\s|oude\s|nieuwe\s)?(?:\w{0,15}gegevens|\w{0,12}account|abonnement|\w{0,12}adres|rekening\w*|naam|iban"
    r"|administratie|wachtwoord|\w{0,8}nummer|factu\w+|boekhouding|verzoek|klacht|vraag|dossier|reactie|antwoord|bezwaar)\b"
)
_ASKS = _anywhere(
    (
        r"\?",
        (
            r"\b(?:ik|wij|we)\s(?:nu\s|ook\s|dan\s|nog\s|hierbij\s)?(?:wil|willen|zou|zouden|verzoek|vraag|vragen|verwacht|eis|eisen"
            r"|wens|ontvang|hoor|trek|maak|weiger|bevestig|begrijp|vind|geef|stuur)\b"
        ),
        r"\b(?:wil|willen|zou|zouden|verzoek|vraag|eis|ontvang|hoor|trek|verwacht|geef|heb|stuur)\s(?:ik|wij|we)\b(?!\s(?:uw|je))",
        r"\b(?:kunt|kun|kunnen|wilt|wil|willen|zou|zouden|kan|mag|mogen|hebben|hebt|heeft)\s(?:u|je|jullie)\s"
        + _SOME
        + r"(?:mij|me|ons|mijn|onze|dit|dat|dit|het|alles|alle)\b",
        r"\bgraag\s(?:ontvang\w*|wil\w*|zou|een|mijn|onze|alle|alles|dit|dat|het|de|voor|zie|hoor|verneem|weten|binnen|per|nog|wel|zo)\b",
        (
            r"\b(?:stuur|zend|mail|geef|pas|verander|stop|laat|doe|regel|schrap|haal|gooi|sluit"
            r"|zeg|noteer|zet|hou|bel|gebruik|vergeet)\s(?:\w{1,10}\s){0,2}(?:mij|me|ons|mijn|onze|alles|alle|het|dit"
            r"|dat|deze|maar|weten|hem|haar|uit|op|er|direct|meteen)\b"
        ),
        r"\b(?:verwijder|wis|schrap|corrigeer|wijzig|annuleer|be[ëe]indig|vernietig|bevestig)\b",
        rf"\b(?:mijn|onze)\s(?:\w{{1,12}}\s)?{_MINE}",
        (
            r"\b(?:niet\s(?:ik|door\smij|akkoord|mee\seens|juist|correct|goed)|nooit|klopt|onjuist|bezwaar|intrekken|ingetrokken"
            r"|akkoord|hierbij|bijgaand|bijgevoegd|bijlage|de\sjuiste|moet\szijn|overgestapt|opzeggen|opgezegd|hoeft\sniet\smeer)\b"
        ),
        (
            r"\b(?:i|we)\s(?:now\s|also\s|still\s|hereby\s)?(?:want|would\slike|'d\slike|wish|request|need|expect|demand|ask|asked|object"
            r"|withdraw|confirm|agree|disagree|never|did\snot|didn't|do\snot|don't|cannot|can't)\b"
        ),
        (
            r"\b(?:please|kindly|could\syou|can\syou|would\syou|will\syou)\s(?:\w{1,10}\s)?(?:send|delete|remove|erase|provide|give|confirm"
            r"|stop|correct|update|change|let|tell|forget|close|cancel|wipe|keep)\b"
        ),
        r"\b(?:my|our)\s(?:\w{1,12}\s)?(?:data|account|address|name|details|information|request|invoices?|records?|subscription|number)\b",
        r"\b(?:attached|enclosed|herewith|wrong|incorrect|not\sme)\b",
        r"\bbitte\s(?:ich|(?:\w{1,12}\s){0,3}(?:senden|schicken|l[öo]schen|teilen|best[äa]tigen|[äa]ndern|geben|korrigieren|sperren))",
        r"\b(?:ich|wir)\s(?:m[öo]chten?|will|wollen|verlange|fordere|widerspreche|widerrufe|best[äa]tige|brauche|habe\snie)\b",
        r"\b(?:m[öo]chte|will|verlange|fordere)\s(?:ich|wir)\b",
        r"\b(?:meine[nr]?|unsere[nr]?)\s(?:\w{1,18}\s)?(?:daten|adresse|konto|kundenkonto|namen?|rechnung\w*|anfrage)\b|\b(?:anbei|im\sanhang|falsch)\b",
        r"\bje\s(?:souhaite|voudrais|veux|demande|confirme|m'oppose|retire|refuse)\b",
        r"\b(?:veuillez|merci\sde|pouvez-vous|pourriez-vous)\s(?:m['’]|me\b|nous\b|supprimer|effacer|envoyer|corriger|confirmer|modifier)",
        r"\b(?:mes|mon|ma|nos)\s(?:donn[ée]es|compte|adresse|nom|factures?|demande|coordonn[ée]es)\b|\b(?:ci-joint|pi[èe]ce\sjointe)\b",
        r"\b(?:quiero|deseo|solicito|vorrei|chiedo)\b|\bmis\sdatos\b|\bmiei\sdati\b",
    )
)


def by_body(text: str) -> Note | None:
    """What a short text says that states an absence or a receipt, bears a second mark of that, and asks nothing."""
    if len(text) > LONGEST or _ASKS.search(_RHETORICAL.sub(".", text)):
        return None
    marked = _BY_MACHINE.search(text) is not None
    if _ABSENCES.search(text) and (marked or _BACK.search(text) or _ELSEWHERE.search(text)):
        return Note.ABSENCE
    return Note.ACKNOWLEDGEMENT if _acknowledges(text, marked=marked) else None


def _acknowledges(text: str, *, marked: bool) -> bool:
    """People begin with thanks as well, and give a number after that: thanks want a promise or a machine's mark."""
    received = _RECEIPTS.search(text) is not None
    if not (received or _THANKS.search(text)):
        return False
    return marked or _PROMISED.search(text) is not None or (received and _WITH_NUMBER.search(text) is not None)


_SAYS_SO = re.compile(
    r"\b(?:dit is een automatisch (?:gegenereerd\w? )?(?:bericht|antwoord|e-mail|mail)|this is an automat(?:ed"
    r"|ic) (?:message|reply|response|e-?mail)"
    r"|automatische ontvangstbevestiging|dies ist eine automatische)\b",
    re.IGNORECASE,
)


def calls_itself_automatic(text: str) -> bool:
    """Whether a short text says of itself that a machine wrote it, whatever else it says: websites' forms do."""
    return len(text) <= LONGEST and _SAYS_SO.search(text) is not None
