"""Who writes, and for whom: the letter that goes with it, the mandate, and who receives the answer."""

from __future__ import annotations

from dataclasses import replace

from bot.cases.deadlines import Calendar
from bot.cases.draft import Draft
from bot.cases.errors import LevelTooLowError, RefusedActError
from bot.cases.letters import SIDE_LETTERS, LetterKind
from bot.cases.lifecycle import Move, allows
from bot.cases.mandates import WAITS, WRITER_AND_ROLE, Ground, Mandate, Standing, mandate_fault
from bot.cases.model import Case, CaseRef, Level, Request
from bot.cases.moments import day_words
from bot.cases.people import Act, Actor, User, require
from bot.cases.work import Work
from bot.replies.casefacts import facts_of, local_day
from bot.replies.drafting import new_draft
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.store.archive import Archive, Transaction
from bot.store.casework import stop_for_person, void_drafts
from bot.store.mandates import mandate_of, newest_mail_hash, record_mandate, record_receipt
from bot.store.records import OutboxState, Scalar
from bot.store.resuming import begin_again, go_on, tick_off
from bot.triage.labels import Writer

_LETTERS = {
    Standing.AGENT: LetterKind.MANDATE_REQUEST,
    Standing.GUARDIAN: LetterKind.GUARDIAN_REQUEST,
    Standing.HEIR: LetterKind.DECEASED,
    Standing.COMPANY: LetterKind.NO_DATA_SUBJECT,
}


class Representation:
    """Acts of staff about somebody who does not simply write for himself. None of them discloses anything."""

    def __init__(
        self, archive: Archive, letters: Letters, mailroom: MailRoom, calendar: Calendar, minor_age: int
    ) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._minor_age = minor_age

    def says_who(self, ref: CaseRef, actor: Actor, who: Standing, *, custody: bool = False) -> Draft | None:
        """A person says who writes: the case stops, and the letter that goes with it is drafted, if there is one.

        `custody`: there is doubt about it, so the letter asks for an extract of the court's register.
        """
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            writer, role = WRITER_AND_ROLE[who]
            tx.cases.change(case.id, writer=writer, role=role)
            values: dict[str, Scalar] = {"who": who, "role": role}
            tx.events.write(case.id, "writer_told", user.name, values, os_login=actor.os_login)
            case = tx.cases.by_id(case.id)
            if who not in WAITS:
                case = void_drafts(tx, case, user.name, "opnieuw bekeken wie er schrijft", actor.os_login)
                case = begin_again(tx, case, case.open_requests, user, actor)
                go_on(tx, case, user, self._archive.clock())
                return None
            tick_off(tx, case, user, {"look"}, self._archive.clock())
            tx.challenges.retire(case.id)
            case = stop_for_person(tx, case, WAITS[who], user.name, os_login=actor.os_login)
            letter = _LETTERS.get(who)
            return None if letter is None else self._drafted(tx, case, letter, user, actor, custody=custody)

    def mandate(self, ref: CaseRef, actor: Actor, mandate: Mandate, known_by: str | None = None) -> Case:
        """What was shown is good enough: the person himself is now asked, at his own address of record.

        `known_by` is the address or customer number by which his record is found; it proves nothing.
        """
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            if case.writer in (Writer.HEIR, Writer.AUTHORITY):
                raise RefusedActError(f"{ref} is about a deceased person or comes from an authority: no mandate fits")
            if fault := mandate_fault(mandate, local_day(self._archive.clock(), self._calendar.timezone)):
                raise RefusedActError(fault)
            covered = [request for request in case.open_requests if request.kind in mandate.scope]
            if not covered:
                raise RefusedActError(f"{ref} asks nothing that this mandate covers; see --scope")
            shown = mandate if mandate.sha256 else replace(mandate, sha256=newest_mail_hash(tx, case.id))
            record_mandate(tx, case.id, shown, user, actor)
            tx.cases.change(case.id, writer=Writer.AGENT, identifiers=_found_by(case, known_by))
            case = stop_for_person(tx, tx.cases.by_id(case.id), "valt buiten de machtiging", user.name)
            case = begin_again(tx, case, _among(case, covered), user, actor)
            go_on(tx, case, user, self._archive.clock())
            return tx.cases.get(ref)

    def to_agent(self, ref: CaseRef, actor: Actor, note: str) -> Case:
        """The answer goes to whoever holds the mandate; the letters are made anew, and need two readers."""
        if not note.strip():
            raise RefusedActError("say in --note how the person himself agreed that the answer goes to another")
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            mandate = mandate_of(tx, case.id)
            today = local_day(self._archive.clock(), self._calendar.timezone)
            if mandate is None or not mandate.holds_on(today):
                raise RefusedActError(f"{ref} has no mandate that holds today; record it with: privacybot mandate")
            if mandate.ground is Ground.MANDATE and not mandate.covers_receipt:
                raise RefusedActError("this mandate does not say that its holder may receive the answer")
            covered = [request for request in case.open_requests if request.kind in mandate.scope]
            if not covered or any(request.reached < Level.L2 for request in covered):
                raise LevelTooLowError(f"{ref}: the person himself has not confirmed yet; wait for the code, or verify")
            record_receipt(tx, case.id, note, user, actor)
            void_drafts(tx, case, user.name, "het antwoord gaat naar de vertegenwoordiger", actor.os_login)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
            return tx.cases.get(ref)

    # The rare copy of an identity document (UAVG 46, Art. 12(6))

    def masked_copy(self, ref: CaseRef, actor: Actor, reason: str) -> Draft:
        """A letter that asks for a masked copy, where nothing else shows who it is; two people approve it."""
        if not reason.strip():
            raise RefusedActError("say in --reason why no other way shows who it is; the letter tells it")
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            if not case.open_requests:
                raise RefusedActError(f"{ref} has no open request")
            return self._drafted(tx, case, LetterKind.MASKED_COPY, user, actor, reason=reason)

    def copy_checked(self, ref: CaseRef, actor: Actor) -> Case:
        """All that is ever kept of it: on which day who looked. It raises no level by itself."""
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            sent = {letter.letter for letter in tx.outbox.of_case(case.id) if letter.state is OutboxState.SENT}
            if LetterKind.MASKED_COPY not in sent:
                raise RefusedActError(f"nobody of {ref} was asked for a copy; one that came unasked proves nothing")
            today = local_day(self._archive.clock(), self._calendar.timezone)
            values: dict[str, Scalar] = {"text": f"ID gecontroleerd op {day_words(today)} door {user.name}"}
            tx.events.write(case.id, "id_checked", user.name, values, os_login=actor.os_login)
            return case

    # Letters

    def _drafted(
        self,
        tx: Transaction,
        case: Case,
        letter: LetterKind,
        user: User,
        actor: Actor,
        *,
        custody: bool = False,
        reason: str | None = None,
    ) -> Draft:
        if case.sender is None:
            raise RefusedActError(f"{case.ref} has no sender address that can be trusted; answer by post or phone")
        now = self._archive.clock()
        facts = replace(self._facts(case), minor_age=self._minor_age, custody=custody, reason=reason)
        answered = () if letter in SIDE_LETTERS else tuple(r for r in case.open_requests if allows(r, Move.DRAFT_READY))
        ids = tuple(request.id for request in answered)
        composed = self._letters.compose(letter, facts)
        draft = tx.drafts.add(new_draft(self._mailroom, case, letter, composed, case.sender, ids, now))
        values: dict[str, Scalar] = {"draft": draft.id, "letter": draft.letter}
        tx.events.write(case.id, "draft_made", user.name, values, os_login=actor.os_login)
        for request in answered:
            case = tx.cases.move(case, request.id, Move.DRAFT_READY, user.name, os_login=actor.os_login)
        return draft

    def _facts(self, case: Case) -> LetterFacts:
        return facts_of(case, self._archive.clock(), self._calendar)

    def _begin(self, tx: Transaction, ref: CaseRef, actor: Actor) -> tuple[User, Case]:
        user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
        case = tx.cases.locked(ref)
        return user, case


def _among(case: Case, requests: list[Request]) -> tuple[Request, ...]:
    wanted = {request.id for request in requests}
    return tuple(request for request in case.requests if request.id in wanted)


def _found_by(case: Case, known_by: str | None) -> tuple[tuple[str, str], ...]:
    """What the mail states, with what the document says about the person in its place."""
    if known_by is None:
        return case.identifiers
    name = "email" if "@" in known_by else "customer_number"
    return ((name, known_by.strip()),)
