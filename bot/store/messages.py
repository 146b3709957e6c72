"""The mails of a case, in and out, as staff read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select, update

from bot.store.bench import Bench, short
from bot.store.records import CaseMessage, Direction, Scalar
from bot.store.tables import messages


@dataclass(frozen=True, slots=True)
class SealedMessage:
    sender: str | None = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    message_id: str | None = field(repr=False)
    facts: dict[str, Scalar] = field(repr=False)


_GONE = SealedMessage(None, "", "", None, {})


@dataclass(frozen=True, slots=True)
class Messages:
    bench: Bench

    def add(
        self,
        case_id: int,
        direction: Direction,
        at: datetime,
        label: str,
        *,
        message_id: str | None,
        mail_id: int | None = None,
        outbox_id: int | None = None,
        sender: str | None,
        subject: str,
        text: str,
        facts: Mapping[str, Scalar],
    ) -> int:
        """Put a mail into a case file; codes and passphrases in `text` are masked by the caller."""
        return self.bench.add(
            messages,
            SealedMessage(sender, subject, text, message_id, dict(facts)),
            case_id=case_id,
            direction=direction,
            at=at,
            label=short(str(label), 60),
            message_id_index=None if message_id is None else self.bench.vault.index(message_id),
            mail_id=mail_id,
            outbox_id=outbox_id,
        )

    def came_since(self, case_id: int, since: datetime) -> int:
        """How many mails came into this case since then."""
        came = (messages.c.case_id == case_id) & (messages.c.direction == Direction.IN) & (messages.c.at > since)
        return int(self.bench.run(select(func.count()).where(came)).scalar_one())

    def of_case(self, case_id: int) -> tuple[CaseMessage, ...]:
        """In the order they came or left."""
        query = select(messages).where(messages.c.case_id == case_id).order_by(messages.c.at, messages.c.id)
        return tuple(self._message(row) for row in self.bench.all(query))

    def ids_of_case(self, case_id: int) -> tuple[int, ...]:
        """In the order they came or left; nothing is unsealed."""
        query = select(messages.c.id).where(messages.c.case_id == case_id).order_by(messages.c.at, messages.c.id)
        return tuple(self.bench.run(query).scalars())

    def get(self, message_id: int) -> CaseMessage:
        return self._message(self.bench.one(messages, message_id))

    def case_of(self, message_ids: Iterable[str]) -> int | None:
        """The case that one of these Message-IDs belongs to: our own letters count before mails we got."""
        indexes = {self.bench.vault.index(message_id) for message_id in message_ids}
        if not indexes:
            return None
        ours_first = case((messages.c.direction == Direction.OUT, 0), else_=1)
        query = (
            select(messages.c.case_id)
            .where(messages.c.message_id_index.in_(sorted(indexes)))
            .order_by(ours_first, messages.c.id.desc())
            .limit(1)
        )
        row = self.bench.first(query)
        return None if row is None else int(row.case_id)

    def known(self, message_ids: Iterable[str]) -> frozenset[str]:
        """Those of these Message-IDs that belong to a case."""
        indexes = self.bench.by_index(message_ids)
        query = select(messages.c.message_id_index).where(messages.c.message_id_index.in_(sorted(indexes)))
        return frozenset(one for found in self.bench.run(query).scalars() for one in indexes[found])

    def replace_text(self, message_id: int, text: str) -> None:
        """Put another text in its place: a mail without the part that had to go."""
        row = self.bench.one(messages, message_id)
        content = self.bench.content(SealedMessage, messages, row) or _GONE
        self.bench.reseal(messages, message_id, replace(content, text=text))

    def note_facts(self, message_id: int, facts: Mapping[str, Scalar]) -> None:
        """Add what was found out about a mail after it was filed. A forgotten message stays forgotten."""
        content = self.bench.content(SealedMessage, messages, self.bench.one(messages, message_id))
        if content is not None:
            self.bench.reseal(messages, message_id, replace(content, facts={**content.facts, **facts}))

    def forget(self, case_id: int) -> int:
        """Delete sender, subject, text and facts of all; that there was a mail, its date and label stay. How many."""
        held = (messages.c.case_id == case_id) & messages.c.sealed.is_not(None)
        return self.bench.run(update(messages).where(held).values(sealed=None)).rowcount

    def _message(self, row: Row[Any]) -> CaseMessage:
        content = self.bench.content(SealedMessage, messages, row) or _GONE
        return CaseMessage(
            id=row.id,
            case_id=row.case_id,
            direction=row.direction,
            at=row.at,
            message_id=content.message_id,
            mail_id=row.mail_id,
            outbox_id=row.outbox_id,
            label=row.label,
            sender=content.sender,
            subject=content.subject,
            text=content.text,
            facts=content.facts,
        )
