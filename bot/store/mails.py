"""The spool and the ledger: every mail that ever reached us, its bytes only as long as a case needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, exists, func, select, update

from bot.cases.work import Work
from bot.mail.authentication.verdict import Connection
from bot.mail.positions import GapReason
from bot.store.bench import Bench, short
from bot.store.blobs import Blobs
from bot.store.records import Arrival, JobState, KeptMail, MailVerdict
from bot.store.tables import folder_gaps, jobs, mails

_CONTENT_GOES = frozenset({MailVerdict.ORDINARY, MailVerdict.AUTOMATIC, MailVerdict.DUPLICATE})
"""Verdicts after which our store keeps nothing but a keyed hash, the verdict and the date."""

_TAKES_IN = (Work.TAKE_IN, Work.TAKE_IN_TOP, Work.SECOND_OPINION)
_STUCK = (mails.c.verdict == MailVerdict.PENDING) & ~exists().where(
    jobs.c.target_id == mails.c.id, jobs.c.kind.in_(_TAKES_IN), jobs.c.state != JobState.PARKED
)
"""Nobody decided about the mail, and the work of doing so failed too often, or is not there."""


@dataclass(frozen=True, slots=True)
class Mails:
    bench: Bench

    def store(self, raw: bytes, arrival: Arrival, connection: Connection | None = None) -> int | None:
        """Spool one mail; None if this (mailbox, folder, uidvalidity, uid) is in the ledger already.

        `connection` is kept only until the mail is settled as ordinary, or its sender was checked.
        """
        mail_id = self._enter(arrival)
        if mail_id is not None:
            blob_id = Blobs(self.bench).add(raw, owner(mail_id))
            self.bench.run(update(mails).where(mails.c.id == mail_id).values(blob_id=blob_id))
            if connection is not None:
                sealed = self.bench.sealed(connection, _origin(mail_id))
                self.bench.run(update(mails).where(mails.c.id == mail_id).values(connection=sealed))
        return mail_id

    def _enter(self, arrival: Arrival) -> int | None:
        line = {name: getattr(arrival, name) for name in Arrival.__slots__}
        entry = self.bench.upsert(mails).values(**line, stored_at=self.bench.now(), verdict=MailVerdict.PENDING)
        return self.bench.run(entry.on_conflict_do_nothing().returning(mails.c.id)).scalar_one_or_none()

    def arrival(self, mail_id: int) -> Arrival:
        return self.get(mail_id).arrival

    def get(self, mail_id: int) -> KeptMail:
        return _kept(self.bench.one(mails, mail_id))

    def raw(self, mail_id: int) -> bytes:
        """The mail as it came. Raises MissingRowError after its content was let go."""
        row = self.bench.one(mails, mail_id)
        return Blobs(self.bench).read(row.blob_id, owner(mail_id))

    def chunks(self, mail_id: int) -> Iterator[bytes]:
        """The same, one MiB at a time."""
        row = self.bench.one(mails, mail_id)
        return Blobs(self.bench).chunks(row.blob_id, owner(mail_id))

    def connection(self, mail_id: int) -> Connection | None:
        """Who handed the mail over, where that is known and was not let go."""
        sealed = self.bench.one(mails, mail_id).connection
        return None if sealed is None else self.bench.opened(Connection, sealed, _origin(mail_id))

    def forget_connection(self, mail_id: int) -> None:
        self.bench.run(update(mails).where(mails.c.id == mail_id).values(connection=None))

    def replace_content(self, mail_id: int, raw: bytes) -> None:
        """The mail without what had to go. The bytes as they came are deleted in this same transaction."""
        old = self.bench.one(mails, mail_id).blob_id
        blob_id = Blobs(self.bench).add(raw, owner(mail_id))
        self.bench.run(update(mails).where(mails.c.id == mail_id).values(blob_id=blob_id))
        if old is not None:
            Blobs(self.bench).drop(old)

    def settle(
        self,
        mail_id: int,
        verdict: MailVerdict,
        identity: str | None,
        case_id: int | None = None,
        note: str | None = None,
    ) -> None:
        """Write what became of it; what is no case loses its content in this same transaction.

        `identity` is kept as a keyed hash; `note` is for staff, without personal data.
        """
        values: dict[str, object] = {"verdict": verdict, "case_id": case_id, "note": short(note)}
        if identity is not None:
            values["identity_index"] = self.bench.vault.index(identity)
        blob_id = self.bench.one(mails, mail_id).blob_id
        if verdict in _CONTENT_GOES:
            values |= {"blob_id": None, "connection": None}
        self.bench.run(update(mails).where(mails.c.id == mail_id).values(**values))
        if verdict in _CONTENT_GOES and blob_id is not None:
            Blobs(self.bench).drop(blob_id)

    def earlier_with_identity(self, identity: str, than: int) -> KeptMail | None:
        """Another mail of this identity that was settled before this one came to its turn.

        Ids do not decide: a copy may be filed while the first of the two is still tried again.
        """
        same = mails.c.identity_index == self.bench.vault.index(identity)
        another = (mails.c.id != than) & (mails.c.verdict != MailVerdict.DUPLICATE)
        row = self.bench.first(select(mails).where(same, another).order_by(mails.c.id).limit(1))
        return None if row is None else _kept(row)

    def pending(self) -> tuple[int, ...]:
        """Ids of mails nobody decided about yet, oldest first."""
        query = select(mails.c.id).where(mails.c.verdict == MailVerdict.PENDING).order_by(mails.c.id)
        return tuple(self.bench.run(query).scalars())

    def of_case(self, case_id: int) -> tuple[KeptMail, ...]:
        return self._kept(select(mails).where(mails.c.case_id == case_id).order_by(mails.c.id))

    def with_verdict(self, verdict: MailVerdict) -> tuple[KeptMail, ...]:
        return self._kept(select(mails).where(mails.c.verdict == verdict).order_by(mails.c.id))

    def counts(self) -> Mapping[MailVerdict, int]:
        query = select(mails.c.verdict, func.count().label("mails")).group_by(mails.c.verdict)
        return {row.verdict: row.mails for row in self.bench.all(query)}

    def blob_bytes(self) -> int:
        """Encrypted bytes of all mails together."""
        return Blobs(self.bench).total_bytes(select(mails.c.blob_id).where(mails.c.blob_id.is_not(None)))

    def forget_content(self, mail_id: int) -> None:
        """Delete the bytes; the line of the ledger stays. Done twice it changes nothing."""
        row = self.bench.one(mails, mail_id)
        if row.blob_id is not None:
            self.bench.run(update(mails).where(mails.c.id == mail_id).values(blob_id=None, connection=None))
            Blobs(self.bench).drop(row.blob_id)

    def uids(self, mailbox: str, folder: str, uidvalidity: int) -> Iterator[tuple[int, MailVerdict]]:
        """Every UID of one folder with its verdict, ascending; not those that the server gave to other mail since."""
        query = (
            select(mails.c.uid, mails.c.verdict)
            .where(mails.c.mailbox == mailbox, mails.c.folder == folder, mails.c.uidvalidity == uidvalidity)
            .where(mails.c.uid.is_not(None))
            .order_by(mails.c.uid)
        )
        return ((row.uid, row.verdict) for row in self.bench.all(query))

    def between(
        self, mailbox: str, folder: str, uidvalidity: int, low: int, high: int
    ) -> tuple[dict[int, MailVerdict], frozenset[int]]:
        """UIDs from `low` to `high` with their verdicts; and those undecided on which no work goes on by itself."""
        place = (mails.c.mailbox == mailbox) & (mails.c.folder == folder) & (mails.c.uidvalidity == uidvalidity)
        here = place & mails.c.uid.between(low, high)
        verdicts = {row.uid: row.verdict for row in self.bench.all(select(mails.c.uid, mails.c.verdict).where(here))}
        return verdicts, frozenset(self.bench.run(select(mails.c.uid).where(here, _STUCK)).scalars())

    def gone_unread(self, mailbox: str, folder: str, uidvalidity: int) -> int:
        """How many UIDs of this folder were gone before they could be read, or never given out."""
        gaps = folder_gaps.c
        here = (gaps.mailbox == mailbox) & (gaps.folder == folder) & (gaps.uidvalidity == uidvalidity)
        counted = select(func.coalesce(func.sum(gaps.high - gaps.low + 1), 0))
        return int(self.bench.run(counted.where(here, gaps.reason == GapReason.GONE)).scalar_one())

    def _kept(self, query: Select[Any]) -> tuple[KeptMail, ...]:
        return tuple(_kept(row) for row in self.bench.all(query))


def owner(mail_id: int) -> str:
    """The name to which the bytes of a mail are sealed."""
    return f"mails.raw|{mail_id}"


def _origin(mail_id: int) -> str:
    return f"mails.connection|{mail_id}"


def _kept(row: Row[Any]) -> KeptMail:
    arrival = Arrival(**{name: row._mapping[name] for name in Arrival.__slots__})
    return KeptMail(row.id, arrival, row.verdict, row.blob_id is not None, row.case_id, row.note)
