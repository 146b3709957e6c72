"""The register of personal data breaches (Art. 33(5)), and what stops at the first sign of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, select, update

from bot.cases.incidents import CAUSES, Cause, Incident, IncidentState, Risk
from bot.cases.work import Work
from bot.store.bench import Bench
from bot.store.records import Scalar
from bot.store.tables import incidents
from bot.triage.labels import Intent, Role

if TYPE_CHECKING:
    from bot.store.archive import Transaction

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

    def all(self) -> tuple[Incident, ...]:
        return self._where()

    def open(self) -> tuple[Incident, ...]:
        return self._where(incidents.c.state.in_([IncidentState.SUSPECTED, IncidentState.CONFIRMED]))

    def of_case(self, case_id: int) -> tuple[Incident, ...]:
        return self._where(incidents.c.case_id == case_id)

    def change(self, incident_id: int, **values: Any) -> Incident:
        """Replace these values; `fields` are added to what stands there."""
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


def suspect(tx: Transaction, case_id: int, cause: Cause, aware_at: datetime) -> Incident:
    """A sign of a breach: what is on its way in this case stops, the 72 hours run, everybody is told. Once a cause."""
    standing = [one for one in tx.incidents.of_case(case_id) if one.cause == cause and one.open]
    return standing[0] if standing else begin(tx, case_id, cause, IncidentState.SUSPECTED, aware_at, "bot", None)


def sign_of_breach(tx: Transaction, case_id: int, label: str) -> Cause | None:
    """A wrong recipient always is one; "not me" only if an answer of ours left already."""
    if label == Intent.WRONG_RECIPIENT:
        return Cause.WRONG_RECIPIENT
    disclosed = any(letter.draft_id is not None and letter.dated_at for letter in tx.outbox.of_case(case_id))
    return Cause.NOT_ME if label == Intent.NOT_ME and disclosed else None


def begin(
    tx: Transaction,
    case_id: int | None,
    cause: Cause,
    state: IncidentState,
    aware_at: datetime,
    actor: str,
    os_login: str | None,
) -> Incident:
    """A new line of the register, the task about it, and the alarm; codes and links of the case die."""
    role = Role.CONTROLLER if case_id is None else tx.cases.by_id(case_id).role
    incident = tx.incidents.add(case_id, cause, state, aware_at, role)
    if case_id is not None:
        tx.challenges.retire(case_id)
        tx.links.revoke(case_id)
    tx.tasks.add(case_id, BREACH, breach_words(incident), incident.due_at)
    values: dict[str, Scalar] = {
        "incident": incident.id,
        "cause": cause,
        "aware_at": aware_at.isoformat(),
        "state": state,
    }
    tx.events.write(case_id, "breach_began", actor, values, os_login=os_login)
    seq = tx.events.write(None, BREACH_ALARM, actor, {"incident": incident.id}, os_login=os_login)
    tx.jobs.defer(Work.TELL_BREACH, seq)
    return incident


def breach_words(incident: Incident) -> str:
    """What the task says; the moment itself is its due date."""
    begun = "mogelijk datalek" if incident.state is IncidentState.SUSPECTED else "datalek"
    return f"{begun} nr {incident.id} ({CAUSES[incident.cause]}): kijk met privacybot breach show {incident.id}"
