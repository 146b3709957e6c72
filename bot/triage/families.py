"""Word families of Dutch, English, German and French privacy letters: regular expressions over folded text.

A family is evidence, not a verdict: the model weighs it. `LAW` families name a right outright and are never ignored.
All patterns are linear: no nested repetition, every gap bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_GAP = r"\W{1,4}(?:\w{1,20}\W{1,4}){0,%d}"


def _near(left: str, right: str, gap: int = 4) -> str:
    return rf"\b(?:{left}){_GAP % gap}(?:{right})"


_OWN = r"mijn|m'n|mn|mij|me|my|ons|onze|our|us|meine\w{0,2}|mich|mir|mes|mon|moi"
_DATA = (
    r"(?:persoons|account|klant|contact|prive|bedrijfs)?gegevens|data|info\w{0,8}|dossier|account|profiel"
    r"|daten|konto|donnees"
)
_YOU = r"jullie|jij|je|u|uw|you|your|sie|vous|kleinboek|gravytrain"

PATTERNS: dict[str, str] = {
    "law": r"\b(?:avg|gdpr|dsgvo|rgpd|uavg|dsar|sar|privacywet\w{0,10}|algemene verordening|data protection|wbp)\b",
    "personal_data": r"\b(?:persoonsgegeven\w{0,3}|personal (?:data|information)|personenbezogen\w{0,3}"
    r"|donnees personnelles)",
    "right_to": r"\b(?:recht op|right (?:of|to)|recht auf|droit (?:d|de|a)|mijn recht\w{0,3}|my rights?)\b",
    "access_law": r"\b(?:inzageverzoek|inzagerecht|recht (?:op|van|tot) inzage|verzoek (?:om|tot) inzage"
    r"|inzage in|dsar|subject access"
    r"|access request|right of access|auskunft nach|auskunftsersuchen|droit d'acces)",
    "erasure_law": r"\b(?:vergeten te worden|vergetelheid|gegevenswissing|wisverzoek|verwijderverzoek"
    r"|verzoek (?:om|tot) "
    r"(?:verwijdering|wissing)|right to (?:be forgotten|erasure)|erasure request|deletion request"
    r"|recht auf (?:loschung|"
    r"vergessenwerden)|droit a l'(?:oubli|effacement))",
    "correction_law": r"\b(?:rectificatie|rectificeren|rectification|rectify|berichtigung|correctieverzoek)\b",
    "portability_law": r"\b(?:dataportabiliteit|overdraagbaarheid|portability|datenubertragbarkeit|portabilite"
    r"|machine ?leesba\w{0,3}"
    r"|machine.readable|maschinenlesbar\w{0,3})",
    "restriction_law": r"\b(?:beperking van (?:de |het )?(?:verwerking|gebruik)|restriction of processing"
    r"|restrict (?:the )?processing"
    r"|einschrankung der verarbeitung)",
    "objection_law": r"\b(?:bezwaar (?:tegen|maken|aantekenen)|maak\w? (?:hierbij )?bezwaar|object to"
    r"|widerspr\w{1,8}|m'oppose)",
    "consent_law": r"\b(?:toestemming|consent|einwilligung|consentement)\b",
    "withdraw": r"\b(?:trek|intrek\w{0,5}|ingetrokken|herroep\w{0,3}|withdraw\w{0,3}|revoke\w{0,3}"
    r"|widerruf\w{0,3}|retire)\b",
    "authority": r"\b(?:autoriteit persoonsgegevens|de ap\b|bij ap\b|toezichthouder|supervisory authority"
    r"|aufsichtsbehorde|cnil)",
    "complaint": r"\b(?:klacht\w{0,3}|klagen|beklag|complain\w{0,3}|beschwer\w{0,5}|plainte|datalek\w{0,3}"
    r"|data breach)\b",
    "erase": r"\b(?:verwijder\w{0,5}|wis|wissen|gewist|wist|schrap\w{0,4}|delete\w{0,2}|deletion|erase\w{0,2}"
    r"|erasure|remove\w{0,2}"
    r"|vernietig\w{0,5}|losch\w{0,5}|supprim\w{0,5}|effac\w{0,5})\b",
    "erase_own": _near(
        r"verwijder\w{0,3}|wis|wissen|gooi|haal|delete|erase|remove|loschen|supprim\w{0,4}|vernietig", _OWN, 2
    ),
    "own_data": _near(_OWN, _DATA, 3),
    "you_hold": _near(_YOU, r"hebt|hebben|heeft|weten|weet|bewaren|bewaart|opgeslagen|hold|have|store|know|keep", 2),
    "about_me": r"\b(?:(?:over|van|on|about|uber|von|sur) (?:mij|me|mich|mir|moi|ons|us))\b",
    "send_me": r"\b(?:stuur|mail|send|provide|geef|verstrek\w{0,3}|ontvang\w{0,2}|schicken|envoye\w{0,2})\b",
    "which": r"\b(?:welke|wat|which|what|welche|was|quelles?)\b",
    "how_to": r"\b(?:hoe (?:kan|moet|krijg|haal|verwijder|pas|verander|wijzig|zet|doe|maak)|waar (?:kan|vind"
    r"|pas|staat|zit|zet|vul|verander)"
    r"|how (?:do|can|to)|where (?:do|can)|wie (?:kann|losche)|lukt niet|foutmelding|werkt niet)\b",
    "my_customer": r"\b(?:(?:mijn|onze|een|m'n|my|our|a) (?:\w{1,15} )?(?:klant|klanten|debiteur\w{0,2}|client"
    r"|clients|customers?|relatie|relaties"
    r"|leverancier\w{0,2}|medewerk\w{1,6}|werknemer\w{0,2}|patient\w{0,3}|leden|lid))\b",
    "bookkeeping": r"\b(?:factu\w{1,6}|boeking\w{0,3}|btw.aangifte|bonnetj\w{1,2}|grootboek\w{0,8}"
    r"|bankkoppeling|concept\w{0,8}|invoice\w{0,2}"
    r"|offerte\w{0,2}|artikel(?:en)?lijst|auditfile|journaal\w{0,6}|balans|import\w{0,5})\b",
    "negated": r"\b(?:niet|geen|nooit|not|don't|do not|never|nicht|kein\w{0,2}|ne pas)\b",
    "negated_erase": r"\b(?:niet|geen|not|don't|nicht)\W{1,3}(?:\w{1,15}\W{1,3}){0,3}(?:verwijder\w{0,3}|wis"
    r"|wissen|weggooien|delete|erase"
    r"|remove|loschen)\b",
    "wrong": r"\b(?:klopt niet|kloppen niet|klopt van geen|onjuist\w{0,2}|verkeerd\w{0,2}|fout|incorrect|wrong"
    r"|falsch|verouderd\w{0,2})\b",
    "change": r"\b(?:wijzig\w{0,4}|aanpass\w{0,2}|pas|veranderen|verander|corrige\w{1,5}|doorvoeren|bijwerken"
    r"|update|change|correct"
    r"|andern|modifier)\b",
    "moved": r"\b(?:verhuis\w{0,2}|verhuizing|nieuw\w? (?:adres|rekening\w{0,6}|iban|nummer|mailadres"
    r"|telefoon\w{0,6})|new address|moved|umgezogen"
    r"|getrouwd|gescheiden)\b",
    "to_other": r"\b(?:overstap\w{0,5}|overzetten|meenemen|meekrijgen|overdragen|ander(?:e)? (?:pakket"
    r"|programma|boekhoud\w{0,12})|switch\w{0,4}"
    r"|transfer|moneybird|exact|e.boekhouden|snelstart|twinfield|jortt|informer|acumulus)\b",
    "file_format": r"\b(?:csv|json|xml|excel|xlsx|xaf|bestand\w{0,2}|file|datei|fichier)\b",
    "freeze": r"\b(?:bevries\w{0,3}|bevroren|blokkeer\w{0,2}|op slot|stilzetten|stilleggen|freeze|vingers af"
    r"|niks mee doen|niets mee doen|on hold"
    r"|opschort\w{0,3})\b",
    "until": r"\b(?:zolang|totdat|tot(?: het| dat| jullie| u)|until|solange|bis)\b",
    "marketing": r"\b(?:nieuwsbrief|nieuwsbrieven|reclame|marketing|aanbieding\w{0,3}|newsletter|werbung"
    r"|promotie\w{0,2}|uitschrijv\w{0,2}"
    r"|afmeld\w{0,2}|unsubscribe|mailing\w{0,2}|profilering|profiling)\b",
    "cancel": r"\b(?:opzeg\w{0,5}|opgezegd|zeg \w{1,12} op|beeindig\w{0,3}|cancel\w{0,5}|kundig\w{0,4}"
    r"|abonnement|subscription)\b",
    "deceased": r"\b(?:overleden|overlijden|nalatenschap|erfgena\w{1,5}|executeur|passed away|deceased"
    r"|verstorben|nachlass)\b",
    "agent": r"\b(?:namens|machtiging|gemachtigd\w{0,2}|volmacht|client(?:e)? |on behalf of|power of attorney"
    r"|authori[sz]ed agent|bewindvoer\w{1,3})",
}

_MINE = r"(?:mijn|m'n|mn|mij|me|ons|onze|my|our|us|meine?[nr]?|mich|mes|mon|ma)"
_THING = (
    r"(?:\w{0,10}gegevens|data|daten|donnees|info|informatie|information|account|konto|compte|profiel|profile|dossier"
    r"|administratie|alles|everything|naam|name|mail\w{0,7}|e-mail\w{0,6}|adres|address|nummer|number|inschrijving)"
)
_FIELD = (
    r"(?:\w{0,9}adres|\w{0,8}naam|\w{0,10}nummer|iban|rekening|postcode|mail|e-mail|email|geboorte\w{0,6}|kvk"
    r"|btw|address|name"
    r"|number|phone|account details|adresse|nom|contactpersoon|gegevens|tenaamstelling)"
)
_CHANGE = (
    r"(?:wijzig\w{0,2}|verander\w{0,2}|aanpassen|aangepast|pas|corrigeer|corrigeren|verbeter\w{0,2}"
    r"|herstel\w{0,2}|doorvoeren|bijwerken"
    r"|update|change|correct|fix|amend|andern|modifier|corriger|rechtzetten|rechtgezet|goedzetten|klopt niet"
    r"|kloppen niet|onjuist"
    r"|verkeerd|is nu|wordt|moet zijn)"
)
_GO = (
    r"(?:verwijder\w{0,3}|verwijderd|wis|wissen|gewist|schrap\w{0,3}|delete\w?|erase\w?|remove\w?"
    r"|vernietig\w{0,2}|opruimen|weggooien"
    r"|losch\w{0,3}|supprim\w{0,3}|effac\w{0,3})"
)

DEMANDS: dict[str, str] = {
    "demand_erasure": "|".join((_near(_GO, _MINE + r"\W(?:\w{1,15}\W){0,3}" + _THING, 4), _near(_THING, _GO, 6))),
    "demand_access": "|".join(
        (
            _near(r"welke|wat|what|which|welche", r"(?:van|over|about|on|uber|sur) (?:mij|me|ons|mich|moi|us|mijn)", 8),
            _near(
                r"kopie|afschrift|overzicht|inzage|uitdraai|lijst\w{0,3}|copy|overview|auskunft|copie",
                _MINE + r"\W" + _THING,
                6,
            ),
            _near(
                r"inzage|inzien|zien|weten|see|know|savoir|wissen",
                r"wat (?:jullie|u|je|er)|what you|was sie|ce que vous",
                4,
            ),
            _near(r"personal data|persoonsgegevens", r"you (?:hold|have|store|process)|u (?:van|over) mij", 4),
        )
    ),
    "demand_correction": "|".join((_near(_CHANGE, _FIELD, 5), _near(_MINE + r"\W" + _FIELD, _CHANGE, 5))),
    "demand_portability": "|".join(
        (
            _near(
                _THING,
                r"csv|json|xml|excel|meenemen|meekrijgen|overzetten|overdragen|inlezen|importeren|transfer\w{0,4}|overstap\w{0,3}",
                8,
            ),
            _near(r"overzetten|overdragen|transfer|export\w{0,4}|meenemen", _THING, 6),
        )
    ),
    "demand_complaint": r"\b(?:dien\w? (?:\w{1,12} ){0,4}klacht|klacht (?:\w{1,12} ){0,3}(?:in|indienen|over)"
    r"|klacht indienen|naar de ap|bij de ap"
    r"|(?:file|make|lodge) (?:a |this )?(?:\w{1,12} )?complaint|zonder (?:mijn )?toestemming|doorgegeven aan"
    r"|gelekt|op straat)\b",
    "demand_restriction": _near(r"niet|niets|niks|geen|not|nothing", r"tot|totdat|zolang|until|while", 10),
    "demand_objection": _near(
        r"stop|stoppen|niet meer|niet langer|geen|no longer|no more|bezwaar|object",
        r"gebruik\w{0,3}|reclame|marketing|profiel\w{0,4}|mailings?|aanbied\w{0,5}|using|use|werbung",
        6,
    ),
    "demand_withdrawal": "|".join(
        (
            _near(
                r"toestemming|akkoord|consent|permission|einwilligung|ja gezegd|vinkje",
                r"in|intrek\w{0,3}|terug|uit|withdraw\w{0,2}|revoke\w?|niet meer|widerruf\w{0,2}",
                5,
            ),
            _near(
                r"withdraw|revoke|trek|herroep|widerruf\w{0,2}",
                r"toestemming|consent|permission|einwilligung|akkoord",
                5,
            ),
        )
    ),
}
"""Families that already sound like the request itself, one per right."""

LAW: dict[str, str] = {
    "access": "access_law",
    "erasure": "erasure_law",
    "correction": "correction_law",
    "portability": "portability_law",
    "restriction": "restriction_law",
}
"""Per label the family that names the right outright."""

_COMPILED = {name: re.compile(pattern) for name, pattern in (PATTERNS | DEMANDS).items()}
NAMES = tuple(_COMPILED)


def families(folded_text: str, possible: Sequence[str] = NAMES) -> list[str]:
    """The names of the families, out of those possible, that speak in a folded text."""
    return [name for name in possible if _COMPILED[name].search(folded_text)]
