"""What staff find out about a complaint: written down, and printed in its answer."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.cases.complaints import complaints_of
from bot.cases.deadlines import Calendar
from bot.cases.draft import Block, Draft, DraftState
from bot.cases.errors import RefusedActError
from bot.cases.findings import Finding, Upheld
from bot.cases.letters import LetterKind
from bot.cases.model import Case, CaseRef, Request
from bot.cases.people import Act, Actor, require
from bot.replies.casefacts import facts_of, with_finding
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.store.archive import Archive, Transaction
from bot.store.records import Scalar

_FOUND = ("KLA-finding", "KLA-measures")
"""The blocks of the answer that say it."""


class Complaints:
    """The fields of a complaint that only people can fill."""

    def __init__(self, archive: Archive, letters: Letters, mailroom: MailRoom, calendar: Calendar) -> None:
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar

    def write_finding(self, ref: CaseRef, actor: Actor, text: str, measures: str, upheld: Upheld | None) -> Case:
        """What was found and what is done. A draft that waits says it from now on, the rest of its text as it was."""
        found = Finding(text.strip(), measures.strip(), upheld)
        if not found.whole:
            raise RefusedActError("say what was found (--finding) and what is done (--measures)")
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            complaint = _open_complaint(case)
            if any(draft.state is DraftState.APPROVED for draft in _answers(tx, case, complaint)):
                raise RefusedActError(f"the answer of {ref} is approved already; take that back first: undo")
            tx.cases.change_request(case.id, complaint.id, finding=found)
            values: dict[str, Scalar] = {"request": complaint.id, "upheld": upheld, "hash": _digest(found)}
            tx.events.write(case.id, "finding_written", user.name, values, os_login=actor.os_login)
            case = tx.cases.get(ref)
            for draft in _answers(tx, case, complaint):
                if draft.state is DraftState.OPEN:
                    self._say_in(tx, case, draft, user.name, actor.os_login)
            return case

    def _say_in(self, tx: Transaction, case: Case, draft: Draft, editor: str, os_login: str | None) -> None:
        facts = with_finding(facts_of(case, self._archive.clock(), self._calendar), case)
        fresh = {block.code: block for block in self._letters.compose(LetterKind.COMPLAINT, facts).blocks}
        message_id, boundary = self._mailroom.new_ids()
        tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.OPEN)
        again = replace(
            draft,
            id=0,
            version=0,
            blocks=_with(draft.blocks, [fresh[code] for code in _FOUND]),
            editor=editor,
            message_id=message_id,
            boundary=boundary,
            made_at=self._archive.clock(),
        )
        again = tx.drafts.add(again)
        values: dict[str, Scalar] = {"draft": again.id, "before": draft.id}
        tx.events.write(case.id, "draft_edited", editor, values, os_login=os_login)


def _open_complaint(case: Case) -> Request:
    running = [request for request in complaints_of(case) if request.open]
    if not running:
        raise RefusedActError(f"{case.ref} holds no open complaint; see: privacybot label {case.ref} --set complaint")
    return max(running, key=lambda request: request.id)


def _answers(tx: Transaction, case: Case, complaint: Request) -> tuple[Draft, ...]:
    of_case = tx.drafts.of_case(case.id)
    return tuple(
        draft for draft in of_case if complaint.id in draft.request_ids and draft.letter is LetterKind.COMPLAINT
    )


def _with(blocks: tuple[Block, ...], fresh: list[Block]) -> tuple[Block, ...]:
    """The same letter with these blocks; one that an editor had taken out comes back before its last block."""
    by_code = {block.code: block for block in fresh}
    lost = [block for block in fresh if block.code not in {one.code for one in blocks}]
    kept = tuple(by_code.get(block.code, block) for block in blocks)
    return (*kept[:-1], *lost, *kept[-1:])


def _digest(found: Finding) -> str:
    """What was written, so that the chain proves it without saying it."""
    return hashlib.sha256(f"{found.text}\n{found.measures}".encode()).hexdigest()
