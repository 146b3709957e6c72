"""Does the database have what the map names, and does the map name what the database has?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError

from bot.datamap.model import System, Table
from bot.sources.errors import SourceFailedError
from bot.sources.reach import Reach
from bot.sources.selection import Scope, key_parts, relation


def lacking(connection: sa.Connection, system: System) -> Iterator[str]:
    """Tables and columns of the map that the database does not have."""
    inspector = sa.inspect(connection)
    for table in system.tables:
        there = _columns(inspector, table)
        if there is None:
            yield f"{system.name}.{table.name}: the database has no table '{_full_name(table)}'; correct the data map"
            continue
        for name in table.columns:
            if name not in there:
                yield f"{system.name}.{table.name}.{name}: the database has no such column; correct the data map"


def unreadable(reach: Reach, system: System) -> Iterator[str]:
    """Tables whose rows cannot be tied to anybody, tried with the first record of every identity. Gives no values.

    A number compared with a text, say, fails in some databases only when somebody asks.
    """
    for identity in reach.datamap.identity:
        if identity.system != system.name:
            continue
        with reach.reading(system) as connection:
            records = reach.records(identity, connection)
            somebody = records.anybody()
            known = somebody is None or records.has(key_parts(somebody.key)[1:])
        if not known:
            yield f"{system.name}.{identity.table}: a record is not found by its own key; give the key a type"
        if somebody is not None:
            for table, scope in reach.applicable(system, replace(somebody, owner=True), twin=False):
                yield from _tried(reach, system, table, scope)


def _tried(reach: Reach, system: System, table: Table, scope: Scope) -> Iterator[str]:
    rows = relation(table).alias()
    selection = reach.selection(system)
    stamps = (stamp.column for stamp in selection.stamps(table, scope, rows))
    query = sa.select(sa.literal(1), *stamps).select_from(rows).where(selection.where(table, scope, rows)).limit(1)
    try:
        with reach.reading(system) as connection:
            connection.execute(query).all()
    except SourceFailedError as failed:
        yield f"{system.name}.{table.name}: its rows cannot be tied to a person ({failed.trouble}); mend the link"


def unmapped(connection: sa.Connection, system: System) -> Iterator[str]:
    """Columns and tables of the database that the map does not name, and that nobody will ever be shown."""
    inspector = sa.inspect(connection)
    mapped = {(table.schema_, table.real_name) for table in system.tables}
    for schema in sorted({table.schema_ for table in system.tables}, key=str):
        for name in sorted(inspector.get_table_names(schema=schema)):
            if (schema, name) not in mapped:
                yield f"{system.name}.{name}"
    for table in system.tables:
        there = _columns(inspector, table) or frozenset()
        yield from (f"{system.name}.{table.name}.{name}" for name in sorted(there - set(table.columns)))


def _columns(inspector: sa.Inspector, table: Table) -> frozenset[str] | None:
    try:
        return frozenset(column["name"] for column in inspector.get_columns(table.real_name, schema=table.schema_))
    except NoSuchTableError:
        return None


def _full_name(table: Table) -> str:
    return f"{table.schema_}.{table.real_name}" if table.schema_ else table.real_name
