"""Wrong codes of one day, counted by mailbox over all cases: whose address they came from, and who was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from bot.mail.subaddress import untagged
from bot.store.bench import Bench
from bot.store.tables import guesses


@dataclass(frozen=True, slots=True)
class Guesses:
    bench: Bench

    def count(self, address: str) -> int:
        """One guess more for the mailbox of this address; returns how many there are today.

        Exact however many count at once. What was counted on an earlier day is forgotten on the way.
        """
        today = self._today()
        self.bench.run(delete(guesses).where(guesses.c.guessed_on < today))
        entry = self.bench.upsert(guesses).values(mailbox_index=self._mailbox(address), guessed_on=today, wrong=1)
        counted = entry.on_conflict_do_update(
            index_elements=["mailbox_index", "guessed_on"], set_={"wrong": guesses.c.wrong + 1}
        )
        return int(self.bench.run(counted.returning(guesses.c.wrong)).scalar_one())

    def today(self, address: str) -> int:
        mine = (guesses.c.mailbox_index == self._mailbox(address)) & (guesses.c.guessed_on == self._today())
        row = self.bench.first(select(guesses.c.wrong).where(mine))
        return 0 if row is None else int(row.wrong)

    def _mailbox(self, address: str) -> str:
        return self.bench.vault.index(f"guess:{untagged(address.lower())}")

    def _today(self) -> date:
        return self.bench.now().astimezone(ZoneInfo(self.bench.timezone)).date()
