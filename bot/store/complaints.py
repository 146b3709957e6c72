"""Who handled what a complaint is about, and who looks after it now."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cases.complaints import complaints_of, handled_elsewhere, handled_here, owner_among
from bot.cases.model import Case
from bot.store.archive import Transaction
from bot.store.casework import BOT


def handlers(tx: Transaction, case: Case) -> frozenset[str]:
    """The staff who had their hands in it: in this case, or in an earlier one of the same person. Empty without one."""
    if not complaints_of(case):
        return frozenset()
    staff = frozenset(user.name for user in tx.users.all())
    found = handled_here(case, tx.events.of(case.id), tx.drafts.of_case(case.id), staff)
    for earlier in _earlier(tx, case):
        found |= handled_elsewhere(tx.events.of(earlier.id), staff)
    return found


def give_to_officer(tx: Transaction, case: Case, actor: str = BOT, *, os_login: str | None = None) -> Case:
    """The officer who looks after a complaint or a matter before the AP; nobody, where there is no officer."""
    owner = owner_among(tx.users.all(), handlers(tx, case), case.assigned_to)
    if owner is None or owner == case.assigned_to:
        return case
    tx.cases.change(case.id, assigned_to=owner)
    tx.events.write(case.id, "assigned", actor, {"to": owner}, os_login=os_login)
    return tx.cases.by_id(case.id)


def _earlier(tx: Transaction, case: Case) -> Iterator[Case]:
    """Cases of the same person that were opened before this one."""
    of_sender = () if case.sender is None else tx.cases.of_sender(case.sender)
    of_subject = () if case.data_subject is None else tx.cases.of_subject(case.data_subject)
    found = {one.id: one for one in (*of_sender, *of_subject) if one.id < case.id}
    return iter(found.values())
