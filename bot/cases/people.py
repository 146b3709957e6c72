"""Staff in our own table, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.cases.errors import NotAllowedError


class StaffRole(StrEnum):
    """Stored: add, never rename."""

    LEZER = "lezer"  # reads
    BEHANDELAAR = "behandelaar"  # handles and approves
    FUNCTIONARIS = "functionaris"  # privacy officer: complaints, refusals, high risk
    BEHEERDER = "beheerder"  # users and the machine, no case


class Act(StrEnum):
    """What a user can do to a case."""

    READ = "read"
    HANDLE = "handle"  # label, note, verify, ask, edit, open, release, assign
    APPROVE = "approve"
    DECIDE_RISK = "decide_risk"  # refusals' second reader, L3 by written decision, escalation
    MANAGE_USERS = "manage_users"


_MAY: dict[StaffRole, frozenset[Act]] = {
    StaffRole.LEZER: frozenset({Act.READ}),
    StaffRole.BEHANDELAAR: frozenset({Act.READ, Act.HANDLE, Act.APPROVE}),
    StaffRole.FUNCTIONARIS: frozenset({Act.READ, Act.HANDLE, Act.APPROVE, Act.DECIDE_RISK}),
    StaffRole.BEHEERDER: frozenset({Act.READ, Act.MANAGE_USERS}),
}


@dataclass(frozen=True, slots=True)
class User:
    """One member of staff."""

    id: int
    name: str
    role: StaffRole
    enabled: bool
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: what `--as` claims, and the operating-system login beside it."""

    claimed: str
    os_login: str | None = None


def require(user: User | None, act: Act, claimed: str) -> User:
    """The user, if known, enabled and allowed; `claimed` is what `--as` said. Raises NotAllowedError."""
    if user is None:
        raise NotAllowedError(f"there is no user '{claimed}'; add one with: privacybot user add {claimed} --role …")
    if not user.enabled:
        raise NotAllowedError(f"user '{claimed}' is disabled")
    if act not in _MAY[user.role]:
        raise NotAllowedError(f"user '{claimed}' is {user.role}; that role may not do this ({act})")
    return user


def may(user: User, act: Act) -> bool:
    return user.enabled and act in _MAY[user.role]
