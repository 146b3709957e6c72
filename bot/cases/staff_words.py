"""States, letters, roles and the like as staff call them; what is stored stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.cases.draft import DraftState
from bot.cases.factors import Factor
from bot.cases.incidents import IncidentState
from bot.cases.letters import LetterKind
from bot.cases.links import LinkState
from bot.cases.mandates import Ground, Standing
from bot.cases.model import Channel, RequestState
from bot.mail.authentication.verdict import SenderVerdict
from bot.triage.labels import Language, Role

STATES: Mapping[str, str] = MappingProxyType(
    {
        RequestState.RECEIVED: "ontvangen",
        RequestState.AWAITING_IDENTITY: "wacht op bewijs",
        RequestState.COLLECTING: "wordt verzameld",
        RequestState.AWAITING_APPROVAL: "wacht op akkoord",
        RequestState.APPROVED: "akkoord gegeven",
        RequestState.EXECUTING: "wordt uitgevoerd",
        RequestState.SENDING: "wordt verstuurd",
        RequestState.UNDELIVERED: "bezorging onzeker",
        RequestState.ANSWERED: "beantwoord",
        RequestState.CLOSED: "gesloten",
        RequestState.NEEDS_PERSON: "een mens kijkt",
        RequestState.WITHDRAWN: "ingetrokken",
        RequestState.REFUSED: "geweigerd",
        RequestState.PARKED: "geparkeerd",
        RequestState.FORWARDED: "verwezen",
        RequestState.ESCALATED: "bij de AP",
    }
)

LETTERS: Mapping[str, str] = MappingProxyType(
    {
        LetterKind.RECEIPT: "ontvangstbevestiging",
        LetterKind.CHALLENGE: "controlebericht",
        LetterKind.CHALLENGE_REMINDER: "herinnering aan het controlebericht",
        LetterKind.SECURITY_NOTICE: "waarschuwing aan eigen adressen",
        LetterKind.ACCESS: "antwoord op inzage",
        LetterKind.CORRECTION: "antwoord op correctie",
        LetterKind.PORTABILITY: "antwoord op overdracht",
        LetterKind.ERASURE: "antwoord op wissen",
        LetterKind.COMPLAINT: "antwoord op klacht",
        LetterKind.RESTRICTION: "antwoord op beperking",
        LetterKind.OBJECTION: "antwoord op bezwaar",
        LetterKind.CONSENT_WITHDRAWAL: "antwoord op intrekken van toestemming",
        LetterKind.OTHER_PRIVACY: "antwoord op een vraag",
        LetterKind.NOTHING_FOUND: "niets gevonden",
        LetterKind.NOT_IDENTIFIED: "niet vastgesteld wie vraagt",
        LetterKind.PASSPHRASE: "het wachtwoord nog een keer",
        LetterKind.REFUSAL: "weigering",
        LetterKind.EXTENSION: "verlenging",
        LetterKind.FORWARDED: "verwijzing naar een ander bedrijf",
        LetterKind.QUESTION: "vraag aan de schrijver",
        LetterKind.AP_REFERENCE: "bericht over de AP",
        LetterKind.ACCOUNT_NOTICE: "bericht aan een andere gebruiker",
        LetterKind.PAPER_CODE: "brief met code op papier",
        LetterKind.BREACH_NOTICE: "bericht over een datalek",
        LetterKind.STAFF_ALARM: "alarm aan medewerkers",
        LetterKind.MANDATE_REQUEST: "vraag om een machtiging",
        LetterKind.GUARDIAN_REQUEST: "vraag aan de vertegenwoordiger",
        LetterKind.DECEASED: "brief over een overledene",
        LetterKind.NO_DATA_SUBJECT: "brief aan een bedrijf als zodanig",
        LetterKind.FORWARD_TO_CUSTOMER: "doorgestuurd verzoek aan de klant",
        LetterKind.MASKED_COPY: "vraag om een afgeschermde kopie",
        LetterKind.RESTRICTION_LIFTED: "einde van de beperking",
        LetterKind.OPENING_HELP: "hulp bij het openen",
        LetterKind.WRONG_RECIPIENT: "dank aan de verkeerde ontvanger",
        LetterKind.TEST_MAIL: "proefbericht",
        LetterKind.FEE_NOTICE: "aankondiging van kosten",
    }
)

DRAFTS: Mapping[str, str] = MappingProxyType(
    {
        DraftState.OPEN: "wacht op akkoord",
        DraftState.APPROVED: "akkoord gegeven",
        DraftState.REJECTED: "teruggestuurd",
        DraftState.VOID: "vervallen",
        DraftState.SENT: "verstuurd",
    }
)

LINKS: Mapping[str, str] = MappingProxyType(
    {
        LinkState.WAITING: "wacht op de brief",
        LinkState.OPEN: "open",
        LinkState.LOCKED: "op slot: te veel foute wachtwoorden",
        LinkState.REVOKED: "ingetrokken",
        LinkState.DESTROYED: "vernietigd",
    }
)

INCIDENTS: Mapping[str, str] = MappingProxyType(
    {
        IncidentState.SUSPECTED: "vermoed",
        IncidentState.CONFIRMED: "bevestigd",
        IncidentState.DISMISSED: "geen datalek",
        IncidentState.CLOSED: "afgesloten",
    }
)

FACTORS: Mapping[str, str] = MappingProxyType(
    {
        Factor.CHALLENGE: "code per mail",
        Factor.LOGIN: "inloggen",
        Factor.PHONE: "teruggebeld",
        Factor.LETTER: "code per brief",
        Factor.DECISION: "besluit van de functionaris",
    }
)

ROLES: Mapping[str, str] = MappingProxyType(
    {
        Role.CONTROLLER: "onze eigen gegevens",
        Role.PROCESSOR: "boeken van een klant",
        Role.MIXED: "onze gegevens en boeken van een klant",
        Role.NONE: "geen persoonsgegevens",
    }
)

STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        Standing.SELF: "de persoon zelf",
        Standing.AGENT: "een vertegenwoordiger",
        Standing.GUARDIAN: "een wettelijke vertegenwoordiger",
        Standing.HEIR: "een erfgenaam",
        Standing.THIRD_PERSON: "een derde uit de boeken van een klant",
        Standing.COMPANY: "een bedrijf als zodanig",
        Standing.AUTHORITY: "een toezichthouder, rechter of politie",
    }
)

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        Language.DUTCH: "Nederlands",
        Language.ENGLISH: "Engels",
        Language.GERMAN: "Duits",
        Language.FRENCH: "Frans",
        Language.OTHER: "andere taal",
    }
)

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        Channel.IMAP: "mailbox",
        Channel.SMTP: "mailserver",
        Channel.FILE: "bestand",
        Channel.PHONE: "telefoon",
        Channel.POST: "post",
        Channel.COUNTER: "balie",
    }
)

GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        Ground.MANDATE: "machtiging",
        Ground.PARENT: "ouder",
        Ground.CURATOR: "curator",
        Ground.ADMINISTRATOR: "bewindvoerder",
        Ground.MENTOR: "mentor",
    }
)

LETTER_GROUNDS: Mapping[str, str] = MappingProxyType(
    {
        "excessive": "te vaak of te veel gevraagd",
        "unfounded": "kennelijk ongegrond",
        "other_people": "gegevens van anderen",
        "legal_duty": "wettelijke plicht",
        "legal_claim": "rechtsvordering",
        "still_needed": "nog nodig",
        "not_wrong": "de gegevens kloppen",
        "bookkeeping_fixed": "de boekhouding staat vast",
        "opinion": "een oordeel van een ander",
        "not_provided_by_you": "niet door de vrager zelf gegeven",
        "no_ground_restriction": "geen grond voor beperking",
        "contract_or_duty": "overeenkomst of wettelijke plicht",
        "compelling_ground": "dwingende reden",
        "no_mandate": "geen machtiging",
        "legal_person": "een bedrijf als zodanig",
        "deceased": "overleden",
        "exception": "uitzondering van artikel 41 UAVG",
        "further_copy": "nog een kopie",
    }
)
"""Why a request is refused or costs money, by what the catalogue of reasons stores."""

VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        SenderVerdict.PASS: "echt van dit domein",
        SenderVerdict.FAIL: "niet echt",
        SenderVerdict.NONE: "niet te bewijzen",
        SenderVerdict.TEMPORARY: "nog niet bekend",
    }
)

TASKS: Mapping[str, str] = MappingProxyType(
    {
        "look": "kijken",
        "read": "lezen",
        "perhaps": "misschien meer gevraagd",
        "do": "uitvoeren",
        "letter": "brief niet aangekomen",
        "bounce": "brief teruggekomen",
        "sender": "afzender bekijken",
        "identity": "bewijs regelen",
        "second_factor": "tweede bewijs",
        "deadline": "termijn",
        "urgent": "spoed",
        "forward": "doorsturen",
        "follow_up": "vervolg",
        "breach": "datalek",
        "id_copy": "kopie identiteitsbewijs",
        "erasure_due": "wissen na bewaartermijn",
        "recipients": "ontvangers inlichten",
        "parked": "vastgelopen werk",
        "authority": "gegevens van de AP",
        "alarm_mail": "alarm komt niet aan",
        "gate": "automatische brieven wachten",
        "held_letters": "brieven wachten op vrijgave",
        "guesses": "codes geraden",
        "flood": "stroom van berichten",
        "mailbox": "mailbox",
        "stuck": "berichten blijven hangen",
        "mailbox_unreadable": "mailbox onleesbaar",
        "mailbox_uncompared": "mailbox niet vergeleken",
        "extensions": "te veel verlengd",
        "unanchored": "logboek niet verankerd",
        "second_reader": "tweede lezer zwijgt",
        "test_mail": "proefbericht kwam terug",
    }
)
"""Kinds of tasks. One without words here is shown as it is stored."""
