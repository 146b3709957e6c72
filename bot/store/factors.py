"""Second factors: codes on paper by keyed hash, signed calls that were used, what each request has proved so far."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, select, update

from bot.cases.codes import normalise
from bot.cases.factors import Factor
from bot.cases.model import Case, Level, RequestState
from bot.store.bench import Bench
from bot.store.onetime import retire, use
from bot.store.records import ChallengeState, Event
from bot.store.tables import cases, login_calls, paper_codes
from bot.store.vault import Vault

if TYPE_CHECKING:
    from bot.store.archive import Transaction

VERIFIED = "verified"
"""The event that a factor was proved, with its method and the requests it counts for."""

PROOF_VOID = "proof_void"
"""The event after which nothing that was proved before counts: the case turned out to be about another record."""

_NOTHING_LEFT_YET = frozenset(
    {
        RequestState.RECEIVED,
        RequestState.AWAITING_IDENTITY,
        RequestState.COLLECTING,
        RequestState.AWAITING_APPROVAL,
        RequestState.NEEDS_PERSON,
    }
)


def paper_index(vault: Vault, code: str) -> str:
    """The keyed hash of a code on paper: of another kind than that of a code by mail, so neither stands in for the
    other."""
    return vault.index(f"paper:{normalise(code)}")


@dataclass(frozen=True, slots=True)
class PaperCode:
    """A code that was sent on paper. The code itself is kept nowhere."""

    id: int
    case_id: int
    place_index: str  # keyed hash of record and postal address
    code_hash: str = field(repr=False)
    request_ids: tuple[int, ...]
    made_at: datetime
    expires_at: datetime
    tries: int
    open: bool


@dataclass(frozen=True, slots=True)
class PaperCodes:
    bench: Bench

    def add(
        self,
        case_id: int,
        place: str,
        code_hash: str,
        request_ids: Iterable[int],
        made_at: datetime,
        expires_at: datetime,
    ) -> PaperCode:
        """A fresh code; the one before it dies."""
        self.retire(case_id)
        code_id = self.bench.add(
            paper_codes,
            None,
            case_id=case_id,
            place_index=self.bench.vault.index(place),
            code_hash=code_hash,
            request_ids=list(request_ids),
            made_at=made_at,
            expires_at=expires_at,
            tries=0,
            state=ChallengeState.OPEN,
        )
        return _paper_code(self.bench.one(paper_codes, code_id))

    def of_case(self, case_id: int) -> tuple[PaperCode, ...]:
        query = select(paper_codes).where(paper_codes.c.case_id == case_id).order_by(paper_codes.c.id)
        return tuple(map(_paper_code, self.bench.all(query)))

    def open_of(self, case_id: int) -> PaperCode | None:
        """Whether it expired is for the caller to see."""
        return next((code for code in reversed(self.of_case(case_id)) if code.open), None)

    def by_code(self, code_hash: str) -> PaperCode | None:
        """The open code that this is, expired or not."""
        is_it = (paper_codes.c.code_hash == code_hash) & (paper_codes.c.state == ChallengeState.OPEN)
        row = self.bench.first(select(paper_codes).where(is_it).order_by(paper_codes.c.id.desc()).limit(1))
        return None if row is None else _paper_code(row)

    def refs_among(self, refs: Collection[str]) -> frozenset[str]:
        """Those of these case numbers in whose case a code was made, whatever became of it."""
        if not refs:
            return frozenset()
        query = select(cases.c.ref).join(paper_codes, paper_codes.c.case_id == cases.c.id)
        return frozenset(self.bench.run(query.where(cases.c.ref.in_(sorted(refs)))).scalars())

    def count_try(self, code_id: int, most: int) -> int | None:
        """One try more, counted before anybody looks at the code; None where there is none left."""
        has_left = (paper_codes.c.state == ChallengeState.OPEN) & (paper_codes.c.tries < most)
        one_more = update(paper_codes).where(paper_codes.c.id == code_id, has_left)
        row = self.bench.run(one_more.values(tries=paper_codes.c.tries + 1).returning(paper_codes.c.tries)).first()
        return None if row is None else int(row.tries)

    def use(self, code_id: int) -> bool:
        """True for the one caller who used it."""
        return use(self.bench, paper_codes, code_id)

    def retire(self, case_id: int) -> None:
        """No open code of this case works any more."""
        retire(self.bench, paper_codes, case_id)

    def forget(self, case_id: int) -> None:
        """No code of this case works any more, and nothing says where it went."""
        self.retire(case_id)
        self.bench.run(update(paper_codes).where(paper_codes.c.case_id == case_id).values(place_index=""))


@dataclass(frozen=True, slots=True)
class LoginCalls:
    """Signed calls by the keyed hash of their nonce, for as long as one could be played again."""

    bench: Bench

    def first_time(self, nonce: str, now: datetime, forget_before: datetime) -> bool:
        """True for the one caller who brings it; what is too old to count anyway is forgotten on the way."""
        self.bench.run(delete(login_calls).where(login_calls.c.at < forget_before))
        entry = self.bench.upsert(login_calls).values(nonce_index=self.bench.vault.index(f"login:{nonce}"), at=now)
        return self.bench.changed(entry.on_conflict_do_nothing(index_elements=["nonce_index"]))


def proved(tx: Transaction, case_id: int, request_id: int) -> frozenset[Factor]:
    """What was proved for this request so far, as the case's own chain of events tells."""
    found: set[Factor] = set()
    for event in tx.events.of(case_id):
        if event.kind == PROOF_VOID:
            found.clear()
        elif event.kind == VERIFIED and request_id in requests_of(event, request_id):
            found.add(Factor(str(event.values["method"])))
        elif event.kind == "challenge_answered":
            challenge = tx.challenges.get(int(event.values["challenge"] or 0))
            found |= {Factor.CHALLENGE} if request_id in challenge.request_ids else set()
    return frozenset(found)


def requests_of(event: Event, otherwise: int) -> tuple[int, ...]:
    """The requests that a proof counts for; one written before requests were named counts for any."""
    named = event.values.get("requests")
    return (otherwise,) if named is None else tuple(int(one) for one in str(named).split())


def _paper_code(row: Row[Any]) -> PaperCode:
    return PaperCode(
        id=row.id,
        case_id=row.case_id,
        place_index=row.place_index,
        code_hash=row.code_hash,
        request_ids=tuple(row.request_ids),
        made_at=row.made_at,
        expires_at=row.expires_at,
        tries=row.tries,
        open=row.state == ChallengeState.OPEN,
    )


def void_proof(tx: Transaction, case: Case, actor: str) -> Case:
    """Nothing that was proved in this case counts any more, and no code that is on its way proves anything.

    It turned out to be about another record, or the person says that he never asked.
    """
    tx.challenges.retire(case.id)
    tx.paper_codes.retire(case.id)
    tx.events.write(case.id, PROOF_VOID, actor)
    for request in case.open_requests:
        if request.state in _NOTHING_LEFT_YET:
            tx.cases.change_request(case.id, request.id, reached=Level.L0, hold_until=None)
    return tx.cases.by_id(case.id)
