"""How sure we must be, and how long we wait."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cases_builders import NOW, make_change, make_draft, make_request
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.levels import HIGH_RISK_FIELDS, Levels, hold_until
from bot.cases.model import Level
from bot.settings import IdentitySettings, LevelSettings
from bot.triage.labels import RequestKind as Kind
from bot.triage.verdict import StatedCorrection

LEVELS = Levels.configured(LevelSettings())
SHIPPED = IdentitySettings()
DEMO = IdentitySettings(hold_days=0, contact_hold_hours=0)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (Kind.ACCESS, Level.L2),
        (Kind.PORTABILITY, Level.L2),
        (Kind.CORRECTION, Level.L2),
        (Kind.RESTRICTION, Level.L2),
        (Kind.OBJECTION, Level.L2),
        (Kind.ERASURE, Level.L3),
        (Kind.COMPLAINT, Level.L0),
        (Kind.CONSENT_WITHDRAWAL, Level.L0),
    ],
)
def test_each_right_asks_for_its_level(kind: Kind, level: Level) -> None:
    assert LEVELS.required(kind, ()) == level


def test_whoever_objects_to_marketing_only_proves_nothing() -> None:
    assert LEVELS.required(Kind.OBJECTION, (), marketing_only=True) == Level.L0
    assert LEVELS.required(Kind.ERASURE, (), marketing_only=True) == Level.L3


@pytest.mark.parametrize("name", ["email", "phone", "iban", "owner", "kvk", "btw"])
def test_a_correction_that_takes_an_account_over_needs_a_second_factor(name: str) -> None:
    harmless = StatedCorrection("street", "Hooiweg 1", "Hooiweg 2")
    risky = StatedCorrection(name, None, "nieuw")

    assert name in HIGH_RISK_FIELDS
    assert LEVELS.required(Kind.CORRECTION, (harmless,)) == Level.L2
    assert LEVELS.required(Kind.CORRECTION, (harmless, risky)) == Level.L3


def test_a_planned_iban_change_needs_the_second_factor_whatever_the_mail_called_it() -> None:
    change = make_change(action=ChangeAction.CORRECT, column="rekening", old="x", new="y", high_risk=True)

    assert LEVELS.by_plan(Kind.CORRECTION, [change]) == Level.L3


def test_an_erasure_that_ends_no_account_and_touches_no_bookkeeping_needs_l2() -> None:
    assert LEVELS.by_plan(Kind.ERASURE, [make_change(table="nieuwsbrief")]) == Level.L2
    assert LEVELS.by_plan(Kind.ERASURE, [make_change(table="nieuwsbrief"), make_change(high_risk=True)]) == Level.L3


def test_a_plan_that_erases_nothing_does_not_lower_an_erasure() -> None:
    assert LEVELS.by_plan(Kind.ERASURE, []) == Level.L3
    assert LEVELS.by_plan(Kind.ERASURE, [make_change(action=ChangeAction.KEEP)]) == Level.L3


def wait(kind: Kind, *changes: PlannedChange, level: Level = Level.L3, second_factor: bool = True) -> timedelta | None:
    until = hold_until(kind, level, changes, NOW, SHIPPED, second_factor=second_factor)
    return until - NOW if until else None


def test_each_act_waits_its_own_time() -> None:
    risky = make_change(high_risk=True)

    assert wait(Kind.ERASURE, risky) == timedelta(days=7)
    assert wait(Kind.CORRECTION, risky) == timedelta(hours=72)
    assert wait(Kind.CORRECTION, risky, second_factor=False) == timedelta(days=7)
    assert wait(Kind.ERASURE, make_change(), level=Level.L2) is None
    assert wait(Kind.ACCESS, level=Level.L2, second_factor=False) is None


def test_a_demo_without_holds_waits_for_nothing() -> None:
    risky = make_change(high_risk=True)

    assert hold_until(Kind.ERASURE, Level.L3, [risky], NOW, DEMO, second_factor=False) is None


changes = st.lists(
    st.builds(make_change, action=st.sampled_from(ChangeAction), high_risk=st.booleans(), count=st.integers(0, 3)),
    max_size=4,
)


@given(st.sampled_from([Kind.CORRECTION, Kind.ERASURE]), changes, st.booleans())
def test_no_high_risk_line_passes_at_l2_or_without_a_wait(
    kind: Kind, plan: list[PlannedChange], second_factor: bool
) -> None:
    level = LEVELS.by_plan(kind, plan)
    until: datetime | None = hold_until(kind, level, plan, NOW, SHIPPED, second_factor=second_factor)

    if any(change.high_risk for change in plan):
        assert level == Level.L3
        assert until is not None
        assert until >= NOW + timedelta(hours=72)


ASKS_MORE = Levels.configured(LevelSettings(access="L3", complaint="L2", marketing="L2"))


def test_what_the_configuration_asks_holds_for_requests_that_came_before_it() -> None:
    came = make_request(kind=Kind.ACCESS, required=Level.L2, reached=Level.L2)

    assert LEVELS.in_force(came) == Level.L2
    assert ASKS_MORE.in_force(came) == Level.L3
    assert ASKS_MORE.in_force(make_request(kind=Kind.COMPLAINT, required=Level.L0)) == Level.L2


def test_what_was_found_when_a_request_came_is_never_lowered() -> None:
    assert LEVELS.in_force(make_request(kind=Kind.CORRECTION, required=Level.L3)) == Level.L3
    assert LEVELS.in_force(make_request(kind=Kind.OBJECTION, required=Level.L2)) == Level.L2
    assert LEVELS.in_force(make_request(kind=Kind.OBJECTION, required=Level.L0)) == Level.L0  # marketing alone
    assert ASKS_MORE.in_force(make_request(kind=Kind.OBJECTION, required=Level.L0)) == Level.L2


@given(st.sampled_from(Kind), st.sampled_from(Level), changes)
def test_no_file_and_no_change_leaves_below_l2_whatever_the_request_was_taken_for(
    kind: Kind, required: Level, plan: list[PlannedChange]
) -> None:
    draft = make_draft(changes=tuple(plan))
    needed = LEVELS.of_draft(make_request(kind=kind, required=required), draft)

    assert needed >= required
    if any(change.acts for change in plan):
        assert needed >= Level.L2
