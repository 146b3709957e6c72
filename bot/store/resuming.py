"""A person has looked: a case that waited walks on from the start, its automatic letters included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, Request
from bot.cases.people import Actor, User
from bot.cases.work import Work
from bot.store.archive import Transaction


def begin_again(tx: Transaction, case: Case, requests: Iterable[Request], user: User, actor: Actor) -> Case:
    """These requests go on from the start, as far as they can."""
    for request in requests:
        if allows(request, Move.LABELLED):
            case = tx.cases.move(case, request.id, Move.LABELLED, user.name, os_login=actor.os_login)
            tx.cases.change_request(case.id, request.id, needs=None)
    return tx.cases.by_id(case.id)


def go_on(tx: Transaction, case: Case, user: User, now: datetime) -> None:
    """Receipt, identification and drafting, each of which looks whether it is wanted."""
    tx.cases.change(case.id, letters_held=False)
    tick_off(tx, case, user, {"look", "read"}, now)
    for work in (Work.ACKNOWLEDGE, Work.IDENTIFY, Work.FULFIL):
        tx.jobs.defer(work, case.id, case_id=case.id)


def tick_off(tx: Transaction, case: Case, user: User, kinds: set[str], now: datetime) -> None:
    for task in tx.tasks.open(case.id):
        if task.kind in kinds:
            tx.tasks.done(task.id, user.name, now)
