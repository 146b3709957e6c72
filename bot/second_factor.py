"""The second factor: staff prove who it is by something that was fixed before the case."""

from __future__ import annotations

from datetime import timedelta

from bot.cases.errors import LevelTooLowError, RefusedActError
from bot.cases.model import Case, CaseRef, Level, Request, RequestState
from bot.cases.people import Act, Actor, User, require
from bot.cases.subject import DataSubject
from bot.cases.work import Work
from bot.levelling import Levelling
from bot.settings import IdentitySettings
from bot.sources.beforehand import Beforehand, FactorsLastChanged
from bot.store.archive import Archive, Transaction
from bot.store.casework import SECOND_FACTOR

METHODS = ("phone", "letter", "decision")
"""Second factors: a call to the phone of record, a letter to the postal address of record, the officer's decision."""

_FIELDS_OF = {"phone": frozenset({"phone"}), "letter": frozenset({"street", "postcode", "city"})}
"""What a second factor rests on: a field that we changed ourselves lately is no proof."""


class SecondFactor:
    """What staff checked by phone, by letter or by decision, weighed and written down."""

    def __init__(self, archive: Archive, levelling: Levelling, settings: IdentitySettings) -> None:
        self._archive = archive
        self._levelling = levelling
        self._settings = settings

    def verify(self, ref: CaseRef, actor: Actor, method: str, note: str) -> Case:
        """Staff proved the person by a factor fixed before the case; each factor raises the level by one step.

        Without an answered challenge a factor gives L2 (a lost mailbox), with one L3. The same factor counts once.
        """
        if not note.strip():
            raise RefusedActError("say in --note what was checked, when and how")
        return self._levelling.decided(lambda tx, systems: self._verified(tx, systems, ref, actor, method, note))

    def _verified(
        self, tx: Transaction, systems: Beforehand, ref: CaseRef, actor: Actor, method: str, note: str
    ) -> Case:
        user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
        tx.cases.lock(tx.cases.get(ref).id)
        case = tx.cases.get(ref)
        waiting = [request for request in case.requests if request.state is RequestState.AWAITING_IDENTITY]
        self._check_factor(tx, systems, case, user, method, waiting)
        tx.events.write(case.id, "verified", user.name, {"method": method, "note": note}, os_login=actor.os_login)
        for request in waiting:
            level = Level.L3 if request.reached >= Level.L2 else Level.L2
            second_factor = method != "decision"
            case = self._levelling.raise_to(
                tx, systems, case, request.id, level, user.name, actor.os_login, second_factor=second_factor
            )
        for task in tx.tasks.open(case.id):
            if task.kind == SECOND_FACTOR:
                tx.tasks.done(task.id, user.name, self._archive.clock())
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        return tx.cases.get(ref)

    def _check_factor(
        self, tx: Transaction, systems: Beforehand, case: Case, user: User, method: str, waiting: list[Request]
    ) -> None:
        subject = case.data_subject
        if method not in METHODS:
            raise RefusedActError(f"unknown method '{method}'; use one of: {', '.join(METHODS)}")
        if not waiting or subject is None:
            raise RefusedActError(f"no request of {case.ref} waits for proof of identity")
        if method in {event.values.get("method") for event in tx.events.of(case.id) if event.kind == "verified"}:
            raise RefusedActError(f"{method} was used in this case already: a second proof must be another one")
        if method == "phone" and not subject.phone_of_record:
            raise RefusedActError("the record has no phone number; use --method letter or decision")
        if method == "letter" and not subject.postal_of_record:
            raise RefusedActError("the record has no postal address; use --method phone or decision")
        if method in _FIELDS_OF and self._changed_lately(tx, systems, subject, method):
            days = self._settings.recent_address_days
            raise RefusedActError(f"we changed what --method {method} rests on less than {days} days ago: use another")
        if method == "decision":
            require(user, Act.DECIDE_RISK, user.name)
            if min(request.reached for request in waiting) < Level.L2:
                raise LevelTooLowError("a written decision stands in for the second factor only, not for the first")

    def _changed_lately(self, tx: Transaction, systems: Beforehand, subject: DataSubject, method: str) -> bool:
        """A factor that changed a few days ago, by our hand or any other that the system tells of, is no proof."""
        since = self._archive.clock() - timedelta(days=self._settings.recent_address_days)
        changed = systems.told(FactorsLastChanged(subject))
        at = changed.phone_at if method == "phone" else changed.postal_at
        by_us = any(
            event.kind == "executed" and event.at > since and event.values.get("field") in _FIELDS_OF[method]
            for case in tx.cases.of_subject(subject)
            for event in tx.events.of(case.id)
        )
        return by_us or (at is not None and at > since)
