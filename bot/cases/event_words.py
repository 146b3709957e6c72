"""What happened in a case, how requests end and what was asked, in Dutch words for staff and for the dossier."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.cases.alarming import RIGHTS
from bot.cases.changes import ChangeAction
from bot.cases.model import Outcome
from bot.triage.labels import RequestKind

CHANGES: Mapping[ChangeAction, str] = MappingProxyType(
    {
        ChangeAction.CORRECT: "wijzigen",
        ChangeAction.ERASE: "wissen",
        ChangeAction.ERASE_BY_HAND: "met de hand wissen",
        ChangeAction.PSEUDONYMISE: "namen eruit halen",
        ChangeAction.KEEP: "bewaren",
        ChangeAction.RESTRICT: "niet meer gebruiken",
        ChangeAction.RETURN: "teruggeven aan de klant",
    }
)
"""What a plan does to a field or category."""

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        # moves of a request
        "identity_asked": "bewijs gevraagd",
        "identity_not_needed": "geen bewijs nodig",
        "identity_confirmed": "bewijs geleverd",
        "person_needed": "wacht op een mens",
        "draft_ready": "concept klaar",
        "undone": "akkoord ingetrokken",
        "execution_started": "uitvoering begonnen",
        "sent": "verstuurd",
        "sending_failed": "versturen mislukt",
        "sent_again": "opnieuw verstuurd",
        "closed": "gesloten",
        "refusal_sent": "weigering verstuurd",
        "not_identified_sent": "brief verstuurd: niet vastgesteld wie vraagt",
        "forwarded": "verwezen naar het bedrijf dat erover gaat",
        "escalated": "naar de AP-baan",
        "revived": "weer opgepakt",
        # a case and its mail
        "opened": "zaak geopend",
        "mail_added": "bericht toegevoegd",
        "sender_awaited": "wacht op controle van de afzender",
        "sender_checked": "afzender gecontroleerd",
        "second_opinion": "tweede lezer gevraagd",
        "second_opinion_asked": "tweede lezer gevraagd",
        "receipt_skipped": "geen ontvangstbevestiging",
        "labelled": "ingedeeld",
        "found_ordinary": "geen verzoek",
        "assigned": "toegewezen",
        "note": "notitie",
        "writer_told": "vastgelegd wie er schrijft",
        "customer_looked_up": "klant opgezocht om door te sturen",
        "withdrawn": "ingetrokken",
        "reopened": "heropend",
        "answered_elsewhere": "elders beantwoord",
        "letters_released": "brieven vrijgegeven",
        "finding_written": "bevinding en maatregelen vastgelegd",
        "escalated_to_officer": "naar de functionaris",
        "escalated_to_authority": "AP-zaak: niets wordt vernietigd",
        "hold_lifted": "AP-zaak voorbij",
        "dossier_made": "dossier gemaakt",
        "dossier_kept": "dossier gemaakt en bewaard",
        "dossier_taken": "bewaard dossier opgehaald",
        # who is asking
        "record_found": "gegevens gevonden in het systeem",
        "several_records": "er passen meer records",
        "record_chosen": "gegevens gekozen door een mens",
        "proof_void": "bewijs vervallen",
        "challenge_postponed": "controlevraag uitgesteld",
        "challenge_answered": "controlevraag goed beantwoord",
        "challenge_denied": "zegt: niet ik",
        "wrong_code": "verkeerde code",
        "guesses_stopped": "te veel verkeerde codes op één dag",
        "code_in_doubt": "code klopt, maar er is twijfel",
        "code_refused": "code niet aanvaard",
        "code_expired": "code verlopen",
        "code_on_page": "code ingevuld op de website",
        "right_code_other_address": "goede code vanaf een ander adres",
        "paper_code_made": "brief met code gemaakt",
        "paper_code_wrong": "verkeerde code van papier",
        "login_of_another": "iemand anders logde in",
        "verified": "tweede bewijs vastgelegd",
        "level_reached": "niveau van zekerheid bereikt",
        "below_level": "te weinig bewijs",
        # drafts, approval, sending
        "draft_made": "concept gemaakt",
        "ground_named": "grond van de weigering genoemd",
        "draft_shown": "concept gelezen",
        "draft_edited": "concept gewijzigd",
        "draft_rejected": "concept teruggestuurd",
        "draft_voided": "concept vervallen",
        "draft_forgotten": "tekst van concept verwijderd",
        "approved": "akkoord gegeven",
        "approval_undone": "akkoord teruggenomen",
        "letter_queued": "brief klaargezet",
        "letter_sent": "brief verstuurd",
        "letter_resolved": "uitkomst van een brief vastgesteld",
        "letter_reported": "bericht over een brief",
        "bounced": "brief kwam terug",
        "term_extended": "termijn verlengd",
        "dates": "uitleg van de termijnen",
        "priority_raised": "met voorrang",
        # special people
        "mandate_recorded": "machtiging vastgelegd",
        "mandate_receipt": "het antwoord gaat naar de vertegenwoordiger",
        "id_checked": "afgeschermde kopie gezien",
        # files
        "export_fetched": "bestand opgehaald",
        "export_spoiled": "bestand onbruikbaar",
        "file_disclosed": "bestand overgedragen",
        "password_right": "goed wachtwoord op de website",
        "wrong_password": "verkeerd wachtwoord op de website",
        "links_revoked": "links ingetrokken",
        "revoked_link_opened": "ingetrokken link geopend",
        # changes
        "executed": "uitgevoerd",
        "execution_differed": "anders uitgevoerd dan gepland",
        "due_erasure_done": "gewist na de bewaartermijn",
        # terms
        "alarm": "alarm over de termijn",
        "hold_alarm": "alarm over de wachttijd",
        "alarms_mailed": "alarmen gemaild",
        "alarm_lost": "alarmmail kwam niet aan",
        # breaches
        "breach_began": "mogelijk datalek",
        "breach_confirmed": "datalek bevestigd",
        "breach_reported_again": "bevestigd datalek nog eens gemeld",
        "breach_described": "datalek beschreven",
        "breach_decided": "besluit over datalek",
        "breach_dismissed": "geen datalek",
        "breach_closed": "datalek afgesloten",
        "breach_alarm": "alarm over datalek",
        # our own retention
        "exports_destroyed": "bestanden vernietigd",
        "secrets_destroyed": "wachtwoord vernietigd",
        "mail_forgotten": "berichten verwijderd",
        "words_forgotten": "alle tekst verwijderd",
        "values_forgotten": "waarden verwijderd",
        "example_forgotten": "leervoorbeeld verwijderd",
        "model_forgotten": "oud model verwijderd",
        "staff_mail_forgotten": "mail aan medewerkers verwijderd",
        "id_copy_removed": "kopie van identiteitsbewijs verwijderd",
        # the service
        "user_added": "gebruiker toegevoegd",
        "user_enabled": "gebruiker aangezet",
        "user_disabled": "gebruiker uitgezet",
        "sending_paused": "versturen gestopt",
        "sending_resumed": "versturen hervat",
        "agenda_link_made": "nieuw agenda-adres gemaakt",
        "agenda_link_closed": "agenda-adres gesloten",
        "mailbox_reconciled": "mailbox vergeleken",
    }
)
"""Every kind of event. A kind without words here fails a test."""

OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.GRANTED: "gedaan wat gevraagd is",
        Outcome.PARTLY: "deels gedaan",
        Outcome.REFUSED: "geweigerd",
        Outcome.NOTHING_FOUND: "niets gevonden",
        Outcome.NOT_IDENTIFIED: "niet vastgesteld wie vraagt",
        Outcome.WITHDRAWN: "ingetrokken",
        Outcome.FORWARDED: "doorgestuurd",
        Outcome.REFERRED: "verwezen naar het bedrijf zelf",
        Outcome.ANSWERED_ELSEWHERE: "elders beantwoord",
        Outcome.ORDINARY: "geen verzoek",
        Outcome.NO_DATA_SUBJECT: "geen rechten onder de AVG (bedrijf of overledene)",
    }
)

REQUESTS: Mapping[str, str] = MappingProxyType({str(kind): words for kind, words in RIGHTS.items()})


def outcome_words(outcome: Outcome, kind: RequestKind) -> str:
    """The words, or the outcome itself where somebody forgot them. An answered complaint need not be upheld."""
    if kind is RequestKind.COMPLAINT and outcome is Outcome.GRANTED:
        return "klacht beantwoord"
    return OUTCOMES.get(outcome, str(outcome))


def event_words(kind: str) -> str:
    """The words, or the kind itself where somebody forgot them."""
    return EVENTS.get(kind, kind)
