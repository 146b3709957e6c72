"""The register of personal data breaches (Art. 33(5))."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

from bot.cases.incidents import Cause, Incident, IncidentState, Risk
from bot.store.bench import Bench
from bot.store.tables import incidents
from bot.triage.labels import Role

BREACH = "breach"
"""The task that stands until a person decided about a breach."""

BREACH_ALARM = "breach_alarm"
"""The event that has everybody told of one."""


@dataclass(frozen=True, slots=True)
class _Content:
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    authority_ref: str | None = None
    not_notified_because: str | None = field(default=None, repr=False)
    people_not_told_because: str | None = field(default=None, repr=False)


_SEALED = frozenset(_Content.__slots__)
_PLAIN = frozenset(Incident.__slots__) - _SEALED


@dataclass(frozen=True, slots=True)
class Incidents:
    bench: Bench

    def add(self, case_id: int | None, cause: Cause, state: IncidentState, aware_at: datetime, role: Role) -> Incident:
        """A new line; the risk is high until a person lowers it: what we hold are the finances of small firms."""
        known = {"cause": cause, "state": state, "aware_at": aware_at, "risk": Risk.HIGH, "role": role}
        return self.get(self.bench.add(incidents, _Content(), case_id=case_id, **known))

    def get(self, incident_id: int) -> Incident:
        """Raises MissingRowError."""
        return self._incident(self.bench.one(incidents, incident_id))

    def lock(self, incident_id: int) -> None:
        """Nobody else changes this line until the transaction ends: two who write at once would lose one's words."""
        self.bench.run(select(incidents.c.id).where(incidents.c.id == incident_id).with_for_update())

    def all(self) -> tuple[Incident, ...]:
        return self._where()

    def open(self) -> tuple[Incident, ...]:
        return self._where(incidents.c.state.in_([IncidentState.SUSPECTED, IncidentState.CONFIRMED]))

    def of_case(self, case_id: int) -> tuple[Incident, ...]:
        return self._where(incidents.c.case_id == case_id)

    def change(self, incident_id: int, **values: Any) -> Incident:
        """Replace these values; `fields` are added to what stands there."""
        self.lock(incident_id)
        before = self.get(incident_id)
        fields: Mapping[str, str] = values.pop("fields", {})
        after = replace(before, **values, fields={**before.fields, **fields})
        plain = {name: getattr(after, name) for name in _PLAIN if name not in {"id", "case_id", "cause"}}
        self.bench.run(update(incidents).where(incidents.c.id == incident_id).values(**plain))
        sealed = {name: getattr(after, name) for name in _SEALED}
        self.bench.reseal(incidents, incident_id, _Content(**sealed | {"fields": dict(after.fields)}))
        return after

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Incident, ...]:
        query = select(incidents).where(*conditions).order_by(incidents.c.id)
        return tuple(self._incident(row) for row in self.bench.all(query))

    def _incident(self, row: Row[Any]) -> Incident:
        content = self.bench.content(_Content, incidents, row) or _Content()
        plain = {name: row._mapping[name] for name in _PLAIN}
        return Incident(**plain, **{name: getattr(content, name) for name in _SEALED})
