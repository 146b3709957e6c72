"""Letters to the other users of a shared account, made when a person decided that they hear of what is coming."""

from __future__ import annotations

from dataclasses import replace

from bot.cases.deadlines import Calendar
from bot.cases.draft import Draft, DraftState
from bot.cases.errors import RefusedActError
from bot.cases.letters import LetterKind
from bot.cases.levels import ENDS_USE
from bot.cases.model import Case, CaseRef, Request
from bot.cases.people import Act, Actor, require
from bot.cases.subject import DataSubject
from bot.replies.casefacts import facts_of, local_day
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.records import Scalar


class AccountNotices:
    """Drafts for people whose account would end or stand still because of somebody else's request."""

    def __init__(
        self, archive: Archive, sources: Sources, letters: Letters, mailroom: MailRoom, calendar: Calendar
    ) -> None:
        self._archive = archive
        self._sources = sources
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar

    def draft(self, ref: CaseRef, actor: Actor) -> tuple[Draft, ...]:
        """A letter for each other user with an address, each with an approval of its own.

        It says that the account may end, never who asked. Below the level of the request it cannot be approved.
        """
        with self._archive.reading() as tx:
            case = tx.cases.get(ref)
        subject = case.data_subject
        fellows = self._sources.fellows(subject) if subject is not None and subject.shared else ()
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            asked = [request for request in case.open_requests if request.kind in ENDS_USE]
            wanted = self._wanted(tx, case, asked, fellows)
            made = tuple(tx.drafts.add(self._draft(case, asked, address)) for address in wanted)
            for one in made:
                values: dict[str, Scalar] = {"draft": one.id, "letter": one.letter}
                tx.events.write(case.id, "draft_made", user.name, values, os_login=actor.os_login)
            return made

    def _wanted(
        self, tx: Transaction, case: Case, asked: list[Request], fellows: tuple[DataSubject, ...]
    ) -> tuple[str, ...]:
        if not asked:
            raise RefusedActError(f"nothing that is asked in {case.ref} ends or freezes an account")
        own = case.data_subject.address_of_record if case.data_subject else None
        addresses = {
            one.address_of_record: None for one in fellows if one.address_of_record and one.address_of_record != own
        }
        standing = {DraftState.OPEN, DraftState.APPROVED, DraftState.SENT}
        told = {
            draft.to
            for draft in tx.drafts.of_case(case.id)
            if draft.letter is LetterKind.ACCOUNT_NOTICE and draft.state in standing
        }
        wanted = tuple(address for address in addresses if address not in told)
        if not wanted:
            raise RefusedActError(f"{case.ref}: no other user of this account is left to be told")
        return wanted

    def _draft(self, case: Case, asked: list[Request], to: str) -> Draft:
        now = self._archive.clock()
        until = max((request.hold_until for request in asked if request.hold_until), default=None)
        facts = replace(
            facts_of(case, now, self._calendar),
            kinds=tuple(sorted({request.kind for request in asked})),
            hold_until=None if until is None else local_day(until, self._calendar.timezone),
        )
        letter = self._letters.compose(LetterKind.ACCOUNT_NOTICE, facts)
        return replace(
            new_draft(self._mailroom, case, LetterKind.ACCOUNT_NOTICE, letter, to, (), now),
            in_reply_to=None,
            references=(),
        )
