"""The tables of the archive. What is personal lies in `sealed` columns; look-ups go by keyed hash."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.cases.draft import DraftState
from bot.cases.incidents import Cause, IncidentState, Risk
from bot.cases.letters import LetterKind
from bot.cases.links import LinkAction, LinkState
from bot.cases.model import Channel, Level, Outcome, RequestState
from bot.cases.people import StaffRole
from bot.mail.positions import GapReason
from bot.store.columns import Id, Moment, Step, Word
from bot.store.records import ChallengeState, Direction, JobState, MailVerdict, OutboxState
from bot.triage.labels import Language, RequestKind, Role, Writer

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_INDEX = 80  # characters of a versioned keyed hash
_USER = 100


def _table(name: str, *items: Any) -> Table:
    """A table whose ids are never given out twice: seals and chains name rows by id."""
    return Table(name, metadata, Column("id", Id, primary_key=True), *items, sqlite_autoincrement=True)


def _case(*, nullable: bool = False, index: bool = True) -> Column[int]:
    return Column("case_id", Id, ForeignKey("cases.id"), nullable=nullable, index=index)


# Content in encrypted pieces, for mails, letters and exports alike.

blobs = _table("blobs", Column("size", Id, nullable=False), Column("chunks", Integer, nullable=False))

blob_chunks = Table(
    "blob_chunks",
    metadata,
    Column("blob_id", Id, ForeignKey("blobs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# The post: ledger of every mail, and how far each folder was read.

mails = _table(
    "mails",
    Column("channel", Word(Channel), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("stored_at", Moment, nullable=False),
    Column("mailbox", String(320)),
    Column("folder", String(500)),
    Column("uidvalidity", Id),
    Column("uid", Id),
    Column("junk", Boolean(create_constraint=False), nullable=False),
    Column("old", Boolean(create_constraint=False), nullable=False),
    Column("verdict", Word(MailVerdict), nullable=False),
    Column("identity_index", String(_INDEX), index=True),
    _case(nullable=True),
    Column("note", String(500)),
    Column("blob_id", Id, ForeignKey("blobs.id")),
    Column("connection", LargeBinary),  # sealed: who handed it over, until its sender was checked
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index(None, "verdict", "id"),
)

folders = Table(
    "folders",
    metadata,
    Column("mailbox", String(320), primary_key=True),
    Column("folder", String(500), primary_key=True),
    Column("uidvalidity", Id, nullable=False),
    Column("high_water", Id, nullable=False),
    Column("before_start", Id, nullable=False),
    Column("synced_at", Moment),
    Column("missing_since", Moment),
)

folder_gaps = Table(
    "folder_gaps",
    metadata,
    Column("mailbox", String(320), primary_key=True),
    Column("folder", String(500), primary_key=True),
    Column("uidvalidity", Id, primary_key=True, autoincrement=False),
    Column("low", Id, primary_key=True, autoincrement=False),
    Column("high", Id, nullable=False),
    Column("reason", Word(GapReason), nullable=False),
    Column("noticed_at", Moment, nullable=False),
)

former_folders = _table(
    "former_folders",
    Column("mailbox", String(320), nullable=False),
    Column("folder", String(500), nullable=False),
    Column("uidvalidity", Id, nullable=False),
    Column("high_water", Id, nullable=False),
    Column("before_start", Id, nullable=False),
    Column("ended_at", Moment, nullable=False),
)

# The case file.

reference_years = Table(
    "reference_years",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

cases = _table(
    "cases",
    Column("ref", String(40), nullable=False, unique=True),
    Column("role", Word(Role), nullable=False),
    Column("writer", Word(Writer), nullable=False),
    Column("language", Word(Language), nullable=False),
    Column("channel", Word(Channel), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("settled", Word(Outcome)),
    Column("letters_held", Boolean(create_constraint=False), nullable=False),
    Column("other_privacy", Boolean(create_constraint=False), nullable=False),
    Column("legal_hold", Boolean(create_constraint=False), nullable=False),
    Column("priority", Integer),  # 1 presses; empty is 2
    Column("finished_at", Moment, index=True),  # the last move of a case of which nothing is open
    Column("assigned_to", String(_USER)),
    Column("sender_index", String(_INDEX), index=True),
    Column("mailbox_index", String(_INDEX)),
    Column("subject_index", String(_INDEX), index=True),
    Column("sealed", LargeBinary),
    Index(None, "mailbox_index", "opened_at"),
)

requests = _table(
    "requests",
    _case(),
    Column("kind", Word(RequestKind), nullable=False),
    Column("state", Word(RequestState), nullable=False, index=True),
    Column("received_at", Moment, nullable=False),
    Column("required", Step(Level), nullable=False),
    Column("reached", Step(Level), nullable=False),
    Column("hold_until", Moment),
    Column("suspensions", JSON, nullable=False),
    Column("outcome", Word(Outcome)),
    Column("answered_at", Moment),
    Column("sealed", LargeBinary),
)

messages = _table(
    "messages",
    _case(),
    Column("direction", Word(Direction), nullable=False),
    Column("at", Moment, nullable=False),
    Column("label", String(60), nullable=False),
    Column("message_id_index", String(_INDEX), index=True),
    Column("mail_id", Id, ForeignKey("mails.id"), index=True),
    Column("outbox_id", Id, ForeignKey("outbox.id"), index=True),
    Column("sealed", LargeBinary),
)

seals = _table(
    "seals",
    _case(),
    Column("mail_id", Id, ForeignKey("mails.id"), nullable=False),
    Column("signature_index", String(_INDEX), nullable=False, index=True),
    Column("body_index", String(_INDEX), nullable=False, index=True),
)
"""The DKIM signatures on mails of cases: the same one on another mail is an old mail sent once more."""

tasks = _table(
    "tasks",
    _case(nullable=True),
    Column("kind", String(60), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("done_at", Moment),
    Column("done_by", String(_USER)),
    Column("sealed", LargeBinary),
)

examples = _table(
    "examples",
    _case(),
    Column("at", Moment, nullable=False),
    Column("model", String(64), nullable=False),
    Column("sealed", LargeBinary),
)
"""What staff taught the recogniser: without the people of the mail, and no longer than its case."""

incidents = _table(
    "incidents",
    _case(nullable=True),
    Column("cause", Word(Cause), nullable=False),
    Column("state", Word(IncidentState), nullable=False),
    Column("aware_at", Moment, nullable=False),
    Column("risk", Word(Risk), nullable=False),
    Column("role", Word(Role), nullable=False),
    Column("notified_at", Moment),
    Column("people_told_at", Moment),
    Column("controller_told_at", Moment),
    Column("closed_at", Moment),
    Column("sealed", LargeBinary),
    Index(None, "state", "id"),
)
"""The register of breaches: without names, and kept when its case is forgotten."""

# The chain of events: one per case, and chain 0 for the service itself.

event_heads = Table(
    "event_heads",
    metadata,
    Column("chain", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("anchored_seq", Integer),  # how far the newest anchor knows it
)

events = Table(
    "events",
    metadata,
    Column("chain", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(60), nullable=False),
    Column("actor", String(_USER), nullable=False),
    Column("os_login", String(_USER)),
    Column("digest", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

event_values = Table(
    "event_values",
    metadata,
    Column("chain", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary),
    Column("forgotten_at", Moment),
)

# Identification.

challenges = _table(
    "challenges",
    _case(),
    Column("address_index", String(_INDEX), nullable=False, index=True),
    Column("code_hash", String(200), nullable=False, index=True),
    Column("request_ids", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", Word(ChallengeState), nullable=False),
    Column("sealed", LargeBinary),
)

links = _table(
    "links",
    _case(),
    Column("action", Word(LinkAction), nullable=False),
    Column("state", Word(LinkState), nullable=False),
    Column("token_hash", String(_INDEX), nullable=False, index=True),
    Column("address_index", String(_INDEX), nullable=False),
    Column("challenge_id", Id, ForeignKey("challenges.id")),
    Column("export_ids", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("opened_at", Moment),
    Column("tries", Integer, nullable=False),
    Column("downloads", Integer, nullable=False),
    Column("ticket_hash", String(_INDEX)),
    Column("ticket_until", Moment),
)
"""Links to our public pages: no token, no name and no address, only keyed hashes."""

secrets = Table(
    "secrets",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

paper_codes = _table(
    "paper_codes",
    _case(),
    Column("place_index", String(_INDEX), nullable=False),
    Column("code_hash", String(200), nullable=False),
    Column("request_ids", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", Word(ChallengeState), nullable=False),
)
"""Codes in letters to the postal address of record."""

login_calls = Table(
    "login_calls",
    metadata,
    Column("nonce_index", String(_INDEX), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)
"""Signed calls of the company's own application that were used: none works twice."""

guesses = Table(
    "guesses",
    metadata,
    Column("mailbox_index", String(_INDEX), primary_key=True),
    Column("guessed_on", Date, primary_key=True),
    Column("wrong", Integer, nullable=False),
)
"""Wrong codes of one day by mailbox, over all cases; rows of earlier days are deleted."""

# The answer: files, drafts, who approved, what leaves.

exports = _table(
    "exports",
    _case(),
    Column("content_type", String(200), nullable=False),
    Column("size", Id, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
    Column("blob_id", Id, ForeignKey("blobs.id")),
    Column("sealed", LargeBinary),
)

dossiers = _table(
    "dossiers",
    _case(),
    Column("size", Id, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("blob_id", Id, ForeignKey("blobs.id")),
)
"""What a case was when it went to the authority."""

drafts = _table(
    "drafts",
    _case(),
    Column("version", Integer, nullable=False),
    Column("state", Word(DraftState), nullable=False),
    Column("letter", Word(LetterKind), nullable=False),
    Column("language", Word(Language), nullable=False),
    Column("request_ids", JSON, nullable=False),
    Column("states_on", Date),
    Column("high_risk", Boolean(create_constraint=False), nullable=False),
    Column("editor", String(_USER)),
    Column("made_at", Moment, nullable=False),
    Column("sealed", LargeBinary),
    UniqueConstraint("case_id", "version"),
)

approvals = _table(
    "approvals",
    Column("draft_id", Id, ForeignKey("drafts.id"), nullable=False, index=True),
    Column("user", String(_USER), nullable=False),
    Column("os_login", String(_USER)),
    Column("at", Moment, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("final", Boolean(create_constraint=False), nullable=False),
    Column("sealed", LargeBinary),
)

outbox = _table(
    "outbox",
    _case(nullable=True),
    Column("draft_id", Id, ForeignKey("drafts.id"), index=True),
    Column("letter", Word(LetterKind), nullable=False),
    Column("mailbox_index", String(_INDEX), nullable=False),
    Column("message_id", String(500), nullable=False, unique=True),
    Column("state", Word(OutboxState), nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("dated_at", Moment, index=True),
    Column("released_at", Moment),
    Column("trouble", String(500)),
    Column("blob_id", Id, ForeignKey("blobs.id")),
    Column("sealed", LargeBinary),
    Index(None, "state", "not_before"),
    Index(None, "mailbox_index", "letter", "made_at"),
)

# Work, and who may do it.

jobs = _table(
    "jobs",
    Column("kind", String(60), nullable=False),
    Column("target_id", Id, nullable=False),
    Column("case_id", Id),
    Column("key", String(200), unique=True),
    Column("state", Word(JobState), nullable=False),
    Column("run_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),  # when it may be claimed: `run_at`, or the end of its lease
    Column("again_at", Moment),  # asked for once more while it ran
    Column("attempts", Integer, nullable=False),
    Column("worker", String(200)),
    Column("last_error", String(200)),
    Column("made_at", Moment, nullable=False),
    Index(None, "state", "due_at"),
    Index(
        "uq_jobs_one_running_per_case",
        "case_id",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("worker", String(200), nullable=False),
    Column("until", Moment, nullable=False),
)

users = _table(
    "users",
    Column("name", String(_USER), nullable=False, unique=True),
    Column("role", Word(StaffRole), nullable=False),
    Column("enabled", Boolean(create_constraint=False), nullable=False),
    Column("sealed", LargeBinary),
)

erasures = _table(
    "erasures",
    Column("case_id", Id),
    Column("system", String(200), nullable=False),
    Column("table", String(200), nullable=False),
    Column("key_index", String(_INDEX), nullable=False, index=True),
    Column("rows", Integer, nullable=False),
    Column("executed_at", Moment),
    Column("due_on", Date),
    Column("sealed", LargeBinary),
)

meta = Table(
    "meta",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Text, nullable=False),
)
