"""How many cases were opened since a moment, and how many of those had their term extended; nothing is unsealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from bot.cases.figures import Extensions
from bot.store.archive import Transaction
from bot.store.tables import cases, events

TERM_EXTENDED = "term_extended"
"""The event that says that the notice of an extension has left."""


def extensions(tx: Transaction, since: datetime) -> Extensions:
    opened = select(func.count()).select_from(cases).where(cases.c.opened_at >= since)
    extended = (
        select(func.count(func.distinct(cases.c.id)))
        .join(events, events.c.chain == cases.c.id)
        .where(cases.c.opened_at >= since, events.c.kind == TERM_EXTENDED)
    )
    run = tx.cases.bench.run
    return Extensions(int(run(opened).scalar_one()), int(run(extended).scalar_one()))
