"""One case as JSON: everything that there is to see of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.cases.alarming import right_of
from bot.cases.complaints import lane_of
from bot.cases.deadlines import Calendar, term
from bot.cases.draft import Draft, content_hash
from bot.cases.evidence import evidence
from bot.cases.lifecycle import case_state
from bot.cases.links import LinkAction
from bot.cases.model import Case, Request
from bot.cases.reckoning import explained
from bot.cli.sendercheck import sender_check_as_json
from bot.replies.casefacts import case_term, clock_request
from bot.rooms import Rooms
from bot.store.archive import Transaction
from bot.store.records import CaseMessage
from bot.store.sendercheck import check_in


def _dates(case: Case, calendar: Calendar) -> list[str]:
    """How each date came about, right by right."""
    return [
        f"{right_of(request)}: {sentence}"
        for request in case.requests or (clock_request(case),)
        for sentence in explained(request, term(request, calendar, role=case.role), calendar)
    ]


def summary(case: Case, calendar: Calendar) -> dict[str, Any]:
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


def whole(tx: Transaction, case: Case, opened: Rooms) -> dict[str, Any]:
    events = tx.events.of(case.id)
    return {
        **summary(case, opened.calendar),
        **_who(case),
        **_terms(case, opened.calendar),
        "requests": [_request(request) for request in case.requests],
        "identity": [
            {"challenge": made.id, "made_at": made.made_at, "tries": made.tries, "open": made.open}
            for made in tx.challenges.of_case(case.id)
        ],
        "evidence": [asdict(fact) for fact in evidence(case, events)],
        "messages": [_message(message) for message in tx.messages.of_case(case.id)],
        "stuck": _stuck(tx, case),
        **_handed_out(tx, case),
        "drafts": [draft_as_json(draft) for draft in tx.drafts.of_case(case.id)],
        "tasks": [asdict(task) for task in tx.tasks.of_case(case.id)],
        "events": [
            {"seq": event.seq, "at": event.at, "kind": event.kind, "actor": event.actor, "values": dict(event.values)}
            for event in events
        ],
    }


def _who(case: Case) -> dict[str, Any]:
    return {
        "customer": _customer(case),
        "role": str(case.role),
        "writer": str(case.writer),
        "language": str(case.language),
        "channel": str(case.channel),
    }


def _terms(case: Case, calendar: Calendar) -> dict[str, Any]:
    """What stands behind the dates of the summary."""
    dates = case_term(case, calendar)
    return {
        "legal_due": dates.legal_due.isoformat(),
        "paused_legal_due": None if dates.paused_legal_due is None else dates.paused_legal_due.isoformat(),
        "dates": _dates(case, calendar),
    }


def _stuck(tx: Transaction, case: Case) -> list[dict[str, Any]]:
    """Work that failed at least once and is tried again."""
    return [
        {"work": job.kind, "attempts": job.attempts, "why": job.last_error, "again_at": job.run_at, "job": job.id}
        for job in tx.jobs.of_case(case.id)
        if job.last_error is not None
    ]


def _handed_out(tx: Transaction, case: Case) -> dict[str, Any]:
    """Letters, and what goes or lies beside them: files, kept dossiers, links where files are fetched."""
    return {
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


def draft_as_json(draft: Draft) -> dict[str, Any]:
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
