"""A fee, where one may be asked at all, is announced before, and the request may be withdrawn (Art. 12(5), 15(3)).

Nothing here charges anything: an answer that asks for money cannot be approved, whatever was announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from bot.cases.deadlines import Calendar
from bot.cases.draft import Draft, DraftState
from bot.cases.errors import LevelTooLowError, RefusedActError
from bot.cases.letters import LetterKind
from bot.cases.model import Case, CaseRef, Level, Request
from bot.cases.people import Act, Actor, require
from bot.replies.casefacts import facts_of
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.replies.reasons import FEES, FeeReason
from bot.store.archive import Archive
from bot.store.records import Scalar
from bot.triage.labels import RequestKind

_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{1,2})?", re.ASCII)  # "1.000" could be a thousand or one: neither
_CENT = Decimal("0.01")
_EVER_COSTING = frozenset(RequestKind) - {RequestKind.COMPLAINT, RequestKind.CONSENT_WITHDRAWAL}
"""The rights of Art. 15-22, which Art. 12(5) speaks of: a complaint and taking consent back never cost anything."""


class Fees:
    """Drafts for approval; none of them moves a request or its term."""

    def __init__(
        self, archive: Archive, letters: Letters, mailroom: MailRoom, calendar: Calendar, *, allowed: bool
    ) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._allowed = allowed

    def announce(self, ref: CaseRef, actor: Actor, amount: str, reason: str) -> Draft:
        """Draft the letter that names the amount (euro), the ground and the choice (EDPB Guidelines 01/2022, 194).

        `reason` is a FeeReason, with the facts of the case behind a colon. To the address of record, once somebody
        proved who he is: the letter says that he asked before.
        """
        if not self._allowed:
            raise RefusedActError("requests are free of charge here; only `fees = true` under [approval] changes that")
        euro, ground = _euro(amount), _ground(reason)
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            asked = _costing(case, ground)
            to = _addressee(case, asked)
            now = self._archive.clock()
            facts = replace(facts_of(replace(case, requests=asked), now, self._calendar), reason=reason, fee=euro)
            if facts.today > facts.due_on:
                raise RefusedActError(f"{case.ref} was to be answered by {facts.due_on}: answer it, free of charge")
            for before in tx.drafts.of_case(case.id):
                if before.letter is LetterKind.FEE_NOTICE:
                    tx.drafts.set_state(before.id, DraftState.VOID, DraftState.OPEN)
            composed = self._letters.compose(LetterKind.FEE_NOTICE, facts)
            draft = new_draft(self._mailroom, case, LetterKind.FEE_NOTICE, composed, to, (), now)
            added = tx.drafts.add(draft)
            values: dict[str, Scalar] = {"draft": added.id, "letter": added.letter, "ground": ground}
            tx.events.write(case.id, "draft_made", user.name, values, os_login=actor.os_login)
            return added


def _euro(amount: str) -> Decimal:
    """ "4.50" or "4,50"."""
    if not _AMOUNT.fullmatch(amount.strip()):
        raise RefusedActError(f"'{amount}' is no amount below 1000 euro; write it like 4,50")
    euro = Decimal(amount.strip().replace(",", ".")).quantize(_CENT)
    if euro <= 0:
        raise RefusedActError("a fee of nothing needs no letter")
    return euro


def _ground(reason: str) -> FeeReason:
    code = reason.partition(":")[0].strip()
    if code not in set(FeeReason):
        raise RefusedActError(f"'{code}' is no ground for a fee; known are {', '.join(FeeReason)}, then ': the facts'")
    return FeeReason(code)


def _costing(case: Case, ground: FeeReason) -> tuple[Request, ...]:
    """The open requests that may cost money on this ground; the letter speaks of no other and of no other's term."""
    fits = FEES[ground].kinds or _EVER_COSTING
    asked = tuple(request for request in case.open_requests if request.kind in fits & _EVER_COSTING)
    if not asked:
        raise RefusedActError(f"{case.ref} has no open request that could cost anything on the ground '{ground}'")
    return asked


def _addressee(case: Case, asked: Iterable[Request]) -> str:
    record = case.data_subject.address_of_record if case.data_subject else None
    if record is None or any(request.reached < Level.L2 for request in asked):
        raise LevelTooLowError(f"nobody has proved who he is in {case.ref}; nothing is said of earlier requests before")
    return record
