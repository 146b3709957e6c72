"""From the map to SQL: which rows of a table are about one person. Names and values never meet in a string."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.sql import ColumnElement, FromClause, quoted_name
from sqlalchemy.types import NullType

from bot.cases.subject import DataSubject
from bot.datamap.model import Anchor, DataMap, FieldRef, Link, PersonLink, System, Table, Via
from bot.sources.cells import as_text

Scope = tuple[tuple[str, str], ...]
"""What rows of one table must equal to be this person's: ("tenant", "12"). Travels in a planned change."""

Test = Callable[[ColumnElement[Any]], ColumnElement[bool]]

EXACT_ADDRESS = "exact_address"  # letter case counts: another record differs in nothing else, or it is not ASCII
TENANT_GUARD = "tenant_guard"
WRITTEN = frozenset({Anchor.ADDRESS.value, EXACT_ADDRESS, Anchor.CUSTOMER_NUMBER.value})
"""Anchors that are values people know, and not keys."""


def key_text(values: Sequence[object]) -> str:
    """A key of one or more columns as one text."""
    return "/".join(quote(str(value), safe="") for value in values)


def key_parts(text: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in text.split("/"))


def subject_key(identity: str, values: Sequence[object]) -> str:
    """`DataSubject.key`: the identity's name first, because two identity tables may use the same numbers."""
    return key_text([identity, *values])


def identity_name(subject: DataSubject) -> str:
    return key_parts(subject.key)[0]


def bound(value: str | None) -> sa.BindParameter[Any]:
    """A value whose type the database works out: keys are text with us, and numbers or uuids over there."""
    return sa.bindparam(None, value, type_=NullType(), unique=True)


def relation(table: Table) -> sa.TableClause:
    """The table with the columns that the map names, every name quoted exactly as written."""
    schema = quoted_name(table.schema_, quote=True) if table.schema_ else None
    columns: list[sa.ColumnClause[Any]] = [sa.column(quoted_name(name, quote=True)) for name in table.columns]
    return sa.table(quoted_name(table.real_name, quote=True), *columns, schema=schema)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A column that says whose a row is, and what it must say."""

    column: ColumnElement[Any]
    value: str
    folded: bool  # letter case does not count

    def fits(self, found: Any) -> bool:
        text = as_text(found)
        if text is None or not self.folded:
            return text == self.value
        return text.isascii() and text.lower() == self.value.lower()


class Selection:
    """WHERE clauses for one system."""

    def __init__(self, datamap: DataMap, system: System, dialect: str) -> None:
        self._datamap = datamap
        self._system = system
        self._octets = dialect != "sqlite"

    def scope(self, table: Table, subject: DataSubject, *, twin: bool = False) -> Scope | None:
        """What ties this table's rows to the subject; None where nothing does.

        The tenant's own administration is for its owner alone. `twin`: another record has the same address but for
        letter case, so only the exact spelling counts.
        """
        if table.role.tenants_own:
            return self._tenant_scope(subject)
        *_, (link, _) = chain = list(self._chain(table))
        scope = self._person_scope(link, subject, twin=twin)
        if scope is None or all(step.tenant is None for _, step in chain):
            return scope
        if subject.tenant is None or subject.system != self._system.name:
            return None
        return (*scope, (TENANT_GUARD, subject.tenant))

    def _tenant_scope(self, subject: DataSubject) -> Scope | None:
        own = subject.owner and subject.tenant is not None and subject.system == self._system.name
        return ((Anchor.TENANT.value, subject.tenant),) if own and subject.tenant else None

    def _person_scope(self, link: PersonLink, subject: DataSubject, *, twin: bool) -> Scope | None:
        match link.is_:
            case Anchor.TENANT:
                return self._tenant_scope(subject)
            case Anchor.KEY:
                return self._key_scope(link, subject)
            case Anchor.ADDRESS:
                address = subject.address_of_record
                exact = twin or not (address or "").isascii()
                return ((EXACT_ADDRESS if exact else Anchor.ADDRESS.value, address),) if address else None
            case Anchor.CUSTOMER_NUMBER:
                number = subject.customer_number
                return ((Anchor.CUSTOMER_NUMBER.value, number),) if number and subject.owner else None

    def _key_scope(self, link: PersonLink, subject: DataSubject) -> Scope | None:
        identity = self._datamap.identity_of(link, self._system.name)
        name, *values = key_parts(subject.key)
        if identity is None or identity.name != name or subject.system != self._system.name:
            return None
        return ((Anchor.KEY.value, key_text(values)),)

    def _chain(self, table: Table) -> Iterator[tuple[PersonLink, Table]]:
        """The links that tie a table to the person, with their tables; the last has a column of its own."""
        link = table.person
        while link is not None:
            yield link, table
            if link.via is None:
                return
            table = self._system.table(link.via.table)
            link = table.person

    def where(self, table: Table, scope: Scope, rows: FromClause) -> ColumnElement[bool]:
        """The condition on `rows`, a relation of `table` or an alias of one."""
        anchors = dict(scope)
        if table.role.tenants_own:
            return self._hangs(rows, table, "tenant", anchors[Anchor.TENANT])
        name, value = next((name, value) for name, value in scope if name != TENANT_GUARD)
        folded, guard = name == Anchor.ADDRESS, anchors.get(TENANT_GUARD)
        return self._hangs(rows, table, "person", value, folded=folded, guard=guard)

    def any_row(self, connection: sa.Connection, table: Table, scope: Scope) -> bool:
        rows = relation(table)
        query = sa.select(sa.literal(1)).select_from(rows).where(self.where(table, scope, rows)).limit(1)
        return connection.execute(query).first() is not None

    def _hangs(
        self, rows: FromClause, table: Table, name: str, value: str, *, folded: bool = False, guard: str | None = None
    ) -> ColumnElement[bool]:
        """Follow the chain of one kind of link down to the column that carries the anchor.

        On the way every table that names its tenant must name the `guard`.
        """
        guarded = [self._hangs(rows, table, "tenant", guard)] if guard is not None and table.tenant is not None else []
        link: Link = getattr(table, name)
        if link.via is None:
            anchored = (self._equals(rows.c[column], part, folded) for column, part in _anchored(link, value))
            return sa.and_(*anchored, *guarded)
        parent = self._system.table(link.via.table)
        above = relation(parent).alias()
        on = self._step(rows, link.via, parent, above)
        higher = self._hangs(above, parent, name, value, folded=folded, guard=guard)
        return sa.and_(sa.exists(sa.select(1).select_from(above).where(on, higher)), *guarded)

    def _equals(self, column: ColumnElement[Any], part: str, folded: bool) -> ColumnElement[bool]:
        return self.same_address(column, part) if folded else column == bound(part)

    def _step(self, rows: FromClause, via: Via, target: Table, above: FromClause) -> ColumnElement[bool]:
        pairs = zip(via.column, via.to or target.key, strict=True)
        return sa.and_(*(rows.c[mine] == above.c[theirs] for mine, theirs in pairs))

    def same_address(self, column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
        """Equal in ASCII, ignoring letter case.

        lower() of a large database also folds signs outside ASCII, such as the Kelvin sign to k: those take more
        bytes, so the length in bytes settles it.
        """
        same: ColumnElement[bool] = sa.func.lower(column) == bound(address.lower())
        if self._octets:
            same = sa.and_(same, sa.func.octet_length(column) == len(address))
        return same

    def stamps(self, table: Table, scope: Scope, rows: FromClause) -> tuple[Stamp, ...]:
        """Whose every row must be. Read along keys and not through the condition, so that it checks the condition.

        A chain along columns that are no key has no stamp.
        """
        anchors = dict(scope)
        name = "tenant" if table.role.tenants_own else "person"
        anchor, value = next((key, value) for key, value in anchors.items() if key != TENANT_GUARD)
        stamped = [*self._stamp(rows, table, name, value, folded=anchor == Anchor.ADDRESS)]
        if TENANT_GUARD in anchors and table.tenant is not None:
            stamped += self._stamp(rows, table, "tenant", anchors[TENANT_GUARD], folded=False)
        return tuple(stamped)

    def _stamp(self, rows: FromClause, table: Table, link_name: str, value: str, *, folded: bool) -> Iterator[Stamp]:
        steps: list[tuple[Via, Table]] = []
        end = table
        link: Link = getattr(table, link_name)
        while link.via is not None:
            end = self._system.table(link.via.table)
            if link.via.to and set(link.via.to) != set(end.key):
                return
            steps.append((link.via, end))
            link = getattr(end, link_name)
        for column, part in _anchored(link, value):
            yield Stamp(self._along(rows, steps, column), part, folded)

    def _along(self, rows: FromClause, steps: Sequence[tuple[Via, Table]], column: str) -> ColumnElement[Any]:
        if not steps:
            return rows.c[column]
        source, target, on = self._path(rows, steps)
        return sa.select(target.c[column]).select_from(source).where(on).scalar_subquery()

    def _path(
        self, rows: FromClause, steps: Sequence[tuple[Via, Table]]
    ) -> tuple[FromClause, FromClause, ColumnElement[bool]]:
        """The tables above `rows` joined, the last of them, and how the first hangs on `rows`."""
        via, table = steps[0]
        source: FromClause = relation(table).alias()
        target = source
        on = self._step(rows, via, table, source)
        for via, table in steps[1:]:
            above = relation(table).alias()
            source = source.join(above, self._step(target, via, table, above))
            target = above
        return source, target, on

    def field(self, ref: FieldRef, rows: FromClause, test: Test) -> ColumnElement[bool]:
        """A condition on an identity record by one of its values, wherever that lies."""
        if not ref.via:
            return test(rows.c[ref.column])
        source, target, on = self._path(rows, [(via, self._system.table(via.table)) for via in ref.via])
        return sa.exists(sa.select(1).select_from(source).where(on, test(target.c[ref.column])))

    def end_of(self, table: Table, ref: FieldRef) -> Table:
        """The table in which the value itself lies."""
        return self._system.table(ref.via[-1].table) if ref.via else table

    def values(self, table: Table, ref: FieldRef, key: Sequence[str]) -> sa.Select[Any]:
        """The query for one value of the identity record with this key; it may have several rows or none."""
        rows: FromClause = relation(table).alias()
        mine = [rows.c[name] == bound(part) for name, part in zip(table.key, key, strict=True)]
        if not ref.via:
            return sa.select(rows.c[ref.column]).where(*mine)
        source, target, on = self._path(rows, [(via, self._system.table(via.table)) for via in ref.via])
        return sa.select(target.c[ref.column]).select_from(source.join(rows, on)).where(*mine)


def by_address_alone(scope: Scope) -> bool:
    """Nothing but an address ties these rows to the person."""
    return bool({Anchor.ADDRESS.value, EXACT_ADDRESS} & dict(scope).keys())


def _anchored(link: Link, value: str) -> Iterator[tuple[str, str]]:
    """Columns with the text each must equal: keys may have several columns written as one text, an address is one."""
    whole = isinstance(link, PersonLink) and link.is_ in {Anchor.ADDRESS, Anchor.CUSTOMER_NUMBER}
    return zip(link.column or (), (value,) if whole else key_parts(value), strict=True)
