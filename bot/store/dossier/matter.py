"""One case as its dossier tells it: the archive behind it, local time, and every word masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.cases.deadlines import Calendar
from bot.cases.event_facts import facts_in_words
from bot.cases.links import without_tokens
from bot.cases.masking import MASK, masked, masked_bsn
from bot.cases.model import Case
from bot.cases.moments import moment_words
from bot.store.archive import Transaction
from bot.store.chain import FORGOTTEN
from bot.store.records import Event

INTERNAL = "alleen-intern"


FOR_COLLEAGUES = frozenset({"note", "draft_rejected"})
"""Events whose words are for colleagues: elsewhere only that they happened."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One case as the archive knows it at one moment."""

    tx: Transaction
    case: Case
    calendar: Calendar
    own_address: str
    mask: Callable[[str], str]
    now: datetime

    def said(self, event: Event, gone: Mapping[int, datetime]) -> str:
        if event.forgotten:
            return f"verwijderd op {self.moment(gone.get(event.seq))}; wat er stond is niet meer te lezen"
        if event.kind in FOR_COLLEAGUES:
            return "(alleen intern)"
        return self.mask(facts_in_words(event.values, self.calendar.timezone))

    def moment(self, at: datetime | None) -> str:
        return "" if at is None else moment_words(at, self.calendar.timezone)

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.calendar.timezone)).date()


def masking(tx: Transaction, case_id: int, own_numbers: frozenset[str]) -> Callable[[str], str]:
    """Takes codes, passphrase, links and citizen service numbers out of any text about this case."""
    passphrase = tx.secrets.passphrase(case_id)
    secrets = [*tx.secrets.codes(case_id), *([passphrase] if passphrase else [])]

    def mask(text: str) -> str:
        return masked_bsn(masked(without_tokens(text, MASK), secrets), own_numbers)

    return mask


def forgotten_at(events: tuple[Event, ...]) -> dict[int, datetime]:
    """When the values of which links were deleted, as the chain itself says."""
    return {
        int(seq): event.at
        for event in events
        if event.kind == FORGOTTEN
        for seq in str(event.values.get("seqs", "")).split(",")
        if seq
    }
