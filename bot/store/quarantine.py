"""Copies of identity documents: out of our own store, with a proof, and a task for what lies in the mailbox.

Nobody asked for them and they prove nothing: no level comes of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.cases.attachments import COPY_REMOVED, where_they_sit
from bot.cases.moments import moment_words
from bot.cases.work import Work
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.message import Attachment, HolderKind
from bot.mail.splicing import without
from bot.store.archive import Transaction
from bot.store.casework import BOT
from bot.store.records import Arrival, Scalar
from bot.store.sendercheck import VERDICT
from bot.triage.identity_documents import IdCopies

TASK = "id_copy"
"""A person deletes the copy from the mailbox, which we never change."""

_HOURS = 24
_TOLD = 10  # copies of one mail that are named in the task
_REMOVED_WHOLE = frozenset({HolderKind.ZIP, HolderKind.WINMAIL, HolderKind.SIGNED})
_ALL_GONE = "wij houden dit bericht zelf niet: lees het eerst in de mailbox"
_HOLDER_GONE = "wij houden niets van wat er samen met de kopie in zit: lees dat eerst in de mailbox"
_LONGEST_WAIT = timedelta(hours=20)
NOT_CHECKED = frozenset({"automatic", "bounce", "unreadable"})
"""Messages whose sender nobody checks."""


def ask_to_clean(
    tx: Transaction, case_id: int, mail_id: int, arrival: Arrival, copies: IdCopies, masked: Callable[[str], str]
) -> None:
    """A task for a person to clean the mailbox in a day; what surely is a copy leaves our own store by itself.

    The task says where each copy sits. `masked` takes numbers out of the names of files.
    """
    if not (copies.sure or copies.possible):
        return
    if copies.sure:
        tx.jobs.defer(Work.PUT_AWAY, mail_id, case_id=case_id)
    what = "" if copies.sure else "mogelijk "
    received = moment_words(arrival.received_at, tx.tasks.bench.timezone)
    where = f"map {arrival.folder or '-'}, ontvangen {received}"
    files = masked(where_they_sit((*copies.sure, *copies.possible)[:_TOLD]))
    words = f"{what}een kopie van een identiteitsbewijs ({where}): verwijder uit de mailbox {files}{_beside(copies)}"
    tx.tasks.add(case_id, TASK, words, arrival.received_at + timedelta(hours=_HOURS))


def _beside(copies: IdCopies) -> str:
    """What leaves our own store together with the copies, so that a person reads it in the mailbox first."""
    if any(one.place is None for one in copies.sure):
        return f"; {_ALL_GONE}"
    return f"; {_HOLDER_GONE}" if any(_goes_with_its_holder(one) for one in copies.sure) else ""


def _goes_with_its_holder(one: Attachment) -> bool:
    return bool({holder.kind for holder in one.holders} & _REMOVED_WHOLE)


def may_go(tx: Transaction, case_id: int, mail_id: int, now: datetime) -> bool:
    """Whether the signatures of the mail were looked at, for which its bytes must be whole; nobody waits for days."""
    message = next((one for one in tx.messages.of_case(case_id) if one.mail_id == mail_id), None)
    if message is None or message.label in NOT_CHECKED or now - message.at > _LONGEST_WAIT:
        return True
    verdict = message.facts.get(VERDICT)
    return verdict is not None and verdict != SenderVerdict.TEMPORARY


def put_away(tx: Transaction, case_id: int, mail_id: int, copies: Iterable[Attachment]) -> None:
    """Our copy of the mail without these parts; if it cannot be told where they lie, nothing of it is kept."""
    copies = tuple(copies)
    if copies and tx.mails.get(mail_id).has_content:
        _remove(tx, case_id, mail_id, copies)


def removed_at(tx: Transaction, case_id: int) -> datetime | None:
    """When the last copy had gone from the mailbox too; None while one may be left, or if there was none."""
    if not any(event.kind == "id_copy_removed" for event in tx.events.of(case_id)):
        return None
    moments = [task.done_at for task in tx.tasks.of_case(case_id) if task.kind == TASK]
    done = [moment for moment in moments if moment is not None]
    return max(done) if done and len(done) == len(moments) else None


def _remove(tx: Transaction, case_id: int, mail_id: int, copies: Iterable[Attachment]) -> None:
    places = {one.place: f"[{COPY_REMOVED}; SHA-256 {one.sha256}]" for one in copies}
    known = [(place, note) for place, note in places.items() if place is not None]
    if len(known) == len(places):
        tx.mails.replace_content(mail_id, without(tx.mails.raw(mail_id), known))
    else:
        tx.mails.forget_content(mail_id)
    for one in copies:
        proof: dict[str, Scalar] = {"mail": mail_id, "hash": one.sha256, "size": one.size}
        tx.events.write(case_id, "id_copy_removed", BOT, proof | {"whole_mail": len(known) != len(places)})
