"""What must stay while anything about a person stays: the record by which he is found, recognised and reached. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.cases.changes import ChangeAction, PlannedChange
from bot.datamap.model import FieldRef, Identity
from bot.datamap.words import Words
from bot.sources.phrases import AFTER_THE_REST, TO_REACH

_STAYS = frozenset({ChangeAction.KEEP, ChangeAction.RETURN, ChangeAction.ERASE_BY_HAND})


@dataclass(frozen=True, slots=True)
class Stay:
    """The rows and columns of one person's record that outlive his erasure, and until when."""

    system: str
    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]  # table, column: not emptied in rows that stay
    action: ChangeAction  # KEEP, or ERASE_BY_HAND where no day ends it
    reason: Words
    keep_until: date | None = None


def stay_of(identity: Identity, lines: Sequence[PlannedChange]) -> Stay | None:
    """None where everything goes at once: then the record goes along.

    Without his record a later request for access would find nobody and deny what is still held. What is kept by law
    sets the day; what waits for a person (his own bookkeeping) has none, so a person erases the record last.
    """
    if not any(line.action in _STAYS for line in lines):
        return None
    system, tables = identity.system, frozenset(_tables(identity))
    columns = frozenset((_table_of(identity, ref), ref.column) for ref in _needed(identity))
    ends = [line.keep_until for line in lines if line.action is ChangeAction.KEEP]
    if not ends:
        return Stay(system, tables, columns, ChangeAction.ERASE_BY_HAND, AFTER_THE_REST)
    known = [end for end in ends if end is not None]
    until = max(known) if len(known) == len(ends) else None
    return Stay(system, tables, columns, ChangeAction.KEEP, TO_REACH, until)


def _needed(identity: Identity) -> Iterator[FieldRef]:
    """What finds him, says which account is his, and lets him prove who he is."""
    yield identity.address_of_record
    yield from identity.tenant
    yield from identity.postal_of_record
    owner = identity.owner.ref if identity.owner else None
    for ref in (identity.customer_number, identity.phone_of_record, owner):
        if ref is not None:
            yield ref


def _tables(identity: Identity) -> Iterator[str]:
    yield identity.table
    for ref in _needed(identity):
        yield from (via.table for via in ref.via)


def _table_of(identity: Identity, ref: FieldRef) -> str:
    return ref.via[-1].table if ref.via else identity.table
