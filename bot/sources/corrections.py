"""What may be corrected, from which value to which, and what only a person can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.subject import DataSubject
from bot.datamap.model import Column, DataMap, System, Table
from bot.datamap.validators import InvalidValueError, same_value, spaced_like, well_formed
from bot.datamap.words import Words
from bot.sources.cells import as_text
from bot.sources.finding import by_address
from bot.sources.phrases import (
    ALREADY_SO,
    NO_NEW_VALUE,
    NOBODYS,
    NOT_CORRECTABLE,
    NOT_ON_FILE,
    NOT_WELL_FORMED,
    SEVERAL_VALUES,
    TWICE,
)
from bot.sources.reach import Reach
from bot.sources.selection import Scope, Selection, by_address_alone, relation
from bot.triage.house_numbers import number_alone, on_the_street_of
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

RISKY_FIELDS = frozenset({"email", "phone", "iban", "kvk", "btw"})
"""Whoever changes these takes over an account or its money: the highest level and a second person."""
_STREET = "street"


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """`by_hand` names each field that staff must look at, with the reason in the letter's language."""

    changes: tuple[PlannedChange, ...] = field(repr=False)
    by_hand: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CorrectableColumn:
    """A column on file for this person that the map lets him correct."""

    system: System
    table: Table
    name: str
    column: Column
    scope: Scope
    high_risk: bool


@dataclass(frozen=True, slots=True)
class Correcting:
    """One person's stated corrections, looked up wherever his data lie."""

    reach: Reach
    subject: DataSubject
    language: Language
    twin: bool  # somebody else's address differs in letter case only
    shares_address: bool  # somebody else is known by the same address

    def plan(self, corrections: Iterable[StatedCorrection]) -> CorrectionPlan:
        changes: list[PlannedChange] = []
        by_hand: list[tuple[str, str]] = []
        for name, stated, trouble in _settled(corrections):
            found = [] if stated is None else self._found(name, stated.old, str(stated.new).strip())
            reason = trouble or _reason_by_hand(found, self._nothing(name))
            if reason is None:
                changes += [one for one in found if isinstance(one, PlannedChange)]
            else:
                by_hand.append((name, reason.told_in(self.language)))
        return CorrectionPlan(tuple(changes), tuple(by_hand))

    def _found(self, name: str, old: str | None, new: str) -> list[PlannedChange | Words | None]:
        """For every column where the field may stand: the change, or why there is none."""
        found: list[PlannedChange | Words | None] = []
        datamap = self.reach.datamap
        for system in datamap.systems:
            applicable = self.reach.applicable(system, self.subject, self.twin)
            places = list(_correctable_columns(datamap, system, applicable, name))
            if places:
                selection = self.reach.selection(system)
                with self.reach.reading(system) as connection:
                    planned = (
                        (place, _planned(connection, selection, place, old, new, self.language)) for place in places
                    )
                    found += [NOBODYS if one and self._nobodys(place) else one for place, one in planned]
            if any(_is_address_of_record(datamap, place) for place in places) and self._taken(new):
                found.append(NOT_CORRECTABLE)
        changed = sum(isinstance(one, PlannedChange) for one in found)
        return [*found, SEVERAL_VALUES] if changed > 1 and name == _STREET and number_alone(new) else found

    def _nobodys(self, place: CorrectableColumn) -> bool:
        """Nothing says which of two people with one address the value is about."""
        return self.shares_address and by_address_alone(place.scope)

    def _taken(self, address: str) -> bool:
        """Somebody else is known by this address; the letter may not say so."""
        others = self.reach.found(by_address(address.strip()))
        return any((other.system, other.key) != (self.subject.system, self.subject.key) for other in others)

    def _nothing(self, name: str) -> Words:
        """Why nothing was found to correct: this person has no such value, or the map knows no such field."""
        tables = (table for system in self.reach.datamap.systems for table in system.tables)
        rules = (column.correctable for table in tables for column in table.columns.values())
        known = any(rule is not None and rule.field == name for rule in rules)
        return NOT_ON_FILE if known else NOT_CORRECTABLE


def _settled(
    corrections: Iterable[StatedCorrection],
) -> Iterator[tuple[str, StatedCorrection | None, Words | None]]:
    """One correction with a new value per field, or why there is none."""
    stated: dict[str, list[StatedCorrection]] = {}
    for correction in corrections:
        stated.setdefault(correction.field, []).append(correction)
    for name, given in stated.items():
        values = {one.new.strip(): one for one in given if one.new and one.new.strip()}
        if len(values) == 1:
            [stated_once] = values.values()
            yield name, stated_once, None
        else:
            yield name, None, TWICE if values else NO_NEW_VALUE


def _correctable_columns(
    datamap: DataMap, system: System, applicable: Sequence[tuple[Table, Scope]], name: str
) -> Iterator[CorrectableColumn]:
    """Where in one system the field `name` of this person may stand."""
    contact = set(_contact_columns(datamap, system))
    for table, scope in applicable:
        for column_name, column in table.columns.items():
            rule = column.correctable
            if rule is None or rule.field != name:
                continue
            risky = rule.high_risk or name in RISKY_FIELDS or (table.name, column_name) in contact
            yield CorrectableColumn(system, table, column_name, column, scope, risky)


def _contact_columns(datamap: DataMap, system: System) -> Iterator[tuple[str, str]]:
    """Where challenges and second factors go: never a low-risk change, whatever the map says."""
    for identity in datamap.identity:
        if identity.system == system.name:
            for ref in (identity.address_of_record, identity.phone_of_record):
                if ref is not None:
                    yield ref.via[-1].table if ref.via else identity.table, ref.column


def _is_address_of_record(datamap: DataMap, place: CorrectableColumn) -> bool:
    """A new value here is what the person will be known by."""
    for identity in datamap.identity:
        ref = identity.address_of_record
        table = ref.via[-1].table if ref.via else identity.table
        if (identity.system, table, ref.column) == (place.system.name, place.table.name, place.name):
            return True
    return False


def _planned(
    connection: sa.Connection,
    selection: Selection,
    place: CorrectableColumn,
    told: str | None,
    new: str,
    language: Language,
) -> PlannedChange | Words | None:
    """The change, or why there is none; None where this person has no row there."""
    values = _values(connection, selection, place)
    if not values:
        return None
    if len(values) > 1:
        return SEVERAL_VALUES
    [(old, count)] = values
    rule = place.column.correctable
    assert rule is not None
    whole = on_the_street_of(old, new, told) if rule.field == _STREET else new
    if whole is None:
        return NOT_WELL_FORMED
    try:
        value = spaced_like(old, well_formed(rule.validator, whole, rule.max_length), rule.validator)
    except InvalidValueError:
        return NOT_WELL_FORMED
    if same_value(rule.validator, old, value):
        return ALREADY_SO
    return PlannedChange(
        system=place.system.name,
        table=place.table.name,
        label=place.column.label.told_in(language),
        action=ChangeAction.CORRECT,
        column=place.name,
        key=place.scope,
        old=old,
        new=value,
        count=count,
        high_risk=place.high_risk,
        field=rule.field,
    )


def _values(connection: sa.Connection, selection: Selection, place: CorrectableColumn) -> list[tuple[str | None, int]]:
    """At most two different values on file, with their number of rows."""
    rows = relation(place.table)
    column = rows.c[place.name]
    query = (
        sa.select(column, sa.func.count())
        .where(selection.where(place.table, place.scope, rows))
        .group_by(column)
        .limit(2)
    )
    return [(as_text(value), count) for value, count in connection.execute(query)]


def _reason_by_hand(found: Sequence[PlannedChange | Words | None], nothing: Words) -> Words | None:
    """Why a person must look although some columns may change; None where all is planned.

    A value that already stands somewhere is no reason while another column changes.
    """
    reasons = [one for one in found if isinstance(one, Words)]
    serious = [reason for reason in reasons if reason is not ALREADY_SO]
    if serious:
        return serious[0]
    if any(isinstance(one, PlannedChange) for one in found):
        return None
    return reasons[0] if reasons else nothing
