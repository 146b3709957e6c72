"""When an answer is due: receipt, legal date, safe target, extension, suspension, alarms and the other terms of a case.

Sources: GDPR Art. 12(3) and 33(1); Regulation (EEC, Euratom) 1182/71 Art. 3; Algemene termijnenwet (ATW) Art. 1 and 3;
EDPB Guidelines 01/2022 par. 157-164; AWR Art. 52(4), Wet OB Art. 34a. Dates are local; instants are aware.
"""

from __future__ import annotations

import calendar as civil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.cases.model import Level, Request, Suspension
from bot.triage.labels import RequestKind, Role

_DAY = timedelta(days=1)
_KNOWN_YEARS = range(2018, 2061)
"""From the start of the GDPR to as far as the holiday table was checked."""

ASKED_IN_TIME_DAYS = 2
"""Working days after receipt within which a question must leave to suspend the term ("without undue delay")."""

BREACH_TERM = timedelta(hours=72)
COURT_TERM = timedelta(weeks=6)


class UnknownYearError(Exception):
    """The holiday calendar does not cover this year: an error, never "no holidays"."""

    def __init__(self, year: int, years: range) -> None:
        super().__init__(
            f"the holiday calendar covers {years.start}-{years.stop - 1}, not {year}; "
            "check the date of receipt, or install a newer privacybot"
        )
        self.year = year


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dutch working days. Saturdays, Sundays and the holidays of ATW Art. 3(1) are none.

    5 May is a holiday every year; Good Friday is one for the ATW only (Art. 3(2)), so the legal day may fall on it
    while the safe target may not. `closed` are extra days by royal decree (ATW Art. 3(3)).
    """

    timezone: str = "Europe/Amsterdam"
    years: range = _KNOWN_YEARS
    closed: frozenset[date] = frozenset()

    def holiday(self, day: date) -> bool:
        return day in self._days(day).legal or day in self.closed

    def holiday_name(self, day: date) -> str | None:
        """What a day off is called in Dutch; None for any other day, weekends among them."""
        known = self._days(day)
        return known.names.get(day) or ("een gesloten dag" if day in self.closed else None)

    def working_day(self, day: date) -> bool:
        """A working day for the legal date: Good Friday is one."""
        return day.weekday() < 5 and not self.holiday(day)

    def open_day(self, day: date) -> bool:
        """A working day for everything we promise ourselves, and for Dutch statutes: Good Friday is none."""
        return self.working_day(day) and day not in self._days(day).equated

    def _days(self, day: date) -> _Holidays:
        if day.year not in self.years:
            raise UnknownYearError(day.year, self.years)
        return _holidays_of(day.year)


@dataclass(frozen=True, slots=True)
class _Holidays:
    legal: frozenset[date]  # ATW Art. 3(1)
    equated: frozenset[date]  # ATW Art. 3(2): Good Friday
    names: Mapping[date, str]  # of the legal ones


@lru_cache(maxsize=128)
def _holidays_of(year: int) -> _Holidays:
    import holidays  # noqa: PLC0415 - a tenth of a second that `--help` should not pay

    named = holidays.country_holidays("NL", years=year, language="en_US")
    good_friday = frozenset(day for day, name in named.items() if name == "Good Friday")
    names = {day: _NAMES.get(name, name) for day, name in named.items() if day not in good_friday}
    names[date(year, 5, 5)] = _NAMES["Liberation Day"]
    return _Holidays(legal=frozenset(names), equated=good_friday, names=names)


_NAMES = {
    "New Year's Day": "Nieuwjaarsdag",
    "Easter Sunday": "Eerste Paasdag",
    "Easter Monday": "Tweede Paasdag",
    "King's Day": "Koningsdag",
    "Liberation Day": "Bevrijdingsdag",
    "Ascension Day": "Hemelvaartsdag",
    "Pentecost": "Eerste Pinksterdag",
    "Pentecost Monday": "Tweede Pinksterdag",
    "Christmas Day": "Eerste Kerstdag",
    "Second Day of Christmas": "Tweede Kerstdag",
}


class AlarmKind(StrEnum):
    """Why a person is told about a date. Stored: add, never rename."""

    TARGET_IN_14 = "target_in_14"  # working days before the safe target
    TARGET_IN_7 = "target_in_7"
    TARGET_IN_3 = "target_in_3"
    TARGET_IN_1 = "target_in_1"
    TARGET_TODAY = "target_today"
    LEGAL_IN_7 = "legal_in_7"  # calendar days before the legal date
    LEGAL_IN_1 = "legal_in_1"  # the last working day before the legal date
    LEGAL_TODAY = "legal_today"
    OVERDUE = "overdue"
    MARKETING_OBJECTION = "marketing_objection"  # one working day
    CONSENT_WITHDRAWAL = "consent_withdrawal"  # one working day
    COMPLAINT_RECEIPT = "complaint_receipt"  # two working days
    PROCESSOR_FORWARD = "processor_forward"  # two working days
    CHALLENGE = "challenge"  # two working days, else no suspension may be claimed


LAST_CALLS = frozenset({AlarmKind.LEGAL_IN_1, AlarmKind.LEGAL_TODAY, AlarmKind.OVERDUE})
"""Alarms that no one may miss: they take a second way to people beside the list of tasks."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that rings from this local day on."""

    kind: AlarmKind
    rings_on: date


@dataclass(frozen=True, slots=True)
class Term:
    """Every date of one request. The legal date is never moved silently: a paused date only ever stands beside it."""

    received_on: date
    base_due: date  # the same day number next month, or the last day of that month
    legal_due: date  # base_due, moved on to a working day
    safe_target: date  # base_due, moved back to a working day: what staff see and customers are promised
    extension_notice_due: date  # the last legal day for the notice; aim at safe_target
    extended_due: date | None = None
    extended_safe: date | None = None
    paused_legal_due: date | None = None  # possible, not certain: the text of Art. 12(3) knows no pause
    alarms: tuple[Alarm, ...] = ()

    @property
    def due(self) -> date:
        """The legal date in force."""
        return self.extended_due or self.legal_due

    @property
    def target(self) -> date:
        """The safe target in force."""
        return self.extended_safe or self.safe_target


def received_on(at: datetime, timezone: str) -> date:
    """The local day on which a mail reached our server. Raises ValueError for an instant without a zone."""
    if at.tzinfo is None:
        raise ValueError("a receipt needs a time zone")
    return at.astimezone(ZoneInfo(timezone)).date()


def term(request: Request, calendar: Calendar, *, role: Role = Role.CONTROLLER) -> Term:
    """All dates of a request, computed from stored facts alone."""
    received = received_on(request.received_at, calendar.timezone)
    base = plus_months(received, 1)
    extended = extended_base(received) if request.extended_reason is not None else None
    paused = _paused_days(request.suspensions, received, calendar)
    legal, safe = next_working_day(base, calendar), previous_open_day(base, calendar)
    long_due = next_working_day(extended, calendar) if extended else None
    long_safe = previous_open_day(extended, calendar) if extended else None
    return Term(
        received_on=received,
        base_due=base,
        legal_due=legal,
        safe_target=safe,
        extension_notice_due=legal,
        extended_due=long_due,
        extended_safe=long_safe,
        paused_legal_due=next_working_day((extended or base) + paused, calendar) if paused else None,
        alarms=(
            *_internal_alarms(request, role, received, calendar),
            *_term_alarms(long_due or legal, long_safe or safe, calendar),
        ),
    )


def plus_months(day: date, months: int) -> date:
    """The same day number so many months later, or the last day of that month (Reg. 1182/71 Art. 3(2)(c))."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, civil.monthrange(year, month)[1]))


def extended_base(received: date) -> date:
    """The earlier of three months after receipt and two months after the first month (Art. 12(3), read safely)."""
    return min(plus_months(received, 3), plus_months(plus_months(received, 1), 2))


def next_working_day(day: date, calendar: Calendar) -> date:
    """The day itself or the first working day after it (Reg. 1182/71 Art. 3(4))."""
    while not calendar.working_day(day):
        day += _DAY
    return day


def previous_open_day(day: date, calendar: Calendar) -> date:
    """The day itself or the last day before it on which we certainly work."""
    while not calendar.open_day(day):
        day -= _DAY
    return day


def working_days_between(start: date, end: date, calendar: Calendar) -> int:
    """Open days after `start` up to and including `end`; negative when `end` comes first."""
    if end < start:
        return -working_days_between(end, start, calendar)
    return sum(calendar.open_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def plus_working_days(day: date, count: int, calendar: Calendar) -> date:
    """The count-th open day after `day`."""
    return _stepped(day, count, _DAY, calendar)


def minus_working_days(day: date, count: int, calendar: Calendar) -> date:
    """The count-th open day before `day`."""
    return _stepped(day, count, -_DAY, calendar)


def _stepped(day: date, count: int, step: timedelta, calendar: Calendar) -> date:
    while count > 0:
        day += step
        count -= calendar.open_day(day)
    return day


def _paused_days(suspensions: Iterable[Suspension], received: date, calendar: Calendar) -> timedelta:
    """Days spent waiting for a sufficient answer, each day once.

    Only a question that left without undue delay counts, and only once it is answered: the running pause of a question
    still open promises nothing.
    """
    latest = plus_working_days(received, ASKED_IN_TIME_DAYS, calendar)
    days: set[date] = set()
    for pause in suspensions:
        if pause.ended_on is not None and received <= pause.asked_on <= latest:
            days.update(pause.asked_on + timedelta(days=n) for n in range((pause.ended_on - pause.asked_on).days))
    return timedelta(days=len(days))


_BEFORE_TARGET = (
    (14, AlarmKind.TARGET_IN_14),
    (7, AlarmKind.TARGET_IN_7),
    (3, AlarmKind.TARGET_IN_3),
    (1, AlarmKind.TARGET_IN_1),
)


def _term_alarms(due: date, target: date, calendar: Calendar) -> tuple[Alarm, ...]:
    before = [Alarm(kind, minus_working_days(target, days, calendar)) for days, kind in _BEFORE_TARGET]
    rest = [
        Alarm(AlarmKind.LEGAL_IN_7, due - timedelta(days=7)),
        Alarm(AlarmKind.TARGET_TODAY, target),
        Alarm(AlarmKind.LEGAL_IN_1, minus_working_days(due, 1, calendar)),
        Alarm(AlarmKind.LEGAL_TODAY, due),
        Alarm(AlarmKind.OVERDUE, due + _DAY),
    ]
    return tuple(sorted((*before, *rest), key=lambda alarm: alarm.rings_on))


def _internal_alarms(request: Request, role: Role, received: date, calendar: Calendar) -> tuple[Alarm, ...]:
    """Terms we set ourselves; the alarm rings on their last day."""
    terms = {
        AlarmKind.MARKETING_OBJECTION: (1, request.kind == RequestKind.OBJECTION and request.required == Level.L0),
        AlarmKind.CONSENT_WITHDRAWAL: (1, request.kind == RequestKind.CONSENT_WITHDRAWAL),
        AlarmKind.COMPLAINT_RECEIPT: (2, request.kind == RequestKind.COMPLAINT),
        AlarmKind.PROCESSOR_FORWARD: (2, role in {Role.PROCESSOR, Role.MIXED}),
        AlarmKind.CHALLENGE: (2, request.required > Level.L0 and role is not Role.PROCESSOR),
    }
    return tuple(
        Alarm(kind, plus_working_days(received, days, calendar)) for kind, (days, applies) in terms.items() if applies
    )


def alarms(term: Term, today: date, *, done: Collection[AlarmKind] = ()) -> tuple[Alarm, ...]:
    """Every alarm that should have rung by today, the oldest first, so that a day of standstill loses none.

    `done` are alarms already given and internal terms already met. The caller tells a person all of them at once.
    """
    ringing = (alarm for alarm in term.alarms if alarm.rings_on <= today and alarm.kind not in done)
    return tuple(sorted(ringing, key=lambda alarm: alarm.rings_on))


def court_term_end(answered_on: date, calendar: Calendar = Calendar()) -> date:
    """The last day for a petition to the court: six weeks after our answer (UAVG Art. 35(2); ATW, Good Friday too)."""
    day = answered_on + COURT_TERM
    while not calendar.open_day(day):
        day += _DAY
    return day


def breach_due(aware_at: datetime) -> datetime:
    """72 calendar hours after we became aware of a breach, in UTC (GDPR Art. 33(1)).

    Raises ValueError for an instant without a zone.
    """
    if aware_at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return aware_at.astimezone(UTC) + BREACH_TERM


class FiscalCategory(StrEnum):
    """How long tax law makes the company keep a record. Stored in plans: add, never rename."""

    GENERAL = "general"  # AWR Art. 52(4): seven years
    IMMOVABLE_PROPERTY = "immovable_property"  # Wet OB Art. 34a: nine years after the year of first use
    OSS = "oss"  # Wet OB Art. 28rl, 28sj, 28tn: ten years after the year of the supply


_FISCAL_YEARS = {FiscalCategory.GENERAL: 7, FiscalCategory.IMMOVABLE_PROPERTY: 9, FiscalCategory.OSS: 10}


def fiscal_keep_until(year: int, category: FiscalCategory = FiscalCategory.GENERAL) -> date:
    """The last day a record must be kept; it may be erased from the day after.

    `year`: the one in which it lost its current value, was first used, or in which the supply took place.
    """
    return date(year + _FISCAL_YEARS[category], 12, 31)
