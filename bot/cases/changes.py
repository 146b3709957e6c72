"""What is planned to happen to personal data: listed, shown, approved, executed, verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class ChangeAction(StrEnum):
    """What happens to a field or category that a plan speaks of. Stored: add, never rename."""

    CORRECT = "correct"
    ERASE = "erase"
    ERASE_BY_HAND = "erase_by_hand"
    PSEUDONYMISE = "pseudonymise"
    KEEP = "keep"  # until `keep_until`, because `reason`
    RESTRICT = "restrict"
    RETURN = "return"  # the tenant's own administration: given back to its controller (Art. 28(3)(g))


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One line of the plan.

    A correction names `column`, `old` and `new`; an erasure names the number of rows it must hit. `count` is how many
    rows the plan saw: execution stops where it finds another number.
    """

    system: str
    table: str
    label: str  # for people, in the letter's language
    action: ChangeAction
    column: str | None = None
    key: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # WHERE column = value, by the data map
    old: str | None = field(default=None, repr=False)
    new: str | None = field(default=None, repr=False)
    count: int = 0
    reason: str | None = None  # why kept, in the letter's language
    keep_until: date | None = None
    high_risk: bool = False  # contact data, IBAN, owner, KvK, a running account, bookkeeping: needs L3
    field: str | None = None  # what a correction changes, as recognition calls it: street, postcode, phone, iban …

    @property
    def acts(self) -> bool:
        """Something in a system changes when this line is executed."""
        return self.action in {ChangeAction.CORRECT, ChangeAction.ERASE, ChangeAction.PSEUDONYMISE}


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """What really happened to one line: `done` only after the verification query said so."""

    change: PlannedChange
    done: bool
    found: int  # rows seen
    trouble: str | None = None  # class of the trouble, without personal data
