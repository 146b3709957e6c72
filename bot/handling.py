"""What staff do to a case besides deciding on a draft: label, open, release, withdraw, note, hand on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.cases.complaints import complaints_of
from bot.cases.errors import RefusedActError
from bot.cases.levels import Levels
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, CaseRef, Channel, Outcome
from bot.cases.notices import PERHAPS
from bot.cases.people import Act, Actor, User, may, require
from bot.cases.work import Work
from bot.store.archive import Archive, Transaction
from bot.store.casework import GATE, ask_person, readable, stop_for_person, void_drafts
from bot.store.complaints import give_to_officer
from bot.store.forgetting import forget_examples_of_erased, forget_words
from bot.store.learning import learned, lesson_of
from bot.store.records import Direction, NewCase, NewRequest, Scalar
from bot.store.resuming import go_on, tick_off
from bot.triage.brand import TAUGHT
from bot.triage.labels import RequestKind, Role, Writer
from bot.triage.verdict import Verdict

_ERASED = frozenset({Outcome.GRANTED, Outcome.PARTLY, Outcome.NOTHING_FOUND, Outcome.ANSWERED_ELSEWHERE})
"""How a request for erasure ends that was carried out, needed nothing, or may have been carried out by people."""


class Handling:
    """Acts of staff; each is one transaction that checks the user, changes the case and writes the event."""

    def __init__(
        self,
        archive: Archive,
        own_numbers: frozenset[str],
        levels: Levels,
        *,
        learns: bool = True,
        brand: str = TAUGHT,
    ) -> None:
        self._archive = archive
        self._levels = levels
        self._own_numbers = own_numbers
        self._learns, self._brand = learns, brand

    def label(self, ref: CaseRef, actor: Actor, kinds: frozenset[RequestKind], role: Role | None = None) -> Case:
        """A person says what the case asks: what it did not ask is closed, the rest goes on from the start."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            values: dict[str, Scalar] = {"kinds": " ".join(sorted(kinds)), "role": role}
            values["example"] = self._learns and learned(tx, case, lesson_of(tx, case, kinds, self._brand))
            tx.events.write(case.id, "labelled", user.name, values, os_login=actor.os_login)
            if role is not None:
                tx.cases.change(case.id, role=role)
            case = void_drafts(tx, case, user.name, "opnieuw ingedeeld", actor.os_login)
            for request in case.open_requests:
                move = Move.LABELLED if request.kind in kinds else Move.FOUND_ORDINARY
                if not allows(request, move):
                    continue
                case = tx.cases.move(case, request.id, move, user.name, os_login=actor.os_login)
                tx.cases.change_request(case.id, request.id, needs=None)
            for kind in sorted(kinds - {request.kind for request in case.open_requests}):
                tx.cases.add_request(case.id, NewRequest(kind, case.received_at, self._levels.required(kind)))
            if complaints_of(case := tx.cases.get(ref)):
                give_to_officer(tx, case, user.name, os_login=actor.os_login)
            go_on(tx, case, user, self._archive.clock())
            self._tick_off(tx, case, user, {PERHAPS})
            return tx.cases.get(ref)

    def label_also(self, ref: CaseRef, actor: Actor, kinds: frozenset[RequestKind]) -> Case:
        """A person read more in it: these rights are added, and what runs or was answered goes its way."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            new = kinds - {request.kind for request in case.open_requests}
            if not new:
                raise RefusedActError(f"{ref} asks that already; nothing was added")
            whole, asked_at = new | {request.kind for request in case.requests}, _read_on_in(tx, case)
            taught = lesson_of(tx, case, whole, self._brand) if self._learns and asked_at == case.received_at else None
            values: dict[str, Scalar] = {"kinds": " ".join(sorted(whole)), "role": None}
            values["example"] = learned(tx, case, taught)
            tx.events.write(case.id, "labelled", user.name, values, os_login=actor.os_login)
            for kind in sorted(new):
                tx.cases.add_request(case.id, NewRequest(kind, asked_at, self._levels.required(kind)))
            if complaints_of(case := tx.cases.get(ref)):
                give_to_officer(tx, case, user.name, os_login=actor.os_login)
            self._tick_off(tx, case, user, {PERHAPS})
            for work in (Work.IDENTIFY, Work.FULFIL):
                tx.jobs.defer(work, case.id, case_id=case.id)
            return tx.cases.get(ref)

    def _tick_off(self, tx: Transaction, case: Case, user: User, kinds: set[str]) -> None:
        tick_off(tx, case, user, kinds, self._archive.clock())

    def label_ordinary(self, ref: CaseRef, actor: Actor) -> Case:
        """No request after all: close, delete the content, keep hash and verdict."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            lesson = lesson_of(tx, case, frozenset(), self._brand) if self._learns else None
            case = void_drafts(tx, case, user.name, "geen verzoek", actor.os_login)
            for request in case.open_requests:
                case = tx.cases.move(case, request.id, Move.FOUND_ORDINARY, user.name, os_login=actor.os_login)
                tx.cases.change_request(case.id, request.id, outcome=Outcome.ORDINARY)
            tx.cases.change(case.id, settled=Outcome.ORDINARY)
            self._tick_off(tx, case, user, {"look", "read", PERHAPS})
            forget_words(tx, tx.cases.by_id(case.id), user.name, os_login=actor.os_login)
            taught = learned(tx, case, lesson)
            tx.events.write(case.id, "found_ordinary", user.name, {"example": taught}, os_login=actor.os_login)
            return tx.cases.get(ref)

    def release(self, ref: CaseRef, actor: Actor) -> Case:
        """Let the automatic letters of a held case go, receipt and challenge included."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            at_gate = [letter for letter in tx.outbox.held_automatic() if letter.case_id == case.id]
            if not case.letters_held and not at_gate:
                raise RefusedActError(f"no letters of {ref} are held back")
            tx.events.write(case.id, "letters_released", user.name, os_login=actor.os_login)
            for letter in at_gate:
                tx.outbox.let_pass(letter.id, self._archive.clock())
            if case.letters_held:
                go_on(tx, case, user, self._archive.clock())
            self._tick_off_gate(tx, user)
            return tx.cases.get(ref)

    def _tick_off_gate(self, tx: Transaction, user: User) -> None:
        """The alarm of the gate is over when nothing waits there any more."""
        if not tx.outbox.held_automatic():
            for task in tx.tasks.open_of_kind(GATE):
                tx.tasks.done(task.id, user.name, self._archive.clock())

    def open_by_hand(
        self, actor: Actor, channel: Channel, received_at: datetime, sender: str | None, text: str, verdict: Verdict
    ) -> Case:
        """A request that came by phone, by post or at the counter; `verdict` is what triage made of its text."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            if not _possible(received_at, self._archive.clock()):
                raise RefusedActError("--received lies in the future or before the GDPR; check the year")
            case = tx.cases.open(_by_hand(channel, received_at, sender, verdict, self._levels))
            tx.messages.add(
                case.id,
                Direction.IN,
                received_at,
                "request",
                message_id=None,
                sender=sender,
                subject="",
                text=readable(tx, case.id, text, self._own_numbers),
                facts={"channel": channel},
            )
            tx.events.write(case.id, "opened", user.name, _opening_facts(channel, verdict), os_login=actor.os_login)
            if complaints_of(case):
                case = give_to_officer(tx, case)
            if case.requests:
                go_on(tx, case, user, self._archive.clock())
            else:
                ask_person(tx, case.id, "look", "geen verzoek herkend: deel de zaak in met privacybot label")
            return tx.cases.by_id(case.id)

    def withdraw(self, ref: CaseRef, actor: Actor, kinds: frozenset[RequestKind], reason: str) -> Case:
        """The person wants it no longer; empty `kinds` means every open request."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            case = void_drafts(tx, case, user.name, "ingetrokken", actor.os_login)
            chosen = [request for request in case.open_requests if not kinds or request.kind in kinds]
            if not chosen:
                raise RefusedActError(f"{ref} has no open request to withdraw")
            for request in chosen:
                case = tx.cases.move(case, request.id, Move.WITHDRAWN, user.name, os_login=actor.os_login)
                tx.cases.change_request(case.id, request.id, outcome=Outcome.WITHDRAWN)
            tx.events.write(case.id, "withdrawn", user.name, {"reason": reason}, os_login=actor.os_login)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
            self._tick_off(tx, case, user, {"look", "read"})
            return tx.cases.get(ref)

    def answered_elsewhere(self, ref: CaseRef, actor: Actor, note: str) -> Case:
        """Staff answered outside this system; the note says how and when."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            case = void_drafts(tx, case, user.name, "elders beantwoord", actor.os_login)
            now = self._archive.clock()
            for request in case.open_requests:
                if allows(request, Move.ANSWERED_ELSEWHERE):
                    case = tx.cases.move(case, request.id, Move.ANSWERED_ELSEWHERE, user.name, os_login=actor.os_login)
                    tx.cases.change_request(case.id, request.id, outcome=Outcome.ANSWERED_ELSEWHERE, answered_at=now)
            if not case.requests:
                tx.cases.change(case.id, settled=Outcome.ANSWERED_ELSEWHERE)
            tx.events.write(case.id, "answered_elsewhere", user.name, {"note": note}, os_login=actor.os_login)
            self._tick_off(tx, case, user, {"look", "read"})
            case = tx.cases.get(ref)
            _forget_if_erased(tx, case)
            return case

    def reopen(self, ref: CaseRef, actor: Actor, reason: str) -> Case:
        """A closed matter comes back to staff."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            chosen = [request for request in case.requests if allows(request, Move.REOPENED)]
            if not chosen:
                raise RefusedActError(f"{ref} has nothing to reopen")
            tx.events.write(case.id, "reopened", user.name, {"reason": reason}, os_login=actor.os_login)
            return stop_for_person(tx, case, "heropend", user.name, os_login=actor.os_login, requests=chosen)

    def to_officer(self, ref: CaseRef, actor: Actor, reason: str) -> Case:
        """The privacy officer takes over; nothing leaves before the officer has looked."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            if not any(may(who, Act.DECIDE_RISK) for who in tx.users.all()):
                raise RefusedActError("there is no functionaris; add one: privacybot user add NAME --role functionaris")
            case = give_to_officer(tx, case, user.name, os_login=actor.os_login)
            tx.events.write(case.id, "escalated_to_officer", user.name, {"reason": reason}, os_login=actor.os_login)
            return stop_for_person(tx, case, f"voor de functionaris: {reason}", user.name, os_login=actor.os_login)

    def to_authority(self, ref: CaseRef, actor: Actor, reason: str, ap_ref: str | None) -> Case:
        """The matter goes to or comes from the AP: its dossier is kept. The bot itself never writes to the AP."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor, Act.DECIDE_RISK)
            case = void_drafts(tx, case, user.name, "naar de AP", actor.os_login)
            for request in case.open_requests:
                if allows(request, Move.ESCALATED):
                    case = tx.cases.move(case, request.id, Move.ESCALATED, user.name, os_login=actor.os_login)
            tx.cases.change(case.id, legal_hold=True)
            values = {"reason": reason, "ap_ref": ap_ref, "legal_hold": True}
            tx.events.write(case.id, "escalated_to_authority", user.name, values, os_login=actor.os_login)
            tx.jobs.defer(Work.KEEP_DOSSIER, case.id, case_id=case.id)
            case = give_to_officer(tx, tx.cases.get(ref), user.name, os_login=actor.os_login)
            ask_person(
                tx,
                case.id,
                "look",
                "AP-zaak: niets vernietigen, de functionaris beslist (privacybot dossier)",
            )
            return tx.cases.get(ref)

    def lift_hold(self, ref: CaseRef, actor: Actor, reason: str) -> Case:
        """The officer decides that the matter before the AP or a court is over: retention counts again."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor, Act.DECIDE_RISK)
            if not case.legal_hold:
                raise RefusedActError(f"{ref} is under no legal hold")
            tx.cases.change(case.id, legal_hold=False)
            tx.events.write(case.id, "hold_lifted", user.name, {"reason": reason}, os_login=actor.os_login)
            case = tx.cases.get(ref)
            _forget_if_erased(tx, case)
            return case

    def note(self, ref: CaseRef, actor: Actor, text: str) -> Case:
        """A note in the case file, for colleagues only."""
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            tx.events.write(case.id, "note", user.name, {"text": text}, os_login=actor.os_login)
            return case

    def assign(self, ref: CaseRef, actor: Actor, to: str) -> Case:
        with self._archive.transaction() as tx:
            case, user = self._begin(tx, ref, actor)
            require(tx.users.by_name(to), Act.HANDLE, to)
            tx.cases.change(case.id, assigned_to=to)
            tx.events.write(case.id, "assigned", user.name, {"to": to}, os_login=actor.os_login)
            return tx.cases.get(ref)

    def task_done(self, task_id: int, actor: Actor) -> None:
        """A named person did what the task asked."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            if not tx.tasks.done(task_id, user.name, self._archive.clock()):
                raise RefusedActError(f"there is no open task {task_id}; see: privacybot case REF")

    def _begin(self, tx: Transaction, ref: CaseRef, actor: Actor, act: Act = Act.HANDLE) -> tuple[Case, User]:
        user = require(tx.users.by_name(actor.claimed), act, actor.claimed)
        case = tx.cases.locked(ref)
        return case, user


def _read_on_in(tx: Transaction, case: Case) -> datetime:
    """When the mail came in which a person read more: the first in which a task asks to read on, else the first."""
    asked = [task.made_at for task in tx.tasks.open(case.id) if task.kind == PERHAPS]
    came = [one.at for one in tx.messages.of_case(case.id) if one.direction is Direction.IN]
    return max((at for at in came if asked and at <= min(asked)), default=case.received_at)


def _possible(received_at: datetime, now: datetime) -> bool:
    return datetime(2018, 5, 25, tzinfo=UTC) <= received_at <= now + timedelta(days=1)


def _opening_facts(channel: Channel, verdict: Verdict) -> dict[str, Scalar]:
    return {"channel": channel, "model": verdict.model}


def _by_hand(channel: Channel, received_at: datetime, sender: str | None, verdict: Verdict, levels: Levels) -> NewCase:
    requests = tuple(
        NewRequest(
            kind,
            received_at,
            levels.required(kind, verdict.corrections),
            corrections=verdict.corrections if kind is RequestKind.CORRECTION else (),
        )
        for kind in sorted(verdict.kinds)
    )
    return NewCase(
        role=verdict.role,
        writer=_writer_by_hand(verdict.writer),
        language=verdict.language,
        channel=channel,
        received_at=received_at,
        sender=sender,
        subject_line="",
        identifiers=tuple(sorted(verdict.identifiers.items())),
        other_privacy=verdict.other_privacy,
        requests=requests,
    )


def _writer_by_hand(guess: Writer) -> Writer:
    """Colleagues write down a call in words about the person, which read like those of an agent."""
    return Writer.SUBJECT if guess in (Writer.AGENT, Writer.STAFF) else guess


def _forget_if_erased(tx: Transaction, case: Case) -> None:
    """What it taught goes with the person; what a legal hold keeps goes when that is lifted."""
    if any(request.kind is RequestKind.ERASURE and request.outcome in _ERASED for request in case.requests):
        forget_examples_of_erased(tx, case)
