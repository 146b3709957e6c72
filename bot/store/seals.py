"""The signatures on mails of cases, as keyed hashes: seen before means sent once more."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select

from bot.mail.authentication.verdict import SealMark
from bot.store.bench import Bench
from bot.store.tables import seals


@dataclass(frozen=True, slots=True)
class Seals:
    bench: Bench

    def add(self, case_id: int, mail_id: int, mark: SealMark) -> None:
        values = {"case_id": case_id, "mail_id": mail_id}
        index = self.bench.vault.index
        self.bench.add(seals, None, **values, signature_index=index(mark.signature), body_index=index(mark.body))

    def signature_seen(self, mark: SealMark, mail_id: int) -> bool:
        """Whether another mail bore this very signature."""
        same = seals.c.signature_index == self.bench.vault.index(mark.signature)
        return self._seen(same, mail_id)

    def body_seen(self, mark: SealMark, mail_id: int) -> bool:
        """Whether another mail of this domain had this very content."""
        return self._seen(seals.c.body_index == self.bench.vault.index(mark.body), mail_id)

    def _seen(self, same: ColumnElement[bool], mail_id: int) -> bool:
        return self.bench.first(select(seals.c.id).where(same, seals.c.mail_id != mail_id).limit(1)) is not None

    def forget(self, case_id: int) -> None:
        self.bench.run(delete(seals).where(seals.c.case_id == case_id))
