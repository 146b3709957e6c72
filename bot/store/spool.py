"""The spool for many mails at once: into it, out of it, and left alone, with a few statements for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from bot.store.bench import Bench
from bot.store.blobs import Blobs, pieces
from bot.store.mails import Mails, owner
from bot.store.records import Arrival, MailVerdict
from bot.store.tables import blob_chunks, blobs, mails

_SETTLING = (
    update(mails)
    .where(mails.c.id == bindparam("mail_id"), mails.c.verdict == MailVerdict.PENDING)
    .values(verdict=bindparam("verdict"), identity_index=bindparam("identity_index"), blob_id=None, connection=None)
)
_ENTERING = insert(mails).returning(mails.c.id, mails.c.uid)
_MAKING_BLOBS = insert(blobs).returning(blobs.c.id, blobs.c.size)
_ADDING_CHUNKS = insert(blob_chunks)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A mail of which nothing is kept but a keyed hash of its identity, the verdict and the date."""

    mail_id: int
    verdict: MailVerdict  # ORDINARY or AUTOMATIC
    identity: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spool:
    bench: Bench

    def store(self, arrived: Sequence[tuple[bytes, Arrival]]) -> list[int | None]:
        """Spool mails; the id of each, None where its (mailbox, folder, uidvalidity, uid) is in the ledger already."""
        together = {number for number, (_, arrival) in enumerate(arrived) if arrival.uid is not None}
        ids: list[int | None] = [None] * len(arrived)
        for place, numbers in _by_place(arrived, together).items():
            known = self._known(place, [arrived[number][1].uid for number in numbers])
            fresh = {arrived[number][1].uid: number for number in numbers if arrived[number][1].uid not in known}
            for uid, mail_id in self._entered([arrived[number] for number in fresh.values()]):
                ids[fresh[uid]] = mail_id
        for number in range(len(arrived)):
            if number not in together:
                ids[number] = Mails(self.bench).store(*arrived[number])
        return ids

    def _known(self, place: tuple[Any, ...], uids: Sequence[int | None]) -> frozenset[int]:
        mailbox, folder, uidvalidity = place
        here = (mails.c.mailbox == mailbox) & (mails.c.folder == folder) & (mails.c.uidvalidity == uidvalidity)
        return frozenset(self.bench.run(select(mails.c.uid).where(here, mails.c.uid.in_(uids))).scalars())

    def _entered(self, arrived: Sequence[tuple[bytes, Arrival]]) -> Iterator[tuple[int, int]]:
        """UID and id of each mail, kept with its bytes."""
        if not arrived:
            return
        now, blob_ids = self.bench.now(), self._blobs([raw for raw, _ in arrived])
        lines = [
            {**_line(arrival), "stored_at": now, "verdict": MailVerdict.PENDING, "blob_id": blob_id}
            for (_, arrival), blob_id in zip(arrived, blob_ids, strict=True)
        ]
        ids = {row.uid: row.id for row in self.bench.run_many(_ENTERING, lines)}
        seal = self.bench.vault.seal
        chunks = [
            {"blob_id": blob_id, "seq": seq, "sealed": seal(piece, place)}
            for (raw, arrival), blob_id in zip(arrived, blob_ids, strict=True)
            for seq, (piece, place) in enumerate(pieces(raw, owner(ids[arrival.uid])))
        ]
        if chunks:
            self.bench.run_many(_ADDING_CHUNKS, chunks)
        yield from ids.items()

    def _blobs(self, raws: Sequence[bytes]) -> list[int]:
        """A blob for each. The database gives ids in any order; of two blobs of one size either may be whose."""
        wanted = [{"size": len(raw), "chunks": sum(1 for _ in pieces(raw, ""))} for raw in raws]
        made: defaultdict[int, list[int]] = defaultdict(list)
        for row in self.bench.run_many(_MAKING_BLOBS, wanted):
            made[row.size].append(row.id)
        return [made[len(raw)].pop() for raw in raws]

    def read(self, mail_ids: Sequence[int], room: int) -> list[bytes | None]:
        """The first of these mails, at least one and together not larger than `room` bytes, as they came.

        None for a mail that is decided already.
        """
        query = select(mails.c.id, mails.c.blob_id, blobs.c.size, blobs.c.chunks).join_from(mails, blobs)
        pending = query.where(mails.c.id.in_(mail_ids), mails.c.verdict == MailVerdict.PENDING)
        rows = {row.id: row for row in self.bench.all(pending)}
        fitting = [*_fitting(mail_ids, rows, room)]
        texts = Blobs(self.bench).read_all({rows[one].blob_id: owner(one) for one in fitting if one in rows})
        return [texts[rows[one].blob_id] if one in rows else None for one in fitting]

    def leave_alone(self, settled: Sequence[LeftAlone]) -> None:
        """Write the verdicts, and forget the content, in this same transaction."""
        if not settled:
            return
        index = self.bench.vault.index
        ours = mails.c.id.in_([one.mail_id for one in settled]) & (mails.c.verdict == MailVerdict.PENDING)
        held = select(mails.c.blob_id).where(ours, mails.c.blob_id.is_not(None)).with_for_update()
        blob_ids = [*self.bench.run(held).scalars()]
        self.bench.run_many(
            _SETTLING,
            [
                {"mail_id": one.mail_id, "verdict": one.verdict, "identity_index": index(one.identity)}
                for one in settled
            ],
        )
        self.bench.run(delete(blob_chunks).where(blob_chunks.c.blob_id.in_(blob_ids)))
        self.bench.run(delete(blobs).where(blobs.c.id.in_(blob_ids)))

    def known_identities(self, identities: Iterable[str]) -> frozenset[str]:
        """Those of them that a mail in the ledger has already."""
        indexes = self.bench.by_index(identities)
        query = select(mails.c.identity_index).where(mails.c.identity_index.in_(sorted(indexes)))
        return frozenset(one for found in self.bench.run(query).scalars() for one in indexes[found])


def _line(arrival: Arrival) -> dict[str, object]:
    return {name: getattr(arrival, name) for name in Arrival.__slots__}


def _by_place(
    arrived: Sequence[tuple[bytes, Arrival]], numbers: Iterable[int]
) -> Mapping[tuple[str | None, str | None, int | None], list[int]]:
    places: defaultdict[tuple[str | None, str | None, int | None], list[int]] = defaultdict(list)
    for number in sorted(numbers):
        arrival = arrived[number][1]
        places[arrival.mailbox, arrival.folder, arrival.uidvalidity].append(number)
    return places


def _fitting(mail_ids: Sequence[int], rows: Mapping[int, Row[Any]], room: int) -> Iterator[int]:
    for number, mail_id in enumerate(mail_ids):
        room -= rows[mail_id].size if mail_id in rows else 0
        if number and room < 0:
            return
        yield mail_id
