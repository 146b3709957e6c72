"""Approved corrections and erasures carried out, verified, recipients told, ledger written."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cases.changes import ChangeAction, ChangeResult
from bot.cases.deadlines import Calendar
from bot.cases.draft import Draft, DraftState
from bot.cases.letters import SIDE_LETTERS
from bot.cases.lifecycle import Move
from bot.cases.model import Case, RequestState
from bot.cases.work import Work
from bot.replies.casefacts import local_day
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, cancel_letter
from bot.store.records import Job, OutboxState, Scalar

_ERASING = frozenset({ChangeAction.ERASE, ChangeAction.PSEUDONYMISE})


class Execution:
    """Carries out what an approved draft announces; only then may its letter leave."""

    def __init__(self, archive: Archive, sources: Sources, calendar: Calendar) -> None:
        self._archive = archive
        self._sources = sources
        self._calendar = calendar

    def execute(self, job: Job) -> None:
        """Begin, change, verify, write down. Killed anywhere it may run again: changes already made count as made."""
        draft = self._begin(job.target_id)
        if draft is None:
            return
        acting = sum(change.acts for change in draft.changes)
        results = self._sources.execute(draft.changes) if acting and self._on_the_day(draft) else ()
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(draft.case_id)
            if len(results) == acting and all(result.done for result in results):
                self._executed(tx, case, draft, results)
            else:
                self._differed(tx, case, draft, results)

    def _begin(self, draft_id: int) -> Draft | None:
        """The draft, its requests marked as executing; None if it is no longer approved."""
        with self._archive.transaction() as tx:
            draft = tx.drafts.get(draft_id)
            if draft.state is not DraftState.APPROVED:
                return None
            case = tx.cases.by_id(draft.case_id)
            for request in case.requests if draft.letter not in SIDE_LETTERS else ():
                if request.id in draft.request_ids and request.state is RequestState.APPROVED:
                    case = tx.cases.move(case, request.id, Move.EXECUTION_STARTED, BOT, draft=draft.id)
            return draft

    def _on_the_day(self, draft: Draft) -> bool:
        """A letter that names a day is true on that day only."""
        today = local_day(self._archive.clock(), self._calendar.timezone)
        return draft.states_on is None or draft.states_on == today

    def _executed(self, tx: Transaction, case: Case, draft: Draft, results: Sequence[ChangeResult]) -> None:
        now = self._archive.clock()
        for result in results:
            change = result.change
            values: dict[str, Scalar] = {
                "table": change.table,
                "column": change.column,
                "action": change.action,
                "rows": result.found,
            }
            tx.events.write(case.id, "executed", BOT, values)
            if change.action in _ERASING:
                key = "|".join(f"{column}={value}" for column, value in change.key)
                tx.erasures.write(case.id, change.system, change.table, key, result.found, now)
        if results:
            ask_person(tx, case.id, "recipients", "geef de wijziging door aan wie de gegevens kreeg (artikel 19 AVG)")
        for request in case.requests if draft.letter not in SIDE_LETTERS else ():
            if request.id in draft.request_ids and request.state is RequestState.EXECUTING:
                case = tx.cases.move(case, request.id, Move.EXECUTED, BOT)
        for letter in tx.outbox.of_draft(draft.id):
            if letter.state is OutboxState.HELD:
                tx.outbox.release(letter.id)

    def _differed(self, tx: Transaction, case: Case, draft: Draft, results: Sequence[ChangeResult]) -> None:
        """Nothing is sent. The request returns with a new draft that states what really stands in the systems now."""
        tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.APPROVED)
        cancel_letter(tx, draft)
        troubles = sorted({result.trouble or "differs" for result in results if not result.done})
        values: dict[str, Scalar] = {"draft": draft.id, "trouble": " ".join(troubles) or "another day"}
        tx.events.write(case.id, "execution_differed", BOT, values)
        for request in case.requests:
            if request.id in draft.request_ids and request.state is RequestState.EXECUTING:
                case = tx.cases.move(case, request.id, Move.EXECUTION_DIFFERED, BOT)
        ask_person(tx, case.id, "look", "de wijziging liep anders dan goedgekeurd: lees het nieuwe concept")
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
