"""The second factor: staff prove who it is by something that was fixed before the case."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from secrets import choice
from zoneinfo import ZoneInfo

from bot.cases.codes import find_code, new_code
from bot.cases.deadlines import Calendar
from bot.cases.errors import LevelTooLowError, RefusedActError
from bot.cases.factors import BY_STAFF, Factor
from bot.cases.letters import LetterKind
from bot.cases.model import Case, CaseRef, Level, Request, RequestState
from bot.cases.people import Act, Actor, User, require
from bot.cases.subject import DataSubject
from bot.cases.work import Work
from bot.levelling import Levelling
from bot.replies.casefacts import facts_of, local_day
from bot.replies.letters import Letters
from bot.settings import IdentitySettings
from bot.sources.beforehand import Beforehand, FactorsLastChanged
from bot.store.archive import Archive, Transaction
from bot.store.casework import SECOND_FACTOR, ask_person
from bot.store.factors import VERIFIED, PaperCode, paper_index, proved
from bot.store.records import Scalar

_FIELDS_OF = {
    Factor.PHONE: frozenset({"phone"}),
    Factor.LETTER: frozenset({"street", "postcode", "city"}),
}
"""What a second factor rests on: a field that we changed ourselves lately is no proof."""

_RECORD_LACKS = {
    Factor.PHONE: "the record has no phone number; use --method letter --begin, or --method decision",
    Factor.LETTER: "the record has no postal address; use --method phone or decision",
}


@dataclass(frozen=True, slots=True)
class PaperLetter:
    """A letter for staff to post. It is shown once: its code is kept nowhere."""

    text: str = field(repr=False)
    valid_until: date


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code on paper was not this one; so many tries are left."""

    left: int


class SecondFactor:
    """What staff checked by phone, by letter or by decision, weighed and written down."""

    def __init__(
        self,
        archive: Archive,
        levelling: Levelling,
        letters: Letters,
        calendar: Calendar,
        settings: IdentitySettings,
    ) -> None:
        self._archive = archive
        self._levelling = levelling
        self._letters = letters
        self._calendar = calendar
        self._settings = settings

    # A call, or the officer's decision

    def verify(self, ref: CaseRef, actor: Actor, method: str, note: str) -> Case:
        """Staff proved the person by a factor fixed before the case; each factor raises the level by one step.

        Without an answered challenge a factor gives L2 (a lost mailbox), with one L3. The same factor counts once.
        """
        if method == Factor.LETTER:
            raise RefusedActError(
                f"a letter proves by its code: privacybot verify {ref} --method letter --begin makes one to post, "
                "--code enters what the person says back"
            )
        if method == Factor.LOGIN:
            raise RefusedActError(
                "a log-in is confirmed by your own application, never typed in; see docs/operations.md"
            )
        if method not in BY_STAFF:
            raise RefusedActError(f"unknown method '{method}'; use one of: {', '.join(BY_STAFF)}")
        if not note.strip():
            raise RefusedActError("say in --note what was checked, when and how")
        factor = Factor(method)
        return self._levelling.decided(lambda tx, systems: self._verified(tx, systems, ref, actor, factor, note))

    def _verified(
        self, tx: Transaction, systems: Beforehand, ref: CaseRef, actor: Actor, factor: Factor, note: str
    ) -> Case:
        user, case = _begun(tx, ref, actor)
        waiting = self._fit(tx, systems, case, factor)
        if factor is Factor.DECISION:
            require(user, Act.DECIDE_RISK, user.name)
            if min(request.reached for request in waiting) < Level.L2:
                raise LevelTooLowError("a written decision stands in for the second factor only, not for the first")
        return self._counted(tx, systems, case, waiting, factor, user, actor, note)

    def _counted(
        self,
        tx: Transaction,
        systems: Beforehand,
        case: Case,
        waiting: list[Request],
        factor: Factor,
        user: User,
        actor: Actor,
        note: str,
    ) -> Case:
        values: dict[str, Scalar] = {"method": factor, "note": note, "requests": _ids(waiting)}
        tx.events.write(case.id, VERIFIED, user.name, values, os_login=actor.os_login)
        for task in tx.tasks.open(case.id):
            if task.kind == SECOND_FACTOR:
                tx.tasks.done(task.id, user.name, self._archive.clock())
        for request in waiting:
            case = self._levelling.raise_to(tx, systems, case, request.id, Level.L0, user.name, actor.os_login)
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        return tx.cases.by_id(case.id)

    # A letter on paper

    def begin_letter(self, ref: CaseRef, actor: Actor) -> PaperLetter:
        """A letter with a fresh code to the postal address of record, for staff to post; the code before it dies."""
        return self._levelling.decided(lambda tx, systems: self._letter(tx, systems, ref, actor))

    def _letter(self, tx: Transaction, systems: Beforehand, ref: CaseRef, actor: Actor) -> PaperLetter:
        user, case = _begun(tx, ref, actor)
        waiting = self._fit(tx, systems, case, Factor.LETTER)
        if len(tx.paper_codes.of_case(case.id)) >= self._settings.secrets:
            raise RefusedActError(f"{ref} had {self._settings.secrets} letters with a code; use another method")
        subject, now, code = _subject(case), self._archive.clock(), new_code(choice)
        expires_at = self._end_of_day(now + timedelta(days=self._settings.letter_days))
        made = tx.paper_codes.add(
            case.id,
            _place(subject),
            paper_index(self._archive.vault, code),
            [one.id for one in waiting],
            now,
            expires_at,
        )
        values: dict[str, Scalar] = {"paper_code": made.id, "requests": _ids(waiting)}
        tx.events.write(case.id, "paper_code_made", user.name, values, os_login=actor.os_login)
        return PaperLetter(self._text(case, subject, code, expires_at), self._last_day(expires_at))

    def _text(self, case: Case, subject: DataSubject, code: str, expires_at: datetime) -> str:
        facts = replace(
            facts_of(case, self._archive.clock(), self._calendar),
            name=subject.name,
            postal=subject.postal_of_record,
            code=code,
            code_until=self._last_day(expires_at),
        )
        letter = self._letters.compose(LetterKind.PAPER_CODE, facts)
        return f"{letter.subject}\n\n" + "\n\n".join(block.text.strip("\n") for block in letter.blocks) + "\n"

    def _end_of_day(self, at: datetime) -> datetime:
        """The letter says "tot en met": a code works until midnight."""
        zone = ZoneInfo(self._calendar.timezone)
        return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)

    def _last_day(self, expires_at: datetime) -> date:
        return local_day(expires_at - timedelta(seconds=1), self._calendar.timezone)

    def enter_code(self, ref: CaseRef, actor: Actor, code: str, note: str = "") -> Case:
        """What the person says back from the letter. Every try is counted, whoever makes it."""
        entered = self._levelling.decided(lambda tx, systems: self._entered(tx, systems, ref, actor, code, note))
        if isinstance(entered, WrongCode):
            left = f"{entered.left} tries are left" if entered.left else "the code is dead: begin a new letter"
            raise RefusedActError(f"that is not the code of the letter; {left}")
        return entered

    def _entered(
        self, tx: Transaction, systems: Beforehand, ref: CaseRef, actor: Actor, code: str, note: str
    ) -> Case | WrongCode:
        user, case = _begun(tx, ref, actor)
        waiting = self._fit(tx, systems, case, Factor.LETTER)
        sent = tx.paper_codes.open_of(case.id)
        if sent is None or sent.expires_at <= self._archive.clock():
            raise RefusedActError(
                f"no code on paper stands open in {ref}: privacybot verify {ref} --method letter --begin"
            )
        if sent.place_index != self._archive.vault.index(_place(_subject(case))):
            raise RefusedActError(
                "that letter went to another record or address than the case has now: begin a new one"
            )
        tries = tx.paper_codes.count_try(sent.id, self._settings.tries)
        asked = [request for request in waiting if request.id in sent.request_ids]
        if tries is None or not self._is_code(sent, code):
            return self._wrong(tx, case, sent, tries or self._settings.tries, user, actor)
        if not asked or not tx.paper_codes.use(sent.id):
            raise RefusedActError(f"what the letter asked about does not wait for proof in {ref} any more")
        return self._counted(tx, systems, case, asked, Factor.LETTER, user, actor, note or "code uit de brief")

    def _is_code(self, sent: PaperCode, code: str) -> bool:
        given = find_code(code) or (code,)
        index = paper_index(self._archive.vault, given[0])
        return len(given) == 1 and hmac.compare_digest(index.encode(), sent.code_hash.encode())

    def _wrong(self, tx: Transaction, case: Case, sent: PaperCode, tries: int, user: User, actor: Actor) -> WrongCode:
        values: dict[str, Scalar] = {"paper_code": sent.id, "tries": tries}
        tx.events.write(case.id, "paper_code_wrong", user.name, values, os_login=actor.os_login)
        left = self._settings.tries - tries
        if left <= 0:
            tx.paper_codes.retire(case.id)
            ask_person(tx, case.id, "look", f"{tries} keer een verkeerde code uit de brief: de code is vervallen")
        return WrongCode(max(left, 0))

    # Whether a factor may be used at all

    def _fit(self, tx: Transaction, systems: Beforehand, case: Case, factor: Factor) -> list[Request]:
        """The requests for which it would be a further proof. Raises RefusedActError."""
        waiting = [request for request in case.requests if request.state is RequestState.AWAITING_IDENTITY]
        if not waiting or case.data_subject is None:
            raise RefusedActError(f"no request of {case.ref} waits for proof of identity")
        fresh = [request for request in waiting if factor not in proved(tx, case.id, request.id)]
        if not fresh:
            raise RefusedActError(f"{factor} was used in this case already: a second proof must be another one")
        subject = case.data_subject
        has = {Factor.PHONE: subject.phone_of_record, Factor.LETTER: subject.postal_of_record}
        if factor in has and not has[factor]:
            raise RefusedActError(_RECORD_LACKS[factor])
        if factor in _FIELDS_OF and self._changed_lately(tx, systems, subject, factor):
            days = self._settings.recent_address_days
            raise RefusedActError(f"we changed what --method {factor} rests on less than {days} days ago: use another")
        return fresh

    def _changed_lately(self, tx: Transaction, systems: Beforehand, subject: DataSubject, factor: Factor) -> bool:
        """A factor that changed a few days ago, by our hand or any other that the system tells of, is no proof."""
        since = self._archive.clock() - timedelta(days=self._settings.recent_address_days)
        changed = systems.told(FactorsLastChanged(subject))
        at = changed.phone_at if factor is Factor.PHONE else changed.postal_at
        by_us = any(
            event.kind == "executed" and event.at > since and event.values.get("field") in _FIELDS_OF[factor]
            for case in tx.cases.of_subject(subject)
            for event in tx.events.of(case.id)
        )
        return by_us or (at is not None and at > since)


def _begun(tx: Transaction, ref: CaseRef, actor: Actor) -> tuple[User, Case]:
    user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
    return user, tx.cases.locked(ref)


def _subject(case: Case) -> DataSubject:
    assert case.data_subject is not None
    return case.data_subject


def _place(subject: DataSubject) -> str:
    """What a code on paper is bound to: the record, and the address that it was sent to."""
    return f"paper|{subject.system}|{subject.key}|{subject.postal_of_record}"


def _ids(requests: list[Request]) -> str:
    return " ".join(str(request.id) for request in requests)
