"""The first sign of a breach: what stops at once, what the register says of it, and who hears."""

from __future__ import annotations

from datetime import datetime

from bot.cases.incidents import CAUSES, Cause, Incident, IncidentState
from bot.cases.work import Work
from bot.store.archive import Transaction
from bot.store.casework import BOT, stop_for_person
from bot.store.incidents import BREACH, BREACH_ALARM
from bot.store.records import Scalar
from bot.triage.labels import Intent, Role

_NOTHING_LEAVES = "mogelijk datalek: er vertrekt niets"


def suspect(tx: Transaction, case_id: int, cause: Cause, aware_at: datetime) -> Incident:
    """A sign of a breach: what is on its way in this case stops, the 72 hours run, everybody is told.

    Once a cause, as long as nobody decided: after that a sign is of something new until a person says it is not.
    """
    tx.cases.lock(case_id)
    standing = [one for one in tx.incidents.of_case(case_id) if one.cause == cause and one.undecided]
    return standing[0] if standing else begin(tx, case_id, cause, IncidentState.SUSPECTED, aware_at, BOT, None)


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
    """A new line of the register, the task about it, and the alarm; its case stops."""
    role = Role.CONTROLLER if case_id is None else tx.cases.by_id(case_id).role
    incident = tx.incidents.add(case_id, cause, state, aware_at, role)
    if case_id is not None:
        halt(tx, case_id, actor, os_login)
    tx.tasks.add(case_id, BREACH, breach_words(incident), incident.due_at)
    values: dict[str, Scalar] = {
        "incident": incident.id,
        "cause": cause,
        "aware_at": aware_at.isoformat(),
        "state": state,
    }
    tx.events.write(case_id, "breach_began", actor, values, os_login=os_login)
    alarm(tx, incident.id, actor, os_login)
    return incident


def alarm(tx: Transaction, incident_id: int, actor: str, os_login: str | None) -> None:
    """Everybody in our own table is told of it, with the end of the 72 hours as it then stands."""
    seq = tx.events.write(None, BREACH_ALARM, actor, {"incident": incident_id}, os_login=os_login)
    tx.jobs.defer(Work.TELL_BREACH, seq)


def halt(tx: Transaction, case_id: int, actor: str, os_login: str | None) -> None:
    """Codes, on paper too, and links of the case die, and what was drafted or approved in it does not leave."""
    tx.cases.lock(case_id)
    tx.challenges.retire(case_id)
    tx.paper_codes.retire(case_id)
    tx.links.revoke(case_id)
    stop_for_person(tx, tx.cases.by_id(case_id), _NOTHING_LEAVES, actor, os_login=os_login)


def breach_words(incident: Incident) -> str:
    """What the task says; the moment itself is its due date."""
    begun = "mogelijk datalek" if incident.state is IncidentState.SUSPECTED else "datalek"
    return f"{begun} nr {incident.id} ({CAUSES[incident.cause]}): kijk met privacybot breach show {incident.id}"
