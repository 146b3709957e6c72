"""Codes that are used once, whatever they are kept in: used by one caller, or replaced."""

from __future__ import annotations

from sqlalchemy import Table, update

from bot.store.bench import Bench
from bot.store.records import ChallengeState

NO_CODE = ""
"""In the place of a hash: the code was used, replaced or ran out."""


def use(bench: Bench, table: Table, row_id: int) -> bool:
    """True for the one caller who used it."""
    mine = (table.c.id == row_id) & (table.c.state == ChallengeState.OPEN)
    return bench.changed(update(table).where(mine).values(state=ChallengeState.USED, code_hash=NO_CODE))


def retire(bench: Bench, table: Table, case_id: int) -> None:
    """No open code of this case works any more."""
    standing = (table.c.case_id == case_id) & (table.c.state == ChallengeState.OPEN)
    bench.run(update(table).where(standing).values(state=ChallengeState.RETIRED, code_hash=NO_CODE))
