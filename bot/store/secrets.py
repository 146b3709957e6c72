"""What a case keeps secret for a while: the passphrase of its export, and its codes, only to mask them when quoted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import delete, select

from bot.store.bench import Bench
from bot.store.tables import secrets


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    passphrase: str | None = field(default=None, repr=False)
    codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Secrets:
    bench: Bench

    def passphrase(self, case_id: int) -> str | None:
        return self._of(case_id).passphrase

    def set_passphrase(self, case_id: int, value: str) -> None:
        self._keep(case_id, replace(self._of(case_id), passphrase=value))

    def codes(self, case_id: int) -> tuple[str, ...]:
        return self._of(case_id).codes

    def remember_code(self, case_id: int, code: str) -> None:
        known = self._of(case_id)
        if code not in known.codes:
            self._keep(case_id, replace(known, codes=(*known.codes, code)))

    def destroy(self, case_id: int) -> None:
        self.bench.run(delete(secrets).where(secrets.c.case_id == case_id))

    def _of(self, case_id: int) -> SealedSecrets:
        row = self.bench.first(select(secrets).where(secrets.c.case_id == case_id))
        return SealedSecrets() if row is None else self.bench.opened(SealedSecrets, row.sealed, _place(case_id))

    def _keep(self, case_id: int, content: SealedSecrets) -> None:
        sealed = self.bench.sealed(content, _place(case_id))
        entry = self.bench.upsert(secrets).values(case_id=case_id, sealed=sealed)
        self.bench.run(entry.on_conflict_do_update(index_elements=["case_id"], set_={"sealed": sealed}))


def _place(case_id: int) -> str:
    return f"secrets.sealed|{case_id}"
