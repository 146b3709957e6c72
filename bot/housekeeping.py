"""Deadlines, reminders, holds, retention of our own files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot.cases.alarming import INTERNAL, alarm_day, alarm_sentence, hold_sentence, newest
from bot.cases.deadlines import AlarmKind, Calendar, Term, alarms, plus_months, term
from bot.cases.draft import Block
from bot.cases.letters import LetterKind
from bot.cases.levels import unproved
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, Request, RequestState
from bot.cases.people import User
from bot.cases.work import Work
from bot.mail.outgoing import dated
from bot.mail.sentcopy import file_sent_copy
from bot.replies.casefacts import clock_request, facts_of, local_day
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, Thread
from bot.settings import CasesSettings, IdentitySettings, WatchSettings
from bot.store.anchors import in_words, note_told
from bot.store.anchors import newest as newest_anchor
from bot.store.archive import Archive, Transaction
from bot.store.casework import ALARM_MAIL, BOT, ask_person, post_to_staff, tell_of_lost_alarm
from bot.store.errors import StoreUnavailableError
from bot.store.forgetting import (
    ERASURE_TASK,
    destroy_exports,
    forget_example,
    forget_mail,
    forget_words,
    with_old_examples,
    with_old_exports,
    with_old_facts,
    with_old_mail,
)
from bot.store.jobs import WORKER_LOST
from bot.store.records import ErasureLine, Event, Job, OutboxState, Scalar, Task
from bot.triage.installed import forget_parked

_log = structlog.get_logger(__name__)

DEADLINE = "deadline"
"""The task that an alarm is."""

_CLOSING_TIME = time(17)

_AT_ONCE = 200
"""So many cases are brought up to date in one round."""

_INTERNAL_MET = {
    AlarmKind.CHALLENGE: LetterKind.CHALLENGE,
    AlarmKind.COMPLAINT_RECEIPT: LetterKind.RECEIPT,
    AlarmKind.PROCESSOR_FORWARD: LetterKind.FORWARDED,
}
"""Internal terms that are met as soon as this letter was made."""


@dataclass(frozen=True, slots=True)
class SentFolder:
    """Where copies of answers are filed; None where there is no mailbox."""

    settings: WatchSettings
    password: Callable[[], str]


class Housekeeping:
    """What time alone makes necessary."""

    def __init__(
        self,
        archive: Archive,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        cases: CasesSettings,
        identity: IdentitySettings,
        sent_folder: SentFolder | None,
        models: Path,
    ) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._cases = cases
        self._identity = identity
        self._sent_folder = sent_folder
        self._models = models

    def close(self, job: Job) -> None:
        """Answered, and so long without a bounce: closed."""
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            for request in case.requests:
                if allows(request, Move.CLOSED) and self._ripe(request):
                    case = tx.cases.move(case, request.id, Move.CLOSED, BOT)

    def _ripe(self, request: Request) -> bool:
        """Answered long enough ago; a day of grace is in the job's own time."""
        days = timedelta(days=self._cases.closing_days)
        return request.answered_at is not None and self._archive.clock() >= request.answered_at + days

    async def file_copy(self, job: Job) -> None:
        """File our copy of an answer in the Sent folder, its attachments listed instead of held."""
        if self._sent_folder is None or not self._sent_folder.settings.sent_copy:
            return
        raw, message_id = await asyncio.to_thread(self._copy, job.target_id)
        if not await file_sent_copy(self._sent_folder.settings, self._sent_folder.password, raw, message_id):
            await asyncio.to_thread(self._tell_of_missing_folder, self._sent_folder.settings.sent_folder)

    def _tell_of_missing_folder(self, folder: str) -> None:
        words = f"de map {folder} bestaat niet in de mailbox: verbeter watch.sent_folder of maak de map"
        with self._archive.transaction() as tx:
            ask_person(tx, None, "mailbox", words)

    def _copy(self, outbox_id: int) -> tuple[bytes, str]:
        with self._archive.reading() as tx:
            letter = tx.outbox.get(outbox_id)
            assert letter.draft_id is not None
            raw = self._mailroom.sent_copy(tx.drafts.get(letter.draft_id))
        return dated(raw, letter.dated_at or self._archive.clock(), self._calendar.timezone), letter.message_id

    # The daily round

    def round(self) -> None:
        """Look at every open case once; safe to do as often as one likes."""
        with self._archive.reading() as tx:
            open_ids = tx.cases.open_ids()
        for case_id in open_ids:
            self._apart(case_id, self._ring)
            self._apart(case_id, self._wait)
        self._tick_off_alarms()
        self._mail_alarms()
        self._tell_of_refused_alarms()
        self._tell_of_lost_work()
        self._ask_for_due_erasures()
        self._forget_codes()
        self._forget_what_is_old()
        self._archive.tidy()

    def _apart(self, case_id: int, act: Callable[[Transaction, Case], None]) -> None:
        """Do this to one case. If it fails a person is told, and the round goes on with the next."""
        words = "de dagelijkse ronde loopt op deze zaak vast ({}): bewaak de termijn zelf en kijk naar de datums"
        self._guarded(lambda tx: act(tx, tx.cases.by_id(case_id)), case_id, "look", words)

    def _guarded(self, act: Callable[[Transaction], None], case_id: int | None, kind: str, words: str) -> None:
        """One transaction that may fail without harm to what comes after it; `words` has a place for the trouble."""
        try:
            with self._archive.transaction() as tx:
                act(tx)
        except StoreUnavailableError:
            raise
        except Exception as error:
            name = type(error).__name__
            _log.error("a step of the round failed", case=case_id, kind=kind, error=name)
            with self._archive.transaction() as tx:
                ask_person(tx, case_id, kind, words.format(name))

    def _wait(self, tx: Transaction, case: Case) -> None:
        self._remind(tx, case)
        self._give_up_waiting(tx, case)

    # Alarms

    def _ring(self, tx: Transaction, case: Case) -> None:
        """One standing task for each request, replaced by the newer alarm; the legal date is never missed without."""
        today = self._today()
        events, met = tx.events.of(case.id), self._met(tx, case)
        for request in _running(case):
            dates = term(request, self._calendar, role=case.role)
            if ringing := alarms(dates, today, done=_rung(events, request) | met):
                speaks = newest(ringing)
                words = alarm_sentence(speaks, request, dates, today, self._calendar)
                task = tx.tasks.add(case.id, DEADLINE, words, self._end_of(alarm_day(speaks, dates, today)))
                for alarm in (*(one for one in ringing if one is not speaks), speaks):
                    values: dict[str, Scalar] = {"request": request.id, "alarm": alarm.kind, "task": task}
                    tx.events.write(case.id, "alarm", BOT, values)
            self._ring_hold(tx, case, request, dates, events)

    def _ring_hold(self, tx: Transaction, case: Case, request: Request, dates: Term, events: tuple[Event, ...]) -> None:
        """A hold that ends after the safe target alarms at once."""
        if request.hold_until is None or any(_of_request(event, "hold_alarm", request) for event in events):
            return
        until = local_day(request.hold_until, self._calendar.timezone)
        if until > dates.target:
            words = hold_sentence(request, until, dates, self._today())
            task = tx.tasks.add(case.id, DEADLINE, words, self._end_of(dates.target))
            tx.events.write(case.id, "hold_alarm", BOT, {"request": request.id, "task": task})

    def _end_of(self, day: date) -> datetime:
        """The end of that working day."""
        return datetime.combine(day, _CLOSING_TIME, ZoneInfo(self._calendar.timezone)).astimezone(UTC)

    def _tick_off_alarms(self) -> None:
        """An alarm is over when its request is answered, its own term met, or a newer alarm rings."""
        with self._archive.reading() as tx:
            alarmed = sorted({task.case_id for task in tx.tasks.open_of_kind(DEADLINE) if task.case_id is not None})
        for case_id in alarmed:
            self._apart(case_id, self._tick_off)

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
            self._guarded(act, None, ALARM_MAIL, "een alarmmail kan niet worden gemaakt ({}): kijk de adressen na")

    def _mail_alarms_to(self, user: User, ringing: Sequence[Task], tx: Transaction) -> None:
        mark, newest_task = f"alarm_mail:{user.id}", max(task.id for task in ringing)
        day, _, told = (tx.meta.get(mark) or "").partition(" ")
        today = self._today().isoformat()
        if user.address is None or day == today or int(told or 0) >= newest_task:
            return
        tx.meta.set(mark, f"{today} {newest_task}")
        refs = tx.cases.refs(task.case_id for task in ringing if task.case_id is not None)
        lines = [f"- {refs[task.case_id]}: {task.text}" for task in _soonest_first(ringing) if task.case_id is not None]
        blocks = (*_digest(lines), *_anchor(tx, self._today()))
        mail = self._mailroom.automatic(_digest_subject(len(lines)), blocks, user.address, Thread())
        outbox_id = post_to_staff(tx, mail, self._archive.clock())
        tx.events.write(None, "alarms_mailed", BOT, {"user": user.name, "alarms": len(lines), "outbox": outbox_id})

    def _tell_of_refused_alarms(self) -> None:
        """A second channel that does not work is told on the first one."""
        with self._archive.transaction() as tx:
            for letter in (*tx.outbox.in_state(OutboxState.FAILED), *tx.outbox.in_state(OutboxState.UNKNOWN)):
                if letter.letter is LetterKind.STAFF_ALARM:
                    words = "een alarmmail aan een gebruiker kwam niet aan: kijk de adressen na"
                    tell_of_lost_alarm(tx, letter.id, words)
                    tx.outbox.settle(letter.id, OutboxState.CANCELLED, letter.trouble)

    def _met(self, tx: Transaction, case: Case) -> frozenset[AlarmKind]:
        """Our own terms that are met; where no request was recognised yet none of them is known to run."""
        if not case.requests:
            return INTERNAL
        made = {letter.letter for letter in tx.outbox.of_case(case.id)}
        return frozenset(kind for kind, letter in _INTERNAL_MET.items() if letter in made)

    def _remind(self, tx: Transaction, case: Case) -> None:
        """On day 3, 10 and 20 of an unanswered challenge; the reminder itself is the work of identification."""
        challenges = tx.challenges.of_case(case.id)
        if not challenges or not any(unproved(request) for request in case.requests):
            return
        sent = sum(letter.letter is LetterKind.CHALLENGE_REMINDER for letter in tx.outbox.of_case(case.id))
        if sent >= len(self._identity.reminder_days):
            return
        first = min(challenge.made_at for challenge in challenges)
        if self._archive.clock() >= first + timedelta(days=self._identity.reminder_days[sent]):
            tx.jobs.defer(Work.REMIND, case.id, case_id=case.id, key=f"remind:{case.id}:{sent}")

    def _give_up_waiting(self, tx: Transaction, case: Case) -> None:
        """On the safe target an unanswered challenge gives the reasoned letter (Art. 11(2), 12(4)), for approval."""
        waiting = [request for request in case.requests if unproved(request)]
        due = [request for request in waiting if term(request, self._calendar).target <= self._today()]
        if not due or case.sender is None:
            return
        letter = self._letters.compose(LetterKind.NOT_IDENTIFIED, facts_of(case, self._archive.clock(), self._calendar))
        draft = tx.drafts.add(
            new_draft(
                self._mailroom,
                case,
                LetterKind.NOT_IDENTIFIED,
                letter,
                case.sender,
                tuple(request.id for request in due),
                self._archive.clock(),
            )
        )
        for request in due:
            case = tx.cases.move(case, request.id, Move.DRAFT_READY, BOT, draft=draft.id)
        tx.events.write(case.id, "draft_made", BOT, {"draft": draft.id, "letter": draft.letter})

    # What else only a person can do

    def _tell_of_lost_work(self) -> None:
        """Work whose workers all died is parked by the next one, which cannot tell why."""
        with self._archive.reading() as tx:
            lost = [job for job in tx.jobs.parked() if job.last_error == WORKER_LOST]
        for job in lost:
            words = f"werk {job.id} ('{job.kind}') brak telkens af zonder dat het klaar was: zie privacybot jobs"
            with self._archive.transaction() as tx:
                ask_person(tx, job.case_id, "parked", words)

    def _ask_for_due_erasures(self) -> None:
        """What had to be kept until today is erased by a person; once ticked off it stands in the ledger as done."""
        today = self._today()
        with self._archive.reading() as tx:
            held = tx.cases.held_ids()
            due = [line for line in tx.erasures.due(today) if line.case_id not in held]
            refs = tx.cases.refs(line.case_id for line in due if line.case_id is not None)
        for line in due:
            with self._archive.transaction() as tx:
                self._ask_for_erasure(tx, line, refs.get(line.case_id or 0, "zonder zaak"))

    def _ask_for_erasure(self, tx: Transaction, line: ErasureLine, ref: str) -> None:
        words = (
            f"bewaartermijn voorbij ({ref}): wis in {line.system}, tabel {line.table}, de rijen met {line.key} "
            f"en vink af (regel {line.id})"
        )
        asked = [task for task in tx.tasks.of_case(line.case_id) if task.kind == ERASURE_TASK and task.text == words]
        if not asked:
            tx.tasks.add(line.case_id, ERASURE_TASK, words, self._end_of(line.due_on or self._today()))
        elif (done_at := asked[-1].done_at) is not None and tx.erasures.done(line.id, line.rows, done_at):
            values: dict[str, Scalar] = {"system": line.system, "table": line.table, "line": line.id}
            tx.events.write(line.case_id, "due_erasure_done", asked[-1].done_by or BOT, values)

    # Our own retention

    def _forget_codes(self) -> None:
        with self._archive.transaction() as tx:
            for challenge in tx.challenges.forget_expired(self._archive.clock()):
                tx.events.write(challenge.case_id, "code_expired", BOT, {"challenge": challenge.id})

    def _forget_what_is_old(self) -> None:
        """Each thing at its own time after the end of its case, so many cases a round; what is left comes next time."""
        now = self._archive.clock()
        exports, mail = now - timedelta(days=self._cases.export_days), now - timedelta(days=self._cases.mail_days)
        facts = _years_before(now, self._cases.case_years)
        taught = now - timedelta(days=self._cases.example_days)
        with self._archive.reading() as tx:
            old_exports = with_old_exports(tx, exports, _AT_ONCE)
            old_mail, old_facts = with_old_mail(tx, mail, _AT_ONCE), with_old_facts(tx, facts, _AT_ONCE)
            old_examples = with_old_examples(tx, taught, _AT_ONCE)
            staff_mail = tx.outbox.staff_mail_before(exports, _AT_ONCE)
        if staff_mail:
            self._forget_staff_mail(staff_mail)
        for case_id in old_exports:
            self._apart(case_id, lambda tx, case: destroy_exports(tx, case, exports))
        for case_id in old_mail:
            self._apart(case_id, forget_mail)
        for case_id in old_examples:
            self._apart(case_id, forget_example)
        for case_id in old_facts:
            self._apart(case_id, forget_words)
        words = "een oud model van de herkenning kan niet weg ({}): wis in PRIVACYBOT_HOME/models wat niet beoordeelt"
        self._guarded(lambda tx: self._forget_models(tx, taught), None, "models", words)

    def _forget_models(self, tx: Transaction, before: datetime) -> None:
        """A model of which nobody knows whether what it learned from is still there; the one that judges stays."""
        for name in forget_parked(self._models, before):
            tx.events.write(None, "model_forgotten", BOT, {"model": name})

    def _forget_staff_mail(self, letters: Sequence[int]) -> None:
        with self._archive.transaction() as tx:
            gone = sum(tx.outbox.forget_content(letter_id) for letter_id in letters)
            tx.events.write(None, "staff_mail_forgotten", BOT, {"letters": gone})

    def _today(self) -> date:
        return local_day(self._archive.clock(), self._calendar.timezone)


def _years_before(now: datetime, years: int) -> datetime:
    return datetime.combine(plus_months(now.date(), -12 * years), now.timetz())


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
