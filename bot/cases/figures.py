"""How requests were answered, counted: in time or not, how fast, how often extended. Nobody is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from zoneinfo import ZoneInfo

from bot.cases.deadlines import Calendar, extended_base, next_working_day, received_on, term
from bot.cases.model import Request, RequestState
from bot.triage.labels import RequestKind

OVER_USED = 0.10
"""A larger share of extended requests is a sign in itself (EDPB 01/2022 par. 162)."""


_ENOUGH = 10
"""Of fewer cases a share says nothing."""


@dataclass(frozen=True, slots=True)
class Extensions:
    """Cases, and those of them whose term was extended."""

    opened: int
    extended: int

    @property
    def over_used(self) -> bool:
        return self.opened >= _ENOUGH and self.extended > OVER_USED * self.opened


@dataclass(frozen=True, slots=True)
class Figures:
    """One kind of request. Shares are of `received`, days are calendar days from receipt to answer."""

    received: int
    answered: int
    within_one_month: int
    within_three_months: int
    median_days: float | None
    open: int
    late: int  # answered after the date in force, or still open after it
    ended_otherwise: int  # withdrawn, forwarded, never identified and the like
    extended: int

    @property
    def extended_share(self) -> float:
        return self.extended / self.received if self.received else 0.0


def figures(requests: Iterable[Request], calendar: Calendar, now: datetime) -> Mapping[RequestKind, Figures]:
    """Per kind that occurs, in the order of the kinds."""
    of_kind: dict[RequestKind, list[Request]] = {}
    for request in requests:
        of_kind.setdefault(request.kind, []).append(request)
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    return {kind: _counted(of_kind[kind], calendar, today) for kind in RequestKind if kind in of_kind}


def _counted(requests: list[Request], calendar: Calendar, today: date) -> Figures:
    answered = [(request, on) for request in requests if (on := _answered_on(request, calendar)) is not None]
    running = [request for request in requests if request.open and request.answered_at is None]
    return Figures(
        received=len(requests),
        answered=len(answered),
        within_one_month=sum(on <= term(request, calendar).legal_due for request, on in answered),
        within_three_months=sum(on <= _three_months(request, calendar) for request, on in answered),
        median_days=_median([(on - received_on(one.received_at, calendar.timezone)).days for one, on in answered]),
        open=len(running),
        late=sum(on > term(request, calendar).due for request, on in answered)
        + sum(today > term(request, calendar).due for request in running),
        ended_otherwise=len(requests) - len(answered) - len(running),
        extended=sum(request.extended_reason is not None for request in requests),
    )


def _answered_on(request: Request, calendar: Calendar) -> date | None:
    """The day of the answer; one that came back is none."""
    if request.answered_at is None or request.state is RequestState.UNDELIVERED:
        return None
    return request.answered_at.astimezone(ZoneInfo(calendar.timezone)).date()


def _three_months(request: Request, calendar: Calendar) -> date:
    return next_working_day(extended_base(received_on(request.received_at, calendar.timezone)), calendar)


def _median(days: list[int]) -> float | None:
    return float(median(days)) if days else None
