"""The case file: one person's matter, with one request per right invoked. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NewType

from bot.cases.findings import Finding
from bot.cases.subject import DataSubject
from bot.mail.authentication.verdict import SenderVerdict
from bot.triage.labels import Language, RequestKind, Role, Writer
from bot.triage.verdict import StatedCorrection

CaseRef = NewType("CaseRef", str)
"""Our case number, such as KB-2026-0042: safe to log, print and quote."""


class RequestState(StrEnum):
    """Where a request stands. Stored: add, never rename. The moves are in `lifecycle.py`."""

    RECEIVED = "received"
    AWAITING_IDENTITY = "awaiting_identity"
    COLLECTING = "collecting"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    EXECUTING = "executing"
    SENDING = "sending"
    UNDELIVERED = "undelivered"  # approved and handed over, but refused, returned or of unknown outcome
    ANSWERED = "answered"  # accepted by the mail server
    CLOSED = "closed"  # answered, and `closing.days` without a bounce
    NEEDS_PERSON = "needs_person"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    PARKED = "parked"  # never identified: the reasoned letter went out; can be revived
    FORWARDED = "forwarded"  # to the controller whose bookkeeping it concerns
    ESCALATED = "escalated"  # to the AP lane


class Level(IntEnum):
    """How sure we are who asks. A DMARC pass never exceeds L1."""

    L0 = 0  # nothing proved
    L1 = 1  # clean, authenticated sender whose address is the address of record
    L2 = 2  # answered a challenge at the address of record
    L3 = 3  # L2 and a second factor fixed before the case, or the officer's written decision


class Outcome(StrEnum):
    """How a request ended, for the register. Stored: add, never rename."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    NOTHING_FOUND = "nothing_found"
    NOT_IDENTIFIED = "not_identified"
    WITHDRAWN = "withdrawn"
    FORWARDED = "forwarded"
    REFERRED = "referred"  # told to ask the company itself; we handed nothing to anybody
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    NO_DATA_SUBJECT = "no_data_subject"  # a company, or somebody who has died: no rights under the GDPR
    ORDINARY = "ordinary"  # a person found no request in it


class Channel(StrEnum):
    """How a case reached us."""

    IMAP = "imap"
    SMTP = "smtp"
    FILE = "file"
    PHONE = "phone"
    POST = "post"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days during which we waited for the person (EDPB Guidelines 01/2022 par. 159).

    `ended_on` is None while we still wait.
    """

    asked_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One right invoked. Receipt, level, hold and outcome live here, not on the case."""

    id: int
    kind: RequestKind
    state: RequestState
    received_at: datetime  # at our mail server, whenever anybody read it
    required: Level
    reached: Level = Level.L0
    hold_until: datetime | None = None
    suspensions: tuple[Suspension, ...] = ()
    extended_reason: str | None = None  # set once; the new term follows from received_at
    outcome: Outcome | None = None
    answered_at: datetime | None = None
    corrections: tuple[StatedCorrection, ...] = field(default=(), repr=False)
    needs: str | None = None  # why a person must look, in words for staff, without personal data
    finding: Finding | None = field(default=None, repr=False)  # of a complaint

    @property
    def open(self) -> bool:
        return self.state not in FINAL_STATES

    @property
    def absolute(self) -> bool:
        """An objection to advertising from the very address: no proof, no weighing, no refusal (Art. 21(2)-(3))."""
        return self.kind is RequestKind.OBJECTION and self.required is Level.L0


FINAL_STATES = frozenset(
    {
        RequestState.CLOSED,
        RequestState.WITHDRAWN,
        RequestState.REFUSED,
        RequestState.PARKED,
        RequestState.FORWARDED,
    }
)
"""States in which nothing more is due from us. PARKED can be revived by an answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One person's matter, from first mail to closed."""

    id: int
    ref: CaseRef
    role: Role
    writer: Writer
    language: Language  # of the letters: Dutch or English; other languages get both
    channel: Channel
    received_at: datetime
    requests: tuple[Request, ...]
    sender: str | None = field(repr=False)  # the strict sender address, None where it failed the rule
    subject_line: str = field(repr=False)  # of the first mail
    message_id: str | None = None  # of the first mail: our answers thread to it
    references: tuple[str, ...] = ()
    data_subject: DataSubject | None = field(default=None, repr=False)
    identifiers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # as stated; they only find the record
    sender_verdict: SenderVerdict | None = None  # of the first mail; None as long as nobody looked
    letters_held: bool = False  # automatic letters wait for staff (old mail, Junk, failed sender, authority)
    other_privacy: bool = False  # a question, no request: no statutory clock
    assigned_to: str | None = None
    opened_at: datetime | None = None
    settled: Outcome | None = None  # how a case without requests ended: a question answered, a mail found ordinary
    priority: int = 2  # 1 is what presses, 3 what may wait; it moves no date
    legal_hold: bool = False  # before the AP or a court: nothing of it is destroyed or forgotten

    @property
    def open_requests(self) -> tuple[Request, ...]:
        return tuple(request for request in self.requests if request.open)

    def request(self, kind: RequestKind) -> Request | None:
        """The newest request of this kind, open ones first."""
        of_kind = [request for request in self.requests if request.kind == kind]
        return max(of_kind, key=lambda request: (request.open, request.id), default=None)
