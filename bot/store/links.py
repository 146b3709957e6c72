"""Links to public pages: tokens by keyed hash, bound to one case, one action and one address; tries counted."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from bot.cases.links import Link, LinkAction, LinkState
from bot.store.bench import Bench
from bot.store.records import Challenge
from bot.store.tables import links

_NO_TOKEN = ""
"""In the place of a hash: nothing opens this any more."""

_STANDING = (LinkState.WAITING, LinkState.OPEN, LinkState.LOCKED)


@dataclass(frozen=True, slots=True)
class Links:
    bench: Bench

    def add_confirm(self, challenge: Challenge, token: str) -> Link:
        """A link that answers this challenge. It lives no longer than the challenge: the caller looks at that."""
        action = LinkAction.CONFIRM
        return self._add(challenge.case_id, action, LinkState.OPEN, token, challenge.address, challenge.id, ())

    def add_download(self, case_id: int, token: str, to: str, export_ids: Iterable[int]) -> Link:
        """A link to these files. It opens nothing until the letter left (`letter_left`)."""
        return self._add(case_id, LinkAction.DOWNLOAD, LinkState.WAITING, token, to, None, export_ids)

    def _add(
        self,
        case_id: int,
        action: LinkAction,
        state: LinkState,
        token: str,
        address: str,
        challenge_id: int | None,
        export_ids: Iterable[int],
    ) -> Link:
        now = self.bench.now()
        link_id = self.bench.add(
            links,
            case_id=case_id,
            action=action,
            state=state,
            token_hash=self._hash(action, token),
            address_index=self.bench.vault.index(address),
            challenge_id=challenge_id,
            export_ids=list(export_ids),
            made_at=now,
            opened_at=now if state is LinkState.OPEN else None,
            tries=0,
            downloads=0,
        )
        return self.get(link_id)

    def get(self, link_id: int) -> Link:
        return self._link(self.bench.one(links, link_id))

    def by_token(self, action: LinkAction, token: str) -> Link | None:
        """The link that this token opens for this action, in whatever state it is."""
        mine = (links.c.token_hash == self._hash(action, token)) & (links.c.action == action)
        row = self.bench.first(select(links).where(mine))
        return None if row is None else self._link(row)

    def of_case(self, case_id: int) -> tuple[Link, ...]:
        query = select(links).where(links.c.case_id == case_id).order_by(links.c.id)
        return tuple(self._link(row) for row in self.bench.all(query))

    def goes_to(self, link: Link, address: str) -> bool:
        """Whether its letter went to this address."""
        return hmac.compare_digest(link.address_index, self.bench.vault.index(address))

    def letter_left(self, case_id: int, export_ids: Iterable[int], at: datetime) -> None:
        """The letter with these files was taken over by a mail server: its link opens from now on."""
        wanted = tuple(export_ids)
        for link in self.of_case(case_id):
            if link.state is LinkState.WAITING and link.export_ids == wanted:
                self._move(link.id, LinkState.WAITING, state=LinkState.OPEN, opened_at=at)

    def take_try(self, link_id: int, most: int) -> bool:
        """One try more, whatever becomes of it; False when there is none left."""
        one_more = update(links).where(links.c.id == link_id, links.c.tries < most).values(tries=links.c.tries + 1)
        return self.bench.changed(one_more)

    def give_back_try(self, link_id: int) -> None:
        """The try was right."""
        self.bench.run(update(links).where(links.c.id == link_id).values(tries=links.c.tries - 1))

    def lock(self, link_id: int) -> bool:
        """Too many wrong passwords; True for the one caller who locked it."""
        return self._move(link_id, LinkState.OPEN, state=LinkState.LOCKED, ticket_hash=None, ticket_until=None)

    def hand_ticket(self, link_id: int, ticket: str, until: datetime) -> None:
        """Whoever shows this ticket before then gave the right password."""
        ticket_hash = self._ticket_hash(link_id, ticket)
        self.bench.run(update(links).where(links.c.id == link_id).values(ticket_hash=ticket_hash, ticket_until=until))

    def honours(self, link: Link, ticket: str, now: datetime) -> bool:
        row = self.bench.one(links, link.id)
        if row.ticket_hash is None or row.ticket_until <= now:
            return False
        return hmac.compare_digest(row.ticket_hash, self._ticket_hash(link.id, ticket))

    def take_download(self, link_id: int, most: int) -> int | None:
        """One download more; which one it is, or None when there is none left or the link is closed."""
        open_one = (links.c.id == link_id) & (links.c.state == LinkState.OPEN) & (links.c.downloads < most)
        one_more = update(links).where(open_one).values(downloads=links.c.downloads + 1)
        return self.bench.run(one_more.returning(links.c.downloads)).scalar_one_or_none()

    def revoke(self, case_id: int) -> int:
        """No link of this case opens anything any more; how many were closed by it."""
        mine = (links.c.case_id == case_id) & links.c.state.in_(_STANDING)
        return self.bench.run(update(links).where(mine).values(state=LinkState.REVOKED, ticket_hash=None)).rowcount

    def destroy(self, case_id: int) -> None:
        """With the files: nothing tells any more that a link was one of ours."""
        gone = {"state": LinkState.DESTROYED, "token_hash": _NO_TOKEN, "ticket_hash": None, "address_index": ""}
        self.bench.run(update(links).where(links.c.case_id == case_id).values(**gone))

    def _move(self, link_id: int, before: LinkState, **values: Any) -> bool:
        return self.bench.changed(update(links).where(links.c.id == link_id, links.c.state == before).values(**values))

    def _hash(self, action: LinkAction, token: str) -> str:
        return self.bench.vault.index(f"link:{action}:{token}")

    def _ticket_hash(self, link_id: int, ticket: str) -> str:
        return self.bench.vault.index(f"ticket:{link_id}:{ticket}")

    def _link(self, row: Row[Any]) -> Link:
        return Link(
            id=row.id,
            case_id=row.case_id,
            action=row.action,
            state=row.state,
            address_index=row.address_index,
            challenge_id=row.challenge_id,
            export_ids=tuple(row.export_ids),
            opened_at=row.opened_at,
            tries=row.tries,
            downloads=row.downloads,
        )
