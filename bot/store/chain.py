"""The event chain: one per case, and chain 0 for the service. Every link's hash covers the one before it.

A link holds a digest of its values; the values lie in a row of their own, which can be deleted leaving a tombstone:
a mark in that row, and a later link of the same chain that says so. Any other gap is a broken link.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, union, update

from bot.store.bench import Bench, short
from bot.store.errors import VaultError
from bot.store.records import ChainHead, Event, Scalar
from bot.store.tables import cases, event_heads, event_values, events

SERVICE_CHAIN = 0
FORGOTTEN = "values_forgotten"
"""The event that allows the tombstones it names."""

_START = "0" * 64


@dataclass(frozen=True, slots=True)
class SealedValues:
    """The values of one event, with a salt: a digest of few possible values could be guessed."""

    salt: str = field(repr=False)
    values: dict[str, Scalar] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Events:
    bench: Bench

    def write(
        self,
        case_id: int | None,
        kind: str,
        actor: str,
        values: Mapping[str, Scalar] | None = None,
        *,
        os_login: str | None = None,
    ) -> int:
        """Add a link and return its number; `case_id` None is the service's own chain (users, mailbox)."""
        chain = SERVICE_CHAIN if case_id is None else case_id
        seq, before = self._next(chain)
        content = SealedValues(secrets.token_hex(16), _plain(values or {}))
        at, digest = self.bench.now(), _digest(content)
        actor, os_login = short(actor, 100) or "", short(os_login, 100)
        link = _hash(before, chain, seq, at, str(kind), actor, os_login, digest)
        self.bench.run(
            insert(events).values(
                chain=chain,
                seq=seq,
                at=at,
                kind=str(kind),
                actor=actor,
                os_login=os_login,
                digest=digest,
                hash=link,
            )
        )
        sealed = self.bench.sealed(content, _place(chain, seq))
        self.bench.run(insert(event_values).values(chain=chain, seq=seq, sealed=sealed))
        self.bench.run(update(event_heads).where(event_heads.c.chain == chain).values(hash=link))
        return seq

    def _next(self, chain: int) -> tuple[int, str]:
        """The next number and the hash before it; holds the head until the transaction ends.

        The case is locked first, as a move does it: two orders would let two transactions wait for each other.
        """
        if chain != SERVICE_CHAIN and self.bench.connection.dialect.name == "postgresql":
            self.bench.run(select(cases.c.id).where(cases.c.id == chain).with_for_update(key_share=True))
        entry = self.bench.upsert(event_heads).values(chain=chain, seq=1, hash=_START)
        counted = entry.on_conflict_do_update(index_elements=["chain"], set_={"seq": event_heads.c.seq + 1})
        row = self.bench.run(counted.returning(event_heads.c.seq, event_heads.c.hash)).one()
        return row.seq, row.hash

    def of(self, case_id: int | None, kind: str | None = None) -> tuple[Event, ...]:
        """Every event, or those of one kind; the others are then neither read nor opened."""
        links = self._links(SERVICE_CHAIN if case_id is None else case_id, kind=kind)
        return tuple(self._event(row) for row in links)

    def one(self, case_id: int | None, seq: int) -> Event | None:
        links = self._links(SERVICE_CHAIN if case_id is None else case_id, seq)
        return next((self._event(row) for row in links), None)

    def forget(self, case_id: int | None, seqs: Iterable[int], actor: str, *, os_login: str | None = None) -> None:
        """Delete the values of these events, and say so in the chain. The links themselves stay."""
        chain = SERVICE_CHAIN if case_id is None else case_id
        numbers = sorted(set(seqs))
        self.bench.run(
            update(event_values)
            .where(event_values.c.chain == chain, event_values.c.seq.in_(numbers))
            .values(sealed=None, forgotten_at=self.bench.now())
        )
        named = {"seqs": ",".join(str(number) for number in numbers)}
        self.write(case_id, FORGOTTEN, actor, named, os_login=os_login)

    def heads(self) -> tuple[ChainHead, ...]:
        """The newest link of every chain, for an anchor kept elsewhere: without one, a whole chain can be rewritten."""
        return tuple(head for head, _ in self.heads_to_anchor())

    def heads_to_anchor(self) -> Iterator[tuple[ChainHead, bool]]:
        """The newest link of every chain, and whether an anchor says so already."""
        for row in self.bench.all(select(event_heads).order_by(event_heads.c.chain)):
            yield ChainHead(row.chain, row.seq, row.hash), row.anchored_seq == row.seq

    def note_anchored(self, heads: Iterable[ChainHead]) -> None:
        """An anchor says this of them now."""
        rows = [{"of": head.chain, "upto": head.seq} for head in heads]
        if rows:
            mark = update(event_heads).where(event_heads.c.chain == bindparam("of"))
            self.bench.run_many(mark.values(anchored_seq=bindparam("upto")), rows)

    def chains(self) -> tuple[int, ...]:
        """Every chain of which anything is there."""
        every = union(select(event_heads.c.chain), select(events.c.chain), select(event_values.c.chain))
        return tuple(sorted(self.bench.run(every).scalars()))

    def hashes(self, case_id: int | None) -> dict[int, str]:
        """The hash of each link by its number."""
        chain = SERVICE_CHAIN if case_id is None else case_id
        return {row.seq: row.hash for row in self.bench.all(select(events).where(events.c.chain == chain))}

    def broken_links(self, case_id: int | None) -> tuple[int, ...]:
        """Numbers of the links that are missing, changed, or whose values are not what was written."""
        chain = SERVICE_CHAIN if case_id is None else case_id
        links = list(self._links(chain))
        head = self.bench.first(select(event_heads).where(event_heads.c.chain == chain))
        last = max(head.seq if head else 0, max((row.seq for row in links), default=0))
        broken = {*range(1, last + 1)} - {row.seq for row in links}
        broken |= set(_wrong_hashes(links)) | set(self._wrong_values(links))
        if links and (head is None or (head.seq == links[-1].seq and head.hash != links[-1].hash)):
            broken.add(links[-1].seq)
        return tuple(sorted(broken))

    def _wrong_values(self, links: list[Row[Any]]) -> Iterator[int]:
        allowed = {number for row in links if row.kind == FORGOTTEN for number in self._named(row)}
        for row in links:
            if row.sealed is None:
                if row.forgotten_at is None or row.seq not in allowed:
                    yield row.seq
            elif not self._holds(row):
                yield row.seq

    def _named(self, row: Row[Any]) -> Iterator[int]:
        if row.sealed is not None and self._holds(row):
            yield from (int(number) for number in str(self._values(row).values["seqs"]).split(",") if number)

    def _holds(self, row: Row[Any]) -> bool:
        try:
            return _digest(self._values(row)) == str(row.digest)
        except VaultError:
            return False

    def _links(self, chain: int, seq: int | None = None, kind: str | None = None) -> Iterator[Row[Any]]:
        both = (event_values.c.chain == events.c.chain) & (event_values.c.seq == events.c.seq)
        wanted = [] if seq is None else [events.c.seq == seq]
        wanted += [] if kind is None else [events.c.kind == kind]
        return self.bench.all(
            select(events, event_values.c.sealed, event_values.c.forgotten_at)
            .outerjoin(event_values, both)
            .where(events.c.chain == chain, *wanted)
            .order_by(events.c.seq)
        )

    def _values(self, row: Row[Any]) -> SealedValues:
        return self.bench.opened(SealedValues, row.sealed, _place(row.chain, row.seq))

    def _event(self, row: Row[Any]) -> Event:
        return Event(
            case_id=row.chain,
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            os_login=row.os_login,
            values={} if row.sealed is None else self._values(row).values,
            hash=row.hash,
            forgotten=row.sealed is None,
        )


def _plain(values: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """Scalars as JSON gives them back, so that a digest made now is the digest of what is read later."""
    written = json.dumps(dict(values), allow_nan=False, ensure_ascii=False).encode("utf-8", "replace")
    plain: dict[str, Scalar] = json.loads(written)
    return plain


def _wrong_hashes(links: list[Row[Any]]) -> Iterator[int]:
    before = _START
    for row in links:
        if row.hash != _hash(before, row.chain, row.seq, row.at, row.kind, row.actor, row.os_login, row.digest):
            yield row.seq
        before = row.hash


def _hash(before: str, chain: int, seq: int, at: datetime, *rest: str | None) -> str:
    return _sha256([before, chain, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), *rest])


def _digest(content: SealedValues) -> str:
    return _sha256([content.salt, content.values])


def _sha256(matter: object) -> str:
    """Hex digest of canonical JSON."""
    canonical = json.dumps(matter, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _place(chain: int, seq: int) -> str:
    return f"event_values.sealed|{chain}.{seq}"
