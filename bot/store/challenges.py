"""Questions to the address of record: codes by keyed hash, tries counted, each used once."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from bot.store.bench import Bench
from bot.store.onetime import NO_CODE, retire, use
from bot.store.records import Challenge, ChallengeState
from bot.store.tables import cases, challenges


@dataclass(frozen=True, slots=True)
class SealedAddress:
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenges:
    bench: Bench

    def add(
        self,
        case_id: int,
        address: str,
        code_hash: str,
        request_ids: Iterable[int],
        made_at: datetime,
        expires_at: datetime,
    ) -> Challenge:
        """A fresh question. Earlier ones stay open until `retire`."""
        challenge_id = self.bench.add(
            challenges,
            SealedAddress(address),
            case_id=case_id,
            address_index=self.bench.vault.index(address),
            code_hash=code_hash,
            request_ids=list(request_ids),
            made_at=made_at,
            expires_at=expires_at,
            tries=0,
            state=ChallengeState.OPEN,
        )
        return self.get(challenge_id)

    def get(self, challenge_id: int) -> Challenge:
        return self._challenge(self.bench.one(challenges, challenge_id))

    def open_of(self, case_id: int) -> Challenge | None:
        """The newest open one; whether it expired is for the caller to see."""
        open_ones = [challenge for challenge in self.of_case(case_id) if challenge.open]
        return open_ones[-1] if open_ones else None

    def of_case(self, case_id: int) -> tuple[Challenge, ...]:
        query = select(challenges).where(challenges.c.case_id == case_id).order_by(challenges.c.id)
        return tuple(self._challenge(row) for row in self.bench.all(query))

    def by_code(self, code_hash: str) -> Challenge | None:
        """The open challenge this code belongs to."""
        query = (
            select(challenges)
            .where(challenges.c.code_hash == code_hash, challenges.c.state == ChallengeState.OPEN)
            .order_by(challenges.c.id.desc())
            .limit(1)
        )
        row = self.bench.first(query)
        return None if row is None else self._challenge(row)

    def is_code_of(self, challenge_id: int, code_hash: str) -> bool:
        """Whether this is the code of that open challenge; how long the answer takes says nothing."""
        row = self.bench.one(challenges, challenge_id)
        return row.state == ChallengeState.OPEN and hmac.compare_digest(row.code_hash, code_hash)

    def count_try(self, challenge_id: int) -> int:
        """One wrong code more; returns how many there are now."""
        one_more = update(challenges).where(challenges.c.id == challenge_id).values(tries=challenges.c.tries + 1)
        return int(self.bench.run(one_more.returning(challenges.c.tries)).scalar_one())

    def use(self, challenge_id: int) -> bool:
        """True for the one caller who used it."""
        return use(self.bench, challenges, challenge_id)

    def retire(self, case_id: int) -> None:
        """No open code of this case works any more."""
        retire(self.bench, challenges, case_id)

    def forget_expired(self, now: datetime) -> tuple[Challenge, ...]:
        """Delete the hash of codes that are valid no more, except under a legal hold; whose they were."""
        expired = (challenges.c.expires_at <= now) & (challenges.c.code_hash != NO_CODE)
        held = select(cases.c.id).where(cases.c.legal_hold)
        gone = update(challenges).where(expired, challenges.c.case_id.not_in(held)).values(code_hash=NO_CODE)
        return tuple(self._challenge(row) for row in self.bench.run(gone.returning(challenges)))

    def forget(self, case_id: int) -> None:
        """No code of this case works any more, and nothing says whom we asked."""
        self.retire(case_id)
        gone = {"sealed": None, "address_index": ""}
        self.bench.run(update(challenges).where(challenges.c.case_id == case_id).values(**gone))

    def _challenge(self, row: Row[Any]) -> Challenge:
        content = self.bench.content(SealedAddress, challenges, row)
        return Challenge(
            id=row.id,
            case_id=row.case_id,
            address="" if content is None else content.address,
            request_ids=tuple(row.request_ids),
            made_at=row.made_at,
            expires_at=row.expires_at,
            tries=row.tries,
            open=row.state == ChallengeState.OPEN,
            used=row.state == ChallengeState.USED,
        )
