"""Raising a level: what was proved so far, whether that is enough, and what is asked for more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.cases.deadlines import Calendar
from bot.cases.factors import Factor, level_of, second_factor_used
from bot.cases.letters import LetterKind
from bot.cases.levels import Levels, hold_until
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, Level, Request, Suspension
from bot.cases.notices import ADDRESS_SHARED, IDENTITY, told_addresses, ways_to_prove
from bot.cases.work import next_release
from bot.replies.casefacts import facts_of, local_day
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, thread_of
from bot.settings import IdentitySettings
from bot.sources.beforehand import AddressShared, Beforehand, CorrectionsPlanned, ErasurePlanned, UnreadError
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import SECOND_FACTOR, ask_person, post_automatic
from bot.store.factors import proved
from bot.triage.labels import RequestKind

_T = TypeVar("_T")


class Levelling:
    """Writes down that a request has reached a level, and sees to what follows from it."""

    def __init__(
        self,
        archive: Archive,
        sources: Sources,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        settings: IdentitySettings,
        release_seconds: int,
    ) -> None:
        self._archive = archive
        self._sources = sources
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._settings = settings
        self._levels = Levels.configured(settings.levels)
        self._release_seconds = release_seconds

    def decided(self, decision: Callable[[Transaction, Beforehand], _T]) -> _T:
        """Decide in one transaction, on what the company's systems said before it began.

        A system that is slow then holds up nobody else: on SQLite an open transaction keeps every other one waiting.
        What a decision turns out to need is read once its transaction is rolled back; then it is taken anew, on the
        case as it stands by that time.
        """
        systems = Beforehand(self._sources)
        while True:
            try:
                with self._archive.transaction() as tx:
                    return decision(tx, systems)
            except UnreadError as lacking:
                question = lacking.question
            systems.read(question)

    def raise_to(
        self,
        tx: Transaction,
        systems: Beforehand,
        case: Case,
        request_id: int,
        level: Level,
        actor: str,
        os_login: str | None = None,
    ) -> Case:
        """The request has reached this level, or the one that all its proofs give together, if that is higher.

        Where that is enough it goes on, else a person is asked for more. Whoever calls wrote the proof down before.
        """
        request = next(request for request in case.requests if request.id == request_id)
        proofs = proved(tx, case.id, request_id)
        level = max(level, level_of(proofs), request.reached)
        case = self._with_address_asked(tx, systems, case, request)
        required = self._required(systems, case, request)
        now = self._archive.clock()
        hold = hold_until(request.kind, required, (), now, self._settings, second_factor=second_factor_used(proofs))
        tx.cases.change_request(
            case.id,
            request_id,
            required=required,
            reached=level,
            hold_until=hold if level >= required else None,
            suspensions=tuple(self._ended(suspension, now) for suspension in request.suspensions),
        )
        tx.events.write(
            case.id, "level_reached", actor, {"request": request_id, "level": int(level)}, os_login=os_login
        )
        case = tx.cases.by_id(case.id)
        if required >= Level.L3:
            self._notify(tx, case, next(one for one in case.requests if one.id == request_id), proofs)
        if level < required:
            self._ask_second_factor(tx, case)
        elif allows(request, Move.IDENTITY_CONFIRMED):
            case = tx.cases.move(case, request_id, Move.IDENTITY_CONFIRMED, actor, os_login=os_login)
        return case

    def _ended(self, suspension: Suspension, now: datetime) -> Suspension:
        today = local_day(now, self._calendar.timezone)
        return suspension if suspension.ended_on else replace(suspension, ended_on=today)

    def _with_address_asked(self, tx: Transaction, systems: Beforehand, case: Case, request: Request) -> Case:
        """The case, which from now on knows if another record has its address of record too.

        That may have come about after the case began, or after its record was read by an older version.
        """
        subject = case.data_subject
        if subject is None or subject.address_shared or self._levels.in_force(request) is Level.L0:
            return case
        if not systems.told(AddressShared(subject)):
            return case
        tx.cases.change(case.id, data_subject=replace(subject, address_shared=True))
        ask_person(tx, case.id, IDENTITY, ADDRESS_SHARED)
        return tx.cases.by_id(case.id)

    def _required(self, systems: Beforehand, case: Case, request: Request) -> Level:
        """The plan has the last word: what is low-risk needs L2, what ends an account or moves money needs L3.

        A code from an address of several people does not tell which of them answered: nothing is proved by it alone.
        """
        subject = case.data_subject
        in_force = self._levels.in_force(request)
        if subject is None:
            return in_force
        if subject.address_shared and in_force > Level.L0:
            return Level.L3
        if request.kind is RequestKind.ERASURE:
            today = local_day(self._archive.clock(), self._calendar.timezone)
            return self._levels.by_plan(request.kind, systems.told(ErasurePlanned(subject, case.language, today)))
        if request.kind is RequestKind.CORRECTION:
            changes = systems.told(CorrectionsPlanned(subject, request.corrections, case.language))
            return max(in_force, self._levels.by_plan(request.kind, changes))
        return in_force

    def _ask_second_factor(self, tx: Transaction, case: Case) -> None:
        if not any(task.kind == SECOND_FACTOR for task in tx.tasks.open(case.id)):
            words = f"tweede bewijs nodig: {ways_to_prove(case.data_subject)}"
            ask_person(tx, case.id, SECOND_FACTOR, words)

    def _notify(self, tx: Transaction, case: Case, request: Request, proofs: frozenset[Factor]) -> None:
        """The person's own other addresses hear of an act with consequences, so that a stolen mailbox shows. Once."""
        if case.data_subject is None:
            return
        letters = tx.outbox.of_case(case.id)
        told = {letter.to for letter in letters if letter.letter is LetterKind.SECURITY_NOTICE}
        fields = (change.field for change in request.corrections)
        for address in told_addresses(case.data_subject, fields, proofs):
            if address not in told:
                self._post_notice(tx, case, request, address)

    def _post_notice(self, tx: Transaction, case: Case, request: Request, address: str) -> None:
        now = self._archive.clock()
        until = request.hold_until or hold_until(request.kind, Level.L3, (), now, self._settings, second_factor=True)
        day = None if until is None else local_day(until, self._calendar.timezone)
        facts = replace(facts_of(case, now, self._calendar), kinds=(request.kind,), hold_until=day)
        letter = self._letters.compose(LetterKind.SECURITY_NOTICE, facts)
        mail = self._mailroom.automatic(letter.subject, letter.blocks, address, thread_of(case, address))
        beat = next_release(now, self._release_seconds)
        post_automatic(tx, case, LetterKind.SECURITY_NOTICE, mail.to, mail.message_id, mail.raw, beat)
