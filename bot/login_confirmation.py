"""A log-in confirmed by the company's own application, taken in as a proof of who asks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import structlog

from bot.cases.errors import UnknownCaseError
from bot.cases.factors import Factor
from bot.cases.logins import WINDOW, BadCallError, LoginCall, genuine_call
from bot.cases.model import Case, Level, RequestState
from bot.cases.work import Work
from bot.levelling import Levelling
from bot.sources.beforehand import Beforehand
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person
from bot.store.factors import VERIFIED, proved
from bot.store.records import Scalar

_log = structlog.get_logger(__name__)


class LoginAnswer(StrEnum):
    """What the application is told."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # not signed by us, not of this moment, or not for the first time
    NOTHING_WAITS = "nothing_waits"  # no such case, another person's, or no proof is asked there


class LoginConfirmation:
    """Weighs signed calls; one that is genuine counts once, for one case and the record that the case is about."""

    def __init__(self, archive: Archive, levelling: Levelling, key: str | None) -> None:
        """Without a key nothing is taken in."""
        self._archive = archive
        self._levelling = levelling
        self._key = key

    @property
    def open(self) -> bool:
        return self._key is not None

    def confirm(self, body: bytes, signature: str) -> LoginAnswer:
        """Blocking. `body` is the JSON of the call, `signature` the hex HMAC-SHA256 that came beside it.

        Raises StoreUnavailableError or SourceFailedError; then the call is not used.
        """
        now = self._archive.clock()
        if self._key is None:
            return LoginAnswer.REFUSED
        try:
            call = genuine_call(body, signature, self._key, now)
        except BadCallError as bad:
            _log.warning("a signed call was refused", trouble=str(bad))
            return LoginAnswer.REFUSED
        return self._levelling.decided(lambda tx, systems: self._once(tx, systems, call, now))

    def _once(self, tx: Transaction, systems: Beforehand, call: LoginCall, now: datetime) -> LoginAnswer:
        """A call is used together with what it proves: one that we could not weigh may be sent again as it is."""
        if tx.login_calls.first_time(call.nonce, now, now - 3 * WINDOW):
            return self._taken(tx, systems, call)
        _log.warning("a signed call was refused", trouble="nonce")
        return LoginAnswer.REFUSED

    def _taken(self, tx: Transaction, systems: Beforehand, call: LoginCall) -> LoginAnswer:
        try:
            case = tx.cases.locked(call.case)
        except UnknownCaseError:
            return LoginAnswer.NOTHING_WAITS
        if case.data_subject is None or case.data_subject.key != call.subject:
            self._somebody_else(tx, case)
            return LoginAnswer.NOTHING_WAITS
        waiting = [
            request
            for request in case.requests
            if request.state is RequestState.AWAITING_IDENTITY and Factor.LOGIN not in proved(tx, case.id, request.id)
        ]
        if not waiting:
            return LoginAnswer.NOTHING_WAITS
        values: dict[str, Scalar] = {"method": Factor.LOGIN, "requests": " ".join(str(one.id) for one in waiting)}
        tx.events.write(case.id, VERIFIED, BOT, values)
        for request in waiting:
            case = self._levelling.raise_to(tx, systems, case, request.id, Level.L0, BOT)
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        return LoginAnswer.ACCEPTED

    def _somebody_else(self, tx: Transaction, case: Case) -> None:
        """Logged in, but as another person than the case is about: no proof, and worth a look."""
        tx.events.write(case.id, "login_of_another", BOT)
        ask_person(tx, case.id, "look", "iemand anders dan de persoon van deze zaak bevestigde haar na inloggen: kijk")
