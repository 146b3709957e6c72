"""The text scan: do addresses, customer numbers or IBANs of other people stand in what we are about to hand out?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

import sqlalchemy as sa
from stdnum import iban

from bot.cases.subject import DataSubject
from bot.datamap.model import FieldRef, Identity, Table
from bot.sources.cells import as_text
from bot.sources.reach import Reach
from bot.sources.selection import key_parts, relation

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255}\w", re.ASCII)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_SHORTEST_IBAN = 15
_NUMBER = r"\b[A-Z]{0,6}-?[0-9]{5,12}\b"
BATCH = 1000  # marks at a time, so that a large export needs little memory; no database allows fewer values in a list


@dataclass(slots=True)
class Candidates:
    """What looks like somebody's mark, compact and in lower case, with the places where it stands."""

    places: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, place: str, text: str, patterns: Iterable[re.Pattern[str]]) -> None:
        for pattern in patterns:
            for found in pattern.finditer(text):
                self._note(place, compact(found[0]))
        for found in _IBAN.finditer(text):
            self._note(place, _without_next_word(compact(found[0])))

    def _note(self, place: str, mark: str) -> None:
        self.places.setdefault(mark, Counter())[place] += 1

    def __len__(self) -> int:
        return len(self.places)


def compact(mark: str) -> str:
    return mark.replace(" ", "").lower()


def _without_next_word(mark: str) -> str:
    """An account number written in groups of four may be followed by a word that looks like one more group."""
    lengths = range(_SHORTEST_IBAN, len(mark))
    return next((mark[:length] for length in lengths if iban.is_valid(mark[:length])), mark)


def patterns_of(identities: Iterable[Identity]) -> tuple[re.Pattern[str], ...]:
    numbers = {identity.customer_number_pattern or _NUMBER for identity in identities if identity.customer_number}
    return (_ADDRESS, *(re.compile(number, re.IGNORECASE) for number in sorted(numbers)))


def batches(
    cells: Iterable[tuple[str, str]], patterns: tuple[re.Pattern[str], ...]
) -> Iterator[Mapping[str, Counter[str]]]:
    """Marks found in the cells, so many different ones at a time."""
    candidates = Candidates()
    for place, text in cells:
        candidates.add(place, text, patterns)
        if len(candidates) >= BATCH:
            yield candidates.places
            candidates = Candidates()
    if len(candidates):
        yield candidates.places


@dataclass(frozen=True, slots=True)
class Scan:
    """Looks the marks up in the identity tables."""

    reach: Reach

    def hits(self, subject: DataSubject, cells: Iterable[tuple[str, str]]) -> Mapping[str, int]:
        """Per place, how many marks belong to somebody who is not this person."""
        hits: Counter[str] = Counter()
        own = self._own_marks(subject)
        for places in batches(cells, patterns_of(self.reach.datamap.identity)):
            for mark in self._held_marks(places.keys() - own):
                hits.update(places[mark])
        return dict(hits)

    def _own_marks(self, subject: DataSubject) -> set[str]:
        identity = self.reach.identity_of(subject)
        system = self.reach.datamap.system(identity.system)
        selection, table = self.reach.selection(system), system.table(identity.table)
        with self.reach.reading(system) as connection:
            queries = [selection.values(table, ref, key_parts(subject.key)[1:]) for ref in _marked(identity)]
            values = [value for query in queries for value in connection.execute(query).scalars()]
        return {compact(as_text(value) or "") for value in values}

    def _held_marks(self, marks: Set[str]) -> set[str]:
        held: set[str] = set()
        for identity in self.reach.datamap.identity:
            system = self.reach.datamap.system(identity.system)
            table = system.table(identity.table)
            with self.reach.reading(system) as connection:
                for ref in _marked(identity):
                    holder = self.reach.selection(system).end_of(table, ref)
                    held |= _held(connection, holder, ref.column, sorted(marks))
        return held & marks


def _marked(identity: Identity) -> Iterator[FieldRef]:
    yield identity.address_of_record
    yield from identity.other_addresses
    for ref in (identity.customer_number, identity.iban):
        if ref is not None:
            yield ref


def _held(connection: sa.Connection, table: Table, column: str, wanted: list[str]) -> set[str]:
    rows = relation(table)
    written = sa.func.lower(sa.func.replace(sa.cast(rows.c[column], sa.String), " ", ""))
    found: set[str] = set()
    for start in range(0, len(wanted), BATCH):
        query = sa.select(written).where(written.in_(wanted[start : start + BATCH])).distinct()
        found.update(str(value) for value in connection.execute(query).scalars())
    return found
