"""Letters beside the answer: help with a file, a word before data are used again, thanks for a tip."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.cases.deadlines import Calendar
from bot.cases.draft import Draft
from bot.cases.errors import RefusedActError
from bot.cases.letters import LetterKind
from bot.cases.model import Case, CaseRef
from bot.cases.people import Act, Actor, require
from bot.replies.casefacts import facts_of
from bot.replies.drafting import new_draft
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.store.archive import Archive
from bot.store.records import Scalar

WRITTEN_BY_STAFF = frozenset({LetterKind.OPENING_HELP, LetterKind.RESTRICTION_LIFTED, LetterKind.WRONG_RECIPIENT})
"""What `write` can draft."""


class Correspondence:
    """Drafts for approval; none of them moves a request."""

    def __init__(self, archive: Archive, letters: Letters, mailroom: MailRoom, calendar: Calendar) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar

    def write(self, ref: CaseRef, actor: Actor, letter: str, words: str | None = None, on: date | None = None) -> Draft:
        """Draft one of WRITTEN_BY_STAFF. `on` is the day from which restricted data are used again (Art. 18(3)).

        To the address of record in a thread of its own where one is known, else to the writer; thanks for a tip go to
        the writer only, as whoever got our mail by mistake is not the person in our records.
        """
        if letter not in WRITTEN_BY_STAFF:
            raise RefusedActError(f"'{letter}' is not one of {', '.join(sorted(WRITTEN_BY_STAFF))}")
        kind = LetterKind(letter)
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            now = self._archive.clock()
            facts = replace(facts_of(case, now, self._calendar), reason=words, hold_until=on)
            if kind is LetterKind.RESTRICTION_LIFTED and (on is None or on <= facts.today):
                raise RefusedActError("the person hears before the data are used again: name a later day with --on")
            to = _addressee(case, kind)
            composed = self._letters.compose(kind, facts)
            draft = new_draft(self._mailroom, case, kind, composed, to, (), now)
            added = tx.drafts.add(draft if to == case.sender else replace(draft, in_reply_to=None, references=()))
            values: dict[str, Scalar] = {"draft": added.id, "letter": added.letter}
            tx.events.write(case.id, "draft_made", user.name, values, os_login=actor.os_login)
            return added


def _addressee(case: Case, letter: LetterKind) -> str:
    record = case.data_subject.address_of_record if case.data_subject else None
    if letter is LetterKind.RESTRICTION_LIFTED and record is None:
        raise RefusedActError(f"{case.ref} knows no address of record: write to the person by post")
    to = case.sender if letter is LetterKind.WRONG_RECIPIENT else record or case.sender
    if to is None:
        raise RefusedActError(f"{case.ref} has no address that can be trusted; answer by post or phone")
    return to
