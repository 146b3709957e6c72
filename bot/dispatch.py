"""Outbox to sent, and the case answered; what nobody can tell waits for staff."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.cases.approving import below_level
from bot.cases.codes import without_codes
from bot.cases.deadlines import Calendar, plus_working_days
from bot.cases.draft import Draft, DraftState
from bot.cases.errors import RefusedActError
from bot.cases.gate import DAY, HOUR, Dropped, Held, Leaves, Traffic, Waits, passage
from bot.cases.letters import AUTOMATIC, SIDE_LETTERS, LetterKind
from bot.cases.levels import Levels
from bot.cases.lifecycle import Move, allows
from bot.cases.mandates import WAITS, Standing
from bot.cases.masking import MASK
from bot.cases.model import Case, CaseRef, Outcome, RequestState
from bot.cases.people import Act, Actor, require
from bot.cases.work import Work
from bot.mail.errors import AddressError
from bot.mail.outgoing import dated
from bot.mail.saying import Saying, saying_of
from bot.mail.sending import Accepted, OutcomeUnknown, Postman, RefusedForGood, SendOutcome, ServerUnreachable, TryLater
from bot.mail.signing import Signer
from bot.settings import CasesSettings, GateSettings, SendSettings
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, FORWARD, GATE, ask_person, readable, record_sent
from bot.store.extensions import TERM_EXTENDED
from bot.store.records import OutboxState, OutgoingLetter, Scalar

_SENT_MOVES = {
    LetterKind.REFUSAL: (Move.REFUSAL_SENT, Outcome.REFUSED),
    LetterKind.NOT_IDENTIFIED: (Move.NOT_IDENTIFIED_SENT, Outcome.NOT_IDENTIFIED),
    LetterKind.FORWARDED: (Move.FORWARDED, Outcome.REFERRED),
    LetterKind.DECEASED: (Move.REFUSAL_SENT, Outcome.NO_DATA_SUBJECT),
    LetterKind.NO_DATA_SUBJECT: (Move.REFUSAL_SENT, Outcome.NO_DATA_SUBJECT),
    LetterKind.NOTHING_FOUND: (Move.SENT, Outcome.NOTHING_FOUND),
}

_LOOKED_AT = {
    LetterKind.DECEASED: WAITS[Standing.HEIR],
    LetterKind.NO_DATA_SUBJECT: WAITS[Standing.COMPANY],
}
"""The task that is over with the letter: there is nothing more to decide about who writes."""

_FEE_ANNOUNCED = (
    "kosten aangekondigd, en de termijn loopt door. Akkoord: keur het antwoord goed, de rekening gaat apart. "
    "Ingetrokken: privacybot withdraw. Geen antwoord of niet akkoord: antwoord vóór de streefdatum zonder kosten, of "
    "weiger op een grond die er is (privacybot refuse)"
)
"""What staff may do once the person was told of a fee; over with the answer."""

_TOO_MANY = (
    "er vertrokken {} automatische brieven binnen een uur; wat daarna komt wacht op u: kijk of er iets mis is, dan "
    "privacybot release"
)

PAUSED = "sending_paused"
"""The mark in the archive that stops all sending; intake goes on."""


class Dispatch:
    """The one gate through which every mail leaves."""

    def __init__(
        self,
        archive: Archive,
        postman: Postman,
        calendar: Calendar,
        send: SendSettings,
        gate: GateSettings,
        cases: CasesSettings,
        own_address: str,
        own_numbers: frozenset[str],
        levels: Levels,
        signer: Signer | None = None,
    ) -> None:
        self._signer = signer
        self._levels = levels
        self._archive = archive
        self._postman = postman
        self._calendar = calendar
        self._send = send
        self._gate = gate
        self._cases = cases
        self._own_address = own_address
        self._own_numbers = own_numbers

    def due(self) -> tuple[OutgoingLetter, ...]:
        """The letters that may leave now; none while sending is paused."""
        with self._archive.reading() as tx:
            return () if tx.meta.get(PAUSED) else tx.outbox.due(self._archive.clock())

    async def send(self, letter: OutgoingLetter) -> bool:
        """Hand over one letter; True when it was accepted, False also when somebody else had it first."""
        raw = await asyncio.to_thread(self._claimed, letter)
        if raw is None:
            return False
        sender = "" if letter.letter in AUTOMATIC else self._own_address
        try:
            outcome = await self._postman.send(raw, sender, letter.to)
        except AddressError as wrong:
            await asyncio.to_thread(self._unaddressed, letter, str(wrong))
            return False
        await asyncio.to_thread(self._settle, letter, outcome)
        return isinstance(outcome, Accepted)

    def _unaddressed(self, letter: OutgoingLetter, trouble: str) -> None:
        """Envelope and letter name different people: nobody gets it, and a person looks."""
        with self._archive.transaction() as tx:
            self._failed(tx, letter, trouble)

    def _claimed(self, letter: OutgoingLetter) -> bytes | None:
        """The bytes to send, stamped at the first hand-over and the same ever after; None if somebody was first."""
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            if self._below_level(tx, letter) or not self._may_pass(tx, letter, now) or not tx.outbox.claim(letter.id):
                return None
            raw = tx.outbox.raw(letter.id)
            if letter.dated_at is None:
                raw = self._stamped(raw, now)
                tx.outbox.set_dated(letter.id, now, raw)
            return raw

    def _below_level(self, tx: Transaction, letter: OutgoingLetter) -> bool:
        """The last look: what was approved on a proof that is not enough any more stays here, and a person is told."""
        if letter.draft_id is None or letter.case_id is None:
            return False
        if below_level(tx.drafts.get(letter.draft_id), tx.cases.by_id(letter.case_id), self._levels) is None:
            return False
        self._failed(tx, letter, "het bewijs is niet genoeg")
        return True

    def _stamped(self, raw: bytes, now: datetime) -> bytes:
        with_date = dated(raw, now, self._calendar.timezone)
        return with_date if self._signer is None else self._signer.signed(with_date, now)

    # The caps

    def _may_pass(self, tx: Transaction, letter: OutgoingLetter, now: datetime) -> bool:
        """Looked at when a letter leaves, not when it is made: so no room can forget it."""
        traffic = Traffic(tx.outbox.left_since(letter, now - DAY), tx.outbox.automatic_left_since(now - HOUR))
        decision = passage(
            letter.letter, now, traffic, self._gate.automatic_per_hour, released=letter.released_at is not None
        )
        match decision:
            case Leaves():
                return True
            case Waits(until=until):
                tx.outbox.postpone(letter.id, until, "two a day")
            case Dropped():
                if tx.outbox.cancel(letter.id):
                    self._tell(tx, letter, "letter_dropped", "one a day")
            case Held():
                if tx.outbox.hold(letter.id, "too many automatic letters in an hour"):
                    self._tell(tx, letter, "letter_held", "too many in an hour")
                    ask_person(tx, None, GATE, _TOO_MANY.format(self._gate.automatic_per_hour))
            case _:
                assert_never(decision)
        return False

    def _tell(self, tx: Transaction, letter: OutgoingLetter, event: str, why: str) -> None:
        tx.events.write(letter.case_id, event, BOT, {"letter": letter.letter, "outbox": letter.id, "why": why})

    def _settle(self, letter: OutgoingLetter, outcome: SendOutcome) -> None:
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            match outcome:
                case Accepted():
                    self._accepted(tx, letter, now)
                case TryLater(code=code) if letter.attempts + 1 < self._send.max_attempts:
                    self._later(tx, letter, now, f"smtp {code}")
                case ServerUnreachable(trouble=trouble):
                    self._later(tx, letter, now, trouble)
                case TryLater(code=code) | RefusedForGood(code=code):
                    self._failed(tx, letter, f"smtp {code}")
                case OutcomeUnknown():
                    self._unknown(tx, letter, now)

    def _later(self, tx: Transaction, letter: OutgoingLetter, now: datetime, trouble: str) -> None:
        wait = min(self._send.backoff_seconds * 2**letter.attempts, 3600.0)
        tx.outbox.settle(letter.id, OutboxState.READY, trouble, now + timedelta(seconds=wait))

    # Accepted

    def _accepted(self, tx: Transaction, letter: OutgoingLetter, now: datetime) -> None:
        tx.outbox.settle(letter.id, OutboxState.SENT)
        if letter.case_id is None:
            return
        case = tx.cases.by_id(letter.case_id)
        tx.events.write(case.id, "letter_sent", BOT, {"letter": letter.letter, "outbox": letter.id})
        draft = tx.drafts.get(letter.draft_id) if letter.draft_id is not None else None
        self._record(tx, case, letter, draft, now)
        if draft is None:
            return
        tx.drafts.set_state(draft.id, DraftState.SENT, DraftState.APPROVED)
        tx.links.letter_left(case.id, (file.export_id for file in draft.files), now)
        tx.jobs.defer(Work.FILE_COPY, letter.id, case_id=case.id)
        if draft.letter in SIDE_LETTERS or (case.requests and not draft.request_ids):
            self._side_letter_sent(tx, case, draft)
        else:
            self._answered(tx, case, draft, now)

    def _record(self, tx: Transaction, case: Case, letter: OutgoingLetter, draft: Draft | None, now: datetime) -> None:
        """Its words are kept without what opens anything; of an automatic letter nobody else has them."""
        said = _said(tx, letter) if draft is None else Saying(draft.subject, draft.text)
        subject, text = (readable(tx, case.id, words, self._own_numbers) for words in (said.subject, said.text))
        if draft is None:
            subject, text = without_codes(subject, MASK), without_codes(text, MASK)
        record_sent(tx, case, letter.letter, letter.id, now, subject, text)

    def _side_letter_sent(self, tx: Transaction, case: Case, draft: Draft) -> None:
        if draft.letter is LetterKind.EXTENSION:
            for request in case.open_requests:
                tx.cases.change_request(case.id, request.id, extended_reason=f"draft {draft.id}")
            tx.events.write(case.id, TERM_EXTENDED, BOT, {"draft": draft.id})
        if draft.letter is LetterKind.FORWARD_TO_CUSTOMER:
            self._handed_on(tx, case)
        if draft.letter is LetterKind.FEE_NOTICE:
            ask_person(tx, case.id, "look", _FEE_ANNOUNCED)
        if draft.letter is LetterKind.OTHER_PRIVACY and not case.requests:
            tx.cases.change(case.id, settled=Outcome.GRANTED)

    def _handed_on(self, tx: Transaction, case: Case) -> None:
        """The customer has the request now: what was a mere word to ask him is one that we forwarded."""
        for task in tx.tasks.open(case.id):
            if task.kind == FORWARD:
                tx.tasks.done(task.id, BOT, self._archive.clock())
        for request in case.requests:
            if request.outcome is Outcome.REFERRED:
                tx.cases.change_request(case.id, request.id, outcome=Outcome.FORWARDED)

    def _answered(self, tx: Transaction, case: Case, draft: Draft, now: datetime) -> None:
        move, outcome = _SENT_MOVES.get(draft.letter, (Move.SENT, _outcome(draft)))
        if draft.letter is LetterKind.FORWARDED and _has_customer_been_told(tx, case):
            outcome = Outcome.FORWARDED
        for request in [request for request in case.requests if request.id in draft.request_ids]:
            if allows(request, move):
                case = tx.cases.move(case, request.id, move, BOT, draft=draft.id)
                tx.cases.change_request(case.id, request.id, outcome=outcome, answered_at=now)
        if not case.requests:
            tx.cases.change(case.id, settled=outcome)
        self._tick_off(tx, case, draft.letter, now)
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        closes_at = self._closes_at(now)
        tx.jobs.defer(Work.CLOSE, case.id, case_id=case.id, run_at=closes_at, key=f"close:{case.id}:{draft.id}")

    def _tick_off(self, tx: Transaction, case: Case, letter: LetterKind, now: datetime) -> None:
        for task in tx.tasks.open(case.id):
            if task.kind == "look" and task.text in {_LOOKED_AT.get(letter), _FEE_ANNOUNCED}:
                tx.tasks.done(task.id, BOT, now)

    def _closes_at(self, now: datetime) -> datetime:
        """The end of the last of `closing_days` working days after the answer; at once where that is 0."""
        if self._cases.closing_days == 0:
            return now
        zone = ZoneInfo(self._calendar.timezone)
        last = plus_working_days(now.astimezone(zone).date(), self._cases.closing_days, self._calendar)
        return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)

    # Not accepted

    def _failed(self, tx: Transaction, letter: OutgoingLetter, trouble: str) -> None:
        tx.outbox.settle(letter.id, OutboxState.FAILED, trouble)
        self._ask_person(tx, letter, "letter_failed", _refused_words(letter, trouble))

    def _unknown(self, tx: Transaction, letter: OutgoingLetter, now: datetime) -> None:
        """Automatic letters are sent again with the same Message-ID; anything else may have arrived: staff look."""
        if letter.letter in AUTOMATIC and letter.attempts + 1 < self._send.max_attempts:
            self._later(tx, letter, now, "outcome unknown")
            return
        tx.outbox.settle(letter.id, OutboxState.UNKNOWN)
        words = f"onbekend of een brief ({letter.letter}) aankwam: kijk, dan privacybot sent of send-again"
        self._ask_person(tx, letter, "letter_unknown", words)

    def _ask_person(self, tx: Transaction, letter: OutgoingLetter, event: str, words: str) -> None:
        if letter.case_id is None:
            return
        case = tx.cases.by_id(letter.case_id)
        tx.events.write(case.id, event, BOT, {"letter": letter.letter, "outbox": letter.id})
        ask_person(tx, case.id, "letter", words)
        ids = tx.drafts.get(letter.draft_id).request_ids if letter.draft_id is not None else ()
        for request in [request for request in case.requests if request.id in ids]:
            if request.state is RequestState.SENDING:
                case = tx.cases.move(case, request.id, Move.SENDING_FAILED, BOT)
                tx.cases.change_request(case.id, request.id, needs=words)
                case = tx.cases.by_id(case.id)

    def recover(self) -> int:
        """At start: a letter found half-way was handed over by a process that died; nobody knows whether it left."""
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            half_way = tx.outbox.in_state(OutboxState.SENDING)
            for letter in half_way:
                self._unknown(tx, letter, now)
            return len(half_way)

    # What staff say of a letter with unknown outcome

    def confirm_sent(self, ref: CaseRef, actor: Actor) -> int:
        """Staff found that the letter did arrive."""
        return self._resolve(ref, actor, self._accepted_after_all)

    def send_again(self, ref: CaseRef, actor: Actor) -> int:
        """Staff found that the letter did not arrive: the same bytes leave once more."""
        return self._resolve(ref, actor, self._again)

    def _resolve(
        self, ref: CaseRef, actor: Actor, act: Callable[[Transaction, Case, OutgoingLetter, str], None]
    ) -> int:
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.APPROVE, actor.claimed)
            case = tx.cases.locked(ref)
            stuck = {OutboxState.UNKNOWN, OutboxState.FAILED}
            letters = [letter for letter in tx.outbox.of_case(case.id) if letter.state in stuck]
            if not letters:
                raise RefusedActError(f"{ref} has no letter of which the outcome is unknown")
            for letter in letters:
                act(tx, case, letter, user.name)
                values: dict[str, Scalar] = {"outbox": letter.id, "act": act.__name__.strip("_")}
                tx.events.write(case.id, "letter_resolved", user.name, values, os_login=actor.os_login)
            for task in tx.tasks.open(case.id):
                if task.kind == "letter":
                    tx.tasks.done(task.id, user.name, self._archive.clock())
            return len(letters)

    def _still_wanted(self, tx: Transaction, case: Case, letter: OutgoingLetter) -> bool:
        """The draft stands and its requests still wait for this very letter."""
        if letter.draft_id is None:
            return True
        draft = tx.drafts.get(letter.draft_id)
        waiting = {request.id for request in case.requests if request.state is RequestState.UNDELIVERED}
        return draft.state is DraftState.APPROVED and set(draft.request_ids) <= waiting

    def _accepted_after_all(self, tx: Transaction, _case: Case, letter: OutgoingLetter, _user: str) -> None:
        self._accepted(tx, letter, self._archive.clock())

    def _again(self, tx: Transaction, case: Case, letter: OutgoingLetter, user: str) -> None:
        if not self._still_wanted(tx, case, letter):
            raise RefusedActError(f"{case.ref}: this letter answers nothing any more; it stays unsent")
        if not tx.outbox.holds(letter.id):
            raise RefusedActError(f"{case.ref}: the mail itself was destroyed; make a new answer with privacybot label")
        tx.outbox.settle(letter.id, OutboxState.READY, None, self._archive.clock())
        ids = tx.drafts.get(letter.draft_id).request_ids if letter.draft_id is not None else ()
        for request in [request for request in case.requests if request.id in ids]:
            if allows(request, Move.SENT_AGAIN):
                case = tx.cases.move(case, request.id, Move.SENT_AGAIN, user)


def _has_customer_been_told(tx: Transaction, case: Case) -> bool:
    drafts = tx.drafts.of_case(case.id)
    return any(one.letter is LetterKind.FORWARD_TO_CUSTOMER and one.state is DraftState.SENT for one in drafts)


def _said(tx: Transaction, letter: OutgoingLetter) -> Saying:
    """The words of a letter that nobody drafted, as they left; none where the mail was destroyed meanwhile."""
    return saying_of(tx.outbox.raw(letter.id)) if tx.outbox.holds(letter.id) else Saying("", "")


def _refused_words(letter: OutgoingLetter, trouble: str) -> str:
    mend = "verhelp dat, dan privacybot send-again, of neem op een andere manier contact op"
    return f"een brief ({letter.letter}) is geweigerd: {trouble}; {mend}"


def _outcome(draft: Draft) -> Outcome:
    """Partly granted where something asked for is kept or left to others."""
    held_back = [change for change in draft.changes if not change.acts]
    return Outcome.PARTLY if held_back else Outcome.GRANTED
