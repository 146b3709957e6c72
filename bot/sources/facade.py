"""The one door to the company's systems: find a person, collect, plan, change, verify."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from bot.cases.changes import ChangeResult, PlannedChange
from bot.cases.subject import DataSubject
from bot.datamap.holdings import Holding
from bot.datamap.model import DataMap, System
from bot.mail.lookalike import mistakable_for
from bot.sources.cells import as_date, as_text
from bot.sources.changing import Changing, not_in_map
from bot.sources.checking import lacking, unmapped, unreadable
from bot.sources.collecting import Collecting, only_shown
from bot.sources.corrections import Correcting, CorrectionPlan
from bot.sources.erasing import Erasing, references
from bot.sources.errors import SourceFailedError
from bot.sources.finding import ways_to_find
from bot.sources.people import FactorsChanged
from bot.sources.reach import Reach
from bot.sources.scanning import Scan
from bot.sources.selection import key_parts, relation
from bot.sources.staying import Stay, stay_of
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

__all__ = ["CorrectionPlan", "FactorsChanged", "Sources"]


class Sources:
    """Blocking: call it from a worker thread; several may at once. Holds no connection between calls."""

    def __init__(self, datamap: DataMap, urls: Mapping[str, str]) -> None:
        """Connects to nothing yet. Raises SourceFailedError for a URL that cannot be one."""
        self._reach = Reach(datamap, urls)
        self._systems = datamap.systems

    def close(self) -> None:
        self._reach.close()

    def find(self, address: str | None, identifiers: Mapping[str, str]) -> tuple[DataSubject, ...]:
        """Records of the person who wrote, best proof first: address of record, other addresses, stated identifiers.

        The first of these that knows anybody decides. Several records mean that a person must look: records whose
        address differs in letter case only always come together, however one of them was found. What the writer
        states only finds the record, and only as far as the map's `find_by` allows. Raises SourceFailedError.
        """
        for way in ways_to_find(address, identifiers):
            found = [subject for finding in way for subject in self._reach.found(finding)]
            if found:
                everybody = [one for subject in found for one in self._reach.with_twins(subject)]
                return tuple({(one.system, one.key): one for one in everybody}.values())
        return ()

    def looking_like(self, address: str) -> tuple[str, ...]:
        """Addresses of record that the eye takes for this one; it is nobody's itself. Raises SourceFailedError."""
        spellings = mistakable_for(address)
        found: set[str] = set()
        for identity in self._reach.datamap.identity if spellings else ():
            with self._reach.reading(self._reach.datamap.system(identity.system)) as connection:
                found.update(self._reach.records(identity, connection).alike(spellings))
        return tuple(sorted(found))

    def customer_called(self, company: str) -> tuple[DataSubject, ...]:
        """Owners of the account that this company has with us, by its exact name or number; identity tables only.

        For one company that a member of staff names, never for a person: who stands in a customer's books is looked
        for nowhere. Raises SourceFailedError.
        """
        if not company.strip():
            return ()
        return self._reach.found(lambda records: records.owners_of(company.strip()))

    def fellows(self, subject: DataSubject) -> tuple[DataSubject, ...]:
        """Who else uses the same account, by the records of this person's own kind. Raises SourceFailedError."""
        if subject.tenant is None:
            return ()
        identity = self._reach.identity_of(subject)
        with self._reach.reading(self._reach.datamap.system(identity.system)) as connection:
            return self._reach.records(identity, connection).fellows(key_parts(subject.key)[1:], subject.tenant)

    def address_shared(self, subject: DataSubject) -> bool:
        """Whether another record has this address of record, read now. Raises SourceFailedError."""
        return self._reach.has_twin(subject)

    def factors_changed(self, subject: DataSubject) -> FactorsChanged:
        """When phone and postal address of record last changed, read now. Raises SourceFailedError."""
        identity = self._reach.identity_of(subject)
        with self._reach.reading(self._reach.datamap.system(identity.system)) as connection:
            return self._reach.records(identity, connection).factors_changed(key_parts(subject.key)[1:])

    def not_portable(self, subject: DataSubject, language: Language) -> tuple[str, ...]:
        """What he may see but not take along (Art. 20), as "table: column, column". Raises SourceFailedError."""
        reach, twin = self._reach, self._reach.has_twin(subject)
        found: list[str] = []
        for system in self._systems:
            with reach.reading(system) as connection:
                for table, scope in reach.applicable(system, subject, twin):
                    labels = [column.label.told_in(language) for column in only_shown(table)]
                    if labels and reach.selection(system).any_row(connection, table, scope):
                        found.append(f"{table.label.told_in(language)}: {', '.join(labels)}")
        return tuple(found)

    def collect(
        self, subject: DataSubject, language: Language, *, access: bool = True
    ) -> Generator[Holding, None, None]:
        """Every table that can hold rows about this person, streamed out of one snapshot per system.

        Walk a holding's rows before asking for the next one; who may stop half-way closes it (contextlib.closing).
        `access=False` gives only what is portable (Art. 20). Raises SourceFailedError or ForeignRowError, here or
        while the rows are walked.
        """
        reach = self._reach
        reach.require_record(subject)
        twin, shares = reach.has_twin(subject), reach.shares_address(subject)
        for system in self._systems:
            database, selection = reach.databases[system.name], reach.selection(system)
            with reach.reading(system) as connection:
                collecting = Collecting(
                    reach.datamap, system, selection, database, connection, language, access, shares
                )
                for table, scope in reach.applicable(system, subject, twin):
                    holding = collecting.holding(table, scope)
                    if holding is not None:
                        yield holding

    def foreign_hits(self, subject: DataSubject, cells: Iterable[tuple[str, str]] | None = None) -> Mapping[str, int]:
        """How often marks of other people (address, customer number, IBAN) stand in an export, per place.

        `cells` are (place, text), a place being "system.table.column"; without them this person's own data are walked
        once more, outside the tenant's own administration. Raises SourceFailedError.
        """
        return Scan(self._reach).hits(subject, self._cells(subject) if cells is None else cells)

    def _cells(self, subject: DataSubject) -> Iterator[tuple[str, str]]:
        for holding in self.collect(subject, Language.DUTCH):
            if holding.role == "controller":
                for row in holding.rows:
                    for name, value in row.items():
                        yield f"{holding.system}.{holding.table}.{name}", as_text(value) or ""

    def plan_corrections(
        self, subject: DataSubject, corrections: Sequence[StatedCorrection], language: Language
    ) -> CorrectionPlan:
        """Old values are read from the database, whatever the writer says they are. Raises SourceFailedError."""
        return Correcting(
            self._reach, subject, language, self._reach.has_twin(subject), self._reach.shares_address(subject)
        ).plan(corrections)

    def plan_erasure(self, subject: DataSubject, language: Language, today: date) -> tuple[PlannedChange, ...]:
        """A line for everything held: erased, kept until, returned, or left to a person. Raises SourceFailedError.

        While anything stays, so does the record by which he is found and reached.
        """
        running = self._account_runs(subject, today)
        lines = self._erasure(subject, language, today, running, None)
        stay = stay_of(self._reach.identity_of(subject), lines)
        return lines if stay is None else self._erasure(subject, language, today, running, stay)

    def _erasure(
        self, subject: DataSubject, language: Language, today: date, running: bool, stay: Stay | None
    ) -> tuple[PlannedChange, ...]:
        reach, lines = self._reach, list[PlannedChange]()
        twin, shares = reach.has_twin(subject), reach.shares_address(subject)
        for system in self._systems:
            scopes = {table.name: scope for table, scope in reach.applicable(system, subject, twin)}
            selection, here = reach.selection(system), stay if stay and stay.system == system.name else None
            with reach.reading(system) as connection:
                erasing = Erasing(
                    system, selection, connection, language, today, subject.shared, shares, running, scopes, here
                )
                lines += erasing.changes(list(references(connection, system)))
        return tuple(lines)

    def _account_runs(self, subject: DataSubject, today: date) -> bool:
        """Whoever asks. Without a rule in the map an account runs: its erasure then needs more proof, not less."""
        identity = self._reach.identity_of(subject)
        if identity.running is None:
            return True
        system = self._reach.datamap.system(identity.system)
        table, selection = system.table(identity.running.table), self._reach.selection(system)
        scope = selection.scope(table, replace(subject, owner=True))
        if scope is None:
            return False
        rows = relation(table)
        query = sa.select(rows.c[identity.running.column]).where(selection.where(table, scope, rows)).distinct()
        with self._reach.reading(system) as connection:
            ends = [as_date(value) for value in connection.execute(query).scalars()]
        return any(end is None or end >= today for end in ends)

    def execute(self, changes: Sequence[PlannedChange]) -> tuple[ChangeResult, ...]:
        """A result for every line that acts, system by system; other lines only guard what must stay.

        One transaction per system: where anything differs from the plan it is rolled back, and every result of that
        system says so. `done` is what a query after the commit saw. Safe to run again. Raises nothing for a system
        that fails: its results say so.
        """
        return self._by_system(changes, Changing.carry_out)

    def standing(self, changes: Sequence[PlannedChange]) -> tuple[ChangeResult, ...]:
        """The same results for a plan that an earlier, killed attempt may have carried out; changes nothing now."""
        return self._by_system(changes, Changing.standing)

    def _by_system(
        self, changes: Sequence[PlannedChange], act: Callable[[Changing, Sequence[PlannedChange]], list[ChangeResult]]
    ) -> tuple[ChangeResult, ...]:
        results: list[ChangeResult] = []
        for name in dict.fromkeys(change.system for change in changes):
            mine = [change for change in changes if change.system == name]
            if name not in self._reach.databases:
                results += not_in_map(mine)
                continue
            system = self._reach.datamap.system(name)
            results += act(Changing(system, self._reach.databases[name], self._reach.selection(system)), mine)
        return tuple(results)

    def check(self) -> tuple[str, ...]:
        """What the map names and the databases lack or cannot do, a sentence each. Rights to write stay untested."""
        return tuple(line for system in self._systems for line in self._checked(system))

    def _checked(self, system: System) -> list[str]:
        try:
            with self._reach.reading(system) as connection:
                faults = list(lacking(connection, system))
            return faults or list(unreadable(self._reach, system))
        except SourceFailedError as failed:
            return [str(failed)]

    def unmapped(self) -> tuple[str, ...]:
        """Tables and columns that the databases have and the map does not name: nobody is ever shown them."""
        found: list[str] = []
        for system in self._systems:
            with self._reach.reading(system) as connection:
                found += unmapped(connection, system)
        return tuple(found)
