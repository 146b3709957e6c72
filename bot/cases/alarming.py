"""What staff read of an alarm: one Dutch sentence with kind and dates, and the day it is about. Nobody is named."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.cases.deadlines import Alarm, AlarmKind, Calendar, Term, working_days_between
from bot.cases.model import Request
from bot.triage.labels import RequestKind

RIGHTS = {
    RequestKind.ACCESS: "inzage",
    RequestKind.CORRECTION: "correctie",
    RequestKind.PORTABILITY: "overdracht",
    RequestKind.ERASURE: "wissen",
    RequestKind.COMPLAINT: "klacht",
    RequestKind.RESTRICTION: "beperking",
    RequestKind.OBJECTION: "bezwaar",
    RequestKind.CONSENT_WITHDRAWAL: "intrekken van toestemming",
}

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)

_CLOSING_TIME = time(17)

_INTERNAL = {
    AlarmKind.MARKETING_OBJECTION: "de reclame moet uiterlijk {day} gestopt zijn",
    AlarmKind.CONSENT_WITHDRAWAL: "de intrekking moet uiterlijk {day} verwerkt zijn",
    AlarmKind.COMPLAINT_RECEIPT: "de ontvangstbevestiging moet uiterlijk {day} weg",
    AlarmKind.PROCESSOR_FORWARD: "stuur het uiterlijk {day} door aan de klant voor wie wij de boeken bewaren",
    AlarmKind.CHALLENGE: "de controlevraag moet uiterlijk {day} weg, anders telt wachten op de klant niet mee",
}
INTERNAL = frozenset(_INTERNAL)
"""Terms that we set ourselves."""


def newest(ringing: Collection[Alarm]) -> Alarm:
    """The alarm that speaks for all: the latest one; on the same day that of the term itself."""
    return max(ringing, key=lambda alarm: (alarm.rings_on, alarm.kind not in _INTERNAL))


def alarm_sentence(alarm: Alarm, request: Request, dates: Term, today: date, calendar: Calendar) -> str:
    """What is asked, and how long there is."""
    return f"{right_of(request)}: {_internal_or_term(alarm, dates, today, calendar)}"


def hold_sentence(request: Request, until: date, dates: Term, today: date) -> str:
    """A hold that ends too late for our promise."""
    return (
        f"{right_of(request)}: de wachttijd loopt tot {dutch_day(until, today)}, na de streefdatum "
        f"{dutch_day(dates.target, today)}"
    )


def alarm_day(alarm: Alarm, dates: Term, today: date) -> date:
    """The day that the alarm is about: what it warns for is to be done on it at the latest."""
    if alarm.kind in _INTERNAL:
        return alarm.rings_on
    return dates.target if today <= dates.target else dates.due


def closing_time(day: date, timezone: str) -> datetime:
    """The end of that working day, in UTC."""
    return datetime.combine(day, _CLOSING_TIME, ZoneInfo(timezone)).astimezone(UTC)


def right_of(request: Request) -> str:
    """The right in a word; request 0 stands for a case in which nobody recognised one yet."""
    return RIGHTS[request.kind] if request.id else "nog niet ingedeeld"


def dutch_day(day: date, today: date) -> str:
    """ "24 december", with the year where it is another one than today's."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]}{year}"


def _internal_or_term(alarm: Alarm, dates: Term, today: date, calendar: Calendar) -> str:
    if alarm.kind in _INTERNAL:
        return _INTERNAL[alarm.kind].format(day=dutch_day(alarm.rings_on, today))
    return _term(dates, today, calendar)


def _term(dates: Term, today: date, calendar: Calendar) -> str:
    """Where the request stands in its term; it follows from the dates alone, however late the alarm is heard."""
    target, due = dutch_day(dates.target, today), dutch_day(dates.due, today)
    if today < dates.target:
        left = working_days_between(today, dates.target, calendar)
        return f"de streefdatum {target} is over {counted(left, 'werkdag', 'werkdagen')}, uiterlijk {due}"
    if today > dates.due:
        late = (today - dates.due).days
        return f"de wettelijke termijn is op {due} verstreken, {counted(late, 'dag', 'dagen')} geleden"
    if today == dates.due:
        return f"de wettelijke termijn eindigt vandaag, {due}"
    if today == dates.target:
        return f"de streefdatum is vandaag, {target}; uiterlijk {due}"
    until_due = counted((dates.due - today).days, "dag", "dagen")
    return f"de streefdatum {target} is voorbij; de wettelijke termijn eindigt op {due}, over {until_due}"


def counted(number: int, one: str, more: str) -> str:
    """ "1 dag", "3 dagen"."""
    return f"{number} {one if number == 1 else more}"
