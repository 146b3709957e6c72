"""Leases: what only one process may do at a time, such as the work on a SQLite file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from bot.store.bench import Bench
from bot.store.tables import leases


@dataclass(frozen=True, slots=True)
class Leases:
    bench: Bench

    def take(self, name: str, worker: str, now: datetime, seconds: float) -> bool:
        """Take or keep a lease; False while another worker holds it."""
        until = now + timedelta(seconds=seconds)
        entry = self.bench.upsert(leases).values(name=name, worker=worker, until=until)
        taken = entry.on_conflict_do_update(
            index_elements=["name"],
            set_={"worker": worker, "until": until},
            where=or_(leases.c.worker == worker, leases.c.until <= now),
        ).returning(leases.c.name)
        return self.bench.run(taken).first() is not None

    def holder(self, name: str, now: datetime) -> str | None:
        """Who holds it now."""
        row = self.bench.first(select(leases).where(leases.c.name == name, leases.c.until > now))
        return None if row is None else str(row.worker)

    def drop(self, name: str, worker: str) -> None:
        """Let go, if it is still this worker's."""
        self.bench.run(delete(leases).where(leases.c.name == name, leases.c.worker == worker))
