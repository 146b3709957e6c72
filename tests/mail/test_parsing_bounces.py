"""What a mail system reports of a mail of ours, in the standard's form and in plain words."""

from __future__ import annotations

import pytest

from bot.mail.message import Cause, Fate, ParsedMail, Report
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings

SANNE = "sanne@klant.example"
DAEMON = "MAILER-DAEMON@mx.klant.example"


def report(
    text: str, subject: str, *, sender: str = DAEMON, headers: str = "", kind: str = "text/plain"
) -> Report | None:
    head = f"{headers}From: {sender}\nSubject: {subject}\nContent-Type: {kind}; charset=utf-8\n\n"
    mail = parsed((head + text).encode(), ParsingSettings(), "kleinboek.nl")
    assert isinstance(mail, ParsedMail)
    return mail.report


def standard(action: str, status: str) -> Report | None:
    part = f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {SANNE}\nAction: {action}\nStatus: {status}\n"
    part = part.replace("mx\n", "mx\nOriginal-Envelope-Id: KB.1@kleinboek.nl\n")
    text = f"--g\n\nTekst.\n--g\nContent-Type: message/delivery-status\n\n{part}\n--g--\n"
    return report(text, "Bericht", kind="multipart/report; report-type=delivery-status; boundary=g")


@pytest.mark.parametrize(
    ("action", "status", "fate", "cause"),
    [
        ("failed", "5.1.1", Fate.FAILED, Cause.NO_SUCH_ADDRESS),
        ("failed", "5.2.2", Fate.FAILED, Cause.MAILBOX_FULL),
        ("failed", "4.4.7", Fate.FAILED, Cause.UNREACHABLE),
        ("delayed", "4.4.1", Fate.DELAYED, Cause.UNREACHABLE),
        ("relayed", "2.0.0", Fate.DELIVERED, Cause.OTHER),
    ],
)
def test_a_report_for_machines_says_what_became_of_which_mail(
    action: str, status: str, fate: Fate, cause: Cause
) -> None:
    told = standard(action, status)

    assert told is not None
    assert (told.fate, told.cause, told.status) == (fate, cause, status)
    assert (told.recipients, told.envelope_id) == ((SANNE,), "KB.1@kleinboek.nl")
    assert SANNE not in repr(told)


@pytest.mark.parametrize(
    ("subject", "text", "fate", "cause"),
    [
        (
            "failure notice",
            f"Hi. This is the qmail-send program.\n<{SANNE}>:\nno mailbox here by that name",
            *(Fate.FAILED, Cause.NO_SUCH_ADDRESS),
        ),
        (
            "Mail delivery failed",
            f"This message could not be delivered.\n  {SANNE}\n    Unrouteable address",
            *(Fate.FAILED, Cause.NO_SUCH_DOMAIN),
        ),
        (
            "Onbestelbaar: uw gegevens",
            f"{SANNE}\nUw bericht kan niet worden bezorgd. Het postvak is vol.",
            *(Fate.FAILED, Cause.MAILBOX_FULL),
        ),
        (
            "Unzustellbar",
            f"Ihre Nachricht an {SANNE} konnte nicht zugestellt werden: Postfach voll",
            *(Fate.FAILED, Cause.MAILBOX_FULL),
        ),
        (
            "Échec de la remise",
            f"Le message pour {SANNE} n'a pas été remis : adresse inconnue",
            *(Fate.FAILED, Cause.NO_SUCH_ADDRESS),
        ),
        (
            "Warning: message 1a delayed 24 hours",
            f"Your mail to {SANNE} has not yet been delivered.",
            *(Fate.DELAYED, Cause.OTHER),
        ),
        (
            "Bezorging vertraagd",
            f"Uw bericht aan {SANNE} is vertraagd; wij proberen het later opnieuw.",
            *(Fate.DELAYED, Cause.OTHER),
        ),
    ],
    ids=["qmail", "exim", "dutch", "german", "french", "english delay", "dutch delay"],
)
def test_a_report_for_people_is_read_in_four_languages(subject: str, text: str, fate: Fate, cause: Cause) -> None:
    told = report(text, subject)

    assert told is not None
    assert (told.fate, told.cause, told.recipients) == (fate, cause, (SANNE,))
    assert told.from_mail_system


def test_a_person_who_writes_of_a_mail_that_came_back_reports_nothing() -> None:
    assert report("Mijn mail aan jullie kon niet worden bezorgd.", "mail niet bezorgd", sender=SANNE) is None


def test_a_bounce_with_a_senders_address_comes_from_no_mail_system() -> None:
    headers = "Return-Path: <joris@elders.example>\n"
    told = report(f"<{SANNE}>: user unknown", "failure notice", headers=headers)

    assert told is not None
    assert not told.from_mail_system
