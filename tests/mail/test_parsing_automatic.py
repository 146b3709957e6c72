"""Signs of automatic mail: what machines write, and what only looks like it."""

from __future__ import annotations

import pytest

from bot.mail.automatic import automatic_signs
from bot.mail.headers import header_block
from bot.mail.message import AutomaticSigns


def signs(
    headers: str = "", subject: str = "Mijn gegevens", address: str | None = "sanne@klant.example"
) -> AutomaticSigns:
    return automatic_signs(header_block(headers.encode()), address, address or "", subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatisch antwoord: Uw verzoek KB-2026-0042",
        "Autom. antwoord: nog even dit",
        "Automatische reactie: controle van uw identiteit",
        "Automatisch bericht: Re: uw nieuwsbrief",
        "Auto-antwoord: adres aangepast?",
        "AFWEZIGHEIDSASSISTENT: Re: klacht",
        "Afwezigheidsmelding",
        "Afwezig: Re: code nodig",
        "Re: (Afwezig) downloadlink",
        "Ik ben er even niet: Uw verzoek om inzage",
        "Vakantiebericht",
        "Autom. antw.: factuur",
        "Buiten kantoor",
        "[Ticket #558201] Wij hebben uw vraag ontvangen",
        "Uw melding is geregistreerd onder nummer 12",
        "We've received your request (#12)",
        "Ihre Anfrage wurde registriert",
        "Nous avons bien reçu votre demande",
        "Bericht kon niet worden bezorgd: Re: uw verzoek",
        "Mail niet bezorgd: postvak vol",
        "Out of office Re: Uw gegevens",
        "Out of Office: holiday",
        "Automatic reply: Please confirm your request",
        "Auto: OOO Re: KB-2026-0021",
        "[ticket 12] Re: Automatic reply: invoice",
        "Abwesenheitsnotiz",
        "Automatische Antwort: Ihre Anfrage",
        "Réponse automatique : absence",
        "Absence du bureau",
        "Undeliverable: Uw verzoek",
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "Delivery Status Notification (Failure)",
        "Returned mail: see transcript for details",
        "failure notice",
        "Warning: message 1sKp2a-0004Qx delayed 24 hours",
        "Message blocked by policy: bestanden.zip",
        "Onbestelbaar: Uw gegevens",
        "Bezorging mislukt (definitief): Re: uw verzoek",
        "Bericht niet afgeleverd",
        "Niet-afgeleverd: code",
        "Unzustellbar: Ihre Rechnung",
        "Échec de la remise : Rappel",
        "Gelezen: Bevestig uw verzoek",
    ],
)
def test_the_subject_of_a_machine_is_known(subject: str) -> None:
    assert signs(subject=subject).subject_pattern


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "Mijn gegevens",
        "Ik ben er niet meer",
        "Re: Uw verzoek",
        "Automatische incasso stopzetten",
        "Automatische e-mails uitzetten",
        "Automatisch verlengen? Nee dank u",
        "Auto: kilometers verwijderen",
        "Afwezigen in de urenregistratie",
        "Afwezig personeel invoeren",
        "Vakantiegeld boeken",
        "Vakantiedagen verwijderen",
        "Klacht: mail niet bezorgd",
        "Factuur niet bezorgd",
        "Mail niet bezorgd",
        "Uw bericht",
        "Hebben jullie mijn verzoek ontvangen?",
        "Delivery address wrong",
        "Read this please",
        "Returned goods invoice",
        "Warning letter from my lawyer",
        "Office moved",
        "Absentiebeleid",
        "Gelezen en akkoord",
        "Mail adres wijzigen",
    ],
)
def test_an_ordinary_subject_is_not_taken_for_a_machines(subject: str) -> None:
    assert not signs(subject=subject).subject_pattern


@pytest.mark.parametrize(
    "address",
    [
        "mailer-daemon@mx.example",
        "postmaster@klant.example",
        "no-reply@winkel.example",
        "noreply@winkel.example",
        "do-not-reply@winkel.example",
        "noreply+abc@winkel.example",
        "bounces-12@lijst.example",
    ],
)
def test_an_address_that_nobody_reads_is_a_role(address: str) -> None:
    assert signs(address=address).role_sender


@pytest.mark.parametrize(
    "address", ["sanne@klant.example", "norepl.jansen@klant.example", "postma@klant.example", None]
)
def test_a_persons_address_is_no_role(address: str | None) -> None:
    assert not signs(address=address).role_sender


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        ("Auto-Submitted: auto-generated", True),
        ("Auto-Submitted: AUTO-REPLIED; owner-email=x", True),
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: No (by a person)", False),
        ("Return-Path: <>", True),
        ("Return-Path: <sanne@klant.example>", False),
        ("X-Autoreply: yes", True),
        ("X-Autorespond: vakantie", True),
        ("X-Autoreply-From: sanne@klant.example", True),
        ("X-POST-MessageClass: 9; Autoresponder", True),
        ("Content-Type: multipart/report; report-type=delivery-status", True),
        ("Precedence: bulk", False),
        ("List-Id: <zzp.lijst.example>", False),
        ("X-Auto-Response-Suppress: All", False),
        ("X-MS-Exchange-Inbox-Rules-Loop: sanne@klant.example", False),
        ("X-MS-Exchange-Inbox-Rules-Loop: sanne@klant.example\nX-Auto-Response-Suppress: All", True),
    ],
)
def test_a_header_makes_a_mail_automatic_or_does_not(header: str, automatic: bool) -> None:
    assert signs(header).automatic is automatic


@pytest.mark.parametrize(
    "header", ["Precedence: list", "List-Unsubscribe: <mailto:x@y.example>", "X-Auto-Response-Suppress: OOF"]
)
def test_a_mail_may_be_a_persons_and_still_not_be_answered_by_a_machine(header: str) -> None:
    assert not signs(header).may_be_answered


def test_asking_for_no_suppression_asks_nothing() -> None:
    assert signs("X-Auto-Response-Suppress: None").may_be_answered
