"""The archive's own values: what comes out of it that is not a case, a request or a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.cases.letters import LetterKind
from bot.cases.model import Channel, Level, RequestState
from bot.cases.subject import DataSubject
from bot.mail.positions import GapReason
from bot.triage.labels import Language, RequestKind, Role, Writer
from bot.triage.verdict import StatedCorrection

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """How and when one mail reached us. For IMAP the four mailbox fields together name it for ever."""

    channel: Channel
    received_at: datetime
    mailbox: str | None = None
    folder: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
    junk: bool = False
    old: bool = False  # before the first start, or older than 24 h when it came in: staff release the letters


class MailVerdict(StrEnum):
    """What became of one mail. Stored: add, never rename."""

    PENDING = "pending"
    CASE = "case"
    ORDINARY = "ordinary"
    AUTOMATIC = "automatic"
    DUPLICATE = "duplicate"
    FAILED = "failed"  # failed and shown: a person must look


@dataclass(frozen=True, slots=True)
class KeptMail:
    """One line of the mail ledger."""

    id: int
    arrival: Arrival
    verdict: MailVerdict
    has_content: bool  # our store still holds its bytes
    case_id: int | None = None
    note: str | None = None  # why it failed, without personal data


@dataclass(frozen=True, slots=True)
class FolderMark:
    """How far one folder was read: everything up to `high_water` is in the ledger."""

    mailbox: str
    folder: str
    uidvalidity: int
    high_water: int
    before_start: int  # UIDs up to here are older than `watch.since` and were never read
    synced_at: datetime | None = None
    missing_since: datetime | None = None  # the folder is not in the mailbox any more


@dataclass(frozen=True, slots=True)
class FolderGap:
    """UIDs `low` to `high`, both included, of which no mail was kept, and since when we know."""

    mailbox: str
    folder: str
    uidvalidity: int
    low: int
    high: int
    reason: GapReason
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class FormerFolder:
    """How far a folder had been read when its UIDs came to mean other mail."""

    mailbox: str
    folder: str
    uidvalidity: int
    high_water: int
    before_start: int
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A right invoked, before it has an id."""

    kind: RequestKind
    received_at: datetime
    required: Level
    state: RequestState = RequestState.RECEIVED
    corrections: tuple[StatedCorrection, ...] = field(default=(), repr=False)
    needs: str | None = None
    reached: Level = Level.L0
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A matter, before it has a number."""

    role: Role
    writer: Writer
    language: Language
    channel: Channel
    received_at: datetime
    sender: str | None = field(repr=False)
    subject_line: str = field(repr=False)
    message_id: str | None = None
    references: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    letters_held: bool = False
    other_privacy: bool = False
    requests: tuple[NewRequest, ...] = ()
    data_subject: DataSubject | None = field(default=None, repr=False)
    assigned_to: str | None = None


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """A mail in a case file."""

    id: int
    case_id: int
    direction: Direction
    at: datetime
    message_id: str | None
    mail_id: int | None  # inbound: its line in the ledger
    outbox_id: int | None  # outbound
    label: str  # "request", "challenge_answer", "reminder", or the letter's kind
    sender: str | None = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)  # what staff read: whole text, codes and passphrases masked
    facts: Mapping[str, Scalar] = field(default_factory=dict)  # defects, hidden text, attachments counted


@dataclass(frozen=True, slots=True)
class Event:
    """One link of a case's chain. Values lie in a deletable row; the hash covers their digest."""

    case_id: int
    seq: int
    at: datetime
    kind: str
    actor: str  # "bot", or a user's name
    os_login: str | None
    values: Mapping[str, Scalar]
    hash: str
    forgotten: bool = False  # its values were deleted on purpose; the chain still holds


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest link of one chain: what an anchor outside the database remembers. Chain 0 is the service's own."""

    chain: int
    seq: int
    hash: str


class ChallengeState(StrEnum):
    """Stored: add, never rename."""

    OPEN = "open"
    USED = "used"  # the right code came back
    RETIRED = "retired"  # a fresh code took its place, or staff stopped it


@dataclass(frozen=True, slots=True)
class Challenge:
    """A question to the address of record; the code itself is kept nowhere, only its keyed hash."""

    id: int
    case_id: int
    address: str = field(repr=False)
    request_ids: tuple[int, ...]
    made_at: datetime
    expires_at: datetime
    tries: int
    open: bool
    used: bool = False


@dataclass(frozen=True, slots=True)
class SealedExport:
    """A file made for the data subject, encrypted at rest."""

    id: int
    case_id: int
    name: str
    content_type: str
    size: int  # bytes
    sha256: str
    made_at: datetime
    manifest: Mapping[str, Scalar] = field(default_factory=dict)  # rows per table, never content
    destroyed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which hash. `final` is False for the first of two."""

    draft_id: int
    user: str
    os_login: str | None
    at: datetime
    content_hash: str
    reason: str | None
    final: bool


class OutboxState(StrEnum):
    """Stored: add, never rename."""

    HELD = "held"  # waits for a person (release), or for execution
    READY = "ready"  # leaves at `not_before`
    SENDING = "sending"  # handed over; found after a crash it means: outcome unknown
    SENT = "sent"
    FAILED = "failed"  # refused for good
    UNKNOWN = "unknown"  # nobody can tell whether it left
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """One mail on its way out. The bytes are fetched apart (`tx.outbox.raw`)."""

    id: int
    case_id: int | None
    draft_id: int | None
    letter: LetterKind
    to: str = field(repr=False)
    message_id: str
    state: OutboxState
    not_before: datetime
    attempts: int
    dated_at: datetime | None  # the Date header of the first hand-over, reused ever after
    trouble: str | None = None
    released_at: datetime | None = None  # staff let it pass the caps of the gate


class JobState(StrEnum):
    """Stored: add, never rename. A finished job has no row."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"  # failed too often: a person must look


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: ids only, never personal data. `attempts` fences late workers."""

    id: int
    kind: str
    target_id: int
    case_id: int | None
    run_at: datetime
    attempts: int
    parked: bool = False
    last_error: str | None = None  # class name only


@dataclass(frozen=True, slots=True)
class Task:
    """Something only a named person can do, with the words that tell how."""

    id: int
    case_id: int | None
    kind: str
    text: str
    due_at: datetime | None
    done_at: datetime | None
    done_by: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """One line of the erasure ledger: what was erased, or is due, so that it can be done again after a restore."""

    id: int
    case_id: int | None
    system: str
    table: str
    key_index: str  # keyed hash of the key
    rows: int
    executed_at: datetime | None  # None while it is only due
    due_on: date | None
    key: str = field(default="", repr=False)
