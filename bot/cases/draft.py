"""A draft: the letter, its files and the changes it announces, bound together by one hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.cases.changes import PlannedChange
from bot.cases.letters import LetterKind
from bot.triage.labels import Language


@dataclass(frozen=True, slots=True)
class Block:
    """A named piece of a letter. The code is what a linter asks for (ACC-a, REF-4 …)."""

    code: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DraftFile:
    """An attachment of a draft: a sealed export, by id and digest."""

    export_id: int
    name: str
    content_type: str
    size: int  # bytes
    sha256: str


class DraftState(StrEnum):
    """Stored: add, never rename."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"  # staff sent it back
    VOID = "void"  # overtaken
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of one answer. Message-ID and boundary are fixed here, so what is approved is what is sent."""

    id: int
    case_id: int
    version: int
    state: DraftState
    letter: LetterKind
    language: Language
    request_ids: tuple[int, ...]
    to: str = field(repr=False)
    subject: str = field(repr=False)
    message_id: str
    boundary: str
    in_reply_to: str | None
    references: tuple[str, ...]
    blocks: tuple[Block, ...] = field(repr=False)
    files: tuple[DraftFile, ...]
    changes: tuple[PlannedChange, ...] = field(repr=False)
    states_on: date | None  # the local day the letter says its changes were made
    high_risk: bool
    editor: str | None  # last human editor; None for a draft of the bot alone
    made_at: datetime

    @property
    def text(self) -> str:
        """The whole letter as the person reads it."""
        return "\n\n".join(block.text.strip("\n") for block in self.blocks if block.text.strip()) + "\n"


def content_hash(draft: Draft) -> str:
    """What an approval binds to: To, Subject, threading, every block, every file digest, every planned change.

    Hex SHA-256 over canonical JSON; ids, version, state and editor do not count.
    """
    matter = {
        "to": draft.to,
        "subject": draft.subject,
        "message_id": draft.message_id,
        "in_reply_to": draft.in_reply_to,
        "references": draft.references,
        "blocks": [(block.code, block.text) for block in draft.blocks],
        "files": [(file.name, file.content_type, file.size, file.sha256) for file in draft.files],
        "changes": [asdict(change) for change in draft.changes],
        "states_on": draft.states_on,
        "requests": draft.request_ids,
    }
    canonical = json.dumps(matter, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
