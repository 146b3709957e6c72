"""Reminders, the reasoned letter to who never answered, copies in the Sent folder, retention of our own files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from bot.cases.alarming import closing_time
from bot.cases.deadlines import Calendar, plus_months, term
from bot.cases.letters import LetterKind
from bot.cases.levels import short_of_proof, unproved
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, Level, Request
from bot.cases.notices import IDENTITY
from bot.cases.work import Work
from bot.mail.outgoing import dated
from bot.mail.sentcopy import file_sent_copy
from bot.replies.casefacts import facts_of, local_day
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.settings import AuthorityBlock, CasesSettings, IdentitySettings, WatchSettings
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person
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
from bot.store.records import ErasureLine, Job, Scalar
from bot.store.rounds import apart, guarded
from bot.triage.installed import forget_parked
from bot.triage.labels import Language

_log = structlog.get_logger(__name__)

_AUTHORITY_ASKED = "authority_asked"
_AUTHORITY = "kijk adres en telefoon van de {} na ({}) en zet de datum in organisation.toml (authority.verified_on)"

_WRITE = (
    "de streefdatum is er en niemand bewees wie hij is; er is geen e-mailadres om naar te schrijven: schrijf per post "
    "of bel, met reden, AP en rechter, en leg vast met privacybot answered-elsewhere"
)
_HALF_PROVED = {
    Language.DUTCH: "U bevestigde uw verzoek. Voor dit verzoek is nog een tweede bewijs nodig. Dat kregen wij niet.",
    Language.ENGLISH: "You confirmed your request. This request needs a second proof as well. We did not get that.",
}

_AT_ONCE = 200
"""So many cases are brought up to date in one round."""


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
        authority: AuthorityBlock,
    ) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._cases = cases
        self._identity = identity
        self._sent_folder = sent_folder
        self._models = models
        self._authority = authority

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
            apart(self._archive, case_id, self._wait)
        self._tell_of_lost_work()
        self._ask_for_due_erasures()
        self._ask_about_authority()
        self._forget_codes()
        self._forget_what_is_old()
        self._archive.tidy()

    def _wait(self, tx: Transaction, case: Case) -> None:
        self._remind(tx, case)
        self._give_up_waiting(tx, case)

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
        waiting = [request for request in case.requests if short_of_proof(request)]
        due = [request for request in waiting if term(request, self._calendar).target <= self._today()]
        if not due:
            return
        if case.sender is None:
            _ask_to_write(tx, case)
            return
        kinds = tuple(sorted({request.kind for request in due}))
        facts = facts_of(case, self._archive.clock(), self._calendar)
        facts = replace(facts, kinds=kinds, reason=_why_not_identified(case, due))
        letter = self._letters.compose(LetterKind.NOT_IDENTIFIED, facts)
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

    def _ask_about_authority(self) -> None:
        """Letters print where a complaint goes: once a month a person is asked to look up details that are old."""
        today = self._today()
        if self._authority.doubtful(today) is None:
            return
        month = f"{today:%Y-%m}"
        with self._archive.transaction() as tx:
            if tx.meta.get(_AUTHORITY_ASKED) != month:
                tx.meta.set(_AUTHORITY_ASKED, month)
                ask_person(
                    tx, None, "authority", _AUTHORITY.format(self._authority.name, self._authority.complaint_url)
                )

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
            tx.tasks.add(
                line.case_id, ERASURE_TASK, words, closing_time(line.due_on or self._today(), self._calendar.timezone)
            )
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
            apart(self._archive, case_id, lambda tx, case: destroy_exports(tx, case, exports))
        for case_id in old_mail:
            apart(self._archive, case_id, forget_mail)
        for case_id in old_examples:
            apart(self._archive, case_id, forget_example)
        for case_id in old_facts:
            apart(self._archive, case_id, forget_words)
        words = "een oud model van de herkenning kan niet weg ({}): wis in PRIVACYBOT_HOME/models wat niet beoordeelt"
        guarded(self._archive, lambda tx: self._forget_models(tx, taught), None, "models", words)

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


def _ask_to_write(tx: Transaction, case: Case) -> None:
    """There is no address that a letter could go to: a person writes it on paper, and once is enough to ask."""
    if not any(task.kind == IDENTITY and task.text == _WRITE for task in tx.tasks.of_case(case.id)):
        tx.tasks.add(case.id, IDENTITY, _WRITE)


def _why_not_identified(case: Case, due: Sequence[Request]) -> str | None:
    """Who proved something, but not enough, hears that; of anybody else the letter says nothing."""
    if not all(request.reached >= Level.L2 for request in due):
        return None
    return _HALF_PROVED[case.language if case.language is Language.DUTCH else Language.ENGLISH]


def _years_before(now: datetime, years: int) -> datetime:
    return datetime.combine(plus_months(now.date(), -12 * years), now.timetz())
