"""Deadlines, reminders, holds, retention of our own files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from bot.cases.deadlines import AlarmKind, Calendar, Term, alarms, plus_months, term
from bot.cases.letters import LetterKind
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, Level, Request, RequestState
from bot.cases.work import Work
from bot.mail.outgoing import dated
from bot.mail.sentcopy import file_sent_copy
from bot.replies.casefacts import clock_request, facts_of, local_day
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.settings import CasesSettings, IdentitySettings, WatchSettings
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person
from bot.store.errors import StoreUnavailableError
from bot.store.forgetting import (
    destroy_exports,
    forget_mail,
    forget_words,
    with_old_exports,
    with_old_facts,
    with_old_mail,
)
from bot.store.records import Event, Job
from bot.triage.labels import RequestKind

_log = structlog.get_logger(__name__)

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
    ) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._cases = cases
        self._identity = identity
        self._sent_folder = sent_folder

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
        self._forget_codes()
        self._forget_what_is_old()
        self._archive.tidy()

    def _apart(self, case_id: int, act: Callable[[Transaction, Case], None]) -> None:
        """Do this to one case. If it fails a person is told, and the round goes on with the next."""
        try:
            with self._archive.transaction() as tx:
                act(tx, tx.cases.by_id(case_id))
        except StoreUnavailableError:
            raise
        except Exception as error:
            name = type(error).__name__
            _log.error("the round fails on a case", case=case_id, error=name)
            words = (
                f"de dagelijkse ronde loopt op deze zaak vast ({name}): bewaak de termijn zelf en kijk naar de datums"
            )
            with self._archive.transaction() as tx:
                ask_person(tx, case_id, "look", words)

    def _wait(self, tx: Transaction, case: Case) -> None:
        self._remind(tx, case)
        self._give_up_waiting(tx, case)

    def _ring(self, tx: Transaction, case: Case) -> None:
        """Every alarm once, as a task; the legal date is never missed without one."""
        today = self._today()
        events = tx.events.of(case.id)
        for request in case.open_requests or ((clock_request(case),) if case.settled is None else ()):
            if request.state is RequestState.ANSWERED:
                continue
            done = _rung(events, request) | self._met(tx, case)
            dates = term(request, self._calendar, role=case.role)
            for alarm in alarms(dates, today, done=done):
                tx.events.write(case.id, "alarm", BOT, {"request": request.id, "alarm": alarm.kind})
                ask_person(tx, case.id, "deadline", _alarm_words(alarm.kind, request, dates))
            if request.hold_until is not None and "hold_alarm" not in {event.kind for event in events}:
                self._ring_hold(tx, case, request, dates)

    def _ring_hold(self, tx: Transaction, case: Case, request: Request, dates: Term) -> None:
        """A hold that ends after the safe target alarms at once."""
        if request.hold_until and local_day(request.hold_until, self._calendar.timezone) > dates.target:
            tx.events.write(case.id, "hold_alarm", BOT, {"request": request.id})
            ask_person(tx, case.id, "deadline", f"de wachttijd eindigt na de streefdatum {dates.target}")

    def _met(self, tx: Transaction, case: Case) -> frozenset[AlarmKind]:
        made = {letter.letter for letter in tx.outbox.of_case(case.id)}
        return frozenset(kind for kind, letter in _INTERNAL_MET.items() if letter in made)

    def _remind(self, tx: Transaction, case: Case) -> None:
        """On day 3, 10 and 20 of an unanswered challenge; the reminder itself is the work of identification."""
        challenges = tx.challenges.of_case(case.id)
        if not challenges or not any(_unanswered(request) for request in case.requests):
            return
        sent = sum(letter.letter is LetterKind.CHALLENGE_REMINDER for letter in tx.outbox.of_case(case.id))
        if sent >= len(self._identity.reminder_days):
            return
        first = min(challenge.made_at for challenge in challenges)
        if self._archive.clock() >= first + timedelta(days=self._identity.reminder_days[sent]):
            tx.jobs.defer(Work.REMIND, case.id, case_id=case.id, key=f"remind:{case.id}:{sent}")

    def _give_up_waiting(self, tx: Transaction, case: Case) -> None:
        """On the safe target an unanswered challenge gives the reasoned letter (Art. 11(2), 12(4)), for approval."""
        waiting = [request for request in case.requests if _unanswered(request)]
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
        with self._archive.reading() as tx:
            old_exports = with_old_exports(tx, exports, _AT_ONCE)
            old_mail, old_facts = with_old_mail(tx, mail, _AT_ONCE), with_old_facts(tx, facts, _AT_ONCE)
        for case_id in old_exports:
            self._apart(case_id, lambda tx, case: destroy_exports(tx, case, exports))
        for case_id in old_mail:
            self._apart(case_id, forget_mail)
        for case_id in old_facts:
            self._apart(case_id, forget_words)

    def _today(self) -> date:
        return local_day(self._archive.clock(), self._calendar.timezone)


def _years_before(now: datetime, years: int) -> datetime:
    return datetime.combine(plus_months(now.date(), -12 * years), now.timetz())


def _unanswered(request: Request) -> bool:
    return request.state is RequestState.AWAITING_IDENTITY and request.reached < Level.L2


def _rung(events: tuple[Event, ...], request: Request) -> frozenset[AlarmKind]:
    return frozenset(
        AlarmKind(str(event.values["alarm"]))
        for event in events
        if event.kind == "alarm" and event.values.get("request") == request.id
    )


def _alarm_words(kind: AlarmKind, request: Request, dates: Term) -> str:
    names = {RequestKind.COMPLAINT: "klacht"}
    what = names.get(request.kind, str(request.kind))
    return f"{what}: {kind}; streefdatum {dates.target}, uiterste datum {dates.due}"
