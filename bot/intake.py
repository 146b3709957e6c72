"""Raw mail to a decision: case opened, mail added, left alone, or a person asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Protocol, assert_never

from bot.cases.attachments import as_staff_read_it, quoted
from bot.cases.codes import find_code
from bot.cases.deadlines import Calendar
from bot.cases.filing import (
    AddToCase,
    Decision,
    LeaveAlone,
    OpenCase,
    ReportedLetter,
    ReportOnLetter,
    Surroundings,
    decided,
)
from bot.cases.letters import AUTOMATIC, LetterKind
from bot.cases.levels import required_level
from bot.cases.lifecycle import Move
from bot.cases.machines import Asking, Circumstances, Consequence, asking
from bot.cases.masking import masked_bsn, numbers_in
from bot.cases.model import Case
from bot.cases.returned import returned_words
from bot.cases.work import Work, next_release
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.cage import Caged
from bot.mail.message import Attachment, Fate, ParsedMail, Unreadable
from bot.replies.casefacts import receipt_facts
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, thread_of
from bot.store.archive import Archive, Transaction
from bot.store.casework import (
    BOT,
    ask_person,
    code_index,
    letter_came_back,
    post_automatic,
    posted_lately,
    readable,
    stop_for_person,
    void_drafts,
)
from bot.store.quarantine import ask_to_clean, may_go, put_away
from bot.store.records import Arrival, Direction, Job, MailVerdict, NewCase, NewRequest, Scalar
from bot.store.spool import LeftAlone
from bot.store.strangers import strangers
from bot.store.vault import Vault
from bot.triage.identity_documents import id_copies
from bot.triage.labels import Intent, Language, RequestKind, Role, Writer
from bot.triage.marketing import speaks_of_marketing
from bot.triage.reading import Reading
from bot.triage.verdict import Verdict

HELD_LETTERS = "held_letters"
"""The one task that tells staff of cases whose automatic letters wait for them."""

FLOOD = "flood"
"""The one task that tells of a case into which mail keeps pouring."""

_FLOOD = (
    "meer dan {} berichten in deze zaak op een dag: mogelijk bestookt iemand ons of de afzender; bel de klant op het "
    "bekende nummer voordat u iets verstuurt"
)

_REPORT_ASKS = "een bericht over de bezorging of het lezen van onze brief vraagt of zegt ook iets: lees het"

TOO_LARGE = "te groot of onvolledig: lees het hele bericht in de mailbox"

_SIGNATURES_AGAIN = timedelta(minutes=10)
_TELLING = 0.1  # a label scored lower says nothing to staff
_REASON_LENGTH = 200  # characters of a sentence

_NUMBERS_SOUGHT = 500_000  # characters of mail and attachments: more than staff ever see of one

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
class IntakeRules:
    """What intake needs of the configuration."""

    own_address: str
    own_token: str
    own_numbers: frozenset[str]  # KvK and VAT: they look like citizen service numbers and are none
    old_mail_hours: float
    release_seconds: int
    cases_per_sender: int  # a day; one more is looked at by a person first
    mails_per_case: int  # a day; more of them alarm staff


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
                if mail.own_token == self._rules.own_token or find_code(mail.new_text):
                    return None
                decision = decided(mail, verdict, Surroundings())
                return _verdict_of(decision) if isinstance(decision, LeaveAlone) else None
            case _:
                return None

    def _file(self, mail_id: int, reading: Reading | Caged, *, top_only: bool = False) -> None:
        with self._archive.transaction() as tx:
            self._file_in(tx, mail_id, reading, top_only=top_only)

    def _file_in(self, tx: Transaction, mail_id: int, reading: Reading | Caged, *, top_only: bool = False) -> None:
        kept = tx.mails.get(mail_id)
        if kept.verdict != MailVerdict.PENDING:
            return
        match reading:
            case Caged(reason=reason):
                self._open_unreadable(tx, mail_id, kept.arrival, reason, "")
            case Reading(mail=Unreadable(reason=reason, head=head)):
                self._open_unreadable(tx, mail_id, kept.arrival, reason, head)
            case Reading(mail=ParsedMail() as mail, verdict=Verdict() as verdict):
                self._file_read(tx, mail_id, kept.arrival, mail, verdict, reading.as_reply, top_only=top_only)
            case _:
                self._open_unreadable(tx, mail_id, kept.arrival, "niet ingedeeld", "")

    def _file_read(
        self,
        tx: Transaction,
        mail_id: int,
        arrival: Arrival,
        mail: ParsedMail,
        verdict: Verdict,
        as_reply: Verdict | None,
        *,
        top_only: bool,
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
        _Filing(tx, mail_id, arrival, mail, verdict, self._rules.own_numbers).carry_out(decision)
        if isinstance(decision, AddToCase):
            self._tell_of_flood(tx, decision.case_id, arrival)

    def _tell_of_flood(self, tx: Transaction, case_id: int, arrival: Arrival) -> None:
        """One alarm for a case into which mail keeps pouring; every one of them is kept."""
        if tx.messages.came_since(case_id, arrival.received_at - timedelta(days=1)) > self._rules.mails_per_case:
            ask_person(tx, case_id, FLOOD, _FLOOD.format(self._rules.mails_per_case))

    def _surroundings(self, tx: Transaction, arrival: Arrival, mail: ParsedMail) -> Surroundings:
        address = mail.sender.address
        case_id = _case_by_references(tx, mail)
        open_cases = () if address is None else tx.cases.open_of_sender(address)
        return Surroundings(
            case=None if case_id is None else tx.cases.by_id(case_id),
            open_cases=open_cases,
            reported=_reported(tx, mail),
            own_mail=self._own(tx, mail),
            code_case_id=_case_by_code(tx, self._archive.vault, mail),
            guess_case_id=_case_of_guess(tx, mail, open_cases),
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

    def _open_unreadable(self, tx: Transaction, mail_id: int, arrival: Arrival, reason: str, head: str) -> None:
        """What cannot be taken apart is a case for staff, clock running."""
        needs = f"kon niet worden gelezen: {reason}"
        case = tx.cases.open(
            NewCase(
                role=Role.CONTROLLER,
                writer=Writer.SUBJECT,
                language=Language.DUTCH,
                channel=arrival.channel,
                received_at=arrival.received_at,
                sender=None,
                subject_line="",
                letters_held=True,
            )
        )
        tx.messages.add(
            case.id,
            Direction.IN,
            arrival.received_at,
            "unreadable",
            message_id=None,
            mail_id=mail_id,
            sender=None,
            subject="",
            text=readable(tx, case.id, head, self._rules.own_numbers),
            facts={"reason": reason},
        )
        tx.mails.settle(mail_id, MailVerdict.CASE, None, case.id)
        ask_person(tx, case.id, "look", needs)

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


class _Filing:
    """Carries out one decision inside one transaction."""

    def __init__(
        self,
        tx: Transaction,
        mail_id: int,
        arrival: Arrival,
        mail: ParsedMail,
        verdict: Verdict,
        own_numbers: frozenset[str],
    ) -> None:
        self._tx = tx
        self._own_numbers = own_numbers
        self._mail_id = mail_id
        self._arrival = arrival
        self._mail = mail
        self._verdict = verdict
        self._copies = id_copies(mail)
        texts = (mail.subject, mail.whole_text, *(part.text for part in mail.attachments if part.text))
        self._numbers = numbers_in("\n".join(texts)[:_NUMBERS_SOUGHT], own_numbers)

    def carry_out(self, decision: Decision) -> None:
        match decision:
            case LeaveAlone():
                self._settle(_verdict_of(decision), None)
            case OpenCase():
                self._open(decision)
            case AddToCase():
                self._add(decision)
            case ReportOnLetter(outbox_id=outbox_id, consequence=then):
                self._reported(outbox_id, then)
            case _:
                assert_never(decision)

    def _settle(self, verdict: MailVerdict, case_id: int | None) -> None:
        self._tx.mails.settle(self._mail_id, verdict, self._mail.identity, case_id)

    def _open(self, decision: OpenCase) -> None:
        case = self._tx.cases.open(self._new_case(decision))
        self._keep_message(case, "request")
        ask_to_clean(self._tx, case.id, self._mail_id, self._arrival, self._copies)
        self._settle(MailVerdict.CASE, case.id)
        self._tx.events.write(case.id, "opened", BOT, self._opening_facts(case, decision))
        for request in case.requests if decision.needs else ():
            case = self._tx.cases.move(case, request.id, Move.PERSON_NEEDED, BOT)
        if decision.needs is not None:
            ask_person(self._tx, case.id, "look", decision.needs)
            return
        if decision.letters_held:
            _tell_of_held_letters(self._tx)
            return
        self._tx.jobs.defer(Work.ACKNOWLEDGE, case.id, case_id=case.id)
        self._tx.jobs.defer(Work.IDENTIFY, case.id, case_id=case.id)

    def _new_case(self, decision: OpenCase) -> NewCase:
        mail, verdict = self._mail, self._verdict
        return NewCase(
            role=verdict.role,
            writer=verdict.writer,
            language=verdict.language,
            channel=self._arrival.channel,
            received_at=self._arrival.received_at,
            sender=mail.sender.address,
            subject_line=masked_bsn(mail.subject, self._own_numbers, self._numbers),
            message_id=mail.message_id,
            references=mail.references,
            identifiers=tuple(sorted(verdict.identifiers.items())),
            letters_held=decision.letters_held or decision.needs is not None,
            other_privacy=decision.other_privacy,
            requests=tuple(self._new_request(kind, decision.needs) for kind in sorted(decision.kinds)),
        )

    def _new_request(self, kind: RequestKind, needs: str | None = None) -> NewRequest:
        corrections = self._verdict.corrections if kind == RequestKind.CORRECTION else ()
        marketing = speaks_of_marketing(f"{self._mail.subject}\n{self._mail.new_text}")
        level = required_level(kind, corrections, marketing_only=marketing)
        return NewRequest(kind, self._arrival.received_at, level, corrections=corrections, needs=needs)

    def _opening_facts(self, case: Case, decision: OpenCase) -> dict[str, Scalar]:
        """Why this became a case: scores, and the sentences that spoke for each label."""
        verdict = self._verdict
        scores = {f"score_{label}": round(score, 3) for label, score in verdict.scores.items() if score >= _TELLING}
        reasons = {
            f"reason_{reason.label}": self._readable(case, quoted(reason))[:_REASON_LENGTH]
            for reason in verdict.reasons
            if verdict.scores.get(reason.label, 0) >= _TELLING
        }
        why = {"no_answer": "; ".join(decision.no_answer)} if decision.no_answer else {}
        held = {"mail": self._mail_id, "held": decision.letters_held, "needs": decision.needs}
        return {**held, **why, **scores, **reasons}

    def _readable(self, case: Case, text: str) -> str:
        return readable(self._tx, case.id, text, self._own_numbers, self._numbers)

    def _keep_message(self, case: Case, label: str) -> None:
        mail = self._mail
        self._tx.messages.add(
            case.id,
            Direction.IN,
            self._arrival.received_at,
            label,
            message_id=mail.message_id,
            mail_id=self._mail_id,
            sender=mail.sender.address or masked_bsn(mail.sender.shown, self._own_numbers, self._numbers),
            subject=self._readable(case, mail.subject),
            text=self._readable(case, as_staff_read_it(mail, self._copies.sure)),
            facts=_message_facts(mail),
        )
        self._tx.jobs.defer(Work.AUTHENTICATE, case.id, case_id=case.id, key=f"authenticate:{case.id}")

    def _add(self, decision: AddToCase) -> None:
        tx, case = self._tx, self._tx.cases.by_id(decision.case_id)
        self._keep_message(case, decision.label)
        ask_to_clean(self._tx, case.id, self._mail_id, self._arrival, self._copies)
        self._settle(MailVerdict.CASE, case.id)
        tx.events.write(case.id, "mail_added", BOT, {"mail": self._mail_id, "label": decision.label})
        for kind in sorted(decision.new_kinds):
            tx.cases.add_request(case.id, self._new_request(kind))
        if decision.new_kinds:
            void_drafts(tx, tx.cases.by_id(case.id), BOT, "er kwam een nieuw verzoek bij")
            tx.jobs.defer(Work.IDENTIFY, case.id, case_id=case.id)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        if decision.stop_for is not None:
            self._stop(tx.cases.by_id(case.id), decision)
        elif decision.read_by_staff and not decision.may_answer_challenge:
            ask_person(tx, case.id, "read", f"nieuw bericht in de zaak ({decision.label})")
        if decision.may_answer_challenge:
            tx.jobs.defer(Work.CHECK_ANSWER, self._mail_id, case_id=case.id)

    def _stop(self, case: Case, decision: AddToCase) -> None:
        """Not me, a withdrawal, a dispute: what is drafted or approved does not leave until a person has looked."""
        words = decision.stop_for or ""
        stop_for_person(self._tx, case, words, requests=case.open_requests or case.requests)
        if decision.label == Intent.NOT_ME:
            self._tx.challenges.retire(case.id)

    def _reported(self, outbox_id: int, then: Consequence) -> None:
        """What a mail system says of a letter of ours stands in its case; a failure comes to staff."""
        tx, report = self._tx, self._mail.report
        letter = tx.outbox.get(outbox_id)
        if letter.case_id is None or report is None:
            if then is not Consequence.NOTE and letter.letter is not LetterKind.TEST_MAIL:
                words = "een alarm aan een collega kwam terug: controleer het adres (user list)"
                ask_person(tx, None, "alarm_mail", words)
            self._settle(MailVerdict.AUTOMATIC, None)
            return
        case = tx.cases.by_id(letter.case_id)
        self._keep_message(case, "bounce" if report.fate is Fate.FAILED else f"report_{report.fate}")
        ask_to_clean(tx, case.id, self._mail_id, self._arrival, self._copies)
        self._settle(MailVerdict.CASE, case.id)
        told: dict[str, Scalar] = {"outbox": outbox_id, "letter": letter.letter, "status": report.status}
        told |= {"fate": report.fate, "cause": report.cause, "consequence": then}
        tx.events.write(case.id, "bounced" if then is Consequence.UNDO else "letter_reported", BOT, told)
        if then is not Consequence.NOTE:
            words = returned_words(letter.letter, report, believed=then is Consequence.UNDO)
            if then is Consequence.UNDO and letter.draft_id is not None:
                letter_came_back(tx, case, letter, words)
            ask_person(tx, case.id, "bounce", words)
        elif asking(self._mail, self._verdict) is not Asking.NOTHING:
            ask_person(tx, case.id, "read", _REPORT_ASKS)


async def _decided_or_late(portion: Sequence[Late]) -> None:
    for one in portion:
        await one.known.wait()


def _answer(outcome: Outcome) -> Reading | Caged | None:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _verdict_of(decision: LeaveAlone) -> MailVerdict:
    return MailVerdict.AUTOMATIC if decision.automatic else MailVerdict.ORDINARY


def _pending(tx: Transaction, mail_id: int) -> bytes | None:
    return tx.mails.raw(mail_id) if tx.mails.get(mail_id).verdict == MailVerdict.PENDING else None


def _message_facts(mail: ParsedMail) -> dict[str, Scalar]:
    return {
        "attachments": len(mail.attachments),
        "hidden_text": mail.hidden_text,
        "defects": "; ".join(mail.defects[:20]),
        "sender_defects": "; ".join(mail.sender.defects[:20]),
    }


def _case_by_references(tx: Transaction, mail: ParsedMail) -> int | None:
    """The case that one of these Message-IDs belongs to; never found by the subject alone."""
    if not mail.references:
        return None
    found = tx.messages.case_of(mail.references)
    if found is not None:
        return found
    letters = (tx.outbox.by_message_id(message_id) for message_id in mail.references)
    return next((letter.case_id for letter in letters if letter is not None and letter.case_id is not None), None)


def _reported(tx: Transaction, mail: ParsedMail) -> ReportedLetter | None:
    """The letter of ours that this report is about: by the returned mail, by our ENVID, or by what it answers."""
    report = mail.report
    if report is None:
        return None
    answered = mail.references if report.from_mail_system else ()
    for message_id in (*report.original_ids, *mail.returned_message_ids, *answered):
        letter = tx.outbox.by_message_id(message_id)
        if letter is not None:
            named = not report.recipients or letter.to.lower() in report.recipients
            return ReportedLetter(letter.id, names_recipient=named and bool(letter.to))
    return None


def _case_by_code(tx: Transaction, vault: Vault, mail: ParsedMail) -> int | None:
    """The case whose challenge a code in this mail answers."""
    for code in find_code(mail.new_text):
        challenge = tx.challenges.by_code(code_index(vault, code))
        if challenge is not None and challenge.address == mail.sender.address:
            return challenge.case_id
    return None


def _case_of_guess(tx: Transaction, mail: ParsedMail, open_cases: Sequence[Case]) -> int | None:
    """A guess outside any thread counts too: it goes to the sender's own open question."""
    if not find_code(mail.new_text):
        return None
    return next((case.id for case in open_cases if tx.challenges.open_of(case.id) is not None), None)


def _acknowledged(tx: Transaction, case: Case) -> bool:
    return any(letter.letter == LetterKind.RECEIPT for letter in tx.outbox.of_case(case.id))


def _tell_of_held_letters(tx: Transaction) -> None:
    """One list for staff, however many cases wait."""
    ask_person(tx, None, HELD_LETTERS, "er wachten zaken op vrijgave van hun brieven: privacybot cases --held")
