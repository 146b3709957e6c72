"""Alarms about the terms of cases: a standing task, and further ways to the people who must act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import structlog

from bot.cases.alarming import INTERNAL, alarm_day, alarm_sentence, closing_time, hold_sentence, newest
from bot.cases.deadlines import LAST_CALLS, AlarmKind, Calendar, Term, alarms, plus_working_days, term
from bot.cases.draft import Block
from bot.cases.letters import LetterKind
from bot.cases.model import Case, Request, RequestState
from bot.cases.people import User
from bot.cases.reckoning import explained
from bot.cases.work import Work
from bot.replies.casefacts import clock_request, local_day
from bot.replies.mailing import MailRoom, Thread
from bot.store.anchors import in_words, note_told
from bot.store.anchors import newest as newest_anchor
from bot.store.archive import Archive, Transaction
from bot.store.casework import (
    ALARM_MAIL,
    BOT,
    FORWARD,
    TERM_ENDS,
    ask_person,
    post_to_staff,
    tell_of_lost_alarm,
)
from bot.store.extensions import extensions
from bot.store.records import Event, OutboxState, Scalar, Task
from bot.store.rounds import apart, guarded

_log = structlog.get_logger(__name__)

_A_YEAR = timedelta(days=365)

_NO_SECOND_WAY = (
    "een termijn loopt af en alleen deze takenlijst meldt dat: geef een gebruiker een adres "
    "(privacybot user add --address) of vul [alarm] webhook_url in"
)

EXTENSIONS = "extensions"
"""The task that tells of too many extensions; once a month."""

_OVER_USED = (
    "in twaalf maanden zijn {extended} van de {opened} zaken verlengd, meer dan een tiende: kijk waarom antwoorden "
    "niet binnen een maand lukt (privacybot stats); verlengen is een uitzondering, drukte is geen reden"
)

DEADLINE = "deadline"
"""The task that an alarm is."""

_INTERNAL_MET = {
    AlarmKind.CHALLENGE: LetterKind.CHALLENGE,
    AlarmKind.COMPLAINT_RECEIPT: LetterKind.RECEIPT,
    AlarmKind.PROCESSOR_FORWARD: LetterKind.FORWARDED,
}
"""Internal terms that are met as soon as this letter was made."""


class Alarms:
    """Rings for every term that asks for attention, and stops when it is met."""

    def __init__(self, archive: Archive, mailroom: MailRoom, calendar: Calendar, *, webhook: bool) -> None:
        self._archive = archive
        self._mailroom = mailroom
        self._calendar = calendar
        self._webhook = webhook

    def round(self) -> None:
        """Look at every open case once; safe to do as often as one likes."""
        with self._archive.reading() as tx:
            open_ids = tx.cases.open_ids()
        for case_id in open_ids:
            apart(self._archive, case_id, self._ring)
        self._tick_off_alarms()
        self._mail_alarms()
        self._tell_of_refused_alarms()
        self._tell_of_extensions()

    def _ring(self, tx: Transaction, case: Case) -> None:
        """One standing task for each request, replaced by the newer alarm; the legal date is never missed without."""
        today = self._today()
        events, met = tx.events.of(case.id), self._met(tx, case)
        for request in _running(case):
            dates = term(request, self._calendar, role=case.role)
            self._explain(tx, case, request, dates, events)
            if ringing := alarms(dates, today, done=_rung(events, request) | met):
                speaks = newest(ringing)
                words = alarm_sentence(speaks, request, dates, today, self._calendar)
                task = tx.tasks.add(
                    case.id, DEADLINE, words, closing_time(alarm_day(speaks, dates, today), self._calendar.timezone)
                )
                for alarm in (*(one for one in ringing if one is not speaks), speaks):
                    values: dict[str, Scalar] = {"request": request.id, "alarm": alarm.kind, "task": task}
                    tx.events.write(case.id, "alarm", BOT, values)
                if LAST_CALLS & {alarm.kind for alarm in ringing}:
                    self._call_once_more(tx, case, dates)
            self._ring_hold(tx, case, request, dates, events)

    def _explain(self, tx: Transaction, case: Case, request: Request, dates: Term, events: tuple[Event, ...]) -> None:
        """The log tells how each date came about, and again when one changes."""
        words = "; ".join(explained(request, dates, self._calendar))
        told = [event.values.get("words") for event in events if _of_request(event, "dates", request)]
        if not told or told[-1] != words:
            tx.events.write(case.id, "dates", BOT, {"request": request.id, "words": words})

    def _call_once_more(self, tx: Transaction, case: Case, dates: Term) -> None:
        """The last working day before the legal date: beside the mail to staff, the web address for alarms.

        Where there is neither, that itself is told where staff look.
        """
        if self._webhook:
            values: dict[str, Scalar] = {"case": case.ref, "due": dates.due.isoformat()}
            tx.jobs.defer(Work.TELL_WEBHOOK, tx.events.write(None, TERM_ENDS, BOT, values))
        elif not any(user.enabled and user.address for user in tx.users.all()):
            _log.error("a term ends and nobody can be told but by a task", case=case.ref)
            ask_person(tx, None, ALARM_MAIL, _NO_SECOND_WAY)

    def _ring_hold(self, tx: Transaction, case: Case, request: Request, dates: Term, events: tuple[Event, ...]) -> None:
        """A hold that ends after the safe target alarms at once."""
        if request.hold_until is None or any(_of_request(event, "hold_alarm", request) for event in events):
            return
        until = local_day(request.hold_until, self._calendar.timezone)
        if until > dates.target:
            words = hold_sentence(request, until, dates, self._today())
            task = tx.tasks.add(case.id, DEADLINE, words, closing_time(dates.target, self._calendar.timezone))
            tx.events.write(case.id, "hold_alarm", BOT, {"request": request.id, "task": task})

    def _tick_off_alarms(self) -> None:
        """An alarm is over when its request is answered, its own term met, or a newer alarm rings."""
        with self._archive.reading() as tx:
            alarmed = sorted({task.case_id for task in tx.tasks.open_of_kind(DEADLINE) if task.case_id is not None})
        for case_id in alarmed:
            apart(self._archive, case_id, self._tick_off)

    def _tick_off(self, tx: Transaction, case: Case) -> None:
        standing = _standing(tx.events.of(case.id), case, self._met(tx, case))
        for task in tx.tasks.open(case.id):
            if task.kind == DEADLINE and task.id not in standing:
                tx.tasks.done(task.id, BOT, self._archive.clock())

    def _mail_alarms(self) -> None:
        """The second channel: one mail a day to every user with an address, if there is anything new."""
        with self._archive.reading() as tx:
            ringing = tx.tasks.open_of_kind(DEADLINE)
            users = [user for user in tx.users.all() if user.enabled and user.address]
        for user in users if ringing else ():
            act = partial(self._mail_alarms_to, user, ringing)
            guarded(
                self._archive, act, None, ALARM_MAIL, "een alarmmail kan niet worden gemaakt ({}): kijk de adressen na"
            )

    def _mail_alarms_to(self, user: User, ringing: Sequence[Task], tx: Transaction) -> None:
        mark, newest_task = f"alarm_mail:{user.id}", max(task.id for task in ringing)
        day, _, told = (tx.meta.get(mark) or "").partition(" ")
        today = self._today().isoformat()
        new = [task for task in ringing if task.id > int(told or 0)]
        if user.address is None or not new or (day == today and not self._pressing(new)):
            return
        tx.meta.set(mark, f"{today} {newest_task}")
        refs = tx.cases.refs(task.case_id for task in ringing if task.case_id is not None)
        lines = [f"- {refs[task.case_id]}: {task.text}" for task in _soonest_first(ringing) if task.case_id is not None]
        blocks = (*_digest(lines), *_anchor(tx, self._today()))
        mail = self._mailroom.automatic(_digest_subject(len(lines)), blocks, user.address, Thread())
        outbox_id = post_to_staff(tx, mail, self._archive.clock())
        tx.events.write(None, "alarms_mailed", BOT, {"user": user.name, "alarms": len(lines), "outbox": outbox_id})

    def _pressing(self, new: Sequence[Task]) -> bool:
        """What ends today or on the next working day does not wait for the mail of tomorrow."""
        until = closing_time(plus_working_days(self._today(), 1, self._calendar), self._calendar.timezone)
        return any(task.due_at is not None and task.due_at <= until for task in new)

    def _tell_of_refused_alarms(self) -> None:
        """A second channel that does not work is told on the first one."""
        with self._archive.transaction() as tx:
            for letter in (*tx.outbox.in_state(OutboxState.FAILED), *tx.outbox.in_state(OutboxState.UNKNOWN)):
                if letter.letter is LetterKind.STAFF_ALARM:
                    words = "een alarmmail aan een gebruiker kwam niet aan: kijk de adressen na"
                    tell_of_lost_alarm(tx, letter.id, words)
                    tx.outbox.settle(letter.id, OutboxState.CANCELLED, letter.trouble)

    def _tell_of_extensions(self) -> None:
        """Extending is the exception; where it becomes a habit, staff are told, once a month."""
        month = f"{self._today():%Y-%m}"
        with self._archive.transaction() as tx:
            if tx.meta.get(EXTENSIONS) == month:
                return
            found = extensions(tx, self._archive.clock() - _A_YEAR)
            if found.over_used:
                tx.meta.set(EXTENSIONS, month)
                ask_person(tx, None, EXTENSIONS, _OVER_USED.format(extended=found.extended, opened=found.opened))

    def _met(self, tx: Transaction, case: Case) -> frozenset[AlarmKind]:
        """Our own terms that are met; where no request was recognised yet none of them is known to run."""
        if not case.requests:
            return INTERNAL
        made = {letter.letter for letter in tx.outbox.of_case(case.id)}
        met = {kind for kind, letter in _INTERNAL_MET.items() if letter in made}
        if any(task.kind == FORWARD for task in tx.tasks.open(case.id)):
            met.discard(AlarmKind.PROCESSOR_FORWARD)  # the asker was told, the customer was not
        return frozenset(met)

    def _today(self) -> date:
        return local_day(self._archive.clock(), self._calendar.timezone)


def _running(case: Case) -> tuple[Request, ...]:
    """The requests whose term runs; a case in which no request was recognised has a clock all the same."""
    if not case.requests:
        return (clock_request(case),) if case.settled is None else ()
    return tuple(request for request in case.open_requests if request.state is not RequestState.ANSWERED)


def _of_request(event: Event, kind: str, request: Request) -> bool:
    return event.kind == kind and event.values.get("request") == request.id


def _rung(events: tuple[Event, ...], request: Request) -> frozenset[AlarmKind]:
    return frozenset(AlarmKind(str(event.values["alarm"])) for event in events if _of_request(event, "alarm", request))


def _standing(events: tuple[Event, ...], case: Case, met: frozenset[AlarmKind]) -> frozenset[Scalar]:
    """The tasks of alarms that still hold: of each running request the newest, and that of its hold."""
    standing: set[Scalar] = set()
    for request in _running(case):
        rung = [event.values for event in events if _of_request(event, "alarm", request)]
        if rung and rung[-1].get("alarm") not in met:
            standing.add(rung[-1].get("task"))
        standing |= {event.values.get("task") for event in events if _of_request(event, "hold_alarm", request)}
    return frozenset(standing)


def _soonest_first(ringing: Sequence[Task]) -> list[Task]:
    return sorted(ringing, key=lambda task: (task.due_at is None, task.due_at, task.id))


def _anchor(tx: Transaction, today: date) -> tuple[Block, ...]:
    """The newest anchor of the log, so that it lives outside this machine too."""
    anchor = newest_anchor(tx)
    if anchor is None:
        return ()
    note_told(tx, today)
    return (Block("anchor", in_words(anchor)),)


def _digest_subject(count: int) -> str:
    return "1 termijn vraagt aandacht" if count == 1 else f"{count} termijnen vragen aandacht"


def _digest(lines: Sequence[str]) -> tuple[Block, ...]:
    """Reference, kind and dates only: this mail leaves the archive."""
    return (
        Block("alarm", "Deze termijnen vragen aandacht:"),
        Block("alarms", "\n".join(lines)),
        Block("how", "Bekijk een zaak met: privacybot case NUMMER. Alle taken: privacybot tasks."),
    )
