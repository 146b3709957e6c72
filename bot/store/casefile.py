"""The case file: cases with their requests. The only place where the state of a request is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, exists, func, or_, select, update

from bot.cases.errors import RefusedActError, UnknownCaseError
from bot.cases.findings import Finding
from bot.cases.lifecycle import Move, advanced
from bot.cases.model import FINAL_STATES, Case, CaseRef, Request, RequestState, Suspension
from bot.cases.subject import DataSubject
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.subaddress import untagged
from bot.store.bench import Bench, short
from bot.store.chain import Events
from bot.store.errors import MissingRowError
from bot.store.records import NewCase, NewRequest, Scalar
from bot.store.tables import cases, reference_years, requests
from bot.triage.verdict import StatedCorrection


@dataclass(frozen=True, slots=True)
class SealedCase:
    """What a case holds about people."""

    sender: str | None = field(repr=False)
    subject_line: str = field(repr=False)
    message_id: str | None = field(repr=False)
    references: tuple[str, ...] = field(repr=False)
    data_subject: DataSubject | None = field(repr=False)
    identifiers: tuple[tuple[str, str], ...] = field(repr=False)
    sender_verdict: SenderVerdict | None = None


@dataclass(frozen=True, slots=True)
class SealedRequest:
    """What a request holds in people's own words."""

    corrections: tuple[StatedCorrection, ...] = field(default=(), repr=False)
    extended_reason: str | None = field(default=None, repr=False)
    needs: str | None = field(default=None, repr=False)
    finding: Finding | None = field(default=None, repr=False)


_SEALED_CASE = frozenset(one.name for one in fields(SealedCase))
_SEALED_REQUEST = frozenset(one.name for one in fields(SealedRequest))
_CASE_FIELDS = _SEALED_CASE | {
    "role",
    "writer",
    "language",
    "letters_held",
    "other_privacy",
    "assigned_to",
    "settled",
    "legal_hold",
    "priority",
}
_REQUEST_FIELDS = _SEALED_REQUEST | {"required", "reached", "hold_until", "suspensions", "outcome", "answered_at"}
_GONE = SealedCase(None, "", None, (), None, ())

FORGOTTEN_REASON = "-"
"""Stands where the reason of an extension was: the term follows from there being one."""


@dataclass(frozen=True, slots=True)
class Cases:
    bench: Bench

    # Opening

    def open(self, new: NewCase) -> Case:
        """A new case with the next number of its year, counted in local time. The caller writes the event."""
        now = self.bench.now()
        content = SealedCase(
            new.sender, new.subject_line, new.message_id, new.references, new.data_subject, new.identifiers
        )
        case_id = self.bench.add(
            cases,
            content,
            ref=self._next_reference(now),
            role=new.role,
            writer=new.writer,
            language=new.language,
            channel=new.channel,
            received_at=new.received_at,
            opened_at=now,
            letters_held=new.letters_held,
            other_privacy=new.other_privacy,
            legal_hold=False,
            assigned_to=new.assigned_to,
            sender_index=self._index(new.sender),
            mailbox_index=self._mailbox_index(new.sender),
            subject_index=self._subject_index(new.data_subject),
        )
        for request in new.requests:
            self.add_request(case_id, request)
        return self.by_id(case_id)

    def _next_reference(self, now: datetime) -> str:
        """Without gaps: the number is taken in the transaction that opens the case, and goes back if it fails."""
        year = now.astimezone(ZoneInfo(self.bench.timezone)).year
        entry = self.bench.upsert(reference_years).values(year=year, last=1)
        counted = entry.on_conflict_do_update(
            index_elements=["year"], set_={"last": reference_years.c.last + 1}
        ).returning(reference_years.c.last)
        return f"{self.bench.case_prefix}-{year}-{self.bench.run(counted).scalar_one():04d}"

    def add_request(self, case_id: int, new: NewRequest) -> Request:
        """One more right in this case."""
        request_id = self.bench.add(
            requests,
            SealedRequest(new.corrections, None, new.needs),
            case_id=case_id,
            kind=new.kind,
            state=new.state,
            received_at=new.received_at,
            required=new.required,
            reached=new.reached,
            hold_until=new.hold_until,
            suspensions=[],
        )
        self._see_whether_finished(case_id)
        return self._request(self.bench.one(requests, request_id))

    # Reading

    def get(self, ref: str) -> Case:
        found = self._where(cases.c.ref == short(ref.strip().upper()))
        if not found:
            raise UnknownCaseError(ref)
        return found[0]

    def locked(self, ref: str) -> Case:
        """The case as it stands, and stays until the transaction ends (see `lock`): read once nobody else has it."""
        self.lock(self.get(ref).id)
        return self.get(ref)

    def by_id(self, case_id: int) -> Case:
        found = self._where(cases.c.id == case_id)
        if not found:
            raise MissingRowError(cases.name, case_id)
        return found[0]

    def lock(self, case_id: int) -> None:
        """Nobody else changes this case until the transaction ends (SQLite lets one writer in at a time anyway)."""
        self.bench.run(select(cases.c.id).where(cases.c.id == case_id).with_for_update(key_share=True))

    def lock_subject(self, subject: DataSubject) -> None:
        """What is decided about this person in other cases is waited for, until the transaction ends (see `lock`)."""
        if self.bench.connection.dialect.name == "postgresql":
            number = int((self._subject_index(subject) or "").rpartition(":")[2][:15], 16)
            self.bench.run(select(func.pg_advisory_xact_lock(number)))

    def listed(self, state: RequestState | None = None, open_only: bool = False) -> tuple[Case, ...]:
        """Cases in the order they came; `state` keeps those with a request in that state."""
        conditions = []
        if state is not None:
            conditions.append(_with_request(requests.c.state == state))
        if open_only:
            conditions.append(_still_open())
        return self._where(*conditions)

    def open_of_sender(self, address: str) -> tuple[Case, ...]:
        """Running matters of this address: an open request, or a question not settled yet."""
        return self._where(cases.c.sender_index == self._index(address), _still_open())

    def open_senders(self, addresses: Iterable[str]) -> frozenset[str]:
        """Those of these addresses that have a running matter; nothing is unsealed."""
        indexes = self.bench.by_index(addresses)
        query = select(cases.c.sender_index).where(cases.c.sender_index.in_(sorted(indexes)), _still_open())
        return frozenset(one for found in self.bench.run(query).scalars() for one in indexes[found])

    def of_sender(self, address: str) -> tuple[Case, ...]:
        return self._where(cases.c.sender_index == self._index(address))

    def opened_by(self, address: str, since: datetime) -> int:
        """How many cases of the mailbox behind this address were opened since then, whatever its tags."""
        mine = (cases.c.mailbox_index == self._mailbox_index(address)) & (cases.c.opened_at > since)
        return int(self.bench.run(select(func.count()).where(mine)).scalar_one())

    def of_subject(self, subject: DataSubject) -> tuple[Case, ...]:
        """Every case about this record."""
        return self._where(cases.c.subject_index == self._subject_index(subject))

    def with_request_in(self, states: frozenset[RequestState]) -> tuple[Case, ...]:
        return self._where(_with_request(requests.c.state.in_(sorted(states))))

    def each_request(self, since: datetime | None = None) -> Iterator[Request]:
        """Every request, or those received since then; one at a time, and without whom they are from."""
        after = () if since is None else (requests.c.received_at >= since,)
        return (self._request(row) for row in self.bench.all(select(requests).where(*after).order_by(requests.c.id)))

    def open_ids(self) -> tuple[int, ...]:
        """The cases of which something is open, nothing unsealed: one that cannot be read stops no other."""
        return tuple(self.bench.run(select(cases.c.id).where(_still_open()).order_by(cases.c.id)).scalars())

    def held_ids(self) -> frozenset[int]:
        """The cases under a legal hold."""
        return frozenset(self.bench.run(select(cases.c.id).where(cases.c.legal_hold)).scalars())

    def refs(self, ids: Iterable[int]) -> dict[int, CaseRef]:
        """The numbers of these cases by id, nothing unsealed."""
        query = select(cases.c.id, cases.c.ref).where(cases.c.id.in_(sorted(set(ids))))
        return {row.id: CaseRef(row.ref) for row in self.bench.all(query)}

    def finished(
        self,
        before: datetime,
        holding: ColumnElement[bool],
        most: int,
        since: ColumnElement[datetime] | None = None,
    ) -> tuple[int, ...]:
        """Cases that ended before then, still hold this, and are under no legal hold; the oldest first.

        `since` is the moment that counts instead of the last move. It comes before that one.
        """
        moment = cases.c.finished_at if since is None else since
        ended = cases.c.finished_at.is_not(None) & (moment <= before) & cases.c.legal_hold.is_(False)
        query = select(cases.c.id).where(ended, holding).order_by(cases.c.finished_at, cases.c.id).limit(most)
        return tuple(self.bench.run(query).scalars())

    # Changing

    def move(
        self,
        case: Case,
        request_id: int,
        move: Move,
        actor: str,
        *,
        os_login: str | None = None,
        **values: Scalar,
    ) -> Case:
        """Make the move and write its event. Raises IllegalMoveError, or RefusedActError if somebody moved it first."""
        before = next((request for request in case.requests if request.id == request_id), None)
        if before is None:
            raise RefusedActError(f"{case.ref} has no request {request_id}")
        after = advanced(before, move)
        self.lock(case.id)
        hit = self.bench.changed(
            update(requests)
            .where(requests.c.id == request_id, requests.c.case_id == case.id, requests.c.state == before.state)
            .values(state=after.state)
        )
        if not hit:
            raise RefusedActError(
                f"{case.ref} changed meanwhile: its request is not {before.state} any more; look again"
            )
        self._see_whether_finished(case.id)
        facts = {"request": request_id, "right": before.kind.value, "from": before.state.value, "to": after.state.value}
        Events(self.bench).write(case.id, move.value, actor, {**facts, **values}, os_login=os_login)
        return self.by_id(case.id)

    def change_request(self, case_id: int, request_id: int, **changes: Any) -> None:
        """Change what is not the state; the caller writes the event."""
        _only(changes, _REQUEST_FIELDS)
        row = self.bench.one(requests, request_id)
        if row.case_id != case_id:
            raise MissingRowError(requests.name, request_id)
        plain = {name: value for name, value in changes.items() if name not in _SEALED_REQUEST}
        if "suspensions" in plain:
            plain["suspensions"] = [_written(one) for one in plain["suspensions"]]
        if plain:
            self.bench.run(update(requests).where(requests.c.id == request_id).values(**plain))
        if sealed := {name: value for name, value in changes.items() if name in _SEALED_REQUEST}:
            content = self.bench.content(SealedRequest, requests, row) or SealedRequest()
            self.bench.reseal(requests, request_id, replace(content, **sealed))

    def change(self, case_id: int, **changes: Any) -> None:
        """Change fields of the case itself; the caller writes the event."""
        _only(changes, _CASE_FIELDS)
        row = self.bench.one(cases, case_id)
        plain = {name: value for name, value in changes.items() if name not in _SEALED_CASE}
        if "sender" in changes:
            plain["sender_index"] = self._index(changes["sender"])
            plain["mailbox_index"] = self._mailbox_index(changes["sender"])
        if "data_subject" in changes:
            plain["subject_index"] = self._subject_index(changes["data_subject"])
        if plain:
            self.bench.run(update(cases).where(cases.c.id == case_id).values(**plain))
        if sealed := {name: value for name, value in changes.items() if name in _SEALED_CASE}:
            content = self.bench.content(SealedCase, cases, row) or _GONE
            self.bench.reseal(cases, case_id, replace(content, **sealed))
        if "settled" in changes:
            self._see_whether_finished(case_id)

    def forget(self, case_id: int) -> None:
        """Delete whom it is about and what they wrote. That a term was extended stays, without the reason."""
        gone = {"sealed": None, "sender_index": None, "mailbox_index": None, "subject_index": None}
        self.bench.run(update(cases).where(cases.c.id == case_id).values(**gone))
        for row in list(self.bench.all(select(requests).where(requests.c.case_id == case_id))):
            content = self.bench.content(SealedRequest, requests, row) or SealedRequest()
            extended = None if content.extended_reason is None else FORGOTTEN_REASON
            self.bench.reseal(requests, row.id, SealedRequest(extended_reason=extended))

    def _see_whether_finished(self, case_id: int) -> None:
        """From the last move of a case of which nothing is open, our own retention counts."""
        still_open = self.bench.first(select(cases.c.id).where(cases.c.id == case_id, _still_open())) is not None
        moment = None if still_open else self.bench.now()
        self.bench.run(update(cases).where(cases.c.id == case_id).values(finished_at=moment))

    # Rows and values

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Case, ...]:
        """Cases with their requests, in two queries however many there are."""
        rows = list(self.bench.all(select(cases).where(*conditions).order_by(cases.c.id)))
        wanted = select(cases.c.id).where(*conditions)
        of_case: dict[int, list[Request]] = {}
        if rows:
            query = select(requests).where(requests.c.case_id.in_(wanted)).order_by(requests.c.id)
            for row in self.bench.all(query):
                of_case.setdefault(row.case_id, []).append(self._request(row))
        return tuple(self._case(row, of_case.get(row.id, ())) for row in rows)

    def _case(self, row: Row[Any], of_case: Iterable[Request]) -> Case:
        content = self.bench.content(SealedCase, cases, row) or _GONE
        return Case(
            id=row.id,
            ref=CaseRef(row.ref),
            role=row.role,
            writer=row.writer,
            language=row.language,
            channel=row.channel,
            received_at=row.received_at,
            requests=tuple(of_case),
            sender=content.sender,
            subject_line=content.subject_line,
            message_id=content.message_id,
            references=content.references,
            data_subject=content.data_subject,
            sender_verdict=content.sender_verdict,
            identifiers=content.identifiers,
            letters_held=row.letters_held,
            other_privacy=row.other_privacy,
            assigned_to=row.assigned_to,
            opened_at=row.opened_at,
            settled=row.settled,
            legal_hold=row.legal_hold,
            priority=row.priority or 2,
        )

    def _request(self, row: Row[Any]) -> Request:
        content = self.bench.content(SealedRequest, requests, row) or SealedRequest()
        return Request(
            id=row.id,
            kind=row.kind,
            state=row.state,
            received_at=row.received_at,
            required=row.required,
            reached=row.reached,
            hold_until=row.hold_until,
            suspensions=tuple(_read(one) for one in row.suspensions),
            extended_reason=content.extended_reason,
            outcome=row.outcome,
            answered_at=row.answered_at,
            corrections=content.corrections,
            needs=content.needs,
            finding=content.finding,
        )

    def _index(self, address: str | None) -> str | None:
        return None if address is None else self.bench.vault.index(address)

    def _mailbox_index(self, address: str | None) -> str | None:
        return None if address is None else self._index(untagged(address))

    def _subject_index(self, subject: DataSubject | None) -> str | None:
        return None if subject is None else self.bench.vault.index(f"{subject.system}|{subject.key}")


def _with_request(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return cases.c.id.in_(select(requests.c.case_id).where(condition))


def _still_open() -> ColumnElement[bool]:
    has_requests = exists().where(requests.c.case_id == cases.c.id)
    return or_(
        has_requests.where(requests.c.state.not_in(sorted(FINAL_STATES))),
        cases.c.settled.is_(None) & ~has_requests,
    )


def _only(changes: dict[str, Any], allowed: frozenset[str]) -> None:
    if wrong := sorted(changes.keys() - allowed):
        raise TypeError(f"cannot change {', '.join(wrong)} here")


def _written(suspension: Suspension) -> list[str | None]:
    ended = suspension.ended_on
    return [suspension.asked_on.isoformat(), None if ended is None else ended.isoformat()]


def _read(written: list[str | None]) -> Suspension:
    asked, ended = written
    assert asked is not None
    return Suspension(date.fromisoformat(asked), None if ended is None else date.fromisoformat(ended))
