"""What the archive holds of second opinions: which mail waits for one, how many were asked for, and what came back."""

from __future__ import annotations

from datetime import timedelta

from bot.cases.second_opinion import SecondOpinion
from bot.cases.work import Work
from bot.store.archive import Transaction
from bot.store.casework import BOT

EVENT = "second_opinion"
"""The event that says which mail was shown to which model, and which labels came back."""

_COUNT = "second_opinions"


def seek(tx: Transaction, mail_id: int, case_id: int | None, later: timedelta = timedelta(0)) -> None:
    """Have another reader asked about this mail. Without a case the mail is not filed until that was tried."""
    run_at = tx.jobs.bench.now() + later
    tx.jobs.defer(Work.SECOND_OPINION, mail_id, case_id=case_id, run_at=run_at, key=f"{EVENT}:{mail_id}")


def counted(tx: Transaction, per_day: int) -> bool:
    """Count one more question; False where today had all of its own, whoever sent the mail that caused them."""
    today = f"{tx.jobs.bench.now():%Y-%m-%d}"
    day, _, asked = (tx.meta.get(_COUNT) or "").partition(" ")
    count = int(asked) if day == today else 0
    if count >= per_day:
        return False
    tx.meta.set(_COUNT, f"{today} {count + 1}")
    return True


def note(tx: Transaction, case_id: int, mail_id: int, opinion: SecondOpinion) -> None:
    """Write down whose words were shown to whom, and what came of it."""
    kinds = " ".join(sorted(opinion.labels)) or "none"
    tx.events.write(case_id, EVENT, BOT, {"mail": mail_id, "model": opinion.model, "kinds": kinds})


def noted(tx: Transaction, case_id: int, mail_id: int) -> bool:
    return any(event.kind == EVENT and event.values.get("mail") == mail_id for event in tx.events.of(case_id))
