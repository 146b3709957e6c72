"""Approved corrections and erasures carried out, verified, written down; what is left goes to people, with a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.cases.approving import below_level
from bot.cases.changes import ChangeAction, ChangeResult, PlannedChange
from bot.cases.deadlines import Calendar, plus_working_days
from bot.cases.draft import Draft, DraftState
from bot.cases.letters import SIDE_LETTERS, LetterKind
from bot.cases.levels import Levels
from bot.cases.lifecycle import Move
from bot.cases.model import Case, Request, RequestState
from bot.cases.work import Work
from bot.replies.casefacts import local_day
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, cancel_letter, void_drafts
from bot.store.forgetting import forget_examples_of_erased
from bot.store.records import Job, OutboxState, Scalar
from bot.triage.labels import RequestKind

_BY_HAND_DAYS = 5
"""Working days that a person has for what the machine may not erase."""

_EVENING = time(17)
_ERASING = frozenset({ChangeAction.ERASE, ChangeAction.PSEUDONYMISE})
_ERASES_NOTHING = frozenset(
    {
        *(LetterKind.REFUSAL, LetterKind.NOT_IDENTIFIED, LetterKind.FORWARDED),
        *(LetterKind.DECEASED, LetterKind.NO_DATA_SUBJECT),
    }
)
"""Letters that end a request for erasure without an erasure."""


class Execution:
    """Carries out what an approved draft announces; only then may its letter leave."""

    def __init__(self, archive: Archive, sources: Sources, calendar: Calendar, levels: Levels) -> None:
        self._archive = archive
        self._levels = levels
        self._sources = sources
        self._calendar = calendar

    def execute(self, job: Job) -> None:
        """Begin, change, verify, write down. Killed anywhere it may run again: changes already made count as made."""
        draft = self._begin(job.target_id)
        if draft is None:
            return
        acting = sum(change.acts for change in draft.changes)
        results = self._results(draft) if acting else ()
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(draft.case_id)
            if len(results) == acting and all(result.done for result in results):
                self._executed(tx, case, draft, results)
            elif any(result.done for result in results):
                self._half_done(tx, case, draft, results)
            else:
                self._differed(tx, case, draft, results)

    def _results(self, draft: Draft) -> Sequence[ChangeResult]:
        """On the day that the letter names the plan is carried out; later we only look whether it was."""
        today = local_day(self._archive.clock(), self._calendar.timezone)
        if draft.states_on is None or draft.states_on == today:
            return self._sources.execute(draft.changes)
        return self._sources.standing(draft.changes)

    def _begin(self, draft_id: int) -> Draft | None:
        """The draft, its requests marked as executing; None if it is no longer approved, or all is done and written."""
        with self._archive.transaction() as tx:
            draft = tx.drafts.get(draft_id)
            if draft.state is not DraftState.APPROVED:
                return None
            case = tx.cases.by_id(draft.case_id)
            if self._stopped_below_level(tx, case, draft):
                return None
            for request in _answered_by(case, draft):
                if request.state is RequestState.APPROVED:
                    case = tx.cases.move(case, request.id, Move.EXECUTION_STARTED, BOT, draft=draft.id)
            answered = _answered_by(case, draft)
            written_before = answered and not any(request.state is RequestState.EXECUTING for request in answered)
            return None if written_before else draft

    def _stopped_below_level(self, tx: Transaction, case: Case, draft: Draft) -> bool:
        """The approval stands on a level that is no longer enough: nothing is done, and proof is asked anew.

        What has begun goes on: half a change helps nobody.
        """
        why = below_level(draft, case, self._levels)
        if why is None or any(request.state is RequestState.EXECUTING for request in _answered_by(case, draft)):
            return False
        tx.events.write(case.id, "below_level", BOT, {"draft": draft.id})
        void_drafts(tx, case, BOT, why)
        ask_person(tx, case.id, "look", "het bewijs is niet meer genoeg voor wat was goedgekeurd: er is niets gedaan")
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        return True

    def _written(self, tx: Transaction, case: Case, results: Sequence[ChangeResult]) -> None:
        """Event and ledger for what the verification query saw done."""
        now = self._archive.clock()
        for result in results:
            change = result.change
            if not result.done:
                continue
            rows = result.found or change.count  # an attempt that was killed did it: the plan's count held
            values: dict[str, Scalar] = {"table": change.table, "column": change.column, "rows": rows}
            if change.field is not None:
                values["field"] = change.field
            tx.events.write(case.id, "executed", BOT, {**values, "action": change.action})
            if change.action in _ERASING:
                tx.erasures.write(case.id, change.system, change.table, _key(change), rows, now)

    def _left_over(self, tx: Transaction, case: Case, changes: Sequence[PlannedChange]) -> None:
        """What the erasure did not take: a day on which it goes, and tasks for what only a person can do."""
        for change in changes:
            if change.action is ChangeAction.KEEP and change.keep_until is not None:
                due_on = change.keep_until + timedelta(days=1)
                tx.erasures.write(case.id, change.system, change.table, _key(change), change.count, None, due_on)
        today = local_day(self._archive.clock(), self._calendar.timezone)
        day = plus_working_days(today, _BY_HAND_DAYS, self._calendar)
        due_at = datetime.combine(day, _EVENING, ZoneInfo(self._calendar.timezone)).astimezone(UTC)
        for words in _by_hand(changes):
            tx.tasks.add(case.id, "do", words, due_at)

    def _executed(self, tx: Transaction, case: Case, draft: Draft, results: Sequence[ChangeResult]) -> None:
        self._written(tx, case, results)
        if results:
            words = "geef de wijziging door aan wie de gegevens kreeg (artikel 19 AVG)"
            ask_person(tx, case.id, "recipients", words)
        self._left_over(tx, case, draft.changes)
        if _erases(case, draft):
            forget_examples_of_erased(tx, case)
        for request in _answered_by(case, draft):
            if request.state is RequestState.EXECUTING:
                case = tx.cases.move(case, request.id, Move.EXECUTED, BOT)
        for letter in tx.outbox.of_draft(draft.id):
            if letter.state is OutboxState.HELD:
                tx.outbox.release(letter.id)

    def _half_done(self, tx: Transaction, case: Case, draft: Draft, results: Sequence[ChangeResult]) -> None:
        """One system changed and another did not: no draft of ours could say that well, so a person writes."""
        self._written(tx, case, results)
        tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.APPROVED)
        cancel_letter(tx, draft)
        if _erases(case, draft):
            forget_examples_of_erased(tx, case)
        words = "maar een deel van de wijzigingen is uitgevoerd: zie de gebeurtenissen, schrijf het antwoord zelf"
        for request in _answered_by(case, draft):
            if request.state is RequestState.EXECUTING:
                case = tx.cases.move(case, request.id, Move.PERSON_NEEDED, BOT)
                tx.cases.change_request(case.id, request.id, needs=words)
                case = tx.cases.by_id(case.id)
        ask_person(tx, case.id, "look", words)

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


def _rows(change: PlannedChange) -> str:
    return "|".join(f"{column}={value}" for column, value in change.key)


def _key(change: PlannedChange) -> str:
    """What the ledger calls it: "tenant=1" is rows, "tenant=1#iban" one column of rows that stay."""
    return _rows(change) if change.column is None else f"{_rows(change)}#{change.column}"


def _by_hand(changes: Sequence[PlannedChange]) -> Iterator[str]:
    """Tasks in the words of staff: one for each line to erase, one for the books to return, one for what is kept."""
    for change in changes:
        if change.action is ChangeAction.ERASE_BY_HAND:
            place = ".".join(name for name in (change.system, change.table, change.column) if name)
            rows = f"{change.count} {'rij' if change.count == 1 else 'rijen'}, {_rows(change)}"
            yield f"wis met de hand: {change.label} ({place}, {rows}): {change.reason or 'zo staat het in de kaart'}"
    if books := _labels(changes, ChangeAction.RETURN):
        yield (
            f"bied de export van de boekhouding aan ({books}), waarschuw voor de bewaarplicht van zeven of tien jaar, "
            "vraag uitdrukkelijk akkoord en wis pas daarna"
        )
    if kept := _labels(changes, ChangeAction.KEEP, ChangeAction.RESTRICT):
        yield f"scherm de bewaarde gegevens af: {kept}"


def _labels(changes: Sequence[PlannedChange], *actions: ChangeAction) -> str:
    return ", ".join(dict.fromkeys(change.label for change in changes if change.action in actions))


def _answered_by(case: Case, draft: Draft) -> tuple[Request, ...]:
    """The requests that this draft answers; a side letter answers none."""
    if draft.letter in SIDE_LETTERS:
        return ()
    return tuple(request for request in case.requests if request.id in draft.request_ids)


def _erases(case: Case, draft: Draft) -> bool:
    """Whether its letter says that somebody was erased."""
    asked = any(request.kind is RequestKind.ERASURE for request in _answered_by(case, draft))
    return asked and draft.letter not in _ERASES_NOTHING
