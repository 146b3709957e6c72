"""Steps that keep several tables of one case in line: drafts, outbox, requests and events change together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.cases.codes import find_code, normalise
from bot.cases.draft import Draft, DraftState
from bot.cases.letters import LetterKind
from bot.cases.lifecycle import Move, allows
from bot.cases.links import without_tokens
from bot.cases.masking import MASK, masked, masked_bsn
from bot.cases.model import Case, Level, Request, RequestState
from bot.cases.notices import ways_to_prove
from bot.cases.work import Work
from bot.mail.errors import OutgoingMailError
from bot.store.archive import Transaction
from bot.store.records import Direction, OutboxState, OutgoingLetter
from bot.store.vault import Vault

_log = structlog.get_logger(__name__)

BOT = "bot"
"""The actor of everything that no person did."""

ALARM_MAIL = "alarm_mail"
"""The task that tells of a second channel that does not work."""

ALARM_LOST = "alarm_lost"
"""The event that tells the web address for alarms of it."""

SECOND_FACTOR = "second_factor"
"""The task that asks staff to prove who it is by a factor fixed before the case."""

FORWARD = "forward"
"""The task to approve the letter that hands a request to the customer whose books it concerns."""

SEVERAL_RECORDS = "several_records"
"""The event that the address of the sender stands in more than one record, so that a person chooses."""

URGENT = "urgent"
"""The task that says why a case goes before all others; it changes nothing else."""

TERM_ENDS = "term_ends"
"""The event that tells the web address for alarms of a term that is about to end, or did."""

GATE = "gate"
"""The one task that tells staff of automatic letters which the gate holds."""


def ask_person(tx: Transaction, case_id: int | None, kind: str, words: str) -> bool:
    """A task for staff; the same words are not asked twice while the first still stands. Whether it is a new one."""
    standing = tx.tasks.open(case_id) if case_id is not None else [t for t in tx.tasks.open() if t.case_id is None]
    if any(task.kind == kind and task.text == words for task in standing):
        return False
    tx.tasks.add(case_id, kind, words)
    return True


def ask_proof_again(tx: Transaction, case: Case, request: Request, required: Level) -> Case:
    """The request waits for proof up to this level: the address of record is asked, or staff for a second factor."""
    tx.cases.change_request(case.id, request.id, required=required)
    case = tx.cases.move(case, request.id, Move.IDENTITY_ASKED, BOT, required=int(required))
    tx.jobs.defer(Work.CHALLENGE, case.id, case_id=case.id)
    if request.reached >= Level.L2:
        ask_person(
            tx, case.id, SECOND_FACTOR, f"er is meer bewijs nodig dan er was: {ways_to_prove(case.data_subject)}"
        )
    return case


def code_index(vault: Vault, code: str) -> str:
    """The keyed hash under which a code is kept; the code itself is kept nowhere in clear."""
    return vault.index(f"code:{normalise(code)}")


def readable(
    tx: Transaction, case_id: int, text: str, own_numbers: frozenset[str], named: frozenset[str] = frozenset()
) -> str:
    """The text as staff and events may see it: codes, passphrase, links and citizen service numbers masked.

    `named` are citizen service numbers of the mail that this is a piece of.
    """
    passphrase = tx.secrets.passphrase(case_id)
    secrets = [*tx.secrets.codes(case_id), *([passphrase] if passphrase else []), *_codes_of_others(tx, text)]
    return masked_bsn(masked(without_tokens(text, MASK), secrets), own_numbers, named)


def _codes_of_others(tx: Transaction, text: str) -> list[str]:
    """Codes in this text that open another case."""
    vault = tx.challenges.bench.vault
    return [code for code in find_code(text) if tx.challenges.by_code(code_index(vault, code)) is not None]


def post_automatic(
    tx: Transaction, case: Case, letter: LetterKind, to: str, message_id: str, raw: bytes, not_before: datetime
) -> int:
    """Queue a letter of the automatic list and write that down."""
    outbox_id = tx.outbox.add(
        case_id=case.id,
        draft_id=None,
        letter=letter,
        to=to,
        message_id=message_id,
        raw=raw,
        state=OutboxState.READY,
        not_before=not_before,
    )
    tx.events.write(case.id, "letter_queued", BOT, {"letter": letter, "outbox": outbox_id})
    return outbox_id


class FinishedMail(Protocol):
    """A mail ready to leave."""

    @property
    def to(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def raw(self) -> bytes: ...


def post_to_staff(tx: Transaction, mail: FinishedMail, not_before: datetime) -> int:
    """Queue a mail to a user in our own table; the caller writes the event."""
    return tx.outbox.add(
        case_id=None,
        draft_id=None,
        letter=LetterKind.STAFF_ALARM,
        to=mail.to,
        message_id=mail.message_id,
        raw=mail.raw,
        state=OutboxState.READY,
        not_before=not_before,
    )


def tell_staff(tx: Transaction, write: Callable[[str], FinishedMail], not_before: datetime) -> int:
    """A mail to every user who has an address, made by `write` for each; how many.

    An address that no mail can be made for is a task, and keeps nobody else from being told.
    """
    told = 0
    for address in [user.address for user in tx.users.all() if user.enabled and user.address]:
        try:
            post_to_staff(tx, write(address), not_before)
            told += 1
        except OutgoingMailError:
            ask_person(tx, None, ALARM_MAIL, "een alarmmail kan niet worden gemaakt: kijk de adressen na (user list)")
    return told


def tell_of_lost_alarm(tx: Transaction, outbox_id: int, words: str) -> None:
    """An alarm mail did not arrive: told where staff look, at the web address for alarms, and in the log. Once."""
    if ask_person(tx, None, ALARM_MAIL, words):
        _log.error("an alarm mail did not arrive", letter=outbox_id)
        tx.jobs.defer(Work.TELL_WEBHOOK, tx.events.write(None, ALARM_LOST, BOT, {"outbox": outbox_id}))


def posted_lately(tx: Transaction, address: str, letter: LetterKind, now: datetime) -> bool:
    """One receipt and one challenge per address and day."""
    return tx.outbox.automatic_since(address, letter, now - timedelta(days=1)) > 0


def void_drafts(tx: Transaction, case: Case, actor: str, why: str, os_login: str | None = None) -> Case:
    """Nothing that was drafted or approved for this case holds any more; what is already executing is left alone."""
    for draft in tx.drafts.of_case(case.id):
        if draft.state in {DraftState.OPEN, DraftState.APPROVED} and not _under_way(case, draft):
            tx.drafts.set_state(draft.id, DraftState.VOID, draft.state)
            cancel_letter(tx, draft)
            tx.events.write(case.id, "draft_voided", actor, {"draft": draft.id, "why": why}, os_login=os_login)
    for request in case.open_requests:
        if request.state in {RequestState.AWAITING_APPROVAL, RequestState.APPROVED}:
            case = sent_back(tx, case, request, actor, os_login)
    return case


def sent_back(tx: Transaction, case: Case, request: Request, actor: str, os_login: str | None = None) -> Case:
    """The draft of this request fell: it is drafted again, or asked for proof where the draft had needed none."""
    case = tx.cases.move(case, request.id, Move.DRAFT_VOIDED, actor, os_login=os_login)
    if request.reached < request.required and case.data_subject is not None:
        case = tx.cases.move(case, request.id, Move.IDENTITY_ASKED, actor, os_login=os_login)
    return case


def _under_way(case: Case, draft: Draft) -> bool:
    moving = {RequestState.EXECUTING, RequestState.SENDING, RequestState.UNDELIVERED}
    return any(request.id in draft.request_ids and request.state in moving for request in case.requests)


def cancel_letter(tx: Transaction, draft: Draft) -> None:
    """The mail of this draft, if it waits in the outbox, will not leave."""
    for letter in tx.outbox.of_draft(draft.id):
        if letter.state in {OutboxState.HELD, OutboxState.READY}:
            tx.outbox.cancel(letter.id)


def stop_for_person(
    tx: Transaction,
    case: Case,
    words: str,
    actor: str = BOT,
    *,
    os_login: str | None = None,
    requests: Iterable[Request] | None = None,
) -> Case:
    """A person must look before these requests (default: all open ones) go on; a task says why."""
    case = void_drafts(tx, case, actor, words, os_login)
    wanted = {request.id for request in (case.open_requests if requests is None else requests)}
    for request in case.requests:
        if request.id in wanted:
            case = _stopped(tx, case, request, words, actor, os_login)
    ask_person(tx, case.id, "look", words)
    return case


def have_person_decide(tx: Transaction, case: Case, requests: Iterable[Request], words: str) -> None:
    """These requests wait for a person; whatever else is drafted or approved in the case stays as it is."""
    for request in requests:
        case = _stopped(tx, case, request, words, BOT, None)


def _stopped(tx: Transaction, case: Case, request: Request, words: str, actor: str, os_login: str | None) -> Case:
    move = next((move for move in (Move.PERSON_NEEDED, Move.REOPENED) if allows(request, move)), None)
    if move is None or request.state == RequestState.EXECUTING:
        return case
    case = tx.cases.move(case, request.id, move, actor, os_login=os_login)
    tx.cases.change_request(case.id, request.id, needs=words)
    return tx.cases.by_id(case.id)


def letter_came_back(tx: Transaction, case: Case, letter: OutgoingLetter, words: str) -> Case:
    """An approved letter did not arrive: what it answered is not answered, and staff say what happens now."""
    draft = tx.drafts.get(letter.draft_id or 0)
    for request in [request for request in case.requests if request.id in draft.request_ids]:
        if not allows(request, Move.BOUNCED):
            continue
        case = tx.cases.move(case, request.id, Move.BOUNCED, BOT, draft=draft.id)
        tx.cases.change_request(case.id, request.id, needs=words, outcome=None, answered_at=None)
        case = tx.cases.by_id(case.id)
    if any(request.state is RequestState.UNDELIVERED and request.id in draft.request_ids for request in case.requests):
        tx.outbox.settle(letter.id, OutboxState.FAILED, "came back")
        tx.drafts.set_state(draft.id, DraftState.APPROVED, DraftState.SENT)
    return case


def record_sent(
    tx: Transaction, case: Case, letter: LetterKind, outbox_id: int, at: datetime, subject: str, text: str
) -> None:
    """What left stands in the case file, codes and passphrases masked by the caller."""
    sent = tx.outbox.get(outbox_id)
    tx.messages.add(
        case.id,
        Direction.OUT,
        at,
        letter,
        message_id=sent.message_id,
        outbox_id=outbox_id,
        sender=None,
        subject=subject,
        text=text,
        facts={},
    )
