"""The words of replies: what says outright what a reply does, what denies it, and what is nothing but thanks."""

from __future__ import annotations

import re

from bot.triage.labels import Intent

_ASKED = (
    r"(?:(?:aan)?gevraagd|verzocht|ingediend|(?:ver|in)?gestuurd|verzonden|gemaild|gedaan|opgezegd"
    r"|geschreven|aangemaakt)"
)
_CASE = r"(?:[\w-]{0,30}verzoek\w{0,2}|aanvraag|vraag|klacht|bezwaar|zaak|dossier|ticket)"
_DELETE = r"(?:verwijder(?:en|d|t)?|wis(?:sen|t)?|gewist|weggooien|weggegooid|vernietig(?:en|d)|schrappen|opheffen)"
_OTHERS = (
    r"(?:buur\w{2,5}|buren|onderbuur\w{0,4}|bovenbuur\w{0,4}|collega|zwager|schoon\w{3,7}|ex|huisgenoot"
    r"|vorige (?:bewoner|huurder))"
)
_SELF = (
    rf"(?:ik heb|heb ik) (?:(?!niet|niets|niks|nooit)\w{{1,12}} ){{0,3}}zelf "
    rf"(?:(?!niet|niets|niks|nooit)\w{{1,12}} ){{0,2}}{_ASKED}\b"
)
_DELETION = r"(?:verwijderen|verwijdering|wissen|wissing|vernietiging|opheffing)"
_MINE = r"(?:my|the|this|that|our)"
_AGREED = r"(?:akkoord|eens|agree|einverstanden|d'accord)"
_REFUSED = (
    r"\b(?:niet|geen|not|don't|nicht|pas) (?:(?:hier|daar|er|mee|met|die|de|dat|dit|helemaal|echt|to|at all) ){0,3}"
    rf"{_AGREED}\b"
    rf"|\b{_AGREED} (?:ben|ga|zijn|gaan) (?:ik|wij|we) (?:\w{{1,8}} ){{0,2}}niet\b"
    r"|\bniet (?:\w{1,8} ){0,3}mee eens\b"
)
"""Words that refuse: "daar ga ik niet mee akkoord" holds the word of who agrees."""
_NOT_ALL = (
    r"\b(?:(?:(?:dit|dat|het) is|is (?:dit|dat|het)) (?:\w{1,10} ){0,2}niet (?:alles|compleet|volledig)"
    r"|(?:isn't|is not) (?:complete|everything)"
    r"|(?:ik|we|wij) mis(?:sen)? (?:nog |wel |alleen )?(?:de|het|mijn|onze|een|nog)"
    r"|es fehl(?:t|en)|n'est pas complet|niet wat ik (?:vroeg|heb gevraagd|gevraagd))\b"
)
"""What we sent falls short."""
_MAILED = r"(?:e-?mail|mail|bericht|brief|bestand|message|file|letter|nachricht|courriel|fichier|bijlage|export)"
PLAIN: dict[Intent, re.Pattern[str]] = {
    Intent.DISPUTES: re.compile(f"{_REFUSED}|{_NOT_ALL}", re.IGNORECASE),
    Intent.DELIVERY_PREFERENCE: re.compile(
        r"\b(?:graag|liever|anders|kan (?:het|dit|dat|u)|kunt u|mag (?:het|dit|dat)|stuur|zend"
        r"|wil (?:ik )?(?:het|dit|alles|graag)|please|rather|could you|can (?:you|it)|bitte|lieber)\b[^.!?\n]{0,40}"
        r"\b(?:per (?:gewone |aangetekende )?(?:post|brief)|op papier|by (?:post|letter)|on paper|auf papier"
        r"|par courrier)\b",
        re.IGNORECASE,
    ),
    Intent.CANNOT_OPEN: re.compile(
        r"\b(?:(?:kan|krijg) (?:ik )?(?:het|hem|ze|de \w{1,15}|dit|dat) (?:\w{1,10} ){0,2}niet (?:openen|open)"
        r"|(?:can't|cannot|can not) open|(?:won't|doesn't) open|nicht öffnen|geht nicht auf)\b",
        re.IGNORECASE,
    ),
    Intent.CHANGE_SCOPE: re.compile(
        r"^\W{0,3}(?:ja|akkoord|prima|goed|oke?|okay|agreed|yes|fine)\b[^.!?\n]{0,60}"
        r"\b(?:behalve|uitgezonderd|met uitzondering van|maar (?:bewaar|houd|laat)|alleen [^.!?\n]{1,30} niet"
        r"|except)\b",
        re.IGNORECASE,
    ),
    Intent.NOT_ME: re.compile(
        r"\b(?:niet ik\b|not me\b"
        r"|(?:heb|had|(?:hebben|hadden) (?:wij|we)|(?:wij|we) (?:hebben|hadden)) (?:ik )?"
        r"(?:(?:dit|dat|deze|die|het|hier|verzoek|aanvraag|mail|helemaal|echt|zeker|zelf|beslist|trouwens"
        r"|overigens) ){0,4}"
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
        r"|(?<!verder )(?:heb|hebben) (?:ik |wij |we )?(?:\w{1,8} )?(?:niets|niks) met (?:u|jullie|dit|dat) te maken"
        r"(?=[ ]?(?:[.,!;\n]|$))"
        r"|have nothing to do with (?:you|this|it)(?=[ ]?(?:[.,!;\n]|$))|nichts (?:mit (?:ihnen|euch)|damit) zu tun"
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
        r"|\bthe (?:dutch )?(?:AP|DPA|(?:data protection|supervisory) authority)\b"
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
        r"|hoeft (?:het|dit) (?:voor mij |van mij |dus |nu ){0,3}niet meer(?=[ ]?(?:[!.,;?\n]|$|hoor\b))"
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
        rf"|stop maar met|(?:^|[.!;,\n] ?)(?:stopt u|stoppen jullie) (?:dan |maar |alstublieft |aub )?(?:maar )?"
        r"met mijn (?:verzoek|aanvraag|klacht|zaak)(?=[ ]?(?:[!.,;\n]|$))"
        r"|negeer mijn|(?:ignore|disregard) my (?:last|previous|earlier|request|e?-?mail)"
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
        r"(?: bestemd| bedoeld)?(?=[ ]?(?:[,.!;\n]|$))"
        r"|(?:brief|mail|bericht|bestand|code|post|export|stukken) (?:is|was|zijn|hoort|horen) (?:\w{1,8} ){0,2}"
        rf"(?:voor|bij|van) (?:mijn|onze|de|m'n) {_OTHERS}\b"
        r"|(?:bestand|export|overzicht|bijlage) (?:van (?:toen|gisteren|vorige (?:week|maand|keer)) "
        r"|d(?:at|ie) u stuurde )?"
        r"(?:is|was|bleek) (?:dus |echt |trouwens )?(?:helemaal )?niet (?:eens )?van (?:mij|ons)"
        r"(?=[ ]?(?:[.!;\n]|, (?:trouwens|hoor)\b|$|en\b))"
        r"|verkeerde persoon\b|iemand anders (?:zijn|haar|z'n|d'r)\b"
        r"|van (?:iemand anders|een (?:heel |totaal )?ander(?:e klant| bedrijf| persoon)|een wildvreemde"
        r"|een of andere)\b"
        r"|(?:gegevens|bestand|adressen|bestellingen|export|overzicht|pagina|gaat over|stukken) (?:\w{1,12} ){0,3}"
        r"andere? (?:klant(?:en)?|mensen|persoon)\b"
        r"|another customer|anderen (?:person|kunden)|fremde daten|falscher empf\w{0,8}"
        r"|mixed up two|(?:not|never) (?:meant|intended) for (?:me|us)\b|someone else's (?:data|file|information"
        r"|invoices)"
        r"|wrong person\b"
        rf"|(?:abusievelijk|per abuis|bij vergissing"
        rf"|per ongeluk) (?:\w{{1,12}} ){{0,3}}{_MAILED} (?:\w{{1,12}} ){{0,2}}"
        r"(?:ontvangen|gekregen|binnengekregen)"
        rf"|(?:ontving|kreeg) (?:\w{{1,12}} ){{0,2}}(?:abusievelijk|per abuis"
        rf"|bij vergissing) (?:\w{{1,12}} ){{0,2}}{_MAILED}"
        rf"|(?:received|got) (?:\w{{1,12}} ){{0,2}}{_MAILED} (?:in error|by mistake)"
        rf"|{_MAILED} (?:\w{{1,12}} ){{0,3}}nicht für (?:mich|uns) (?:bestimmt|gedacht)"
        rf"|{_MAILED} (?:irrtümlich|versehentlich|fälschlich) (?:\w{{1,12}} ){{0,2}}(?:erhalten|bekommen)"
        rf"|{_MAILED} ne (?:m'|m’|nous )(?:est|était|sont|étaient) pas destiné"
        rf"|reçu (?:\w{{1,12}} ){{0,2}}{_MAILED} par erreur)",
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
        r"|ik wacht (?:al|nog)|waar blijf(?:t|en)"
        r"|still (?:waiting|no (?:reply|answer|response))|any (?:news|update|movement|progress)|just checking"
        r"|following up"
        r"|(?:second|third|fourth) (?:request|email|mail|reminder)|(?:days|weeks|months?) (?:ago|now|by my count))\b",
        re.IGNORECASE,
    ),
}
DENIED: dict[Intent, re.Pattern[str]] = {
    Intent.AGREES: re.compile(_REFUSED, re.IGNORECASE),
    Intent.DISPUTES: re.compile(
        r"^\W{0,3}(?:hierbij|hier|bijgaand|here|hiermit)\b[^.!?\n]{0,30}\b(?:antwoord\w{0,2}|answers?)\b"
        r"[^.!?\n]{0,20}[.!]?\s*$",
        re.IGNORECASE,
    ),
    Intent.THANKS: re.compile(
        r"\b(?:maar|echter|alleen|but|however|aber|mais)\b[^.!?\n]{0,60}"
        r"\b(?:mis|mist|missen|ontbreek\w{0,3}|ontbreken|niet|geen|not|isn't|missing|nicht|fehl\w{0,3}|pas"
        r"|kein\w{0,2})\b"
        r"|\b(?:niet alles|not everything|incomplete|onvolledig|unvollst\w{0,8}|niet wat ik)\b",
        re.IGNORECASE,
    ),
    Intent.WITHDRAWAL: re.compile(
        rf"\b(?:{_SELF}(?![\s\S]{{0,200}}\b(?:maar|toch|alleen|spijt|inzien|trek|af|vanaf)\b)"
        r"|trek(?:ken)?(?: \w{1,15}){0,5} (?:niet|niets|niks|geen)(?: \w{1,15}){0,3} (?:in|terug)\b"
        r"|(?:niet|niets|niks|geen) (?:\w{1,15} ){0,2}(?:intrekken|in te trekken)\b"
        r"|hoeft zelf (?:verder )?niets te doen\b"
        r"|laat (?:het )?(?:mij |me |ons )?maar (?:even )?(?:weten|horen|zien)\b"
        r"|(?:not|never|don't|won't) (?:withdraw|retract|cancel)(?:ing)?\b)",
        re.IGNORECASE,
    ),
    Intent.NOT_ME: re.compile(
        rf"\b(?:{_SELF}"
        r"|(?:i|we) (?:made|sent|filed|submitted) (?:this|that|it|the)\b"
        r"|niet wat ik (?:vroeg|heb gevraagd|gevraagd)\b"
        r"|(?:jullie|u|je) (?:hebben|hebt|heeft|heb) (?:dit|dat|het) (?:niet|nooit) gedaan\b)",
        re.IGNORECASE,
    ),
}
"""Words with which the writer says the opposite: the encoder hears "ik trek niets in" as a withdrawal."""
CONSENT = re.compile(r"(?i)\b(?:toestemming|akkoord|goedkeuring|machtiging|volmacht|consent|permission)")
CONSENT_NEAR = 60  # characters before the words of taking back
POLITE = re.compile(r"\b(?:graag gedaan|geen dank|gern geschehen|niets te danken|you're welcome)\b", re.IGNORECASE)
THANKS = re.compile(
    r"\b(?:bedankt|dank\w{0,8}|thanks?|thx|merci|cheers|graag gedaan|gern geschehen|you're welcome)\b", re.IGNORECASE
)
KIND_WORDS = frozenset(
    re.findall(
        r"\w+",
        "bedankt dank dankjewel dankuwel danke dankeschön thanks thank thx merci cheers hartelijk hartelijke "
        "heel erg zeer veel vielen herzlichen schön very much so nogmaals alvast wel hoor echt zo u je jullie "
        "you ihnen dir voor for für de het die das den uw jouw your ihre ihr snelle snel fast quick prompt "
        "schnelle prettige fijne goede moeite hulp help hilfe mühe reactie reply response antwoord antwort "
        "answer uitleg informatie info mail mailtje bericht toezending groet groeten groetjes gr grt mvg "
        "vriendelijke met kind best warm regards mit freundlichen grüßen lg vg hallo hoi hi hello beste dag "
        "geachte dear heer mevrouw top super prima fijn mooi perfect great netjes keurig goed duidelijk "
        "helder clear klar ontvangen received erhalten gelukt ok oke oké okay hele weekend avond en and und "
        "van is it that the a dit dat ",
    )
)
"""Of thanks, of greetings and of polite closings."""
CLOSING = re.compile(r"\n|\b(?:groet\w{0,4}|mvg|grt?|regards|gr(?:ü|ue)(?:ß|ss)en?|lg|vg)\b", re.IGNORECASE)
"""What a name stands behind."""
ASKS = re.compile(
    r"(?i)\?|\b(?:kunt|wilt|kun|wil|kunnen|willen) (?:u|je|jullie|jij) "
    r"(?!(?:\w{1,12} ){0,4}(?:contact|bellen|mailen|wenden))"
    r"|\bstuur\b|\b(?:can|could) you\b|\bplease (?:send|delete|remove|change)\b"
)
"""In the words of a machine: it may be a person who is away, and asks for something."""
SAYS_MORE = frozenset(
    re.findall(
        r"\w+",
        "akkoord alles annuleer annuleren bezwaar cancel geen graag ingetrokken intrekken nee niet no not onjuist "
        "overleden stop stoppen stornieren verhuisd verwijder wacht wachten widerruf wis withdraw ",
    )
)
"""Behind the closing words these are no name."""
