"""The functions behind `privacybot incident` and `privacybot breach …`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.cases.errors import RefusedActError
from bot.cases.incidents import CAUSES, RISKS, Incident, missing
from bot.cases.model import CaseRef
from bot.cli.session import actor, print_json, rooms
from bot.rooms import Rooms


def incident(
    config: Path | None, ref: str, user: str, reason: str, aware_at: datetime | None, *, as_json: bool
) -> None:
    """Data went where they should not: stop, count, tell."""
    if aware_at is not None:
        _require_zone(aware_at, "--aware")
    with rooms(config) as opened:
        told = opened.breach.report(CaseRef(ref), actor(user), reason, aware_at)
    found = told.incident
    if as_json:
        print_json({"breach": found.id, "ref": ref, "due_at": found.due_at, "standing": told.standing})
        return
    print(f"datalek {found.id} ({ref}): alles ligt stil; melden kan tot {_moment(opened, found.due_at)}")
    if told.standing:
        print("het stond er al en niemand had besloten: er komt geen tweede regel, uw woorden staan erbij")
        print(f"vul aan met privacybot breach fill {found.id}")
    if told.masked:
        print("het register noemt niemand: namen, adressen en nummers in uw reden zijn daar afgedekt")


def listed(config: Path | None, *, as_json: bool) -> None:
    with rooms(config) as opened:
        rows = [_row(opened, one) for one in opened.breach.register()]
    if as_json:
        print_json({"breaches": rows})
        return
    for row in rows:
        until = _moment(opened, row["due_at"])
        print(f"{row['id']}\t{row['state']}\t{row['case'] or '-'}\t{CAUSES[row['cause']]}\t{until}")
    if not rows:
        print("geen datalekken in het register")


def show(config: Path | None, number: int, *, as_json: bool) -> None:
    with rooms(config) as opened:
        found = _one(opened, number)
        row = _row(opened, found)
    if as_json:
        print_json(row)
        return
    print(f"datalek {found.id} ({found.state}), zaak {row['case'] or '-'}: {CAUSES[found.cause]}")
    print(f"bekend sinds {_moment(opened, found.aware_at)}, melden kan tot {_moment(opened, found.due_at)}")
    print(f"risico: {RISKS[found.risk]}")
    for what, text in found.described:
        print(f"- {what}: {text}")
    for words in row["missing"]:
        print(f"- nog nodig: {words}")


def fill(config: Path | None, number: int, user: str, name: str, text: str) -> None:
    with rooms(config) as opened:
        opened.breach.fill(number, actor(user), name, text)
    print(f"datalek {number}: {name} ingevuld")


def decide(config: Path | None, number: int, user: str, decided: Mapping[str, Any]) -> None:
    for name, value in decided.items():
        if isinstance(value, datetime):
            _require_zone(value, f"the time of {name}")
    with rooms(config) as opened:
        opened.breach.decide(number, actor(user), **decided)
    print(f"datalek {number}: vastgelegd")


def dismiss(config: Path | None, number: int, user: str, reason: str) -> None:
    with rooms(config) as opened:
        opened.breach.dismiss(number, actor(user), reason)
    print(f"datalek {number}: geen datalek, blijft in het register")


def close(config: Path | None, number: int, user: str) -> None:
    with rooms(config) as opened:
        opened.breach.close(number, actor(user))
    print(f"datalek {number}: gesloten")


def notice(config: Path | None, number: int, user: str) -> None:
    with rooms(config) as opened:
        draft = opened.breach.notice(number, actor(user))
    print(f"concept {draft.id} ({draft.letter}) wacht op goedkeuring")


def notification(config: Path | None, number: int, out: Path | None) -> None:
    with rooms(config) as opened:
        _one(opened, number)
        text = opened.breach.notification(number)
    if out is None:
        print(text)
        return
    try:
        out.write_text(f"{text}\n", encoding="utf-8")
    except OSError as failed:
        raise SystemExit(f"privacybot: {out} cannot be written ({failed.strerror})") from None
    print(f"concept van de melding in {out}; dien haar zelf in")


def _one(opened: Rooms, number: int) -> Incident:
    found = next((one for one in opened.breach.register() if one.id == number), None)
    if found is None:
        raise RefusedActError(f"there is no breach {number}; list them with: privacybot breach list")
    return found


def _row(opened: Rooms, incident: Incident) -> dict[str, Any]:
    with opened.archive.reading() as tx:
        refs = tx.cases.refs([incident.case_id] if incident.case_id is not None else [])
    row = {name: value for name, value in asdict(incident).items() if name != "case_id"}
    return {**row, "case": next(iter(refs.values()), None), "due_at": incident.due_at, "missing": missing(incident)}


def _moment(opened: Rooms, at: datetime) -> str:
    """The time where the company is, as alarm and notification name it, wherever the machine stands."""
    return f"{at.astimezone(ZoneInfo(opened.calendar.timezone)):%Y-%m-%d %H:%M} uur"


def _require_zone(at: datetime, name: str) -> None:
    if at.tzinfo is None:
        raise SystemExit(f"privacybot: {name} needs a time zone, such as 2026-11-26T14:00+01:00")
