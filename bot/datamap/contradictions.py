"""What cannot be true in a map that reads well: names that lead nowhere, loops, rules that fight each other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.datamap.model import Anchor, DataMap, FieldRef, FindBy, Identity, Link, System, Table, TableRole, Via


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Where in the file, and what to do about it."""

    path: str
    message: str


def contradictions(datamap: DataMap) -> Iterator[Contradiction]:
    """Every fault of the map as a whole, in the order of the file."""
    yield from _doubles("identity", (identity.name for identity in datamap.identity))
    for i, identity in enumerate(datamap.identity):
        yield from _identity(datamap, identity, f"identity[{i}]")
    yield from _doubles("systems", (system.name for system in datamap.systems))
    for s, system in enumerate(datamap.systems):
        yield from _doubles(f"systems[{s}].tables", (table.name for table in system.tables))
        for t, table in enumerate(system.tables):
            yield from _table(datamap, system, table, f"systems[{s}].tables[{t}]")


def _doubles(path: str, names: Iterable[str]) -> Iterator[Contradiction]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            yield Contradiction(f"{path}[{number}].name", f"'{name}' is used twice; give each its own name")
        seen.add(name)


def _table_named(system: System, name: str) -> Table | None:
    return next((table for table in system.tables if table.name == name), None)


def _identity(datamap: DataMap, identity: Identity, path: str) -> Iterator[Contradiction]:
    system = next((system for system in datamap.systems if system.name == identity.system), None)
    if system is None:
        yield Contradiction(f"{path}.system", f"no system is called '{identity.system}'; name one of 'systems'")
        return
    table = _table_named(system, identity.table)
    if table is None:
        yield Contradiction(f"{path}.table", f"system '{system.name}' has no table '{identity.table}'")
        return
    for where, ref in _refs(identity):
        yield from _ref(system, table, ref, f"{path}.{where}")
    if identity.running is not None:
        yield from _column_of(system, identity.running.table, identity.running.column, f"{path}.running")
    if identity.customer_number_pattern is not None:
        yield from _pattern(identity.customer_number_pattern, f"{path}.customer_number_pattern")
    if FindBy.KVK in identity.find_by and identity.kvk is None:
        yield Contradiction(f"{path}.find_by", "'kvk' finds nobody without a 'kvk' column; name that or remove it")


def _refs(identity: Identity) -> Iterator[tuple[str, FieldRef]]:
    yield "address_of_record", identity.address_of_record
    several = {
        "tenant": identity.tenant,
        "person_name": identity.name_of_person,
        "postal_of_record": identity.postal_of_record,
        "other_addresses": identity.other_addresses,
    }
    for name, refs in several.items():
        for number, ref in enumerate(refs):
            yield f"{name}[{number}]", ref
    single = {
        "customer_number": identity.customer_number,
        "kvk": identity.kvk,
        "company": identity.company,
        "iban": identity.iban,
        "phone_of_record": identity.phone_of_record,
        "owner": identity.owner.ref if identity.owner else None,
        "address_changed_at": identity.address_changed_at,
        "phone_changed_at": identity.phone_changed_at,
        "postal_changed_at": identity.postal_changed_at,
    }
    for name, one in single.items():
        if isinstance(one, FieldRef):
            yield name, one


def _ref(system: System, table: Table, ref: FieldRef, path: str) -> Iterator[Contradiction]:
    for via in ref.via:
        yield from _via(system, table, via, f"{path}.via")
        following = _table_named(system, via.table)
        if following is None:
            return
        table = following
    yield from _known_columns(table, (ref.column,), path)


def _pattern(pattern: str, path: str) -> Iterator[Contradiction]:
    try:
        re.compile(pattern)
    except re.error as wrong:
        yield Contradiction(path, f"is no regular expression ({wrong.msg})")


def _column_of(system: System, table_name: str, column: str, path: str) -> Iterator[Contradiction]:
    table = _table_named(system, table_name)
    if table is None:
        yield Contradiction(f"{path}.table", f"system '{system.name}' has no table '{table_name}'")
    else:
        yield from _known_columns(table, (column,), path)


def _known_columns(table: Table, names: Iterable[str], path: str) -> Iterator[Contradiction]:
    for name in names:
        if name not in table.columns:
            yield Contradiction(path, f"table '{table.name}' has no column '{name}' in this map; add it to 'columns'")


def _via(system: System, table: Table, via: Via, path: str) -> Iterator[Contradiction]:
    yield from _known_columns(table, via.column, f"{path}.column")
    target = _table_named(system, via.table)
    if target is None:
        yield Contradiction(f"{path}.table", f"system '{system.name}' has no table '{via.table}'")
        return
    yield from _known_columns(target, via.to, f"{path}.to")
    if len(via.to or target.key) != len(via.column):
        yield Contradiction(f"{path}.column", f"name as many columns as the key of '{target.name}' has")


def _table(datamap: DataMap, system: System, table: Table, path: str) -> Iterator[Contradiction]:
    yield from _known_columns(table, table.key, f"{path}.key")
    yield from _hangs(datamap, system, table, path)
    for number, key in enumerate(table.recipients):
        if key not in datamap.recipients:
            yield Contradiction(f"{path}.recipients[{number}]", f"'{key}' is not a key of 'recipients'; add it there")
    yield from _erasure(system, table, path)


def _hangs(datamap: DataMap, system: System, table: Table, path: str) -> Iterator[Contradiction]:
    if table.role is not TableRole.CONTROLLER and table.tenant is None:
        yield Contradiction(f"{path}.tenant", f"a {table.role} table is read by tenant only; say how it hangs on one")
    if table.role is TableRole.CONTROLLER and table.person is None:
        yield Contradiction(f"{path}.person", "say how the rows hang on the person: 'column' or 'via'")
    for name in ("person", "tenant"):
        link: Link | None = getattr(table, name)
        if link is not None:
            yield from _link(datamap, system, table, link, name, f"{path}.{name}")


def _link(datamap: DataMap, system: System, table: Table, link: Link, name: str, path: str) -> Iterator[Contradiction]:
    if link.via is not None:
        yield from _via(system, table, link.via, f"{path}.via")
        yield from _chain(system, table, name, path)
        return
    yield from _known_columns(table, link.column or (), f"{path}.column")
    if table.person is link and table.person.is_ is Anchor.KEY:
        yield from _keyed(datamap, system, table, path)


def _keyed(datamap: DataMap, system: System, table: Table, path: str) -> Iterator[Contradiction]:
    assert table.person is not None
    named = table.person.identity
    if named is not None and named not in {identity.name for identity in datamap.identity}:
        yield Contradiction(f"{path}.identity", f"no identity is called '{named}'")
        return
    identity = datamap.identity_of(table.person, system.name)
    if identity is None or identity.system != system.name:
        yield Contradiction(path, f"system '{system.name}' has no identity; use 'is: address' or 'is: customer_number'")
        return
    record = _table_named(system, identity.table)
    if record is not None and len(record.key) != len(table.person.column or ()):
        yield Contradiction(f"{path}.column", f"name as many columns as the key of '{record.name}' has")


def _chain(system: System, table: Table, name: str, path: str) -> Iterator[Contradiction]:
    """Every `via` must end at a table that hangs by a column of its own."""
    seen = {table.name}
    link: Link | None = getattr(table, name)
    while link is not None and link.via is not None:
        following = _table_named(system, link.via.table)
        if following is None:
            return
        if following.name in seen:
            yield Contradiction(f"{path}.via", f"'{following.name}' leads back to itself; end at a 'column'")
            return
        seen.add(following.name)
        link = getattr(following, name)
        if link is None:
            yield Contradiction(f"{path}.via", f"'{following.name}' has no '{name}' itself; say there how it hangs")


def _erasure(system: System, table: Table, path: str) -> Iterator[Contradiction]:
    until = table.on_erasure.until
    if until is not None:
        yield from _column_of(system, until.table or table.name, until.date_column, f"{path}.on_erasure.until")
    fixed = _fixed_columns(table)
    for name, column in table.columns.items():
        where = f"{path}.columns.{name}.on_erasure"
        if column.on_erasure is None or column.on_erasure.action == "keep":
            continue
        if table.on_erasure.action != "keep":
            yield Contradiction(where, f"the rows are '{table.on_erasure.action}'; a column rule needs rows that stay")
        if name in fixed:
            yield Contradiction(where, "rows hang on this column; it cannot be emptied while they stay")


def _fixed_columns(table: Table) -> set[str]:
    fixed = set(table.key)
    for link in (table.person, table.tenant):
        if link is not None:
            fixed.update(link.column or (link.via.column if link.via else ()))
    return fixed
