"""A personal data breach: stopped at once, counted in hours, decided by people, kept in the register (Art. 33, 34)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.cases.alarming import dutch_day
from bot.cases.deadlines import Calendar
from bot.cases.draft import Block, Draft
from bot.cases.errors import RefusedActError
from bot.cases.incidents import (
    CAUSES,
    DISMISSED_BECAUSE,
    FIELDS,
    RISK_BECAUSE,
    RISKS,
    Cause,
    Incident,
    IncidentState,
    Risk,
    missing,
    require_decidable,
    require_field,
)
from bot.cases.letters import LetterKind
from bot.cases.model import CaseRef
from bot.cases.nameless import Nameless
from bot.cases.people import Act, Actor, User, require
from bot.cases.work import Work
from bot.replies.casefacts import facts_of
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, Thread
from bot.settings import Organisation
from bot.store.archive import Archive, Transaction
from bot.store.breach_signs import alarm, begin, halt
from bot.store.casework import BOT, tell_staff
from bot.store.incidents import BREACH, BREACH_ALARM
from bot.store.mandates import mandate_of
from bot.store.records import Job, Scalar, Task
from bot.triage.labels import Intent

_log = structlog.get_logger(__name__)

_REMINDERS = (timedelta(hours=24), timedelta(hours=6), timedelta(0))
"""Before the end of the 72 hours: then everybody is told again, as long as nobody decided."""

_TO_FILL = "[nog in te vullen]"


@dataclass(frozen=True, slots=True)
class Reported:
    """The line of the register after a report."""

    incident: Incident
    standing: bool  # confirmed already, undecided: all stops again, words are added, the earliest moment stands
    masked: bool  # the words named somebody, who does not stand in the register


class Breach:
    """The register, and what staff do with it. Nothing in it ever writes to the authority."""

    def __init__(
        self,
        archive: Archive,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        organisation: Organisation,
        *,
        webhook: bool,
    ) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._organisation = organisation
        self._webhook = webhook

    # What staff do

    def report(self, ref: CaseRef, actor: Actor, reason: str, aware_at: datetime | None = None) -> Reported:
        """A person says that data went where they should not: everything of the case stops, and the hours run.

        A line of this case that nobody decided about takes it in, with its words; the earliest moment stands and moves
        the term of the task, and a suspicion becomes certain. After a decision it is a line of its own, with its own
        hours: they were decided about what was known then. Words that name somebody never keep a breach from being
        stopped: they are masked.
        """
        now = self._archive.clock()
        if aware_at is not None and not now - timedelta(days=3650) <= aware_at <= now:
            raise RefusedActError("--aware lies in the future, or is no moment anybody can mean; check the year")
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            nature = Nameless(case, mandate_of(tx, case.id)).masked(reason)
            known = _standing(tx.incidents.of_case(case.id))
            if known is not None:
                halt(tx, case.id, user.name, actor.os_login)
                incident = self._confirmed(tx, known, aware_at, user, actor)
            else:
                state, at = IncidentState.CONFIRMED, aware_at or now
                incident = begin(tx, case.id, Cause.STAFF, state, at, user.name, actor.os_login)
            again = known is not None and known.state is IncidentState.CONFIRMED
            incident = tx.incidents.change(incident.id, fields={"nature": _with_words(incident, nature)})
            kind = "breach_reported_again" if again else "breach_confirmed"
            self._write(tx, incident, user, actor, kind, {"reason": reason, "aware_at": incident.aware_at.isoformat()})
            return Reported(incident, standing=again, masked=nature != reason)

    def _confirmed(
        self, tx: Transaction, incident: Incident, aware_at: datetime | None, user: User, actor: Actor
    ) -> Incident:
        """Known since the earliest moment that anybody told; who planned by a later end of the term hears of it."""
        earliest = min(aware_at or incident.aware_at, incident.aware_at)
        confirmed = tx.incidents.change(incident.id, state=IncidentState.CONFIRMED, aware_at=earliest)
        if confirmed.due_at != incident.due_at:
            for task in _tasks_about(tx, incident):
                tx.tasks.move(task.id, confirmed.due_at)
            alarm(tx, incident.id, user.name, actor.os_login)
        return confirmed

    def fill(self, number: int, actor: Actor, name: str, text: str) -> Incident:
        """One of the fields of the notification (Art. 33(3)); no names, for the register outlives the case."""
        require_field(name)
        with self._archive.transaction() as tx:
            user, incident = self._begin(tx, number, actor, Act.HANDLE)
            incident = tx.incidents.change(incident.id, fields={name: _nameless(tx, incident).require(text.strip())})
            self._write(tx, incident, user, actor, "breach_described", {"field": name})
            return incident

    def decide(self, number: int, actor: Actor, *, risk_because: str | None = None, **decided: Any) -> Incident:
        """The officer's decisions: risk, authority, the people themselves, the customer whose books they are.

        `decided` are values of `Incident`; None leaves a value as it is. A lower risk needs `risk_because`.
        """
        told = {name: value for name, value in decided.items() if value is not None}
        if not told:
            raise RefusedActError("say what was decided; see: privacybot breach decide --help")
        if any(isinstance(value, datetime) and value > self._archive.clock() for value in told.values()):
            raise RefusedActError("nobody can have been told in the future; check the time")
        with self._archive.transaction() as tx:
            user, incident = self._begin(tx, number, actor, Act.DECIDE_RISK)
            _require_reasons(incident, told, risk_because)
            words = {RISK_BECAUSE: risk_because} if risk_because else {}
            for text in (*words.values(), *(value for name, value in told.items() if name in _FREE)):
                _nameless(tx, incident).require(text)
            incident = tx.incidents.change(incident.id, **told, fields=words)
            values: dict[str, Scalar] = {name: _scalar(value) for name, value in {**told, **words}.items()}
            self._write(tx, incident, user, actor, "breach_decided", values)
            return incident

    def dismiss(self, number: int, actor: Actor, reason: str) -> Incident:
        """Nothing was disclosed after all; the line stays in the register with the reason (Art. 33(5))."""
        with self._archive.transaction() as tx:
            user, incident = self._begin(tx, number, actor, Act.DECIDE_RISK)
            _nameless(tx, incident).require(reason)
            return self._ended(tx, incident, user, actor, IncidentState.DISMISSED, reason)

    def close(self, number: int, actor: Actor) -> Incident:
        """Everything is known, decided and done."""
        with self._archive.transaction() as tx:
            user, incident = self._begin(tx, number, actor, Act.DECIDE_RISK)
            if incident.state is IncidentState.SUSPECTED:
                raise RefusedActError(f"breach {number} is only suspected: privacybot incident REF, or breach dismiss")
            if lacking := missing(incident):
                raise RefusedActError(f"breach {number} cannot be closed yet; still missing: {'; '.join(lacking)}")
            return self._ended(tx, incident, user, actor, IncidentState.CLOSED, None)

    def _ended(
        self, tx: Transaction, incident: Incident, user: User, actor: Actor, state: IncidentState, reason: str | None
    ) -> Incident:
        now = self._archive.clock()
        fields = {} if reason is None else {DISMISSED_BECAUSE: reason}
        ended = tx.incidents.change(incident.id, state=state, closed_at=now, fields=fields)
        for task in _tasks_about(tx, incident):
            tx.tasks.done(task.id, user.name, now)
        self._write(tx, ended, user, actor, f"breach_{state}", {"reason": reason})
        return ended

    def _begin(self, tx: Transaction, number: int, actor: Actor, act: Act) -> tuple[User, Incident]:
        user = require(tx.users.by_name(actor.claimed), act, actor.claimed)
        found = next((one for one in tx.incidents.all() if one.id == number), None)
        if found is None:
            raise RefusedActError(f"there is no breach {number}; list them with: privacybot breach list")
        if found.case_id is not None:
            tx.cases.lock(found.case_id)  # before the line itself, as whoever reports a breach does it
        tx.incidents.lock(number)
        incident = tx.incidents.get(number)
        require_decidable(incident)
        return user, incident

    def _write(
        self, tx: Transaction, incident: Incident, user: User, actor: Actor, kind: str, values: Mapping[str, Scalar]
    ) -> None:
        named = {"incident": incident.id, **values}
        tx.events.write(incident.case_id, kind, user.name, named, os_login=actor.os_login)

    # What it says

    def notice(self, number: int, actor: Actor) -> Draft:
        """The letter to the person whose data they are (Art. 34), for approval: address of record, own thread."""
        with self._archive.transaction() as tx:
            user, incident = self._begin(tx, number, actor, Act.HANDLE)
            if incident.case_id is None:
                raise RefusedActError(f"breach {number} belongs to no case: write to the people yourself")
            case = tx.cases.by_id(incident.case_id)
            record = case.data_subject.address_of_record if case.data_subject else None
            if record is None:
                raise RefusedActError(f"{case.ref} knows no address of record: write to the person by post")
            _refuse_stranger(tx, case.ref, case.id, record)
            said = incident.fields
            facts = replace(
                facts_of(case, self._archive.clock(), self._calendar),
                reason=said.get("nature"),
                consequences=said.get("consequences"),
                measures=said.get("measures"),
            )
            letter = self._letters.compose(LetterKind.BREACH_NOTICE, facts)
            now = self._archive.clock()
            draft = new_draft(self._mailroom, case, LetterKind.BREACH_NOTICE, letter, record, (), now)
            added = tx.drafts.add(replace(draft, in_reply_to=None, references=(), high_risk=True))
            values: dict[str, Scalar] = {"draft": added.id, "letter": added.letter, "incident": number}
            tx.events.write(case.id, "draft_made", user.name, values, os_login=actor.os_login)
            return added

    def register(self) -> tuple[Incident, ...]:
        """Every breach, the newest last, those that were dismissed or not notified included (Art. 33(5))."""
        with self._archive.reading() as tx:
            return tx.incidents.all()

    def notification(self, number: int) -> str:
        """The draft of the notification with everything of Art. 33(3); a person hands it in, in phases if need be."""
        with self._archive.reading() as tx:
            incident = tx.incidents.get(number)
            refs = tx.cases.refs([incident.case_id] if incident.case_id is not None else [])
        return "\n".join(self._lines(incident, next(iter(refs.values()), None)))

    def _lines(self, incident: Incident, ref: str | None) -> Iterator[str]:
        about, of = self._organisation, incident.fields
        yield f"Melding datalek nr {incident.id} - concept, {self._dutch(self._archive.clock())}"
        yield f"Organisatie: {about.name}, {about.street}, {about.postcode} {about.city}, KvK {about.kvk}"
        yield f"Ons dossier: {ref or 'geen zaak'}"
        yield f"Ontdekt: {self._dutch(incident.aware_at)}. Melden kan tot {self._dutch(incident.due_at)} (72 uur)."
        yield f"Aanleiding: {CAUSES[incident.cause]}"
        yield ""
        for article, names in (("a", ("nature", "people", "records")), ("c", ("consequences",)), ("d", ("measures",))):
            for name in names:
                yield f"{FIELDS[name]} (artikel 33 lid 3 onder {article}):"
                yield of.get(name) or _TO_FILL
                yield ""
        contact = about.privacy_contact
        yield "Contactpersoon (artikel 33 lid 3 onder b):"
        yield contact.value if contact.confirmed else f"{_TO_FILL} ({contact.value})"
        yield ""
        yield f"Risico voor de mensen: {RISKS[incident.risk]}"
        yield f"De mensen zelf ingelicht (artikel 34): {self._told(incident.people_told_at)}"
        if self._archive.clock() > incident.due_at:
            yield f"{FIELDS['late_reason']} (artikel 33 lid 1): {of.get('late_reason') or _TO_FILL}"
        yield "Nog niet alles bekend? Meld dan wat u weet, en vul later aan (artikel 33 lid 4)."

    def _told(self, at: datetime | None) -> str:
        return "nog niet" if at is None else self._dutch(at)

    def _dutch(self, moment: datetime) -> str:
        zone = ZoneInfo(self._calendar.timezone)
        local, today = moment.astimezone(zone), self._archive.clock().astimezone(zone).date()
        return f"{dutch_day(local.date(), today)} {local:%H:%M} uur"

    # Who hears, and when again

    def tell(self, job: Job) -> None:
        """Everybody in our own table hears, by mail and at the web address; number, case and moment, no person."""
        with self._archive.transaction() as tx:
            event = tx.events.one(None, job.target_id)
            if event is None:
                return
            incident = tx.incidents.get(int(str(event.values["incident"])))
            if not incident.open:
                return
            refs = tx.cases.refs([incident.case_id] if incident.case_id is not None else [])
            subject, blocks = self._alarm(incident, next(iter(refs.values()), "zonder zaak"))
            tell_staff(tx, lambda to: self._mailroom.automatic(subject, blocks, to, Thread()), self._archive.clock())
            _log.error("a breach waits for a decision", count=incident.id)
            if self._webhook:
                tx.jobs.defer(Work.TELL_WEBHOOK, event.seq)

    def _alarm(self, incident: Incident, ref: str) -> tuple[str, tuple[Block, ...]]:
        suspected = incident.state is IncidentState.SUSPECTED
        subject = f"{'Mogelijk datalek' if suspected else 'Datalek'} in {ref}"
        what = f"{CAUSES[incident.cause][0].upper()}{CAUSES[incident.cause][1:]}. Er vertrekt niets meer uit deze zaak."
        hours = f"Melden bij de AP kan tot {self._dutch(incident.due_at)}. De klok loopt ook in het weekend."
        how = f"Kijk met: privacybot breach show {incident.id}. De functionaris beslist."
        return subject, (Block("what", what), Block("hours", hours), Block("how", how))

    def round(self) -> None:
        """Tell again when a day, six hours and nothing is left, as long as nobody decided."""
        now = self._archive.clock()
        with self._archive.reading() as tx:
            waiting = [one for one in tx.incidents.open() if one.authority_waits]
            told = {
                (event.values.get("incident"), event.values.get("left"))
                for event in (tx.events.of(None, BREACH_ALARM) if waiting else ())
            }
        for incident in waiting:
            due = [left for left in _REMINDERS if incident.due_at - left <= now]
            left = int(min(due).total_seconds() // 3600) if due else None
            if left is not None and (incident.id, left) not in told:
                with self._archive.transaction() as tx:
                    seq = tx.events.write(None, BREACH_ALARM, BOT, {"incident": incident.id, "left": left})
                    tx.jobs.defer(Work.TELL_BREACH, seq)


_FREE = frozenset({"not_notified_because", "people_not_told_because", "authority_ref"})
"""Decisions that are words."""


def _standing(of_case: tuple[Incident, ...]) -> Incident | None:
    """The line that a report belongs to: what is confirmed before what is suspected, and nothing that was decided."""
    waiting = sorted((one for one in of_case if one.undecided), key=lambda one: one.state is IncidentState.SUSPECTED)
    return next(iter(waiting), None)


def _with_words(incident: Incident, nature: str) -> str:
    """What happened, each report on a line of its own: no later one takes away what an earlier one said."""
    told = incident.fields.get("nature", "").splitlines()
    return "\n".join(dict.fromkeys((*told, *nature.splitlines())))


def _tasks_about(tx: Transaction, incident: Incident) -> Iterator[Task]:
    for task in tx.tasks.open_of_kind(BREACH):
        if task.case_id == incident.case_id and f"nr {incident.id} " in task.text:
            yield task


def _nameless(tx: Transaction, incident: Incident) -> Nameless:
    if incident.case_id is None:
        return Nameless(None)
    return Nameless(tx.cases.by_id(incident.case_id), mandate_of(tx, incident.case_id))


def _require_reasons(incident: Incident, told: Mapping[str, Any], risk_because: str | None) -> None:
    """Not telling needs a reason, and so does a lower risk than the one that stood."""
    risk = told.get("risk", incident.risk)
    if risk.below(incident.risk) and not (risk_because or "").strip():
        raise RefusedActError(f"say why the risk is lower than {incident.risk}: add --risk-because")
    if told.get("not_notified_because") is not None and risk is not Risk.UNLIKELY:
        raise RefusedActError("only where a risk is unlikely need nobody be notified (Art. 33(1)): add --risk unlikely")


def _refuse_stranger(tx: Transaction, ref: CaseRef, case_id: int, record: str) -> None:
    """Whoever reads the mail of this address says that ours is not for him: he hears nothing more about the person."""
    for message in tx.messages.of_case(case_id):
        if message.label == Intent.WRONG_RECIPIENT and (message.sender or "").lower() == record.lower():
            raise RefusedActError(
                f"{ref}: whoever reads the address of record says that our mail is not for him; "
                "tell the person by post or phone, and note it with: breach decide --people-told"
            )


def _scalar(value: object) -> Scalar:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
