"""Values the archive's tests start from: each builder takes only what a test is about."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.cases.draft import Block, Draft, DraftState
from bot.cases.letters import LetterKind
from bot.cases.model import Case, Channel, Level
from bot.store.archive import Transaction
from bot.store.records import Arrival, NewCase, NewRequest, OutboxState
from bot.triage.labels import Language, RequestKind, Role, Writer

KEY, INDEX_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
SANNE = "sanne@klant.example"
JORIS = "joris@klant.example"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands still until it is set."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def make_arrival(uid: int | None = None, **values: Any) -> Arrival:
    place = {} if uid is None else {"mailbox": "info", "folder": "INBOX", "uidvalidity": 7, "uid": uid}
    return Arrival(**{"channel": Channel.IMAP, "received_at": NOON, **place, **values})


def make_new_case(kinds: Iterable[RequestKind] = (RequestKind.ACCESS,), **values: Any) -> NewCase:
    new = NewCase(
        role=Role.CONTROLLER,
        writer=Writer.SUBJECT,
        language=Language.DUTCH,
        channel=Channel.IMAP,
        received_at=NOON,
        sender=SANNE,
        subject_line="Wat weten jullie van mij?",
        requests=tuple(NewRequest(kind, NOON, Level.L2) for kind in kinds),
    )
    return replace(new, **values)


def make_case(tx: Transaction, kinds: Iterable[RequestKind] = (RequestKind.ACCESS,), **values: Any) -> Case:
    return tx.cases.open(make_new_case(kinds, **values))


def make_draft(case: Case, **values: Any) -> Draft:
    draft = Draft(
        id=0,
        case_id=case.id,
        version=0,
        state=DraftState.OPEN,
        letter=LetterKind.ACCESS,
        language=Language.DUTCH,
        request_ids=tuple(request.id for request in case.requests),
        to=SANNE,
        subject="Uw gegevens",
        message_id="<a@kleinboek.example>",
        boundary="b",
        in_reply_to=None,
        references=(),
        blocks=(Block("ACC-a", "Beste Sanne,"),),
        files=(),
        changes=(),
        states_on=None,
        high_risk=False,
        editor=None,
        made_at=NOON,
    )
    return replace(draft, **values)


def add_letter(tx: Transaction, message_id: str = "<l@kleinboek.example>", **values: Any) -> int:
    letter: dict[str, Any] = {
        "case_id": None,
        "draft_id": None,
        "letter": LetterKind.RECEIPT,
        "to": SANNE,
        "message_id": message_id,
        "raw": b"Subject: Uw verzoek\r\n\r\nBeste Sanne",
        "state": OutboxState.READY,
        "not_before": NOON,
    }
    return tx.outbox.add(**{**letter, **values})
