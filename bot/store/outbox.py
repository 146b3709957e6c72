"""The outbox: letters on their way out. Each state change is conditional, so that a letter leaves once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update

from bot.cases.letters import AUTOMATIC, TELLING, LetterKind
from bot.mail.subaddress import untagged
from bot.store.bench import Bench, short
from bot.store.blobs import Blobs
from bot.store.errors import ConflictError
from bot.store.records import OutboxState, OutgoingLetter
from bot.store.tables import outbox

_LIMIT = timedelta(days=2)
"""Longer than the day within which an address gets one automatic letter of a kind."""


@dataclass(frozen=True, slots=True)
class SealedRecipient:
    to: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outbox:
    bench: Bench

    def add(
        self,
        *,
        case_id: int | None,
        draft_id: int | None,
        letter: LetterKind,
        to: str,
        message_id: str,
        raw: bytes,
        state: OutboxState,
        not_before: datetime,
    ) -> int:
        """Put a letter in. Its Message-ID is fixed from here on; the same one twice is a ConflictError."""
        if self.by_message_id(message_id) is not None:
            raise ConflictError("a letter with this Message-ID is in the outbox already")
        letter_id = self.bench.add(
            outbox,
            SealedRecipient(to),
            case_id=case_id,
            draft_id=draft_id,
            letter=letter,
            mailbox_index=self._mailbox(to),
            message_id=message_id,
            state=state,
            not_before=not_before,
            made_at=self.bench.now(),
            attempts=0,
        )
        self._keep(letter_id, raw)
        return letter_id

    def get(self, letter_id: int) -> OutgoingLetter:
        return self._letter(self.bench.one(outbox, letter_id))

    def raw(self, letter_id: int) -> bytes:
        """The bytes to send. Raises MissingRowError after they were let go."""
        return Blobs(self.bench).read(self.bench.one(outbox, letter_id).blob_id, _owner(letter_id))

    def holds(self, letter_id: int) -> bool:
        """Whether the bytes are still there, so that they can be sent once more."""
        return self.bench.one(outbox, letter_id).blob_id is not None

    def due(self, now: datetime) -> tuple[OutgoingLetter, ...]:
        return self._where((outbox.c.state == OutboxState.READY) & (outbox.c.not_before <= now))

    def next_due(self) -> datetime | None:
        """When the first letter that is ready may leave."""
        query = select(func.min(outbox.c.not_before)).where(outbox.c.state == OutboxState.READY)
        moment: datetime | None = self.bench.run(query).scalar_one()
        return moment

    def claim(self, letter_id: int) -> bool:
        """True for the one caller who may hand it over now; counts the attempt."""
        return self._changed(letter_id, {OutboxState.READY}, state=OutboxState.SENDING, attempts=outbox.c.attempts + 1)

    def set_dated(self, letter_id: int, at: datetime, raw: bytes) -> None:
        """Keep the bytes with the Date of the first hand-over; every later one sends the same."""
        self.forget_content(letter_id)
        self._keep(letter_id, raw)
        self.bench.run(update(outbox).where(outbox.c.id == letter_id).values(dated_at=at))

    def settle(
        self, letter_id: int, state: OutboxState, trouble: str | None = None, not_before: datetime | None = None
    ) -> None:
        """Write how the hand-over ended. `trouble` is for staff: class or SMTP code, without personal data."""
        later = {} if not_before is None else {"not_before": not_before}
        values = {"state": state, "trouble": short(trouble), **later}
        self.bench.one(outbox, letter_id)
        self.bench.run(update(outbox).where(outbox.c.id == letter_id).values(**values))

    def in_state(self, state: OutboxState) -> tuple[OutgoingLetter, ...]:
        return self._where(outbox.c.state == state)

    def staff_mail_before(self, made_before: datetime, most: int) -> tuple[int, ...]:
        """Letters of no case that are over and still hold their bytes; the oldest first."""
        ended = outbox.c.state.not_in([OutboxState.HELD, OutboxState.READY, OutboxState.SENDING])
        old = outbox.c.case_id.is_(None) & outbox.c.blob_id.is_not(None) & (outbox.c.made_at <= made_before)
        query = select(outbox.c.id).where(old, ended).order_by(outbox.c.id).limit(most)
        return tuple(self.bench.run(query).scalars())

    def of_case(self, case_id: int) -> tuple[OutgoingLetter, ...]:
        return self._where(outbox.c.case_id == case_id)

    def of_draft(self, draft_id: int) -> tuple[OutgoingLetter, ...]:
        return self._where(outbox.c.draft_id == draft_id)

    def release(self, letter_id: int, not_before: datetime | None = None) -> bool:
        """HELD becomes READY; True for the one caller who did it."""
        later = {} if not_before is None else {"not_before": not_before}
        return self._changed(letter_id, {OutboxState.HELD}, state=OutboxState.READY, **later)

    def hold(self, letter_id: int, trouble: str) -> bool:
        """READY becomes HELD: a person lets it go or not. True for the one caller who did it."""
        return self._changed(letter_id, {OutboxState.READY}, state=OutboxState.HELD, trouble=short(trouble))

    def postpone(self, letter_id: int, until: datetime, trouble: str) -> bool:
        """It stays READY for a later moment; one that was cancelled meanwhile stays cancelled."""
        return self._changed(letter_id, {OutboxState.READY}, not_before=until, trouble=short(trouble))

    def let_pass(self, letter_id: int, at: datetime) -> bool:
        """Staff let go what the gate had held: the caps no longer count for it."""
        values = {"state": OutboxState.READY, "released_at": at, "not_before": at, "trouble": None}
        return self._changed(letter_id, {OutboxState.HELD}, **values)

    def held_automatic(self) -> tuple[OutgoingLetter, ...]:
        """Automatic letters that wait for staff."""
        return self._where((outbox.c.state == OutboxState.HELD) & outbox.c.letter.in_(sorted(AUTOMATIC)))

    def left_since(self, letter: OutgoingLetter, since: datetime) -> tuple[datetime, ...]:
        """When other letters of this kind were handed over for the same mailbox; known for two days."""
        query = select(outbox.c.dated_at).where(
            outbox.c.dated_at > since,
            outbox.c.mailbox_index == self._mailbox(letter.to),
            outbox.c.letter == letter.letter,
            outbox.c.id != letter.id,
            _left(),
        )
        return tuple(self.bench.run(query).scalars())

    def automatic_left_since(self, since: datetime) -> int:
        """How many automatic letters were handed over since then."""
        automatic = outbox.c.letter.in_(sorted(AUTOMATIC)) & (outbox.c.dated_at > since)
        return int(self.bench.run(select(func.count()).where(automatic, _left())).scalar_one())

    def cancel(self, letter_id: int) -> bool:
        """It will not leave; False if it is on its way already."""
        return self._changed(letter_id, {OutboxState.HELD, OutboxState.READY}, state=OutboxState.CANCELLED)

    def automatic_since(self, address: str, letter: LetterKind, since: datetime) -> int:
        """How many letters of this kind were made for the mailbox of this address since then, cancelled ones aside."""
        counted = select(func.count()).where(
            outbox.c.mailbox_index == self._mailbox(address),
            outbox.c.letter == letter,
            outbox.c.made_at >= since,
            outbox.c.state != OutboxState.CANCELLED,
        )
        return int(self.bench.run(counted).scalar_one())

    def told(self, address: str) -> tuple[int, ...]:
        """The cases of which a letter that asks or warns was handed over for the mailbox of this address."""
        query = select(outbox.c.case_id).where(outbox.c.mailbox_index == self._mailbox(address), _tells(), _left())
        return tuple(sorted({case_id for case_id in self.bench.run(query).scalars() if case_id is not None}))

    def told_mailboxes(self, addresses: Iterable[str]) -> frozenset[str]:
        """Those of these addresses to which such a letter was handed over."""
        indexes: dict[str, list[str]] = {}
        for address in addresses:
            indexes.setdefault(self._mailbox(address), []).append(address)
        query = select(outbox.c.mailbox_index).where(outbox.c.mailbox_index.in_(sorted(indexes)), _tells(), _left())
        return frozenset(one for found in self.bench.run(query).scalars() for one in indexes[found])

    def last_to(self, address: str, letter: LetterKind) -> OutgoingLetter | None:
        """The newest letter of this kind that was handed over for the mailbox of this address."""
        mine = (outbox.c.mailbox_index == self._mailbox(address)) & (outbox.c.letter == letter) & _left()
        found = self._where(mine)
        return max(found, key=lambda one: one.id, default=None)

    def by_message_id(self, message_id: str) -> OutgoingLetter | None:
        found = self._where(outbox.c.message_id == short(message_id))
        return found[0] if found else None

    def known(self, message_ids: Iterable[str]) -> frozenset[str]:
        """Those of these Message-IDs that are letters of ours."""
        kept: dict[str, list[str]] = {}
        for message_id in message_ids:
            kept.setdefault(short(message_id) or "", []).append(message_id)
        query = select(outbox.c.message_id).where(outbox.c.message_id.in_(sorted(kept)))
        return frozenset(one for found in self.bench.run(query).scalars() for one in kept[found])

    def forget_content(self, letter_id: int) -> bool:
        """Delete the bytes; who got what when stays. False where they were gone already."""
        blob_id = self.bench.one(outbox, letter_id).blob_id
        if blob_id is not None:
            self.bench.run(update(outbox).where(outbox.c.id == letter_id).values(blob_id=None))
            Blobs(self.bench).drop(blob_id)
        return blob_id is not None

    def forget_recipients(self, case_id: int) -> None:
        """Delete who got the letters of this case. The keyed hash stays a day: one letter per mailbox and day."""
        mine = outbox.c.case_id == case_id
        self.bench.run(update(outbox).where(mine).values(sealed=None))
        old = mine & (outbox.c.made_at < self.bench.now() - _LIMIT)
        self.bench.run(update(outbox).where(old).values(mailbox_index=""))

    def _mailbox(self, address: str) -> str:
        """Whom a letter is counted for: tags in an address make no other person of it."""
        return self.bench.vault.index(untagged(address))

    def _keep(self, letter_id: int, raw: bytes) -> None:
        blob_id = Blobs(self.bench).add(raw, _owner(letter_id))
        self.bench.run(update(outbox).where(outbox.c.id == letter_id).values(blob_id=blob_id))

    def _changed(self, letter_id: int, expected: set[OutboxState], **values: object) -> bool:
        mine = (outbox.c.id == letter_id) & outbox.c.state.in_(sorted(expected))
        return self.bench.changed(update(outbox).where(mine).values(**values))

    def _where(self, condition: ColumnElement[bool]) -> tuple[OutgoingLetter, ...]:
        query = select(outbox).where(condition).order_by(outbox.c.not_before, outbox.c.id)
        return tuple(self._letter(row) for row in self.bench.all(query))

    def _letter(self, row: Row[Any]) -> OutgoingLetter:
        content = self.bench.content(SealedRecipient, outbox, row)
        return OutgoingLetter(
            id=row.id,
            case_id=row.case_id,
            draft_id=row.draft_id,
            letter=row.letter,
            to="" if content is None else content.to,
            message_id=row.message_id,
            state=row.state,
            not_before=row.not_before,
            attempts=row.attempts,
            dated_at=row.dated_at,
            released_at=row.released_at,
            trouble=row.trouble,
        )


def _tells() -> ColumnElement[bool]:
    return outbox.c.letter.in_(sorted(TELLING))


def _left() -> ColumnElement[bool]:
    return outbox.c.state.in_([OutboxState.SENDING, OutboxState.SENT, OutboxState.UNKNOWN])


def _owner(letter_id: int) -> str:
    return f"outbox.raw|{letter_id}"
