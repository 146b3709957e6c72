"""The terms of open cases as an iCalendar feed (RFC 5545): reference, right and date, nothing about anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from bot.cases.alarming import right_of
from bot.cases.deadlines import Calendar, term
from bot.cases.model import Case, RequestState

_LINE_OCTETS = 75  # RFC 5545 section 3.1, the line break not counted
_REMINDERS = ("-P7D", "-PT15H")  # a week before, and at nine in the morning of the day before


class DayKind(StrEnum):
    """Part of the UID: add, never rename."""

    TARGET = "target"
    LEGAL = "legal"
    UNREADABLE = "unreadable"


_TITLES = {
    DayKind.TARGET: "Streefdatum",
    DayKind.LEGAL: "Wettelijke dag",
    DayKind.UNREADABLE: "Niet te lezen: zaak",
}


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One date of one request. `revision` grows when the date changes; the UID stays."""

    ref: str
    request_id: int
    right: str
    kind: DayKind
    on: date
    revision: int = 0


def agenda_days(case: Case, calendar: Calendar) -> Iterator[AgendaDay]:
    """Both dates of every request that still waits for its answer."""
    for request in case.open_requests:
        if request.state is not RequestState.ANSWERED:
            dates, revision = term(request, calendar, role=case.role), int(request.extended_reason is not None)
            for kind, on in ((DayKind.TARGET, dates.target), (DayKind.LEGAL, dates.due)):
                yield AgendaDay(case.ref, request.id, right_of(request), kind, on, revision)


def unreadable_day(ref: str, today: date) -> AgendaDay:
    """In place of the dates of a case that does not open: it stands at today, and goes along to the next day."""
    return AgendaDay(ref, 0, "bewaak de termijn zelf", DayKind.UNREADABLE, today, today.toordinal())


def agenda(days: Iterable[AgendaDay], organisation: str, now: datetime) -> bytes:
    """The feed, UTF-8 with CRLF line ends. Raises ValueError for an instant without a zone."""
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//privacybot//termijnen//NL",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escaped(f'Privacyverzoeken {organisation}')}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        *(line for day in days for line in _event(day, now)),
        "END:VCALENDAR",
    )
    return b"".join(folded(line) for line in lines)


def _event(day: AgendaDay, now: datetime) -> Iterator[str]:
    title = escaped(f"{_TITLES[day.kind]} {day.ref} ({day.right})")
    yield "BEGIN:VEVENT"
    yield f"UID:{day.ref}-{day.request_id}-{day.kind}@privacybot".lower().replace("uid:", "UID:", 1)
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{day.revision}"
    yield f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{title}"
    yield "TRANSP:TRANSPARENT"
    for trigger in _REMINDERS:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", f"TRIGGER:{trigger}", "END:VALARM")
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A TEXT value (RFC 5545 section 3.3.11); line breaks of any kind become \\n, other controls go."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = "\\n".join(text.splitlines())
    return "".join(letter for letter in text if letter >= " " and letter != "\x7f")


def folded(line: str) -> bytes:
    """One content line: never more than 75 octets before a break, and no character cut in two."""
    pieces, room, piece = [], _LINE_OCTETS, b""
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece, room = b"", _LINE_OCTETS - 1  # the space that begins a continued line counts
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
