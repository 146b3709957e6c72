"""What there is to see of all cases: their list, what waits for a person, the parked jobs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.cases.complaints import LANES, Lane, lane_of
from bot.cases.model import RequestState
from bot.cases.staff_words import TASKS
from bot.cli.casefile import summary
from bot.cli.session import print_json, rooms
from bot.cli.tables import print_table
from bot.cli.words import KINDS, STATES


def cases(config: Path | None, state: RequestState | None, *, held: bool, lane: Lane | None, as_json: bool) -> None:
    with rooms(config) as opened, opened.archive.reading() as tx:
        at_gate = {letter.case_id for letter in tx.outbox.held_automatic()}
        waiting = {case.id for case in tx.cases.listed(state=state) if case.letters_held or case.id in at_gate}
        found = [case for case in tx.cases.listed(state=state) if not held or case.id in waiting]
        found = [case for case in found if lane is None or lane_of(case) is lane]
        rows = [summary(case, opened.calendar) | {"letters_held": case.id in waiting} for case in found]
        tasks = {row["ref"]: len(tx.tasks.open(case.id)) for row, case in zip(rows, found, strict=True)}
    for row in rows:
        row["tasks"] = tasks[row["ref"]]
    rows.sort(key=lambda row: (row["state"] == "closed", row["priority"], row["due"], row["ref"]))
    if as_json:
        print_json({"cases": rows})
    else:
        _print_cases(rows)


def _print_cases(rows: list[dict[str, Any]]) -> None:
    if not rows:
        print("Er zijn geen zaken.")
        return
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in ("Zaak", "Uiterlijk", "Streefdatum", "Stand"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Rechten", "Taken"):
        table.add_column(heading)
    for row in rows:
        held = " *" if row["letters_held"] else ""
        rights = _marked(row["lane"], [KINDS.get(kind, kind) for kind in row["kinds"]])
        state = STATES.get(row["state"], row["state"]) + held
        ref = row["ref"] + (" !" if row["priority"] == 1 else "")
        table.add_row(ref, row["due"], row["target"], state, rights, str(row["tasks"]))
    if any(row["letters_held"] for row in rows):
        table.caption = "* de brieven wachten op vrijgave (privacybot release)"
    Console().print(table)


def _marked(lane: Lane | None, rights: list[str]) -> str:
    """The rights, the mark of the lane first: a complaint is seen before whatever else was asked."""
    mark = () if lane is None else (LANES[lane],)
    return ", ".join((*mark, *(right for right in rights if right not in mark)))


def jobs(config: Path | None, *, as_json: bool) -> None:
    """Work that failed too often and waits for a person."""
    with rooms(config) as opened, opened.archive.reading() as tx:
        parked = [asdict(job) for job in tx.jobs.parked()]
        waiting = tx.jobs.waiting(opened.clock())
    if as_json:
        print_json({"waiting": waiting, "parked": parked})
        return
    heads = {
        "id": "id",
        "kind": "kind",
        "target_id": "target_id",
        "case_id": "case_id",
        "attempts": "attempts",
        "last_error": "last_error",
    }
    print_table(Console(), "Vastgelopen werk", heads, parked, opened.calendar.timezone)
    print(f"{waiting} jobs wait, {len(parked)} are parked")


def unpark(config: Path | None, job_id: int) -> None:
    """Try a parked job again."""
    with rooms(config) as opened, opened.archive.transaction() as tx:
        tx.jobs.unpark(job_id)
    print(f"job {job_id} will be tried again")


def tasks(config: Path | None, *, as_json: bool) -> None:
    """Everything that waits for a person, in all cases."""
    with rooms(config) as opened, opened.archive.reading() as tx:
        refs = {case.id: case.ref for case in tx.cases.listed()}
        found = [{**asdict(task), "ref": refs.get(task.case_id or 0)} for task in tx.tasks.open()]
    if as_json:
        print_json({"tasks": found})
        return
    if not found:
        Console().print("Geen open taken: er wacht niets op u.")
        return
    heads = {"id": "nr", "ref": "zaak", "kind": "soort", "text": "wat", "due_at": "voor"}
    rows = [{**task, "kind": TASKS.get(task["kind"], task["kind"])} for task in found]
    print_table(Console(), "Open taken", heads, rows, opened.calendar.timezone)
