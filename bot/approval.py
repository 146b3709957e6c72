"""Staff decided: reply queued, draft back, refused, escalated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.cases.approving import Approved, NeedsSecond, Refused, approval_needed
from bot.cases.complaints import right_used
from bot.cases.deadlines import Calendar, term
from bot.cases.draft import Block, Draft, DraftFile, DraftState, content_hash
from bot.cases.errors import LevelTooLowError, NotAllowedError, RefusedActError, StaleDraftError
from bot.cases.letters import LETTER_OF, SIDE_LETTERS, LetterKind
from bot.cases.levels import Levels
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, CaseRef, Level, Request, RequestState
from bot.cases.people import Act, Actor, User, require
from bot.cases.work import Work
from bot.replies.casefacts import case_term, clock_request, facts_of, local_day
from bot.replies.drafting import new_draft
from bot.replies.errors import AuthorityError
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters, missing_blocks, unconfirmed
from bot.replies.linting import Composed, Finding, findings
from bot.replies.mailing import MailRoom
from bot.replies.reasons import ExtensionReason, refusal_ground
from bot.replies.values import day
from bot.settings import ApprovalSettings
from bot.store.archive import Archive, Transaction
from bot.store.casework import cancel_letter, sent_back
from bot.store.complaints import handlers
from bot.store.records import Approval as ApprovalRecord
from bot.store.records import OutboxState, Scalar
from bot.triage.labels import RequestKind

_COMPUTED = ("COR-", "ERA-")
"""Blocks that state what is changed or erased."""

_EXPORT_IS_TRUE = timedelta(days=30)
"""An older export is made anew before it is approved."""


@dataclass(frozen=True, slots=True)
class Given:
    """An approval was written down. `leaves_at` is None while a second person is awaited."""

    draft: Draft
    leaves_at: datetime | None
    message: str


@dataclass(frozen=True, slots=True)
class Renewed:
    """Nothing was approved: the draft was out of date and is being made again."""

    message: str


class Decisions:
    """What staff decide on drafts, and the drafts that staff start themselves."""

    def __init__(
        self,
        archive: Archive,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        settings: ApprovalSettings,
        levels: Levels,
    ) -> None:
        self._levels = levels
        self._archive = archive
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._settings = settings

    # Approve

    def approve(
        self,
        ref: CaseRef,
        actor: Actor,
        *,
        draft_id: int | None = None,
        seen_hash: str | None = None,
        typed_reference: str | None = None,
        reason: str | None = None,
    ) -> Given | Renewed:
        """Approve one draft as it was read. What is approved here is, byte for byte, what will be sent."""
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.APPROVE, actor.claimed)
            case = tx.cases.locked(ref)
            draft = self._open_draft(tx, case, draft_id)
            self._check_read(tx, case, draft, actor, seen_hash)
            self._check_text(case, draft)
            self._check_promise(case, draft, now)
            if self._day_has_passed(case, draft, now):
                return self._renewed(tx, case, draft, user, actor)
            self._check_words(case, draft, now)
            verdict = approval_needed(
                draft,
                case,
                tx.drafts.approvals(draft.id),
                user,
                tx.users.all(),
                self._settings,
                self._levels,
                now,
                handled=handlers(tx, case),
                seen_hash=seen_hash,
                typed_reference=typed_reference,
                reason=reason,
            )
            match verdict:
                case Refused(reason=why):
                    raise NotAllowedError(why)
                case NeedsSecond(reason=why):
                    self._write(tx, draft, user, actor, now, reason, final=False)
                    return Given(draft, None, why)
                case Approved(alone=alone):
                    self._write(tx, draft, user, actor, now, reason, final=True, alone=alone)
                    return self._queue(tx, case, draft, user, actor, now)

    def _open_draft(self, tx: Transaction, case: Case, draft_id: int | None) -> Draft:
        drafts = [draft for draft in tx.drafts.of_case(case.id) if draft.state is DraftState.OPEN]
        chosen = [draft for draft in drafts if draft_id is None or draft.id == draft_id]
        if not chosen:
            raise StaleDraftError(f"{case.ref} has no such open draft; see: privacybot case {case.ref}")
        if len(chosen) > 1:
            ids = ", ".join(f"{draft.id} ({draft.letter})" for draft in chosen)
            raise RefusedActError(f"{case.ref} has several open drafts: {ids}; name one with --draft")
        return chosen[0]

    def shown(self, draft: Draft, actor: Actor) -> None:
        """Write down who read which draft: only what was read can be approved."""
        with self._archive.transaction() as tx:
            values: dict[str, Scalar] = {"draft": draft.id, "hash": content_hash(draft)}
            tx.events.write(draft.case_id, "draft_shown", actor.claimed, values, os_login=actor.os_login)

    def _check_read(self, tx: Transaction, case: Case, draft: Draft, actor: Actor, seen_hash: str | None) -> None:
        """The approver names the hash that he read, or this very version was shown at this log-in."""
        if seen_hash is not None:
            return
        read = any(
            event.kind == "draft_shown"
            and event.values.get("hash") == content_hash(draft)
            and event.os_login == actor.os_login
            for event in tx.events.of(case.id)
        )
        if not read:
            raise StaleDraftError(f"draft {draft.id} was not read yet; read it first: privacybot draft {case.ref}")

    def _check_text(self, case: Case, draft: Draft) -> None:
        """Every required block is there, nothing is left to fill in, no unconfirmed fact leaves."""
        missing = missing_blocks(_letters_of(case, draft), draft.blocks)
        if missing:
            raise RefusedActError(f"the draft lacks or leaves open: {', '.join(sorted(missing))}; mend it with: edit")
        facts = unconfirmed(draft.blocks)
        if facts:
            raise RefusedActError(f"the draft prints facts that nobody confirmed: {', '.join(facts)}")

    def _check_promise(self, case: Case, draft: Draft, now: datetime) -> None:
        """The letter about a fee says by which day its reader hears from us: after that day no money is asked."""
        if draft.letter is not LetterKind.FEE_NOTICE:
            return
        targets = (term(request, self._calendar).target for request in case.open_requests)
        named = [target for target in targets if (day(target, draft.language) or "") in draft.text]
        if not named or local_day(self._leaves_at(case, draft, now), self._calendar.timezone) > max(named):
            raise RefusedActError(
                f"the letter promises an answer by a day that has gone: answer {case.ref}, or begin again with: fee"
            )

    def _check_words(self, case: Case, draft: Draft, now: datetime) -> None:
        """Nothing is demanded, threatened or claimed that no answer may hold, and a late one says so."""
        if found := self.faults(case, draft, now):
            told = "; ".join(dict.fromkeys(finding.told for finding in found))
            raise RefusedActError(f"the draft may not leave like this: {told}; mend it with: edit, or reject it")

    def faults(self, case: Case, draft: Draft, now: datetime) -> tuple[Finding, ...]:
        """What a requester's adviser would hold against this letter, were it to leave at this moment."""
        planned = frozenset(change.action for change in draft.changes)
        late = bool(case.requests) and local_day(now, self._calendar.timezone) > case_term(case, self._calendar).due
        asked = frozenset(request.kind for request in _requests_of(case, draft))
        letters = _letters_of(case, draft)
        return findings(Composed(letters, draft.blocks, planned, case.role, late, asked, right_used(case)))

    def _write(
        self,
        tx: Transaction,
        draft: Draft,
        user: User,
        actor: Actor,
        now: datetime,
        reason: str | None,
        *,
        final: bool,
        alone: bool = False,
    ) -> None:
        digest = content_hash(draft)
        tx.drafts.approve(ApprovalRecord(draft.id, user.name, actor.os_login, now, digest, reason, final))
        values: dict[str, Scalar] = {"draft": draft.id, "hash": digest, "final": final, "zonder_tweede_persoon": alone}
        tx.events.write(draft.case_id, "approved", user.name, values, os_login=actor.os_login)

    def _queue(self, tx: Transaction, case: Case, draft: Draft, user: User, actor: Actor, now: datetime) -> Given:
        """The mail is made here, in the approving transaction; it leaves after undo, hold and execution."""
        leaves_at = self._leaves_at(case, draft, now)
        mail = self._mailroom.approved(draft, lambda file: tx.exports.read(file.export_id))
        tx.outbox.add(
            case_id=case.id,
            draft_id=draft.id,
            letter=draft.letter,
            to=draft.to,
            message_id=draft.message_id,
            raw=mail.raw,
            state=OutboxState.HELD,
            not_before=leaves_at,
        )
        if not tx.drafts.set_state(draft.id, DraftState.APPROVED, DraftState.OPEN):
            raise StaleDraftError("somebody else decided on this draft just now")
        for request in _moved_by(case, draft):
            case = tx.cases.move(case, request.id, Move.APPROVED, user.name, os_login=actor.os_login)
        tx.jobs.defer(Work.EXECUTE, draft.id, case_id=case.id, run_at=leaves_at, key=f"execute:{draft.id}:{now:%s%f}")
        return Given(draft, leaves_at, "approved")

    def _leaves_at(self, case: Case, draft: Draft, now: datetime) -> datetime:
        risky = bool(draft.files) or any(change.acts for change in draft.changes)
        undo = self._settings.undo_risk_seconds if risky else self._settings.undo_seconds
        waits = [request.hold_until for request in _requests_of(case, draft) if request.hold_until is not None]
        if draft.states_on is not None:
            waits.append(datetime.combine(draft.states_on, time(), ZoneInfo(self._calendar.timezone)).astimezone(UTC))
        return max([now + timedelta(seconds=undo), *waits])

    def _day_has_passed(self, case: Case, draft: Draft, now: datetime) -> bool:
        """The changes would be made on a later day than the letter says, or the export is too old to be true."""
        leaves_on = local_day(self._leaves_at(case, draft, now), self._calendar.timezone)
        if draft.files and now - draft.made_at > _EXPORT_IS_TRUE:
            return True
        return draft.states_on is not None and leaves_on > draft.states_on

    # Undo, send back, edit

    def undo(self, ref: CaseRef, actor: Actor) -> Case:
        """Take an approval back as long as nothing has been executed or sent."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.APPROVE, actor.claimed)
            case = tx.cases.locked(ref)
            approved = [draft for draft in tx.drafts.of_case(case.id) if draft.state is DraftState.APPROVED]
            undone = [draft for draft in approved if self._undo_one(tx, case, draft, user, actor)]
            if not undone:
                raise RefusedActError(f"{ref} has no approval that can still be undone")
            return tx.cases.get(ref)

    def _undo_one(self, tx: Transaction, case: Case, draft: Draft, user: User, actor: Actor) -> bool:
        if any(request.state is not RequestState.APPROVED for request in _moved_by(case, draft)):
            return False
        waiting = {OutboxState.HELD, OutboxState.READY}
        if any(letter.state not in waiting for letter in tx.outbox.of_draft(draft.id)):
            return False
        if not tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.APPROVED):
            return False
        cancel_letter(tx, draft)
        for request in _moved_by(case, draft):
            case = tx.cases.move(case, request.id, Move.UNDONE, user.name, os_login=actor.os_login)
        ids = self._mailroom.new_ids()
        again = tx.drafts.add(
            replace(draft, id=0, version=0, state=DraftState.OPEN, message_id=ids[0], boundary=ids[1])
        )
        values: dict[str, Scalar] = {"draft": draft.id, "again": again.id}
        tx.events.write(case.id, "approval_undone", user.name, values, os_login=actor.os_login)
        return True

    def reject(self, ref: CaseRef, actor: Actor, reason: str, draft_id: int | None = None) -> Case:
        """Send the draft back to be made again; the customer gets nothing."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.APPROVE, actor.claimed)
            case = tx.cases.locked(ref)
            draft = self._open_draft(tx, case, draft_id)
            tx.drafts.set_state(draft.id, DraftState.REJECTED, DraftState.OPEN)
            values: dict[str, Scalar] = {"draft": draft.id, "reason": reason}
            tx.events.write(case.id, "draft_rejected", user.name, values, os_login=actor.os_login)
            for request in _moved_by(case, draft):
                case = sent_back(tx, case, request, user.name, actor.os_login)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
            return tx.cases.get(ref)

    def edit(self, ref: CaseRef, actor: Actor, blocks: tuple[Block, ...], draft_id: int | None = None) -> Draft:
        """A new version with this text. Whoever edits last does not approve a draft of high risk alone."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            draft = self._open_draft(tx, case, draft_id)
            _check_edit(draft, blocks)
            message_id, boundary = self._mailroom.new_ids()
            tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.OPEN)
            edited = replace(
                draft, id=0, version=0, blocks=blocks, editor=user.name, message_id=message_id, boundary=boundary
            )
            edited = tx.drafts.add(replace(edited, made_at=self._archive.clock()))
            values: dict[str, Scalar] = {"draft": edited.id, "before": draft.id}
            tx.events.write(case.id, "draft_edited", user.name, values, os_login=actor.os_login)
            return edited

    def _renewed(self, tx: Transaction, case: Case, draft: Draft, user: User, actor: Actor) -> Renewed:
        """The letter names a day that has passed: it is made again, and must be read and approved again."""
        tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.OPEN)
        for request in _moved_by(case, draft):
            case = sent_back(tx, case, request, user.name, actor.os_login)
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        return Renewed(
            f"the letter named {draft.states_on}, which cannot be kept: a new draft is being made, read that"
        )

    # Letters that staff start

    def refuse(self, ref: CaseRef, actor: Actor, kinds: frozenset[RequestKind], reason: str) -> Draft:
        """A refusal with reasons, the AP and the court (Art. 12(4)); it needs two readers."""
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            requests = [request for request in case.open_requests if not kinds or request.kind in kinds]
            requests = [request for request in requests if allows(request, Move.DRAFT_READY)]
            if not requests:
                raise RefusedActError(f"{ref} has no open request that can be refused now")
            if any(request.absolute for request in requests):
                raise RefusedActError(
                    "an objection to advertising is never refused (Art. 21(2)-(3)): stop it and approve the letter "
                    "that says so; other rights of this case are refused alone, with --kind"
                )
            ground = refusal_ground(reason, {request.kind for request in requests})
            if _would_tell_a_stranger(case, requests):
                raise RefusedActError(
                    f"the writer of {ref} is not the address of record and proved nothing: reasons would tell him of a "
                    "customer. Wait for the code; on the target date the letter 'not_identified' is drafted"
                )
            facts = replace(self._facts(case), kinds=tuple(sorted(request.kind for request in requests)), reason=reason)
            draft = self._start(tx, case, user, actor, LetterKind.REFUSAL, facts, requests)
            told: dict[str, Scalar] = {"draft": draft.id, "ground": ground}
            tx.events.write(case.id, "ground_named", user.name, told, os_login=actor.os_login)
            for request in requests:
                case = tx.cases.move(case, request.id, Move.DRAFT_READY, user.name, os_login=actor.os_login)
            return draft

    def ask(self, ref: CaseRef, actor: Actor, question: str) -> Draft:
        """A question to the person; it moves no request."""
        return self._side(ref, actor, LetterKind.QUESTION, lambda facts, _case: replace(facts, reason=question))

    def extend(self, ref: CaseRef, actor: Actor, reason: str) -> Draft:
        """The notice of at most two further months (Art. 12(3)); the term moves when it has been sent.

        `reason` is a code of the catalogue, with the facts of the case behind a colon: being busy is no ground.
        """
        code = reason.partition(":")[0].strip()
        if code not in set(ExtensionReason):
            raise RefusedActError(
                f"unknown ground '{code}'; known are {', '.join(ExtensionReason)}, then ': the facts'"
            )

        def with_new_term(facts: LetterFacts, case: Case) -> LetterFacts:
            request = clock_request(case)
            term = case_term(case, self._calendar)
            if request.extended_reason is not None:
                raise RefusedActError(f"{ref} was extended once; a term is extended at most once")
            if facts.today > term.extension_notice_due:
                raise RefusedActError(
                    f"the notice was due on {term.extension_notice_due}: extension is lost, answer now"
                )
            longer = case_term(replace(case, requests=(replace(request, extended_reason=reason),)), self._calendar)
            return replace(facts, reason=reason, new_due_on=longer.extended_safe)

        return self._side(ref, actor, LetterKind.EXTENSION, with_new_term)

    def repeat_passphrase(self, ref: CaseRef, actor: Actor) -> Draft:
        """The letter `passphrase`: own approval, own thread, address of record."""
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            passphrase = tx.secrets.passphrase(case.id)
            record = case.data_subject.address_of_record if case.data_subject else None
            if passphrase is None or record is None:
                raise RefusedActError(f"{ref} has no passphrase or no address of record")
            if not any(request.reached >= Level.L2 for request in case.requests):
                raise LevelTooLowError(f"nobody has proved who he is in {ref}: the challenge carries the passphrase")
            facts = replace(self._facts(case), passphrase=passphrase)
            draft = self._compose(case, LetterKind.PASSPHRASE, facts, record, ())
            return self._added(tx, replace(draft, in_reply_to=None, references=()), user, actor)

    def authority_reference(self, ref: CaseRef, actor: Actor, ap_ref: str | None) -> Draft:
        """The letter with the AP's address, a dated reference and what the AP asks for (Art. 77)."""
        return self._side(ref, actor, LetterKind.AP_REFERENCE, lambda facts, _case: replace(facts, ap_ref=ap_ref))

    def _side(
        self, ref: CaseRef, actor: Actor, letter: LetterKind, fill: Callable[[LetterFacts, Case], LetterFacts]
    ) -> Draft:
        with self._archive.transaction() as tx:
            user, case = self._begin(tx, ref, actor)
            if not case.open_requests:
                raise RefusedActError(f"{ref} has no open request")
            return self._start(tx, case, user, actor, letter, fill(self._facts(case), case), ())

    def _start(
        self,
        tx: Transaction,
        case: Case,
        user: User,
        actor: Actor,
        letter: LetterKind,
        facts: LetterFacts,
        requests: list[Request] | tuple[Request, ...],
    ) -> Draft:
        if case.sender is not None and self._mailroom.of_authority(case.sender):
            raise AuthorityError
        if case.sender is None:
            raise RefusedActError(f"{case.ref} has no sender address that can be trusted; answer by post or phone")
        return self._added(tx, self._compose(case, letter, facts, case.sender, requests), user, actor)

    def _compose(
        self, case: Case, letter: LetterKind, facts: LetterFacts, to: str, requests: list[Request] | tuple[Request, ...]
    ) -> Draft:
        composed = self._letters.compose(letter, facts)
        ids = tuple(request.id for request in requests)
        return new_draft(self._mailroom, case, letter, composed, to, ids, self._archive.clock())

    def _added(self, tx: Transaction, draft: Draft, user: User, actor: Actor) -> Draft:
        added = tx.drafts.add(draft)
        values: dict[str, Scalar] = {"draft": added.id, "letter": added.letter}
        tx.events.write(added.case_id, "draft_made", user.name, values, os_login=actor.os_login)
        return added

    def _facts(self, case: Case) -> LetterFacts:
        return facts_of(case, self._archive.clock(), self._calendar)

    def _begin(self, tx: Transaction, ref: CaseRef, actor: Actor) -> tuple[User, Case]:
        user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
        case = tx.cases.locked(ref)
        return user, case

    # Looking

    def as_mail(self, tx: Transaction, draft: Draft) -> bytes:
        """The exact bytes that would be sent, Date as a placeholder."""

        def content(file: DraftFile) -> bytes:
            return tx.exports.read(file.export_id)

        return self._mailroom.approved(draft, content).raw


def _check_edit(draft: Draft, blocks: tuple[Block, ...]) -> None:
    """What the letter says will be changed follows from the plan: the words and the deed may not part."""
    if draft.letter is LetterKind.PASSPHRASE:
        raise RefusedActError("the letter with the passphrase cannot be edited")
    if not any(change.acts for change in draft.changes):
        return
    fixed = {block.code: block.text.strip() for block in draft.blocks if block.code.startswith(_COMPUTED)}
    edited = {block.code: block.text.strip() for block in blocks}
    differing = sorted(code for code, text in fixed.items() if edited.get(code) != text)
    if differing:
        raise RefusedActError(
            f"these blocks follow from the planned changes and stay as they are: {', '.join(differing)}"
        )


def _letters_of(case: Case, draft: Draft) -> tuple[LetterKind, ...]:
    """Every letter that this draft is made of: its own kind, and those that share it."""
    if draft.letter not in LETTER_OF.values():
        return (draft.letter,)
    return tuple({LETTER_OF[request.kind]: None for request in _requests_of(case, draft)})


def _requests_of(case: Case, draft: Draft) -> tuple[Request, ...]:
    return tuple(request for request in case.requests if request.id in draft.request_ids)


def _would_tell_a_stranger(case: Case, requests: list[Request]) -> bool:
    """A record is known, and the letter would go to another address than that record's without any proof."""
    record = case.data_subject.address_of_record if case.data_subject else None
    unproved = any(request.reached < Level.L2 for request in requests)
    return record is not None and unproved and case.sender != record.lower()


def _moved_by(case: Case, draft: Draft) -> tuple[Request, ...]:
    """The requests that this draft answers; a side letter answers none."""
    return () if draft.letter in SIDE_LETTERS else _requests_of(case, draft)
