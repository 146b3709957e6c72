"""Values that name only what a test is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.draft import Block, Draft, DraftState, content_hash
from bot.cases.letters import LetterKind
from bot.cases.model import Case, CaseRef, Channel, Level, Request, RequestState
from bot.cases.people import StaffRole, User
from bot.mail.message import ParsedMail, Sender
from bot.triage.labels import Language, RequestKind, Role, Writer
from bot.triage.verdict import Verdict

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)

FATIMA = User(1, "fatima", StaffRole.FUNCTIONARIS, enabled=True)
AHMED = User(2, "ahmed", StaffRole.BEHANDELAAR, enabled=True)
LOTTE = User(3, "lotte", StaffRole.LEZER, enabled=True)


def make_request(**changes: Any) -> Request:
    values: dict[str, Any] = {
        "id": 1,
        "kind": RequestKind.ACCESS,
        "state": RequestState.RECEIVED,
        "received_at": NOW,
        "required": Level.L2,
    }
    return Request(**(values | changes))


def make_case(*requests: Request, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "id": 1,
        "ref": CaseRef("KB-2026-0042"),
        "role": Role.CONTROLLER,
        "writer": Writer.SUBJECT,
        "language": Language.DUTCH,
        "channel": Channel.IMAP,
        "received_at": NOW,
        "requests": requests,
        "sender": "sanne@klant.example",
        "subject_line": "vraag",
    }
    return Case(**(values | changes))


def make_mail(sender: str | None = "sanne@klant.example", **changes: Any) -> ParsedMail:
    values: dict[str, Any] = {
        "digest": "00",
        "identity": "11",
        "message_id": "<1@klant.example>",
        "references": (),
        "sender": Sender(sender, shown=sender or "twee afzenders"),
        "reply_to": None,
        "to_addresses": ("info@kleinboek.nl",),
        "subject": "vraag",
        "dated_at": None,
        "new_text": "Beste mensen,",
        "quoted_text": "",
        "whole_text": "Beste mensen,",
    }
    return ParsedMail(**(values | changes))


def make_verdict(*kinds: RequestKind, **changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "kinds": frozenset(kinds),
        "other_privacy": False,
        "needs_person": False,
        "language": Language.DUTCH,
        "automatic": False,
        "role": Role.CONTROLLER,
        "writer": Writer.SUBJECT,
    }
    return Verdict(**(values | changes))


def make_draft(**changes: Any) -> Draft:
    values: dict[str, Any] = {
        "id": 1,
        "case_id": 1,
        "version": 1,
        "state": DraftState.OPEN,
        "letter": LetterKind.ACCESS,
        "language": Language.DUTCH,
        "request_ids": (1,),
        "to": "sanne@klant.example",
        "subject": "Uw verzoek",
        "message_id": "<1@kleinboek.nl>",
        "boundary": "b",
        "in_reply_to": None,
        "references": (),
        "blocks": (Block("ACC-0", "Beste Sanne"),),
        "files": (),
        "changes": (),
        "states_on": None,
        "high_risk": False,
        "editor": None,
        "made_at": NOW,
    }
    return Draft(**(values | changes))


def make_change(**changes: Any) -> PlannedChange:
    values: dict[str, Any] = {
        "system": "boekhouding",
        "table": "klanten",
        "label": "Klantgegevens",
        "action": ChangeAction.ERASE,
        "count": 1,
    }
    return PlannedChange(**(values | changes))


@dataclass(frozen=True)
class Given:
    """An approval as the archive keeps it."""

    user: str
    at: datetime
    content_hash: str


def approved_by(user: User, draft: Draft, at: datetime = NOW) -> Given:
    return Given(user.name, at, content_hash(draft))
