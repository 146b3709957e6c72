"""The function behind `privacybot stats`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from bot.cases.figures import OVER_USED, Figures, figures
from bot.cli.session import print_json, rooms
from bot.cli.words import KINDS


def stats(config: Path | None, since: datetime | None, *, as_json: bool) -> None:
    """Per kind of request how it was answered; no person is in it."""
    if since is not None and since.tzinfo is None:
        raise SystemExit("privacybot: --since needs a time zone, such as 2026-01-01T00:00+01:00")
    with rooms(config) as opened, opened.archive.reading() as tx:
        found = figures(tx.cases.each_request(since), opened.calendar, opened.clock())
    if as_json:
        kinds = {str(kind): {**asdict(one), "extended_share": one.extended_share} for kind, one in found.items()}
        print_json({"since": since, "kinds": kinds})
        return
    for kind, one in found.items():
        print(f"{KINDS[kind]}: {_line(one)}")
    if not found:
        print("Er zijn geen verzoeken.")


def _line(one: Figures) -> str:
    days = "" if one.median_days is None else f", mediaan {one.median_days:g} dagen"
    over = " (let op: meer dan een tiende)" if one.extended_share > OVER_USED else ""
    return (
        f"{one.received} ontvangen, {one.answered} beantwoord, {one.within_one_month} binnen een maand, "
        f"{one.within_three_months} binnen drie maanden{days}, {one.open} open, {one.late} te laat, "
        f"{one.ended_otherwise} anders afgelopen, {one.extended_share:.0%} verlengd{over}"
    )
