"""The facts of a case that every letter may speak of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.cases.complaints import answered_before, complaints_of, right_used
from bot.cases.deadlines import Calendar, Term, term
from bot.cases.model import Case, Level, Request, RequestState
from bot.replies.facts import LetterFacts
from bot.triage.labels import RequestKind


def local_day(at: datetime, timezone: str) -> date:
    """The date on the wall calendar of the organisation."""
    return at.astimezone(ZoneInfo(timezone)).date()


def clock_request(case: Case) -> Request:
    """The request whose clock runs out first; a case without requests has a clock all the same, from its receipt."""
    open_requests = case.open_requests or case.requests
    if open_requests:
        return min(open_requests, key=lambda request: request.received_at)
    return Request(0, RequestKind.COMPLAINT, RequestState.NEEDS_PERSON, case.received_at, Level.L0)


def case_term(case: Case, calendar: Calendar) -> Term:
    return term(clock_request(case), calendar)


def facts_of(case: Case, now: datetime, calendar: Calendar) -> LetterFacts:
    """What is true of the case at this moment; the corridor adds what it has just found out."""
    of_case = case_term(case, calendar)
    today = local_day(now, calendar.timezone)
    return LetterFacts(
        ref=case.ref,
        language=case.language,
        today=today,
        received_on=of_case.received_on,
        due_on=of_case.target,
        kinds=tuple(sorted({request.kind for request in case.open_requests})),
        late=bool(case.requests) and today > of_case.due,
        right_used=right_used(case),
        earlier_answer_on=_answered_in_time_on(case, calendar),
    )


def _answered_in_time_on(case: Case, calendar: Calendar) -> date | None:
    """The local day of the newest answer from which six weeks for the court run; from a late one none do."""
    answers = [
        (local_day(request.answered_at, calendar.timezone), term(request, calendar).due)
        for request in answered_before(case)
        if request.answered_at is not None
    ]
    return max((day for day, due in answers if day <= due), default=None)


def receipt_facts(case: Case, now: datetime, calendar: Calendar) -> LetterFacts:
    """Nothing but number, dates and language: a receipt is the same for everybody."""
    return replace(facts_of(case, now, calendar), kinds=())


def with_finding(facts: LetterFacts, case: Case) -> LetterFacts:
    """What a person found about the complaint, and what is done; open places where nobody wrote it down yet."""
    found = next((request.finding for request in complaints_of(case) if request.open and request.finding), None)
    return facts if found is None else replace(facts, reason=found.text, measures=found.measures)
