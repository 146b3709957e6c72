"""Somebody asks about data in a customer's books: that customer is handed the request, whoever he is (Art. 28).

Who stands in our own records too has two parts in his request: we answer ours, and the customer answers his.
No name of a person is ever looked up for this. One company is, after a member of staff asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.cases.deadlines import Calendar
from bot.cases.draft import Draft, DraftState
from bot.cases.errors import RefusedActError
from bot.cases.letters import LetterKind
from bot.cases.lifecycle import Move, allows
from bot.cases.mandates import writes_for_another
from bot.cases.model import Case, CaseRef, Level, RequestState
from bot.cases.people import Act, Actor, User, require
from bot.cases.subject import DataSubject
from bot.mail.authentication.verdict import SenderVerdict
from bot.replies.casefacts import facts_of
from bot.replies.drafting import new_draft
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import FORWARD, SEVERAL_RECORDS, ask_person
from bot.store.records import Direction, Scalar
from bot.triage.labels import Language, Role

_HANDING_ON = frozenset({LetterKind.FORWARDED, LetterKind.FORWARD_TO_CUSTOMER})
"""Letters that name the company to the asker, or the asker to the company."""


_TO_APPROVE = "keur ook de brief aan de klant goed: die moet binnen twee werkdagen weg"
_TO_FILL_IN = "neem in de brief aan de klant alleen over wat zijn bedrijf aangaat (edit)."


@dataclass(frozen=True, slots=True)
class Handed:
    """The letters that were drafted; without a customer by that name there is only the one to the asker.

    Whoever has a record without an address reads of it on paper.
    """

    to_asker: Draft | None
    to_customer: Draft | None


class Forwarding:
    """Drafts the letter to the asker, the same whether or not the company is a customer, and that to the customer."""

    def __init__(
        self, archive: Archive, sources: Sources, letters: Letters, mailroom: MailRoom, calendar: Calendar
    ) -> None:
        self._archive = archive
        self._sources = sources
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar

    def forward(self, ref: CaseRef, actor: Actor, company: str) -> Handed:
        """`company` is the exact name, Chamber of Commerce number or customer number that the asker gave."""
        with self._archive.reading() as tx:
            require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.get(ref)
        self._refuse_unlooked(case)
        customer = _only(self._sources.customer_called(company), company)
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            _refuse_unknown(tx, case)
            _refuse_own_books(case, customer)
            if case.sender is None:
                raise RefusedActError(f"{ref} has no sender address that can be trusted; answer by post or phone")
            self._take_back(tx, case, user, actor)
            values: dict[str, Scalar] = {"company": company, "found": customer is not None}
            tx.events.write(case.id, "customer_looked_up", user.name, values, os_login=actor.os_login)
            role = Role.PROCESSOR if case.data_subject is None else Role.MIXED
            if case.role is not role:
                tx.cases.change(case.id, role=role)
            named = company if _named(tx, case, company) else None
            facts = replace(facts_of(case, self._archive.clock(), self._calendar), company=named)
            onward = None if customer is None else self._to_customer(tx, case, customer, facts, user, actor)
            return Handed(self._to_asker(tx, case, facts, user, actor), onward)

    def _refuse_unlooked(self, case: Case) -> None:
        """Whoever was never looked for, or writes from an address of several records, may well have data with us."""
        if case.data_subject is not None or writes_for_another(case.writer) or case.sender is None:
            return
        if self._sources.find(case.sender, {}):
            raise _choose_first(case.ref)

    def _take_back(self, tx: Transaction, case: Case, user: User, actor: Actor) -> None:
        """Another company is meant now: letters that wait name the one before, or would tell it who asked what."""
        handing = [draft for draft in tx.drafts.of_case(case.id) if draft.letter in _HANDING_ON]
        if any(draft.state is DraftState.APPROVED for draft in handing):
            raise RefusedActError(f"a letter about the company is approved already; first: privacybot undo {case.ref}")
        for draft in handing:
            answers = draft.letter is LetterKind.FORWARDED and bool(draft.request_ids)  # the next one takes its place
            if draft.state is DraftState.OPEN and not answers:
                tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.OPEN)
                values: dict[str, Scalar] = {"draft": draft.id, "why": "opnieuw doorgestuurd"}
                tx.events.write(case.id, "draft_voided", user.name, values, os_login=actor.os_login)
        for task in tx.tasks.open(case.id):
            if task.kind == FORWARD:
                tx.tasks.done(task.id, user.name, self._archive.clock())

    def _to_asker(self, tx: Transaction, case: Case, facts: LetterFacts, user: User, actor: Actor) -> Draft | None:
        if case.data_subject is not None:
            return self._beside_our_answer(tx, case, case.data_subject, facts, user, actor)
        answered = [request for request in case.open_requests if allows(request, Move.DRAFT_READY)]
        assert case.sender is not None
        ids = tuple(request.id for request in answered)
        draft = self._draft(tx, case, LetterKind.FORWARDED, facts, case.sender, ids, user, actor)
        for request in answered:
            case = tx.cases.move(case, request.id, Move.DRAFT_READY, user.name, os_login=actor.os_login)
        return draft

    def _beside_our_answer(
        self, tx: Transaction, case: Case, subject: DataSubject, facts: LetterFacts, user: User, actor: Actor
    ) -> Draft | None:
        """It answers no request: ours go on to their own answer. To the address of record, for it says there is one."""
        if subject.address_of_record is None:
            return None
        facts = replace(facts, own_answer=True, company=facts.company if _is_reader(case, subject) else None)
        return self._draft(tx, case, LetterKind.FORWARDED, facts, subject.address_of_record, (), user, actor)

    def _to_customer(
        self, tx: Transaction, case: Case, customer: DataSubject, facts: LetterFacts, user: User, actor: Actor
    ) -> Draft:
        """To the address of record of the one who owns the account; of the asker only what concerns this customer."""
        address = customer.address_of_record
        if address is None:
            raise RefusedActError("this customer has no address of record: write to him by post")
        if address.lower() == case.sender:
            raise RefusedActError(f"the writer of {case.ref} is that customer himself: answer him, do not forward")
        facts = replace(facts, language=Language.DUTCH, asker=case.sender, asker_words=_words_of(tx, case))
        draft = self._draft(tx, case, LetterKind.FORWARD_TO_CUSTOMER, facts, address, (), user, actor)
        ask_person(tx, case.id, FORWARD, _TO_APPROVE if facts.asker_words else f"{_TO_FILL_IN} {_TO_APPROVE}")
        return draft

    def _draft(
        self,
        tx: Transaction,
        case: Case,
        letter: LetterKind,
        facts: LetterFacts,
        to: str,
        ids: tuple[int, ...],
        user: User,
        actor: Actor,
    ) -> Draft:
        composed = self._letters.compose(letter, facts)
        draft = new_draft(self._mailroom, case, letter, composed, to, ids, self._archive.clock())
        added = tx.drafts.add(replace(draft, language=facts.language))
        values: dict[str, Scalar] = {"draft": added.id, "letter": added.letter}
        tx.events.write(case.id, "draft_made", user.name, values, os_login=actor.os_login)
        return added


def _refuse_unknown(tx: Transaction, case: Case) -> None:
    """The letter says whether we hold anything of the asker: that is to be known first."""
    if any(request.state is RequestState.RECEIVED for request in case.requests):
        raise RefusedActError(f"{case.ref} is not looked up yet: try again once the bot has searched for its record")
    if case.data_subject is None and tx.events.of(case.id, SEVERAL_RECORDS):
        raise _choose_first(case.ref)


def _choose_first(ref: CaseRef) -> RefusedActError:
    return RefusedActError(f"{ref} may be about a record of our own; first: privacybot choose {ref}")


def _refuse_own_books(case: Case, customer: DataSubject | None) -> None:
    """What stands in one's own books is one's own to have from us."""
    subject = case.data_subject
    if customer is not None and subject is not None and subject.owner and subject.tenant == customer.tenant:
        raise RefusedActError(f"the writer of {case.ref} is that customer himself: answer him, do not forward")


def _only(found: tuple[DataSubject, ...], company: str) -> DataSubject | None:
    """One customer, or none; with several a person must be more exact."""
    if len({one.tenant for one in found}) > 1:
        raise RefusedActError(f"more than one customer is called '{company}': give the Chamber of Commerce number")
    return next(iter(found), None)


def _is_reader(case: Case, subject: DataSubject) -> bool:
    """Whoever wrote reads the letter too: he proved who he is, or wrote from the address that it goes to."""
    record = subject.address_of_record
    at_home = record is not None and case.sender == record.lower() and case.sender_verdict is not SenderVerdict.FAIL
    return at_home or any(request.reached >= Level.L2 for request in case.requests)


def _named(tx: Transaction, case: Case, company: str) -> bool:
    """Whether the asker wrote this himself. A number that staff looked up would tell him that we know the company."""
    came = (message for message in tx.messages.of_case(case.id) if message.direction is Direction.IN)
    wanted = " ".join(company.casefold().split())
    return any(wanted in " ".join(f"{message.subject} {message.text}".casefold().split()) for message in came)


def _words_of(tx: Transaction, case: Case) -> str | None:
    """What the asker wrote, as staff read it: codes and citizen service numbers are masked there.

    None where it holds more than the customer needs (Art. 5(1)(c)): he also asks for his own data, or wrote again.
    """
    came = [message.text for message in tx.messages.of_case(case.id) if message.direction is Direction.IN]
    return None if case.data_subject is not None or len(came) != 1 else came[0] or "-"
