"""Who is this? Records of the identity tables, found by address or by what the writer stated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.cases.subject import DataSubject
from bot.datamap.model import FieldRef, Fields, Identity, Table
from bot.sources.cells import as_moment, as_text
from bot.sources.selection import Selection, Test, bound, key_parts, key_text, relation, subject_key

MOST_RECORDS = 20  # more people than this is no answer but a question for staff


def searchable(stated: str) -> bool:
    """Only plain ASCII finds anybody: a look-alike letter must not."""
    return bool(stated) and stated.isascii() and stated.isprintable()


def same_text(column: sa.ColumnElement[Any], stated: str) -> sa.ColumnElement[bool]:
    """Equal as text, ignoring letter case; the column may be a number."""
    same: sa.ColumnElement[bool] = sa.func.upper(sa.cast(column, sa.String)) == stated.upper()
    return same


def equal_to(part: str) -> Test:
    return lambda column: column == bound(part)


@dataclass(frozen=True, slots=True)
class FactorsChanged:
    """When a record's second factors last changed; None where the map names no column for it, or it never did."""

    phone_at: datetime | None = None
    postal_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IdentityRecords:
    """The records of one identity of the map, on a connection to its system."""

    identity: Identity
    table: Table
    selection: Selection
    connection: sa.Connection

    def by_address(self, address: str) -> tuple[DataSubject, ...]:
        """By address of record; all records that differ only in letter case."""
        return self._having((self.identity.address_of_record,), address)

    def by_other_address(self, address: str) -> tuple[DataSubject, ...]:
        """By an earlier or further address on file: finds the record, proves nothing."""
        return self._having(self.identity.other_addresses, address)

    def known_by(self, address: str) -> tuple[str, ...]:
        """Only the keys of the records with this address of record, in whatever letter case.

        Outside ASCII no database folds as we do: there only what is spelled alike counts.
        """
        if not searchable(address):
            return self.spelled_exactly(address)
        keys = self._keys(self.identity.address_of_record, lambda at: self.selection.same_address(at, address))
        return tuple(subject_key(self.identity.name, key) for key in keys)

    def spelled_exactly(self, address: str) -> tuple[str, ...]:
        """Only the keys of the records with exactly this address of record."""

        def exactly(at: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
            same = equal_to(address)(at)  # the other half lets the database use its index on lower(address)
            return sa.and_(self.selection.same_address(at, address), same) if searchable(address) else same

        keys = self._keys(self.identity.address_of_record, exactly)
        return tuple(subject_key(self.identity.name, key) for key in keys)

    def alike(self, spellings: Sequence[str]) -> tuple[str, ...]:
        """Those of these addresses, in lower case, that are somebody's address of record."""
        ref = self.identity.address_of_record
        rows = relation(self.selection.end_of(self.table, ref))
        written = sa.func.lower(rows.c[ref.column])
        found = self.connection.execute(sa.select(written).where(written.in_(spellings)).distinct().limit(MOST_RECORDS))
        return tuple(sorted(str(value) for value in found.scalars()))

    def anybody(self) -> DataSubject | None:
        """The first record there is, to try the map with."""
        rows = relation(self.table)
        key = [rows.c[name] for name in self.table.key]
        first = self.connection.execute(sa.select(*key).order_by(*key).limit(1)).first()
        return None if first is None else self._read(tuple(as_text(value) or "" for value in first))

    def has(self, key: Sequence[str]) -> bool:
        own = FieldRef(column=self.table.key[0])
        return self.connection.execute(self.selection.values(self.table, own, key)).first() is not None

    def by_number(self, ref: FieldRef | None, number: str) -> tuple[DataSubject, ...]:
        """By a stated customer or Chamber of Commerce number, compared as text: it comes from outside."""
        if ref is None or not searchable(number):
            return ()
        return self._read_all(self._keys(ref, lambda column: same_text(column, number)))

    def owners_of(self, company: str) -> tuple[DataSubject, ...]:
        """Who owns the account of the company with exactly this name, Chamber of Commerce or customer number."""
        refs = (self.identity.company, self.identity.kvk, self.identity.customer_number)
        keys = [key for ref in refs if ref for key in self._keys(ref, lambda column: same_text(column, company))]
        return tuple(subject for subject in self._read_all(dict.fromkeys(keys)) if subject.owner)

    def _having(self, refs: Fields, address: str) -> tuple[DataSubject, ...]:
        if not searchable(address):
            return ()
        keys = [key for ref in refs for key in self._keys(ref, lambda at: self.selection.same_address(at, address))]
        return self._read_all(dict.fromkeys(keys))

    def _keys(self, ref: FieldRef, test: Test) -> list[tuple[str, ...]]:
        rows = relation(self.table).alias()
        key = [rows.c[name] for name in self.table.key]
        query = sa.select(*key).where(self.selection.field(ref, rows, test)).order_by(*key).limit(MOST_RECORDS)
        return [tuple(as_text(value) or "" for value in row) for row in self.connection.execute(query)]

    def _read_all(self, keys: Iterable[tuple[str, ...]]) -> tuple[DataSubject, ...]:
        return tuple(self._read(key) for key in keys)

    def _read(self, key: tuple[str, ...]) -> DataSubject:
        who = self.identity
        tenant, address = self._tenant(key), self._first(key, who.address_of_record)
        return DataSubject(
            system=who.system,
            key=subject_key(who.name, key),
            tenant=tenant,
            address_of_record=address,
            name=" ".join(self._each(key, who.name_of_person)) or None,
            customer_number=self._first(key, who.customer_number),
            phone_of_record=self._first(key, who.phone_of_record),
            postal_of_record=", ".join(self._each(key, who.postal_of_record)) or None,
            other_addresses=self._other_addresses(key),
            owner=self._owns(key),
            shared=tenant is not None and self._members(tenant) > 1,
            address_shared=address is not None and len(self.known_by(address)) > 1,
            address_changed_at=self._changed_at(key),
            address_change_known=who.address_changed_at != "unknown",
        )

    def _values(self, key: tuple[str, ...], ref: FieldRef) -> list[Any]:
        found = self.connection.execute(self.selection.values(self.table, ref, key).limit(MOST_RECORDS))
        return [value for value in found.scalars() if value not in (None, "")]

    def _first(self, key: tuple[str, ...], ref: FieldRef | None) -> str | None:
        return next(iter(self._texts(key, ref)), None) if ref else None

    def _texts(self, key: tuple[str, ...], ref: FieldRef) -> Iterator[str]:
        return (text for value in self._values(key, ref) if (text := as_text(value)))

    def _each(self, key: tuple[str, ...], refs: Fields) -> list[str]:
        return [text for ref in refs if (text := self._first(key, ref))]

    def _tenant(self, key: tuple[str, ...]) -> str | None:
        values = self._each(key, self.identity.tenant)
        return key_text(values) if values and len(values) == len(self.identity.tenant) else None

    def _other_addresses(self, key: tuple[str, ...]) -> tuple[str, ...]:
        record = self._first(key, self.identity.address_of_record)
        found = [text for ref in self.identity.other_addresses for text in self._texts(key, ref)]
        return tuple(dict.fromkeys(text for text in found if text != record))

    def _owns(self, key: tuple[str, ...]) -> bool:
        """Without a rule every record owns its tenant."""
        rule = self.identity.owner
        if rule is None:
            return True
        found = set(self._texts(key, rule.ref))
        return bool(found & (set(rule.values) or {key_text(key)}))

    def _members(self, tenant: str) -> int:
        """How many records of this identity hang on the tenant."""
        rows = relation(self.table).alias()
        parts = zip(self.identity.tenant, key_parts(tenant), strict=True)
        hangs = [self.selection.field(ref, rows, equal_to(part)) for ref, part in parts]
        return int(self.connection.execute(sa.select(sa.func.count()).select_from(rows).where(*hangs)).scalar_one())

    def fellows(self, key: tuple[str, ...], tenant: str) -> tuple[DataSubject, ...]:
        """The other records of this identity that hang on the tenant."""
        rows = relation(self.table).alias()
        parts = zip(self.identity.tenant, key_parts(tenant), strict=True)
        hangs = [self.selection.field(ref, rows, equal_to(part)) for ref, part in parts]
        own = [rows.c[name] for name in self.table.key]
        found = self.connection.execute(sa.select(*own).where(*hangs).order_by(*own).limit(MOST_RECORDS))
        keys = (tuple(as_text(value) or "" for value in row) for row in found)
        return self._read_all(other for other in keys if other != key)

    def _changed_at(self, key: tuple[str, ...]) -> datetime | None:
        ref = self.identity.address_changed_at
        return None if isinstance(ref, str) else self._moment(key, ref)

    def factors_changed(self, key: tuple[str, ...]) -> FactorsChanged:
        """As far as the map names a column that says so."""
        who = self.identity
        return FactorsChanged(self._moment(key, who.phone_changed_at), self._moment(key, who.postal_changed_at))

    def _moment(self, key: tuple[str, ...], ref: FieldRef | None) -> datetime | None:
        return next(filter(None, map(as_moment, self._values(key, ref))), None) if ref else None
