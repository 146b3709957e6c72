"""How each date of a request came about, in Dutch sentences for staff and for whoever asks us later."""

from __future__ import annotations

from datetime import date, timedelta

from bot.cases.alarming import counted, dutch_day
from bot.cases.deadlines import (
    ASKED_IN_TIME_DAYS,
    Calendar,
    Term,
    court_term_end,
    extended_base,
    plus_months,
    plus_working_days,
    received_on,
)
from bot.cases.model import Request, Suspension

_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def explained(request: Request, dates: Term, calendar: Calendar) -> tuple[str, ...]:
    """One sentence for the month, and one for each of extension, pauses and court that there is."""
    answered = request.answered_at and received_on(request.answered_at, calendar.timezone)
    return (
        _month(dates, calendar),
        *((_extension(dates, calendar),) if dates.extended_due else ()),
        *(_pause(pause, dates, calendar) for pause in request.suspensions),
        *((_together(dates),) if dates.paused_legal_due else ()),
        *((_court(answered, calendar),) if answered else ()),
    )


def _month(dates: Term, calendar: Calendar) -> str:
    received, base = dates.received_on, dates.base_due
    return (
        f"ontvangen {_full(received)} {received.year}; één maand later is {dutch_day(base, received)}"
        f"{_clamped(received, base)}{_ends(base, dates.legal_due, received, calendar)}; "
        f"streefdatum {_full(dates.safe_target, received)}"
    )


def _clamped(received: date, base: date) -> str:
    if received.day == base.day:
        return ""
    return f" ({received.day} {dutch_day(base, base).split(' ')[1]} bestaat niet)"


def _ends(base: date, due: date, now: date, calendar: Calendar) -> str:
    """What kind of day the month ends on, and where the legal day is for that."""
    if due == base:
        return f", een {_weekday(base)}: dat is de wettelijke dag"
    between = (base + timedelta(days=n) for n in range(1, (due - base).days))
    names = [name for day in between if (name := calendar.holiday_name(day))]
    over = f" over {' en '.join(names)}" if names else ""
    return f", {_kind(base, calendar)}; de wettelijke dag schuift{over} naar {_full(due, now)}"


def _extension(dates: Term, calendar: Calendar) -> str:
    received, base, due = dates.received_on, extended_base(dates.received_on), dates.extended_due or dates.due
    ways = f"drie maanden na ontvangst is {dutch_day(plus_months(received, 3), received)}, twee maanden na de eerste "
    ways += f"maand is {dutch_day(plus_months(plus_months(received, 1), 2), received)}"
    return (
        f"verlengd: {ways}; de vroegste telt, {dutch_day(base, received)}{_ends(base, due, received, calendar)}; "
        f"streefdatum {_full(dates.target, received)}"
    )


def _pause(pause: Suspension, dates: Term, calendar: Calendar) -> str:
    received = dates.received_on
    asked = dutch_day(pause.asked_on, received)
    if pause.asked_on > plus_working_days(received, ASKED_IN_TIME_DAYS, calendar):
        return f"onze vraag van {asked} ging meer dan twee werkdagen na ontvangst weg: het wachten telt niet mee"
    if pause.ended_on is None:
        return f"wij wachten sinds {asked} op antwoord: zolang dat niet komt, verandert er geen datum"
    days = counted((pause.ended_on - pause.asked_on).days, "dag", "dagen")
    return f"wij wachtten van {asked} tot {dutch_day(pause.ended_on, received)} op antwoord, {days}"


def _together(dates: Term) -> str:
    paused = dates.paused_legal_due or dates.due
    return (
        f"telt dat wachten mee, dan is de wettelijke dag {_full(paused, dates.received_on)}; zeker is dat niet, "
        f"reken op {_full(dates.due, dates.received_on)}"
    )


def _court(answered: date, calendar: Calendar) -> str:
    until = court_term_end(answered, calendar)
    return f"beantwoord {_full(answered)} {answered.year}; naar de rechter kan tot en met {_full(until, answered)}"


def _kind(day: date, calendar: Calendar) -> str:
    return calendar.holiday_name(day) or f"een {_weekday(day)}"


def _full(day: date, now: date | None = None) -> str:
    """ "maandag 2 maart", with the year where it is another one than that of `now`."""
    return f"{_weekday(day)} {dutch_day(day, now or day)}"


def _weekday(day: date) -> str:
    return _WEEKDAYS[day.weekday()]
