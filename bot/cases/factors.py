"""What proves who somebody is, and how much several proofs are worth together."""

from __future__ import annotations

from enum import StrEnum

from bot.cases.model import Level


class Factor(StrEnum):
    """One proof. Stored as the method of a `verified` event: add, never rename."""

    CHALLENGE = "challenge"  # the code from the address of record
    LOGIN = "login"  # confirmed in the company's own application, while logged in
    PHONE = "phone"  # staff called the number of record
    LETTER = "letter"  # the code from a letter to the postal address of record
    DECISION = "decision"  # the privacy officer decided in writing that the first proof is enough


BY_STAFF = (Factor.PHONE, Factor.LETTER, Factor.DECISION)
"""What `verify` takes; the others come from the person himself."""


def level_of(proved: frozenset[Factor]) -> Level:
    """One proof gives L2, two that differ give L3; the officer's decision stands in for the second, never the first.

    The same proof twice counts once. A call and a letter make up for a mailbox that was lost.
    """
    if not proved - {Factor.DECISION}:
        return Level.L0
    return Level.L3 if len(proved) > 1 else Level.L2


def second_factor_used(proved: frozenset[Factor]) -> bool:
    """Two factors fixed before the case; where this is false L3 rests on a decision, and waits longer."""
    return len(proved - {Factor.DECISION}) > 1
