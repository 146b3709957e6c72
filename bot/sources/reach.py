"""The map and the databases that it reaches: which records know a person, and which tables can hold his rows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import sqlalchemy as sa

from bot.cases.subject import DataSubject
from bot.datamap.model import DataMap, Identity, System, Table
from bot.sources.connection import Database
from bot.sources.errors import SourceFailedError
from bot.sources.finding import Finding
from bot.sources.people import IdentityRecords
from bot.sources.selection import Scope, Selection, identity_name, key_parts


class Reach:
    """What finding, collecting, planning and changing share."""

    def __init__(self, datamap: DataMap, urls: Mapping[str, str]) -> None:
        self.datamap = datamap
        self.databases = {system.name: Database(system.name, urls[system.name]) for system in datamap.systems}

    def reading(self, system: System) -> AbstractContextManager[sa.Connection]:
        return self.databases[system.name].reading()

    def selection(self, system: System) -> Selection:
        return Selection(self.datamap, system, self.databases[system.name].dialect)

    def records(self, identity: Identity, connection: sa.Connection) -> IdentityRecords:
        system = self.datamap.system(identity.system)
        return IdentityRecords(identity, system.table(identity.table), self.selection(system), connection)

    def found(self, finding: Finding) -> tuple[DataSubject, ...]:
        """From the first identity that knows somebody: a subscriber who is also a customer is the customer."""
        for identity in self.datamap.identity:
            with self.reading(self.datamap.system(identity.system)) as connection:
                subjects = finding(self.records(identity, connection))
            if subjects:
                return subjects
        return ()

    def with_twins(self, subject: DataSubject) -> tuple[DataSubject, ...]:
        """The record, and every other of its kind whose address differs in letter case only."""
        if not subject.address_of_record:
            return (subject,)
        identity = self.identity_of(subject)
        with self.reading(self.datamap.system(identity.system)) as connection:
            return (subject, *self.records(identity, connection).by_address(subject.address_of_record))

    def identity_of(self, subject: DataSubject) -> Identity:
        """The kind of record that the person is. Raises SourceFailedError where the map has lost it."""
        try:
            return self.datamap.identity_named(identity_name(subject))
        except KeyError:
            raise SourceFailedError(subject.system, permanent=True, trouble="identity left the data map") from None

    def require_record(self, subject: DataSubject) -> None:
        """A person whose record is gone, or whose key the database does not recognise, is no empty export.

        Raises SourceFailedError.
        """
        identity = self.identity_of(subject)
        with self.reading(self.datamap.system(identity.system)) as connection:
            there = self.records(identity, connection).has(key_parts(subject.key)[1:])
        if not there:
            raise SourceFailedError(subject.system, permanent=True, trouble="the person's record is gone")

    def has_twin(self, subject: DataSubject) -> bool:
        """Another record of the same kind has this address but for letter case: then only the exact spelling counts."""
        if not subject.address_of_record:
            return False
        identity = self.identity_of(subject)
        with self.reading(self.datamap.system(identity.system)) as connection:
            same = self.records(identity, connection).known_by(subject.address_of_record)
        return any(key != subject.key for key in same)

    def shares_address(self, subject: DataSubject) -> bool:
        """Another record of the same kind has this very address: what hangs on it alone may be the other's."""
        address = subject.address_of_record
        if not address:
            return False
        identity = self.identity_of(subject)
        with self.reading(self.datamap.system(identity.system)) as connection:
            same = self.records(identity, connection).spelled_exactly(address)
        return any(key != subject.key for key in same)

    def applicable(self, system: System, subject: DataSubject, twin: bool) -> list[tuple[Table, Scope]]:
        """The tables of a system that can hold rows about this person, with what ties them to him."""
        selection = self.selection(system)
        scopes = ((table, selection.scope(table, subject, twin=twin)) for table in system.tables)
        return [(table, scope) for table, scope in scopes if scope is not None]

    def close(self) -> None:
        for database in self.databases.values():
            database.close()
