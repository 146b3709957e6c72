"""Raw mail to a decision: case opened, mail added, left alone, or a person asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Protocol

from bot.cases.codes import find_code
from bot.cases.deadlines import Calendar
from bot.cases.filing import (
    AddToCase,
    Decision,
    FromLetter,
    LeaveAlone,
    OpenCase,
    ReportOnLetter,
    Surroundings,
    decided,
)
from bot.cases.letters import AUTOMATIC, LetterKind
from bot.cases.levels import Levels
from bot.cases.machines import Circumstances
from bot.cases.model import Case
from bot.cases.second_opinion import SecondOpinion, after_second_opinion
from bot.cases.special import House
from bot.cases.work import Work, next_release
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.cage import Caged
from bot.mail.message import Attachment, ParsedMail, Unreadable
from bot.replies.casefacts import receipt_facts
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, thread_of
from bot.store.archive import Archive, Transaction
from bot.store.casework import (
    BOT,
    ask_person,
    post_automatic,
    posted_lately,
)
from bot.store.filing import Filing, ledger_verdict, open_unreadable
from bot.store.guessing import guessed
from bot.store.quarantine import may_go, put_away
from bot.store.records import Arrival, Job, MailVerdict
from bot.store.second_opinion import counted, note, seek
from bot.store.spool import LeftAlone
from bot.store.strangers import strangers
from bot.store.surroundings import (
    believable_failure,
    case_by_code,
    case_by_code_on_paper,
    case_by_number,
    case_by_references,
    case_of_guess,
    cases_told_of,
    reported_letter,
    several_people,
)
from bot.triage.identity_documents import id_copies
from bot.triage.reading import Reading
from bot.triage.second_opinion import worth_asking
from bot.triage.verdict import Verdict

FLOOD = "flood"
"""The one task that tells of a case into which mail keeps pouring."""

_FLOOD = (
    "meer dan {} berichten in deze zaak op een dag: mogelijk bestookt iemand ons of de afzender; bel de klant op het "
    "bekende nummer voordat u iets verstuurt"
)


TOO_LARGE = "te groot of onvolledig: lees het hele bericht in de mailbox"

_SIGNATURES_AGAIN = timedelta(minutes=10)


_PORTION = 50
"""So many mails are filed in one transaction: most of them are ordinary."""
_PORTION_BYTES = 4 * 1024 * 1024
"""Two portions are in memory at a time; one of them is larger only if a single mail is."""
_LARGE_BYTES = 1024 * 1024
"""A mail above this takes long to read: nobody waits for it."""

Outcome = Reading | Caged | Exception | None
"""What became of a reading; None is a mail that was filed before."""


class Reads(Protocol):
    """Reads a mail in a child; `slow` is called once if that takes unusually long."""

    def __call__(self, raw: bytes, slow: Callable[[], None] | None = None) -> Awaitable[Reading | Caged]: ...


Done = Callable[[Transaction, Sequence[Job]], None]
"""Writes down that these jobs are done."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Which mail is shown to another reader, too."""

    ordinary_from: float  # chance of a request from which mail that would be left alone is shown
    per_day: int


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What intake needs of the configuration."""

    own_address: str
    own_token: str
    own_numbers: frozenset[str]  # KvK and VAT: they look like citizen service numbers and are none
    old_mail_hours: float
    release_seconds: int
    levels: Levels
    cases_per_sender: int  # a day; one more is looked at by a person first
    mails_per_case: int  # a day; more of them alarm staff
    guesses_per_sender: int  # wrong codes a day; more of them alarm staff
    house: House
    second: Asking | None = None  # when another reader is asked; None never


@dataclass(frozen=True, slots=True)
class Second:
    """Another reader was asked about this mail, and said this, or nothing that counts."""

    opinion: SecondOpinion | None


@dataclass(frozen=True, slots=True)
class Late:
    """A mail that is being read, and its job. `known` is set when it was read, or is known to take long."""

    job: Job
    reading: asyncio.Task[Outcome]
    known: asyncio.Event


class Intake:
    """Takes mail out of the spool, one at a time, and files it in one transaction."""

    def __init__(
        self,
        archive: Archive,
        reads: Reads,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        rules: IntakeRules,
    ) -> None:
        self._archive = archive
        self._reads = reads
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._rules = rules

    async def take_in(self, job: Job) -> None:
        """Read one mail of the ledger and file it; done twice it changes nothing."""
        raw = await asyncio.to_thread(self._pending, job.target_id)
        if raw is None:
            return
        reading = await self._reads(raw)
        await asyncio.to_thread(self._file, job.target_id, reading)

    async def take_in_top(self, job: Job) -> None:
        """The same for a mail of which we have only the top: what the rest asks, a person must find out."""
        raw = await asyncio.to_thread(self._pending, job.target_id)
        if raw is not None:
            reading = await self._reads(raw)
            await asyncio.to_thread(self._file, job.target_id, reading, top_only=True)

    async def take_in_together(self, jobs: Sequence[Job], done: Done, group: asyncio.TaskGroup) -> list[Late]:
        """The same for many: read side by side, filed in their order; `done` is part of each transaction.

        While one portion is filed the next is read. A mail that keeps its child long is handed back, and its reading
        goes on in `group`: it must not keep the others waiting.
        """
        late: list[Late] = []
        ahead = await self._begun(jobs, group)
        while ahead:
            portion, jobs = ahead, jobs[len(ahead) :]
            ahead = await self._begun(jobs, group) if jobs else []
            await _decided_or_late(portion)
            late += [one for one in portion if not one.reading.done()]
            await asyncio.to_thread(self._file_together, [one for one in portion if one.reading.done()], done)
        return late

    async def take_in_late(self, late: Late, done: Done) -> None:
        """File a mail that was handed back, once it is read."""
        await asyncio.wait({late.reading})
        await asyncio.to_thread(self._file_together, [late], done)

    async def _begun(self, jobs: Sequence[Job], group: asyncio.TaskGroup) -> list[Late]:
        """The first jobs, their mails on the way to the children."""
        raws = await asyncio.to_thread(self._portion, jobs)
        return [self._read_in(group, job, raw) for job, raw in zip(jobs, raws, strict=False)]

    def _read_in(self, group: asyncio.TaskGroup, job: Job, raw: bytes | None) -> Late:
        slow = asyncio.Event()
        if len(raw or b"") > _LARGE_BYTES:
            slow.set()
        reading = group.create_task(self._outcome(raw, slow))
        reading.add_done_callback(lambda _: slow.set())
        return Late(job, reading, slow)

    async def _outcome(self, raw: bytes | None, slow: asyncio.Event) -> Outcome:
        """What became of the reading. A failure is a value: it must not end the group, but the filing of this mail."""
        try:
            return None if raw is None else await self._reads(raw, slow.set)
        except Exception as failure:
            return failure

    def _portion(self, jobs: Sequence[Job]) -> list[bytes | None]:
        """The mails of the first jobs, at least one; None where the mail was filed already."""
        with self._archive.reading() as tx:
            return tx.spool.read([job.target_id for job in jobs[:_PORTION]], _PORTION_BYTES)

    def _pending(self, mail_id: int) -> bytes | None:
        with self._archive.reading() as tx:
            return _pending(tx, mail_id)

    def _file_together(self, portion: Sequence[Late], done: Done) -> None:
        read = [(one.job, _answer(one.reading.result())) for one in portion]
        waiting = [(job.target_id, answer) for job, answer in read if answer is not None]
        with self._archive.transaction() as tx:
            while waiting:
                alone = self._left_alone(tx, [answer for _, answer in waiting])
                tx.spool.leave_alone(
                    [LeftAlone(mail_id, *left) for (mail_id, _), left in zip(waiting, alone, strict=False)]
                )
                for mail_id, answer in waiting[len(alone) : len(alone) + 1]:
                    self._file_in(tx, mail_id, answer)
                waiting = waiting[len(alone) + 1 :]
            done(tx, [job for job, _ in read])

    def _left_alone(self, tx: Transaction, answers: Sequence[Reading | Caged]) -> list[tuple[MailVerdict, str]]:
        """Verdict and identity of the first mails, as far as they are ordinary and touch nothing in the archive.

        What `_surroundings` looks up must be asked for here too, so that a mail fares the same on both ways.
        """
        verdicts = [*takewhile(lambda one: one is not None, map(self._of_a_stranger, answers))]
        read = [answer.mail for answer in answers[: len(verdicts)] if isinstance(answer, Reading)]
        mails = [mail for mail in read if isinstance(mail, ParsedMail)]
        alone = takewhile(lambda pair: pair[1], zip(verdicts, strangers(tx, mails), strict=True))
        return [
            (verdict, mail.identity) for (verdict, _), mail in zip(alone, mails, strict=False) if verdict is not None
        ]

    def _of_a_stranger(self, answer: Reading | Caged) -> MailVerdict | None:
        """The verdict if the mail is left alone, supposing that the archive knows nothing around it."""
        match answer:
            case Reading(mail=ParsedMail() as mail, verdict=Verdict() as verdict):
                if mail.own_token == self._rules.own_token or find_code(mail.new_text) or believable_failure(mail):
                    return None
                decision = decided(mail, verdict, Surroundings())
                if self._may_be_shown(mail, verdict):
                    return None
                return ledger_verdict(decision) if isinstance(decision, LeaveAlone) else None
            case _:
                return None

    def _file(self, mail_id: int, reading: Reading | Caged, *, top_only: bool = False) -> None:
        with self._archive.transaction() as tx:
            self._file_in(tx, mail_id, reading, top_only=top_only)

    def file_after(self, mail_id: int, reading: Reading | Caged, opinion: SecondOpinion | None) -> None:
        """File a mail that waited for another reader; None: no opinion came. Done twice it changes nothing."""
        with self._archive.transaction() as tx:
            self._file_in(tx, mail_id, reading, second=Second(opinion))

    def _file_in(
        self,
        tx: Transaction,
        mail_id: int,
        reading: Reading | Caged,
        *,
        top_only: bool = False,
        second: Second | None = None,
    ) -> None:
        kept = tx.mails.get(mail_id)
        if kept.verdict != MailVerdict.PENDING:
            return
        match reading:
            case Caged(reason=reason):
                open_unreadable(tx, mail_id, kept.arrival, reason, "", self._rules.own_numbers)
            case Reading(mail=Unreadable(reason=reason, head=head)):
                open_unreadable(tx, mail_id, kept.arrival, reason, head, self._rules.own_numbers)
            case Reading(mail=ParsedMail() as mail, verdict=Verdict() as verdict):
                self._file_read(tx, mail_id, kept.arrival, mail, verdict, reading.as_reply, top_only, second)
            case _:
                open_unreadable(tx, mail_id, kept.arrival, "niet ingedeeld", "", self._rules.own_numbers)

    def _file_read(
        self,
        tx: Transaction,
        mail_id: int,
        arrival: Arrival,
        mail: ParsedMail,
        verdict: Verdict,
        as_reply: Verdict | None,
        top_only: bool,
        second: Second | None,
    ) -> None:
        if tx.mails.earlier_with_identity(mail.identity, mail_id) is not None:
            tx.mails.settle(mail_id, MailVerdict.DUPLICATE, mail.identity)
            return
        around = self._surroundings(tx, arrival, mail)
        if around.case is not None and as_reply is not None:
            verdict = as_reply
        decision = decided(mail, verdict, around)
        if top_only and not isinstance(decision, AddToCase | ReportOnLetter):
            decision = OpenCase(verdict.kinds, verdict.other_privacy, TOO_LARGE, letters_held=True)
        if decision == LeaveAlone(automatic=False):
            if second is None and self._may_be_shown(mail, verdict) and self._one_more(tx):
                seek(tx, mail_id, None)
                return
            decision = after_second_opinion(second.opinion if second is not None else None)
        Filing(tx, mail_id, arrival, mail, verdict, self._rules.own_numbers, self._rules.levels).carry_out(decision)
        if isinstance(decision, OpenCase) and not top_only:  # nobody can judge half a mail, and a person reads it whole
            self._show_case(tx, mail_id, mail, verdict, second)
        self._count_guesses(tx, mail, decision)
        if isinstance(decision, AddToCase):
            self._tell_of_flood(tx, decision.case_id, arrival)

    # Another reader

    def _may_be_shown(self, mail: ParsedMail, verdict: Verdict) -> bool:
        """Whether another reader is asked about this mail if it would be left alone."""
        rules = self._rules.second
        return rules is not None and not mail.signs.automatic and worth_asking(verdict, rules.ordinary_from)

    def _show_case(
        self, tx: Transaction, mail_id: int, mail: ParsedMail, verdict: Verdict, second: Second | None
    ) -> None:
        """Another reader is asked about the mail that opened a case, beside whatever happens to it; or told already."""
        case_id = tx.mails.get(mail_id).case_id
        if case_id is None or self._rules.second is None or mail.signs.automatic or verdict.automatic:
            return
        if second is None and self._one_more(tx):
            seek(tx, mail_id, case_id)
        if second is not None and second.opinion is not None:
            note(tx, case_id, mail_id, second.opinion)

    def _one_more(self, tx: Transaction) -> bool:
        """Whether today has a question left; it is counted."""
        return self._rules.second is not None and counted(tx, self._rules.second.per_day)

    def _count_guesses(self, tx: Transaction, mail: ParsedMail, decision: Decision) -> None:
        """What reads like a code and answers nothing that was asked of its sender; answers are counted when weighed."""
        weighed = isinstance(decision, AddToCase) and (
            decision.may_answer_challenge or decision.letter is FromLetter.CODE
        )
        codes = () if weighed or mail.signs.automatic else find_code(mail.new_text)
        if codes and mail.sender.address is not None:
            most = self._rules.guesses_per_sender
            guessed(tx, None, frozenset({mail.sender.address}), most, where="buiten elke zaak")

    def _tell_of_flood(self, tx: Transaction, case_id: int, arrival: Arrival) -> None:
        """One alarm for a case into which mail keeps pouring; every one of them is kept."""
        if tx.messages.came_since(case_id, arrival.received_at - timedelta(days=1)) > self._rules.mails_per_case:
            ask_person(tx, case_id, FLOOD, _FLOOD.format(self._rules.mails_per_case))

    def _surroundings(self, tx: Transaction, arrival: Arrival, mail: ParsedMail) -> Surroundings:
        address = mail.sender.address
        case_id = case_by_references(tx, mail)
        open_cases = () if address is None else tx.cases.open_of_sender(address)
        return Surroundings(
            case=None if case_id is None else tx.cases.by_id(case_id),
            open_cases=open_cases,
            reported=reported_letter(tx, mail),
            own_mail=self._own(tx, mail),
            told_case_ids=cases_told_of(tx, mail),
            code_case_id=case_by_code(tx, self._archive.vault, mail),
            letter_case=case_by_code_on_paper(tx, self._archive.vault, mail),
            named_case=case_by_number(tx, mail),
            guess_case_id=case_of_guess(tx, mail, open_cases),
            several_people=several_people(tx, open_cases),
            house=self._rules.house,
            circumstances=Circumstances(
                old=self.is_old(arrival),
                junk=arrival.junk,
                answers_us=self._answers_us(tx, mail),
                too_many=self._too_many(tx, address),
            ),
        )

    def _answers_us(self, tx: Transaction, mail: ParsedMail) -> bool:
        """Somebody else than we wrote to answers an automatic letter: known by its id, or by our own token in one.

        That holds whatever else a relay took out of the header: it is how programs that answer each other begin.
        """
        for message_id in mail.references:
            letter = tx.outbox.by_message_id(message_id)
            if letter is None and f"{self._rules.own_token}." in message_id:
                return True
            if letter is not None and letter.letter in AUTOMATIC and letter.to.lower() != mail.sender.address:
                return True
        return False

    def _too_many(self, tx: Transaction, address: str | None) -> bool:
        """Its sender opened as many cases as a day may have; the next one is looked at by a person first."""
        if address is None:
            return False
        since = self._archive.clock() - timedelta(days=1)
        return tx.cases.opened_by(address, since) >= self._rules.cases_per_sender

    def is_old(self, arrival: Arrival) -> bool:
        """Older than a day: staff release the letters, so that no outage ends in a burst of stale mail."""
        age = self._archive.clock() - arrival.received_at
        return arrival.old or age > timedelta(hours=self._rules.old_mail_hours)

    def _own(self, tx: Transaction, mail: ParsedMail) -> bool:
        """A letter of ours came back as it left. A relay may have taken our token out of its header, not its author."""
        if mail.message_id is None or tx.outbox.by_message_id(mail.message_id) is None:
            return False
        return mail.own_token == self._rules.own_token or mail.sender.address == self._rules.own_address.lower()

    # Copies of identity documents

    async def put_away(self, job: Job) -> None:
        """Take them out of our copy of the mail, as soon as its signatures were looked at; twice changes nothing."""
        raw = await asyncio.to_thread(self._ripe, job)
        if raw is None:
            return
        reading = await self._reads(raw)
        if isinstance(reading, Reading) and isinstance(reading.mail, ParsedMail):
            await asyncio.to_thread(self._without, job, id_copies(reading.mail).sure)

    def _ripe(self, job: Job) -> bytes | None:
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            if job.case_id is None or not tx.mails.get(job.target_id).has_content:
                return None
            if may_go(tx, job.case_id, job.target_id, now):
                return tx.mails.raw(job.target_id)
            tx.jobs.defer(Work.PUT_AWAY, job.target_id, case_id=job.case_id, run_at=now + _SIGNATURES_AGAIN)
        return None

    def _without(self, job: Job, copies: Sequence[Attachment]) -> None:
        with self._archive.transaction() as tx:
            assert job.case_id is not None
            put_away(tx, job.case_id, job.target_id, copies)

    # The receipt

    def acknowledge(self, job: Job) -> None:
        """Queue the receipt: the same bytes for everybody, number and date aside."""
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            if case.sender is None or case.letters_held or not case.open_requests:
                return
            if case.sender == self._rules.own_address or _acknowledged(tx, case):
                return
            if self._mailroom.of_authority(case.sender):
                tx.events.write(case.id, "receipt_skipped", BOT, {"why": "it would go to the authority"})
                return
            if case.sender_verdict is SenderVerdict.FAIL:
                tx.events.write(case.id, "receipt_skipped", BOT, {"why": "the sender is not genuine"})
                return
            if posted_lately(tx, case.sender, LetterKind.RECEIPT, now):
                tx.events.write(case.id, "receipt_skipped", BOT, {"why": "one a day"})
                return
            letter = self._letters.compose(LetterKind.RECEIPT, receipt_facts(case, now, self._calendar))
            mail = self._mailroom.automatic(letter.subject, letter.blocks, case.sender, thread_of(case, case.sender))
            beat = next_release(now, self._rules.release_seconds)
            post_automatic(tx, case, LetterKind.RECEIPT, mail.to, mail.message_id, mail.raw, beat)


async def _decided_or_late(portion: Sequence[Late]) -> None:
    for one in portion:
        await one.known.wait()


def _answer(outcome: Outcome) -> Reading | Caged | None:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _pending(tx: Transaction, mail_id: int) -> bytes | None:
    return tx.mails.raw(mail_id) if tx.mails.get(mail_id).verdict == MailVerdict.PENDING else None


def _acknowledged(tx: Transaction, case: Case) -> bool:
    return any(letter.letter == LetterKind.RECEIPT for letter in tx.outbox.of_case(case.id))
