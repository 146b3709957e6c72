"""Forgetting on schedule: what a case holds of people and their words goes, what proves what we did stays.

Kept for good: reference, kinds, dates, states, outcomes, hashes, who approved what, and the chain of events.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Table, exists, func, or_, select

from bot.cases.draft import DraftState, content_hash
from bot.cases.errors import RefusedActError
from bot.cases.model import Case
from bot.store.archive import Transaction
from bot.store.casework import BOT, void_drafts
from bot.store.chain import FORGOTTEN
from bot.store.records import Event, OutboxState, Scalar
from bot.store.tables import cases, dossiers, drafts, examples, exports, mails, messages, outbox, requests, secrets

ERASURE_TASK = "erasure_due"
"""Tasks that outlive the words of their case: what tax law keeps is due for erasure long after."""

_ALIVE = frozenset({OutboxState.READY, OutboxState.SENDING})
_STUCK = (OutboxState.FAILED, OutboxState.UNKNOWN)

_WORDLESS = frozenset(
    {
        *("letter", "label", "alarm", "channel", "method", "act", "action"),
        *("right", "requests", "kinds", "role", "from", "to", "state", "level", "outcome", "verdict", "upheld"),
        *("model", "system", "table", "column", "field", "before", "hash", "seqs", "user"),
    }
)
"""Values of events that are names of ours: a letter, a state, a table. Any other text may quote somebody."""


def _of_case(table: Table, condition: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    mine = table.c.case_id == cases.c.id
    return exists().where(mine if condition is None else mine & condition)


_FILES = or_(_of_case(exports, exports.c.blob_id.is_not(None)), _of_case(secrets))
_FILES_OR_LETTERS = or_(_FILES, _of_case(outbox, outbox.c.blob_id.is_not(None) & outbox.c.state.not_in(sorted(_ALIVE))))
_MAIL = or_(
    _of_case(mails, mails.c.blob_id.is_not(None)),
    _of_case(messages, messages.c.sealed.is_not(None)),
    _of_case(drafts, drafts.c.sealed.is_not(None)),
    _of_case(dossiers, dossiers.c.blob_id.is_not(None)),
)
_EXAMPLES = _of_case(examples)
_FACTS = or_(cases.c.sealed.is_not(None), _EXAMPLES)
_ANSWERED = func.coalesce(
    select(func.max(requests.c.answered_at)).where(requests.c.case_id == cases.c.id).scalar_subquery(),
    cases.c.finished_at,
)


def with_old_exports(tx: Transaction, before: datetime, most: int) -> tuple[int, ...]:
    """Finished cases whose answer, or else whose last move, is older and that still hold a file, secret or letter."""
    return tx.cases.finished(before, _FILES_OR_LETTERS, most, since=_ANSWERED)


def with_old_mail(tx: Transaction, before: datetime, most: int) -> tuple[int, ...]:
    """Cases that ended before then and still hold mail, message texts, the text of a draft or a dossier."""
    return tx.cases.finished(before, _MAIL, most)


def with_old_facts(tx: Transaction, before: datetime, most: int) -> tuple[int, ...]:
    """Cases that ended before then and still say whom they are about."""
    return tx.cases.finished(before, _FACTS, most)


def with_old_examples(tx: Transaction, before: datetime, most: int) -> tuple[int, ...]:
    """Cases that ended before then and still teach the recogniser."""
    return tx.cases.finished(before, _EXAMPLES, most)


def destroy_exports(tx: Transaction, case: Case, before: datetime) -> None:
    """Destroy the files, the passphrase, the codes and the bytes of letters; sizes, digests and dates stay."""
    _require_no_hold(tx, case)
    if any(draft.state is DraftState.OPEN and draft.made_at > before for draft in tx.drafts.of_case(case.id)):
        return  # a letter about these files waits for staff
    if any(letter.state in _ALIVE for letter in tx.outbox.of_case(case.id)):
        return  # sending is paused, or just happening
    void_drafts(tx, case, BOT, "de bewaartermijn is voorbij")
    files = _without_files(tx, case)
    values: dict[str, Scalar] = {"files": files, "letters": _without_letters(tx, case), "before": before.isoformat()}
    tx.events.write(case.id, "exports_destroyed" if files else "secrets_destroyed", BOT, values)


def forget_mail(tx: Transaction, case: Case) -> None:
    """Delete raw mails with their attachments, texts of messages and drafts, kept dossiers; their hashes stay."""
    _require_no_hold(tx, case)
    values = _without_mail(tx, case)
    tx.events.write(case.id, "mail_forgotten", BOT, values)


def forget_example(tx: Transaction, case: Case) -> None:
    """Delete what the case taught; what a model learned from it are weights, without a word."""
    _require_no_hold(tx, case)
    tx.events.write(case.id, "example_forgotten", BOT, {"examples": tx.examples.forget(case.id)})


def forget_examples_of_erased(tx: Transaction, case: Case) -> None:
    """Delete what this case taught, and what other cases about the same record did: they are erased with the person.

    What is under a legal hold stays until that is lifted. The event is written in each of the cases even if there was
    nothing: from then on none of them teaches any more.
    """
    others = tx.cases.of_subject(case.data_subject) if case.data_subject is not None else ()
    for one in (case, *(other for other in others if other.id != case.id)):
        if not one.legal_hold:
            values: dict[str, Scalar] = {"examples": tx.examples.forget(one.id), "erased": True}
            tx.events.write(one.id, "example_forgotten", BOT, values)


def forget_words(tx: Transaction, case: Case, actor: str = BOT, *, os_login: str | None = None) -> None:
    """Delete everything readable of a case. Hashes, verdicts, kinds, states and dates remain, and the event chain.

    Raises RefusedActError under a legal hold. Letters that did not leave yet are cancelled, open tasks ticked off.
    Done twice it only writes its event again.
    """
    _require_no_hold(tx, case)
    values: dict[str, Scalar] = {"files": _without_files(tx, case), "letters": _without_letters(tx, case)}
    values |= _without_mail(tx, case, actor, os_login)
    tx.exports.forget(case.id)
    tx.outbox.forget_recipients(case.id)
    tx.challenges.forget(case.id)
    tx.paper_codes.forget(case.id)
    tx.drafts.forget_reasons(case.id)
    tx.tasks.forget(case.id, ERASURE_TASK, actor)
    tx.seals.forget(case.id)
    tx.examples.forget(case.id)
    tx.cases.forget(case.id)
    quoting = [event.seq for event in tx.events.of(case.id) if _quotes(event)]
    if quoting:
        tx.events.forget(case.id, quoting, actor, os_login=os_login)
    tx.events.write(case.id, "words_forgotten", actor, values, os_login=os_login)


def _require_no_hold(tx: Transaction, case: Case) -> None:
    tx.cases.lock(case.id)
    if tx.cases.by_id(case.id).legal_hold:
        raise RefusedActError(f"{case.ref} is under a legal hold: nothing of it may be destroyed or forgotten")


def _without_files(tx: Transaction, case: Case) -> int:
    live = [export for export in tx.exports.of_case(case.id) if export.destroyed_at is None]
    tx.exports.destroy(case.id)
    tx.secrets.destroy(case.id)
    tx.links.destroy(case.id)
    return len(live)


def _without_letters(tx: Transaction, case: Case) -> int:
    """The bytes of letters; one that is being handed over at this moment keeps them until the next time."""
    gone = 0
    for letter in tx.outbox.of_case(case.id):
        if letter.state is OutboxState.SENDING:
            continue
        if letter.state in _STUCK:
            tx.outbox.settle(letter.id, OutboxState.CANCELLED, letter.trouble)
        tx.outbox.cancel(letter.id)
        gone += tx.outbox.forget_content(letter.id)
    return gone


def _without_mail(tx: Transaction, case: Case, actor: str = BOT, os_login: str | None = None) -> dict[str, Scalar]:
    held = [mail for mail in tx.mails.of_case(case.id) if mail.has_content]
    for mail in held:
        tx.mails.forget_content(mail.id)
    written = [draft for draft in tx.drafts.of_case(case.id) if draft.blocks]
    for draft in written:
        proof: dict[str, Scalar] = {"draft": draft.id, "hash": content_hash(draft)}
        tx.events.write(case.id, "draft_forgotten", actor, proof, os_login=os_login)
    tx.drafts.forget(case.id)
    texts = tx.messages.forget(case.id)
    kept = tx.dossiers.destroy(case.id)
    if case.subject_line:
        tx.cases.change(case.id, subject_line="")
    return {"mails": len(held), "messages": texts, "drafts": len(written), "dossiers": kept}


def _quotes(event: Event) -> bool:
    """Whether its values may hold anybody's words. The links that name tombstones must stay."""
    if event.forgotten or event.kind == FORGOTTEN:
        return False
    return any(isinstance(value, str) and _worded(key, value) for key, value in event.values.items())


def _worded(key: str, value: str) -> bool:
    return key not in _WORDLESS or "@" in value
