"""The terms of open cases as a feed that calendar programs fetch: behind one secret address for all staff."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import structlog

from bot.cases.agenda import AgendaDay, agenda, agenda_days, unreadable_day
from bot.cases.deadlines import Calendar
from bot.cases.errors import RefusedActError
from bot.cases.links import Draw, is_token, new_token
from bot.cases.people import Act, Actor, require
from bot.store.archive import Archive, Transaction
from bot.store.errors import VaultError
from bot.store.terms_feed import forget_secret, has_secret, opens, set_secret

_log = structlog.get_logger(__name__)

PATH = "/agenda/{token}.ics"


class TermsFeed:
    """References, rights and dates, and nothing about anybody. Reading it changes nothing."""

    def __init__(self, archive: Archive, calendar: Calendar, organisation: str) -> None:
        self._archive = archive
        self._calendar = calendar
        self._organisation = organisation

    def new_path(self, actor: Actor, draw: Draw) -> str:
        """A fresh secret address; the one before it opens nothing any more. It is kept nowhere, only its hash."""
        token = new_token(draw)
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            set_secret(tx, token)
            tx.events.write(None, "agenda_link_made", user.name, os_login=actor.os_login)
        return PATH.format(token=token)

    def close(self, actor: Actor) -> None:
        """The secret address opens nothing any more. Raises RefusedActError where there is none."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            if not has_secret(tx):
                raise RefusedActError("there is no address to close; nothing opens the terms now")
            forget_secret(tx)
            tx.events.write(None, "agenda_link_closed", user.name, os_login=actor.os_login)

    def at(self, token: str) -> bytes | None:
        """The feed as it stands now; None for an address that is not, or no longer, the secret one."""
        if not is_token(token):
            return None
        with self._archive.reading() as tx:
            return self._written(tx)[0] if opens(tx, token) else None

    def now(self) -> tuple[bytes, int]:
        """The feed, and how many dates are in it."""
        with self._archive.reading() as tx:
            return self._written(tx)

    def _written(self, tx: Transaction) -> tuple[bytes, int]:
        days = [day for case_id in tx.cases.open_ids() for day in self._days(tx, case_id)]
        return agenda(days, self._organisation, self._archive.clock()), len(days)

    def _days(self, tx: Transaction, case_id: int) -> Iterable[AgendaDay]:
        """One damaged case costs no other its dates, and is not left out as if it had none."""
        try:
            case = tx.cases.by_id(case_id)
        except VaultError as damaged:
            _log.error("a case does not open for the calendar", case=case_id, error=type(damaged).__name__)
            today = self._archive.clock().astimezone(ZoneInfo(self._calendar.timezone)).date()
            return (unreadable_day(tx.cases.refs([case_id])[case_id], today),)
        return agenda_days(case, self._calendar)
