"""The function behind `privacybot calendar`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.cases.agenda import AgendaDay, DayKind, agenda
from bot.cases.alarming import right_of
from bot.cases.deadlines import Calendar, term
from bot.cases.errors import RefusedActError
from bot.cases.model import Case, RequestState
from bot.cli.session import rooms


def write(config: Path | None, out: Path) -> None:
    with rooms(config) as opened:
        with opened.archive.reading() as tx:
            found = [tx.cases.by_id(case_id) for case_id in tx.cases.open_ids()]
        days = [day for case in found for day in _days(case, opened.calendar)]
        _replace(out, agenda(days, opened.settings.organisation.name, opened.clock()))
    print(f"{len(days)} dates are in {out}")


def _replace(out: Path, feed: bytes) -> None:
    """Whoever reads it meanwhile, such as a calendar by itself, gets the old feed or the new one, and never half."""
    part = out.with_name(f"{out.name}.part")
    try:
        part.write_bytes(feed)
        part.replace(out)
    except OSError as trouble:
        raise RefusedActError(f"{out} cannot be written ({trouble.strerror}); name another file with --out") from None


def _days(case: Case, calendar: Calendar) -> Iterator[AgendaDay]:
    for request in case.open_requests:
        if request.state is not RequestState.ANSWERED:
            dates, revision = term(request, calendar, role=case.role), int(request.extended_reason is not None)
            for kind, on in ((DayKind.TARGET, dates.target), (DayKind.LEGAL, dates.due)):
                yield AgendaDay(case.ref, request.id, right_of(request), kind, on, revision)
