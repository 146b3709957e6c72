"""The one door to the company's systems: find a person, collect, plan, change, verify."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from bot.cases.changes import ChangeResult, PlannedChange
from bot.cases.subject import DataSubject
from bot.datamap.holdings import Holding
from bot.datamap.model import DataMap, Identity, System, Table
from bot.datamap.words import Words
from bot.sources.cells import as_date, as_text
from bot.sources.changing import Changing, not_in_map
from bot.sources.checking import lacking, unmapped
from bot.sources.collecting import Collecting
from bot.sources.connection import Database
from bot.sources.corrections import (
    CorrectableColumn,
    CorrectionPlan,
    correctable_columns,
    is_address_of_record,
    planned,
    reasons_by_hand,
    settled,
)
from bot.sources.erasing import Erasing, references
from bot.sources.errors import SourceFailedError
from bot.sources.people import IdentityRecords
from bot.sources.phrases import NOT_CORRECTABLE, NOT_ON_FILE
from bot.sources.scanning import batches, held_marks, own_marks, patterns_of
from bot.sources.selection import Scope, Selection, identity_name, relation
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

Finding = Callable[[IdentityRecords], tuple[DataSubject, ...]]


class Sources:
    """Blocking: call it from a worker thread; several may at once. Holds no connection between calls."""

    def __init__(self, datamap: DataMap, urls: Mapping[str, str]) -> None:
        self._map = datamap
        self._databases = {system.name: Database(system.name, urls[system.name]) for system in datamap.systems}

    def close(self) -> None:
        for database in self._databases.values():
            database.close()

    # Who is this?

    def find(self, address: str | None, identifiers: Mapping[str, str]) -> tuple[DataSubject, ...]:
        """Records of the person who wrote, best proof first: address of record, other addresses, stated identifiers.

        The first of these that knows anybody decides. Several records mean that a person must look. What the writer
        states only finds the record. Raises SourceFailedError.
        """
        ways: list[list[Finding]] = []
        if address:
            ways += [[_by_address(address)], [_by_other_address(address)]]
        ways.append(list(_by_statement(identifiers)))
        for way in ways:
            found = [subject for finding in way for subject in self._found(finding)]
            if found:
                return tuple({(subject.system, subject.key): subject for subject in found}.values())
        return ()

    def _found(self, finding: Finding) -> tuple[DataSubject, ...]:
        """From the first identity that knows somebody: a subscriber who is also a customer is the customer."""
        for identity in self._map.identity:
            with self._databases[identity.system].reading() as connection:
                subjects = finding(self._records(identity, connection))
            if subjects:
                return subjects
        return ()

    def _records(self, identity: Identity, connection: sa.Connection) -> IdentityRecords:
        system = self._map.system(identity.system)
        return IdentityRecords(identity, system.table(identity.table), self._selection(system), connection)

    def _selection(self, system: System) -> Selection:
        return Selection(self._map, system, self._databases[system.name].dialect)

    def _has_twin(self, subject: DataSubject) -> bool:
        """Another record of the same kind has this address but for letter case: then only the exact spelling counts."""
        if not subject.address_of_record:
            return False
        identity = self._map.identity_named(identity_name(subject))
        with self._databases[identity.system].reading() as connection:
            same = self._records(identity, connection).known_by(subject.address_of_record)
        return any(key != subject.key for key in same)

    def _applicable(self, system: System, subject: DataSubject, twin: bool) -> list[tuple[Table, Scope]]:
        """The tables that can hold rows about this person, with what ties them to him."""
        selection = self._selection(system)
        scopes = ((table, selection.scope(table, subject, twin=twin)) for table in system.tables)
        return [(table, scope) for table, scope in scopes if scope is not None]

    # What do we hold?

    def collect(self, subject: DataSubject, language: Language, *, access: bool = True) -> Iterator[Holding]:
        """Every table that can hold rows about this person, streamed out of one snapshot per system.

        Walk a holding's rows before asking for the next one; who may stop half-way closes it (contextlib.closing).
        `access=False` gives only what is portable (Art. 20). Raises SourceFailedError or ForeignRowError, here or
        while the rows are walked.
        """
        twin = self._has_twin(subject)
        for system in self._map.systems:
            database = self._databases[system.name]
            with database.reading() as connection:
                collecting = Collecting(
                    self._map, system, self._selection(system), database, connection, language, access
                )
                for table, scope in self._applicable(system, subject, twin):
                    holding = collecting.holding(table, scope)
                    if holding is not None:
                        yield holding

    def foreign_hits(self, subject: DataSubject, cells: Iterable[tuple[str, str]] | None = None) -> Mapping[str, int]:
        """How often marks of other people (address, customer number, IBAN) stand in an export, per place.

        `cells` are (place, text), a place being "system.table.column"; without them this person's own data are walked
        once more, outside the tenant's own administration. Raises SourceFailedError.
        """
        hits: Counter[str] = Counter()
        own = self._own_marks(subject)
        for places in batches(self._cells(subject) if cells is None else cells, patterns_of(self._map.identity)):
            for mark in self._held_marks(set(places) - own):
                hits.update(places[mark])
        return dict(hits)

    def _cells(self, subject: DataSubject) -> Iterator[tuple[str, str]]:
        for holding in self.collect(subject, Language.DUTCH):
            if holding.role == "controller":
                for row in holding.rows:
                    for name, value in row.items():
                        yield f"{holding.system}.{holding.table}.{name}", as_text(value) or ""

    def _own_marks(self, subject: DataSubject) -> set[str]:
        identity = self._map.identity_named(identity_name(subject))
        system = self._map.system(identity.system)
        with self._databases[system.name].reading() as connection:
            table = system.table(identity.table)
            return own_marks(connection, self._selection(system), identity, table, subject.key)

    def _held_marks(self, marks: set[str]) -> set[str]:
        held: set[str] = set()
        for identity in self._map.identity:
            system = self._map.system(identity.system)
            with self._databases[system.name].reading() as connection:
                table = system.table(identity.table)
                held |= held_marks(connection, self._selection(system), identity, table, marks)
        return held & marks

    # What will change?

    def plan_corrections(
        self, subject: DataSubject, corrections: Sequence[StatedCorrection], language: Language
    ) -> CorrectionPlan:
        """Old values are read from the database, whatever the writer says they are. Raises SourceFailedError."""
        changes: list[PlannedChange] = []
        by_hand: list[tuple[str, str]] = []
        twin = self._has_twin(subject)
        for name, new, trouble in settled(corrections):
            found = [] if new is None else self._planned(subject, name, new, language, twin)
            reason = trouble or reasons_by_hand(found, self._nothing(name))
            if reason is None:
                changes += [one for one in found if isinstance(one, PlannedChange)]
            else:
                by_hand.append((name, reason.told_in(language)))
        return CorrectionPlan(tuple(changes), tuple(by_hand))

    def _planned(
        self, subject: DataSubject, name: str, new: str, language: Language, twin: bool
    ) -> list[PlannedChange | Words | None]:
        found: list[PlannedChange | Words | None] = []
        for system in self._map.systems:
            places = list(correctable_columns(self._map, system, self._applicable(system, subject, twin), name))
            if not places:
                continue
            with self._databases[system.name].reading() as connection:
                found += [planned(connection, self._selection(system), place, new, language) for place in places]
            if any(is_address_of_record(self._map.identity, place) for place in places) and self._taken(subject, new):
                found.append(NOT_CORRECTABLE)
        return found

    def _taken(self, subject: DataSubject, address: str) -> bool:
        """Somebody else is known by this address; the letter may not say so."""
        others = self._found(_by_address(address.strip()))
        return any((other.system, other.key) != (subject.system, subject.key) for other in others)

    def _nothing(self, name: str) -> Words:
        """Why nothing was found to correct: the map knows the field, or not at all."""
        columns = (
            column for system in self._map.systems for table in system.tables for column in table.columns.values()
        )
        known = any(column.correctable is not None and column.correctable.field == name for column in columns)
        return NOT_ON_FILE if known else NOT_CORRECTABLE

    def plan_erasure(self, subject: DataSubject, language: Language, today: date) -> tuple[PlannedChange, ...]:
        """A line for everything held: erased, kept until, returned, or left to a person. Raises SourceFailedError."""
        twin = self._has_twin(subject)
        running = self._account_runs(subject, today)
        lines: list[PlannedChange] = []
        for system in self._map.systems:
            with self._databases[system.name].reading() as connection:
                scopes = {table.name: scope for table, scope in self._applicable(system, subject, twin)}
                erasing = Erasing(
                    system, self._selection(system), connection, language, today, subject.shared, running, scopes
                )
                lines += erasing.changes(list(references(connection, system)))
        return tuple(lines)

    def _account_runs(self, subject: DataSubject, today: date) -> bool:
        """Without a rule in the map an account runs: erasing it then asks for more proof, not less."""
        identity = self._map.identity_named(identity_name(subject))
        if identity.running is None:
            return True
        system = self._map.system(identity.system)
        table = system.table(identity.running.table)
        selection = self._selection(system)
        scope = selection.scope(table, _as_owner(subject))
        if scope is None:
            return False
        rows = relation(table)
        query = sa.select(rows.c[identity.running.column]).where(selection.where(table, scope, rows)).distinct()
        with self._databases[system.name].reading() as connection:
            ends = [as_date(value) for value in connection.execute(query).scalars()]
        return any(end is None or end >= today for end in ends)

    # Carried out

    def execute(self, changes: Sequence[PlannedChange]) -> tuple[ChangeResult, ...]:
        """A result for every line that acts, system by system; other lines only guard what must stay.

        One transaction per system: where anything differs from the plan it is rolled back, and every result of that
        system says so. `done` is what a query after the commit saw. Safe to run again. Raises nothing for a system
        that fails: its results say so.
        """
        results: list[ChangeResult] = []
        for name in dict.fromkeys(change.system for change in changes):
            mine = [change for change in changes if change.system == name]
            if name not in self._databases:
                results += not_in_map(mine)
                continue
            system = self._map.system(name)
            results += Changing(system, self._databases[name], self._selection(system)).carry_out(mine)
        return tuple(results)

    # Does the map fit?

    def check(self) -> tuple[str, ...]:
        """What the map names and the databases lack, a sentence each. Rights to write stay untested."""
        return tuple(line for system in self._map.systems for line in self._checked(system))

    def _checked(self, system: System) -> list[str]:
        try:
            with self._databases[system.name].reading() as connection:
                return list(lacking(connection, system))
        except SourceFailedError as failed:
            return [str(failed)]

    def unmapped(self) -> tuple[str, ...]:
        """Tables and columns that the databases have and the map does not name: nobody is ever shown them."""
        found: list[str] = []
        for system in self._map.systems:
            with self._databases[system.name].reading() as connection:
                found += unmapped(connection, system)
        return tuple(found)


def _as_owner(subject: DataSubject) -> DataSubject:
    """Whether an account runs does not depend on who asks."""
    return replace(subject, owner=True)


def _by_address(address: str) -> Finding:
    return lambda records: records.by_address(address)


def _by_other_address(address: str) -> Finding:
    return lambda records: records.by_other_address(address)


def _by_customer_number(number: str) -> Finding:
    return lambda records: records.by_number(records.identity.customer_number, number)


def _by_kvk(number: str) -> Finding:
    return lambda records: records.by_number(records.identity.kvk, number)


def _by_statement(identifiers: Mapping[str, str]) -> Iterator[Finding]:
    """Customer number, Chamber of Commerce number, other addresses. Never a name or an IBAN: those prove no link."""
    for number in _several(identifiers.get("customer_number", "")):
        yield _by_customer_number(number)
    for number in _several(identifiers.get("kvk", "")):
        yield _by_kvk(number)
    for address in _several(identifiers.get("email", "")):
        yield _by_address(address)
        yield _by_other_address(address)


def _several(stated: str) -> list[str]:
    return stated.replace(",", " ").replace(";", " ").split()


__all__ = ["CorrectableColumn", "CorrectionPlan", "Sources"]
