"""What there is to see: the list of cases, one case, its draft, the parked jobs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cases.alarming import right_of
from bot.cases.complaints import LANES, Lane, lane_of
from bot.cases.deadlines import Calendar, term
from bot.cases.defects import oddities_in_words
from bot.cases.draft import Draft, DraftState, content_hash
from bot.cases.errors import RefusedActError
from bot.cases.evidence import evidence
from bot.cases.lifecycle import case_state
from bot.cases.links import LinkAction
from bot.cases.masking import masked, masked_bsn
from bot.cases.model import Case, CaseRef, Request, RequestState
from bot.cases.reckoning import explained
from bot.cli.faults import faults_as_json, print_faults
from bot.cli.sendercheck import sender_check_as_json, sender_check_in_words
from bot.cli.session import actor, print_json, rooms
from bot.cli.texts import blocks_as_text
from bot.cli.words import CHANGES, KINDS, OUTCOMES, STATES, event_words
from bot.replies.casefacts import case_term, clock_request
from bot.replies.freshness import authority_doubt
from bot.rooms import Rooms
from bot.store.archive import Transaction
from bot.store.records import CaseMessage
from bot.store.sendercheck import check_in

_INDENT = 4
"""What somebody wrote stands apart from what we say of it: no line of his can pass for one of ours."""


def cases(config: Path | None, state: RequestState | None, *, held: bool, lane: Lane | None, as_json: bool) -> None:
    with rooms(config) as opened, opened.archive.reading() as tx:
        at_gate = {letter.case_id for letter in tx.outbox.held_automatic()}
        waiting = {case.id for case in tx.cases.listed(state=state) if case.letters_held or case.id in at_gate}
        found = [case for case in tx.cases.listed(state=state) if not held or case.id in waiting]
        found = [case for case in found if lane is None or lane_of(case) is lane]
        rows = [_summary(case, opened.calendar) | {"letters_held": case.id in waiting} for case in found]
        tasks = {row["ref"]: len(tx.tasks.open(case.id)) for row, case in zip(rows, found, strict=True)}
    for row in rows:
        row["tasks"] = tasks[row["ref"]]
    rows.sort(key=lambda row: (row["state"] == "closed", row["priority"], row["due"], row["ref"]))
    if as_json:
        print_json({"cases": rows})
    else:
        _print_cases(rows)


def _dates(case: Case, calendar: Calendar) -> list[str]:
    """How each date came about, right by right."""
    return [
        f"{right_of(request)}: {sentence}"
        for request in case.requests or (clock_request(case),)
        for sentence in explained(request, term(request, calendar, role=case.role), calendar)
    ]


def _summary(case: Case, calendar: Calendar) -> dict[str, Any]:
    dates = case_term(case, calendar)
    return {
        "ref": case.ref,
        "state": str(case_state(case)),
        "lane": lane_of(case),
        "kinds": [str(request.kind) for request in case.requests] or (["other_privacy"] if case.other_privacy else []),
        "received_on": dates.received_on.isoformat(),
        "target": dates.target.isoformat(),
        "due": dates.due.isoformat(),
        "letters_held": case.letters_held,
        "assigned_to": case.assigned_to,
        "priority": case.priority,
        "legal_hold": case.legal_hold,
    }


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


def case(config: Path | None, ref: str, *, as_json: bool) -> None:
    with rooms(config) as opened, opened.archive.reading() as tx:
        found = _whole(tx, tx.cases.get(CaseRef(ref)), opened)
    if as_json:
        print_json(found)
    else:
        _print_case(found)


def _whole(tx: Transaction, case: Case, opened: Rooms) -> dict[str, Any]:
    dates = case_term(case, opened.calendar)
    return {
        **_summary(case, opened.calendar),
        "customer": _customer(case),
        "role": str(case.role),
        "writer": str(case.writer),
        "language": str(case.language),
        "channel": str(case.channel),
        "legal_due": dates.legal_due.isoformat(),
        "paused_legal_due": None if dates.paused_legal_due is None else dates.paused_legal_due.isoformat(),
        "dates": _dates(case, opened.calendar),
        "requests": [_request(request) for request in case.requests],
        "identity": [
            {"challenge": made.id, "made_at": made.made_at, "tries": made.tries, "open": made.open}
            for made in tx.challenges.of_case(case.id)
        ],
        "evidence": [asdict(fact) for fact in evidence(case, tx.events.of(case.id))],
        "messages": [_message(message) for message in tx.messages.of_case(case.id)],
        "stuck": [
            {"work": job.kind, "attempts": job.attempts, "why": job.last_error, "again_at": job.run_at, "job": job.id}
            for job in tx.jobs.of_case(case.id)
            if job.last_error is not None
        ],
        "letters": [
            {"letter": str(sent.letter), "state": str(sent.state), "not_before": sent.not_before, "id": sent.id}
            for sent in tx.outbox.of_case(case.id)
        ],
        "exports": [
            {"name": export.name, "size": export.size, "sha256": export.sha256, "destroyed_at": export.destroyed_at}
            for export in tx.exports.of_case(case.id)
        ],
        "dossiers": [
            {"made_at": kept.made_at, "size": kept.size, "sha256": kept.sha256, "held": kept.held}
            for kept in tx.dossiers.of_case(case.id)
        ],
        "links": [
            {
                "state": str(link.state),
                "opened_at": link.opened_at,
                "downloads": link.downloads,
                "wrong_passwords": link.tries,
            }
            for link in tx.links.of_case(case.id)
            if link.action is LinkAction.DOWNLOAD  # the other kind lives and dies with its challenge
        ],
        "drafts": [_draft(draft) for draft in tx.drafts.of_case(case.id)],
        "tasks": [asdict(task) for task in tx.tasks.of_case(case.id)],
        "events": [
            {"seq": event.seq, "at": event.at, "kind": event.kind, "actor": event.actor, "values": dict(event.values)}
            for event in tx.events.of(case.id)
        ],
    }


def _customer(case: Case) -> dict[str, Any]:
    subject = case.data_subject
    return {
        "sender": case.sender,
        "subject_line": case.subject_line,
        "name": subject.name if subject else None,
        "address_of_record": subject.address_of_record if subject else None,
        "phone_of_record": subject.phone_of_record if subject else None,
        "system": subject.system if subject else None,
    }


def _request(request: Request) -> dict[str, Any]:
    return {
        "id": request.id,
        "kind": str(request.kind),
        "state": str(request.state),
        "received_at": request.received_at,
        "level_required": f"L{int(request.required)}",
        "level_reached": f"L{int(request.reached)}",
        "hold_until": request.hold_until,
        "outcome": None if request.outcome is None else str(request.outcome),
        "needs": request.needs,
        "finding": None if request.finding is None else asdict(request.finding),
        "corrections": [
            {"field": change.field, "old": change.old, "new": change.new} for change in request.corrections
        ],
    }


def _message(message: CaseMessage) -> dict[str, Any]:
    return {
        "direction": str(message.direction),
        "at": message.at,
        "label": message.label,
        "sender": message.sender,
        "subject": message.subject,
        "text": message.text,
        "facts": dict(message.facts),
        "sender_check": _sender_check(message),
    }


def _sender_check(message: CaseMessage) -> dict[str, Any] | None:
    check = check_in(message.facts)
    return None if check is None else sender_check_as_json(check)


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "version": draft.version,
        "state": str(draft.state),
        "letter": str(draft.letter),
        "to": draft.to,
        "subject": draft.subject,
        "hash": content_hash(draft),
        "files": [asdict(file) for file in draft.files],
        "changes": [_change(change) for change in draft.changes],
        "states_on": draft.states_on,
        "high_risk": draft.high_risk,
        "editor": draft.editor,
    }


def _change(change: Any) -> dict[str, Any]:
    planned = asdict(change)
    planned.pop("key")
    return planned


def _print_case(found: dict[str, Any]) -> None:
    console = Console(highlight=False)
    state = STATES.get(found["state"], found["state"])
    console.print(f"[bold]{found['ref']}[/]  {state}  ({found['role']}, {found['language']}, {found['channel']})")
    console.print(f"ontvangen {found['received_on']}, streefdatum {found['target']}, uiterlijk {found['due']}")
    if found["legal_hold"]:
        console.print("wordt vastgehouden: niets ervan wordt vernietigd (lift-hold)")
    for sentence in found["dates"]:
        console.print(sentence)
    for word, key in _CUSTOMER:
        if found["customer"][key]:
            console.print(f"{word}: {found['customer'][key]}", markup=False)
    for title, rows, heads in _TABLES:
        _print_table(console, title, heads, _SAID.get(rows, list)(found[rows]))
    for message in found["messages"]:
        _print_message(console, message)


def _print_message(console: Console, message: dict[str, Any]) -> None:
    way = f"van {message['sender']}" if message["direction"] == "in" else "van ons"
    console.rule(Text(f"{message['at']:%Y-%m-%d %H:%M} {message['label']} {way}"), align="left")
    for line in sender_check_in_words(message["sender_check"]):
        console.print(line, markup=False)
    for key, word in _ODD.items():
        for words in oddities_in_words(str(message["facts"].get(key) or "")):
            console.print(f"{word}: {words}", markup=False)
    console.print(Padding(Text(message["text"]), (0, 0, 0, _INDENT)))


def _called(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requests with right and state as staff call them."""
    return [
        {
            **one,
            "kind": KINDS.get(one["kind"], one["kind"]),
            "state": STATES.get(one["state"], one["state"]),
            "outcome": OUTCOMES.get(one["outcome"], one["outcome"]),
        }
        for one in requests
    ]


def _happened(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**event, "kind": event_words(event["kind"])} for event in events]


_SAID: dict[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]] = {"requests": _called, "events": _happened}
"""Rows whose words are not for staff as they are stored."""


_ODD = {"sender_defects": "afzender niet eenduidig", "defects": "bijzonder aan dit bericht"}

_CUSTOMER = (
    ("afzender", "sender"),
    ("onderwerp", "subject_line"),
    ("record", "name"),
    ("adres in het record", "address_of_record"),
    ("telefoon in het record", "phone_of_record"),
)

_TABLES: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "Verzoeken",
        "requests",
        {
            "kind": "recht",
            "state": "stand",
            "level_reached": "bewezen",
            "level_required": "nodig",
            "hold_until": "wacht tot",
            "outcome": "uitkomst",
            "needs": "waarom een mens",
        },
    ),
    (
        "Wie vraagt het",
        "evidence",
        {"at": "wanneer", "what": "wat", "source": "waaruit", "verdict": "oordeel", "by": "door"},
    ),
    ("Lukt nog niet", "stuck", {"work": "werk", "why": "waarom", "attempts": "pogingen", "again_at": "opnieuw"}),
    ("Taken", "tasks", {"id": "nr", "kind": "soort", "text": "wat", "due_at": "voor", "done_at": "klaar"}),
    (
        "Concepten",
        "drafts",
        {"id": "nr", "version": "versie", "state": "stand", "letter": "brief", "to": "aan", "high_risk": "risico"},
    ),
    ("Brieven", "letters", {"letter": "brief", "state": "stand", "not_before": "vertrekt"}),
    (
        "Links om de bestanden op te halen",
        "links",
        {
            "state": "stand",
            "opened_at": "open sinds",
            "downloads": "opgehaald",
            "wrong_passwords": "fout",
        },
    ),
    (
        "Bewaarde dossiers",
        "dossiers",
        {"made_at": "gemaakt", "size": "bytes", "sha256": "SHA-256", "held": "op te halen"},
    ),
    ("Gebeurtenissen", "events", {"at": "wanneer", "actor": "wie", "kind": "wat", "values": "waarmee"}),
)


def _print_table(console: Console, title: str, heads: Mapping[str, str], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE, pad_edge=False)
    for head in heads.values():
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[key])) for key in heads))
    console.print(table)


def _cell(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "ja"
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items() if item not in (None, False))
    return str(value)


def draft(config: Path | None, ref: str, draft_id: int | None, *, eml: bool, text: bool, as_json: bool) -> None:
    with rooms(config) as opened:
        decisions = opened.decisions
        with opened.archive.reading() as tx:
            case = tx.cases.get(CaseRef(ref))
            chosen = _chosen(tx, case, draft_id)
            raw = decisions.as_mail(tx, chosen) if eml else b""
            secret = tx.secrets.passphrase(case.id)
        found = decisions.faults(case, chosen, opened.clock()) if chosen.state is DraftState.OPEN else ()
        decisions.shown(chosen, actor("os"))
        doubts = authority_doubt(chosen.text, opened.settings.organisation.authority, opened.clock().date())
    if eml:
        sys.stdout.buffer.write(raw)
    elif text:
        print(masked(blocks_as_text(chosen.blocks), [secret] if secret else []), end="")
    elif as_json:
        faults = faults_as_json(found, secret)
        print_json({**_draft(chosen), "text": _shown(chosen, secret), "faults": faults, "warnings": [*doubts]})
    else:
        _print_draft(chosen, secret)
        print_faults(found, secret)
    if not as_json:
        for line in doubts:
            print(f"let op: {line}", file=sys.stderr)


def _chosen(tx: Transaction, case: Case, draft_id: int | None) -> Draft:
    drafts = [draft for draft in tx.drafts.of_case(case.id) if draft_id is None or draft.id == draft_id]
    live = [draft for draft in drafts if draft.state in {DraftState.OPEN, DraftState.APPROVED}] or drafts
    if not live:
        raise RefusedActError(f"{case.ref} has no draft yet")
    return live[-1]


def _shown(draft: Draft, secret: str | None) -> str:
    return masked_bsn(masked(draft.text, [secret] if secret else []))


def _print_draft(draft: Draft, secret: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Concept {draft.id}, versie {draft.version}: {draft.letter} ({draft.state})", markup=False)
    console.print(f"Aan: {draft.to}\nOnderwerp: {draft.subject}\n", markup=False)
    console.print(_shown(draft, secret), markup=False)
    for file in draft.files:
        console.print(f"Bijlage: {file.name} ({file.size} bytes, SHA-256 {file.sha256})", markup=False)
    for change in draft.changes:
        console.print(f"Gepland: {CHANGES[change.action]}: {change.label} ({change.count})", markup=False)
    console.print(f"\nHash: {content_hash(draft)}", markup=False)


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
    _print_table(Console(), "Vastgelopen werk", heads, parked)
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
    _print_table(
        Console(), "Open taken", {"id": "nr", "ref": "zaak", "kind": "soort", "text": "wat", "due_at": "voor"}, found
    )
