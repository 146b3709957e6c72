"""What staff read of a letter that came back: why, in plain Dutch, and what can be done. Nobody is named."""

from __future__ import annotations

from bot.cases.letters import AUTOMATIC, LetterKind
from bot.mail.message import Cause, Report

_CAUSES = {
    Cause.NO_SUCH_ADDRESS: "het adres bestaat niet",
    Cause.NO_SUCH_DOMAIN: "het domein van het adres bestaat niet of neemt geen mail aan",
    Cause.MAILBOX_FULL: "het postvak is vol",
    Cause.MAILBOX_CLOSED: "het postvak is gesloten of geblokkeerd",
    Cause.TOO_LARGE: "de mail is te groot voor de ontvanger",
    Cause.REFUSED: "de ontvangende server weigert onze mail",
    Cause.UNREACHABLE: "de ontvangende server was niet bereikbaar",
    Cause.LOOP: "de mail bleef rondgaan tussen servers",
    Cause.OTHER: "de reden is niet herkend: lees het bericht",
}


def cause_words(report: Report) -> str:
    """Why it did not arrive, with the status code."""
    return _CAUSES[report.cause] + (f" ({report.status})" if report.status else "")


def returned_words(letter: LetterKind, report: Report, *, believed: bool) -> str:
    """The task of a letter that came back, or of which somebody says so."""
    why = cause_words(report)
    if not believed:
        return (
            f"iemand meldt dat een brief ({letter}) niet aankwam: {why}; dat komt niet van een mailsysteem of noemt "
            "een ander adres, dus er is niets veranderd: kijk of het klopt"
        )
    if letter in AUTOMATIC:
        return f"een automatische brief ({letter}) is niet aangekomen: {why}; neem zo nodig anders contact op"
    return (
        f"een brief ({letter}) is niet aangekomen: {why}; het verzoek is dus niet beantwoord: privacybot send-again, "
        "of neem anders contact op; kwam hij toch aan: privacybot sent"
    )
