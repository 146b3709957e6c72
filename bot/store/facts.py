"""Facts about the service itself that outlive a restart: when it first started, whether sending is paused."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.store.bench import Bench
from bot.store.tables import meta


@dataclass(frozen=True, slots=True)
class Meta:
    bench: Bench

    def get(self, name: str) -> str | None:
        row = self.bench.first(select(meta.c.value).where(meta.c.name == name))
        return None if row is None else str(row.value)

    def set(self, name: str, value: str) -> None:
        entry = self.bench.upsert(meta).values(name=name, value=value)
        self.bench.run(entry.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
