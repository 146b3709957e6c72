"""Facts about the service itself that outlive a restart: when it first started, whether sending is paused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from bot.mail.outage import Readings
from bot.store.bench import Bench
from bot.store.tables import meta

_READINGS = TypeAdapter(Readings)


@dataclass(frozen=True, slots=True)
class Meta:
    bench: Bench

    def get(self, name: str) -> str | None:
        row = self.bench.first(select(meta.c.value).where(meta.c.name == name))
        return None if row is None else str(row.value)

    def set(self, name: str, value: str) -> None:
        entry = self.bench.upsert(meta).values(name=name, value=value)
        self.bench.run(entry.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    def drop(self, name: str) -> None:
        self.bench.run(delete(meta).where(meta.c.name == name))

    def readings(self, mailbox: str) -> Readings | None:
        """How reading this mailbox went lately; None before anybody looked."""
        kept = self.get(_place(mailbox))
        return None if kept is None else _READINGS.validate_json(kept)

    def set_readings(self, mailbox: str, readings: Readings) -> None:
        self.set(_place(mailbox), _READINGS.dump_json(readings).decode())


def _place(mailbox: str) -> str:
    """A name that fits, however long that of the mailbox is."""
    return f"readings:{hashlib.sha256(mailbox.encode()).hexdigest()[:32]}"
