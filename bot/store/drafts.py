"""Drafts and who approved them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Row, func, select, update

from bot.cases.changes import PlannedChange
from bot.cases.draft import Block, Draft, DraftFile, DraftState
from bot.store.bench import Bench
from bot.store.records import Approval
from bot.store.tables import approvals, drafts


@dataclass(frozen=True, slots=True)
class SealedDraft:
    """The letter with its address, files and planned changes."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    message_id: str = field(repr=False)
    boundary: str = field(repr=False)
    in_reply_to: str | None = field(repr=False)
    references: tuple[str, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    files: tuple[DraftFile, ...] = field(repr=False)
    changes: tuple[PlannedChange, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedReason:
    reason: str | None = field(repr=False)


_GONE = SealedDraft("", "", "", "", None, (), (), (), ())
_PLAIN = ("case_id", "letter", "language", "states_on", "high_risk", "editor", "made_at")


@dataclass(frozen=True, slots=True)
class Drafts:
    bench: Bench

    def add(self, draft: Draft) -> Draft:
        """Keep a draft as the case's next version; open ones that answer one of the same requests become void."""
        for earlier in self.of_case(draft.case_id):
            if set(earlier.request_ids) & set(draft.request_ids):
                self.set_state(earlier.id, DraftState.VOID, DraftState.OPEN)
        version = self._newest_version(draft.case_id) + 1
        content = SealedDraft(**{name: getattr(draft, name) for name in SealedDraft.__slots__})
        plain = {name: getattr(draft, name) for name in _PLAIN}
        listed = list(draft.request_ids)
        draft_id = self.bench.add(drafts, content, **plain, request_ids=listed, version=version, state=DraftState.OPEN)
        return replace(draft, id=draft_id, version=version, state=DraftState.OPEN)

    def _newest_version(self, case_id: int) -> int:
        newest = select(func.coalesce(func.max(drafts.c.version), 0)).where(drafts.c.case_id == case_id)
        return int(self.bench.run(newest).scalar_one())

    def get(self, draft_id: int) -> Draft:
        return self._draft(self.bench.one(drafts, draft_id))

    def current(self, case_id: int) -> Draft | None:
        """The newest draft that is open or approved."""
        alive = {DraftState.OPEN, DraftState.APPROVED}
        return next((draft for draft in reversed(self.of_case(case_id)) if draft.state in alive), None)

    def of_case(self, case_id: int) -> tuple[Draft, ...]:
        query = select(drafts).where(drafts.c.case_id == case_id).order_by(drafts.c.version)
        return tuple(self._draft(row) for row in self.bench.all(query))

    def set_state(self, draft_id: int, state: DraftState, expect: DraftState) -> bool:
        """True for the one caller who found it in the expected state."""
        expected = (drafts.c.id == draft_id) & (drafts.c.state == expect)
        return self.bench.changed(update(drafts).where(expected).values(state=state))

    def approve(self, approval: Approval) -> None:
        """Write down who approved which hash. Whether that is enough is decided by the caller."""
        plain = {name: getattr(approval, name) for name in Approval.__slots__ if name != "reason"}
        self.bench.add(approvals, SealedReason(approval.reason), **plain)

    def approvals(self, draft_id: int) -> tuple[Approval, ...]:
        query = select(approvals).where(approvals.c.draft_id == draft_id).order_by(approvals.c.id)
        return tuple(self._approval(row) for row in self.bench.all(query))

    def forget(self, case_id: int) -> None:
        """Delete address, text and plan of all; what was open or approved cannot be used any more."""
        mine = drafts.c.case_id == case_id
        alive = mine & drafts.c.state.in_([DraftState.OPEN, DraftState.APPROVED])
        self.bench.run(update(drafts).where(alive).values(state=DraftState.VOID))
        self.bench.run(update(drafts).where(mine).values(sealed=None))

    def forget_reasons(self, case_id: int) -> None:
        """Delete the reasons that approvers typed; who approved which hash stays."""
        of_case = select(drafts.c.id).where(drafts.c.case_id == case_id)
        self.bench.run(update(approvals).where(approvals.c.draft_id.in_(of_case)).values(sealed=None))

    def _draft(self, row: Row[Any]) -> Draft:
        content = self.bench.content(SealedDraft, drafts, row) or _GONE
        return Draft(
            id=row.id,
            version=row.version,
            state=row.state,
            request_ids=tuple(row.request_ids),
            **{name: row._mapping[name] for name in _PLAIN},
            **{name: getattr(content, name) for name in SealedDraft.__slots__},
        )

    def _approval(self, row: Row[Any]) -> Approval:
        content = self.bench.content(SealedReason, approvals, row)
        return Approval(
            draft_id=row.draft_id,
            user=row.user,
            os_login=row.os_login,
            at=row.at,
            content_hash=row.content_hash,
            reason=None if content is None else content.reason,
            final=row.final,
        )
