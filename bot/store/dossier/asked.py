"""What was asked and by when: requests with their outcome, and how the dates came about."""

from __future__ import annotations

from datetime import date

from bot.cases.alarming import RIGHTS, dutch_day, right_of
from bot.cases.deadlines import term
from bot.cases.dossier import Section
from bot.cases.event_words import outcome_words
from bot.cases.findings import UPHELD
from bot.cases.model import Case, Level, Request, RequestState
from bot.cases.reckoning import explained
from bot.store.dossier.matter import Matter
from bot.triage.labels import RequestKind


def _ended(request: Request) -> str:
    if request.outcome:
        return outcome_words(request.outcome, request.kind)
    return "loopt nog" if request.open else "gesloten"


def asked(matter: Matter) -> Section:
    rows = tuple(
        (
            RIGHTS[request.kind],
            matter.moment(request.received_at),
            _ended(request),
            matter.moment(request.answered_at),
            _found(matter, request),
        )
        for request in matter.case.requests
    )
    intro = "" if rows else "In deze zaak is geen verzoek herkend."
    head = ("verzoek", "ontvangen", "uitkomst", "beantwoord", "bevinding en maatregelen")
    return Section("1-verzoeken", "Verzoeken en uitkomst", intro, head, rows, (2, 2, 2, 2, 5))


def _found(matter: Matter, request: Request) -> str:
    if request.finding is None:
        return ""
    verdict = f"{UPHELD[request.finding.upheld]}; " if request.finding.upheld else ""
    return matter.mask(f"{verdict}{request.finding.text} Maatregelen: {request.finding.measures}")


def deadlines(matter: Matter) -> Section:
    rows = []
    today = matter.day(matter.now)
    for request in matter.case.requests or (_unnamed(matter.case),):
        dates = term(request, matter.calendar, role=matter.case.role)
        told = list(explained(request, dates, matter.calendar))
        if request.extended_reason:
            told.append(f"reden van de verlenging: {request.extended_reason}")
        rows.append((right_of(request), matter.mask("; ".join(told)), _kept_to(matter, request, dates.due, today)))
    intro = "Een maand na ontvangst (artikel 12 lid 3 AVG); valt die dag in een weekend of op een feestdag: later."
    return Section("6-termijnen", "Termijnen", intro, ("verzoek", "uitleg", "gehaald"), tuple(rows), (2, 7, 4))


def _kept_to(matter: Matter, request: Request, due: date, today: date) -> str:
    if request.answered_at is None:
        return "nog niet beantwoord" if request.open else "geen antwoord verstuurd"
    answered = matter.day(request.answered_at)
    kept = "op tijd" if answered <= due else "te laat"
    return f"beantwoord {dutch_day(answered, today)}, {kept}"


def _unnamed(case: Case) -> Request:
    return Request(0, RequestKind.COMPLAINT, RequestState.NEEDS_PERSON, case.received_at, Level.L0)
