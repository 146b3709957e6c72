"""A breach as values: how long there is, and what is missing before it may be closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cases.errors import RefusedActError
from bot.cases.incidents import FIELDS, Cause, Incident, IncidentState, Risk, missing, require_field
from bot.triage.labels import Role

GOOD_FRIDAY = datetime.fromisoformat("2026-04-03T16:20:00+02:00")
KNOWN = {name: "bekend" for name in FIELDS if name != "late_reason"}
TOLD = GOOD_FRIDAY + timedelta(hours=20)


def breach(**changed: object) -> Incident:
    plain = Incident(1, 7, Cause.STAFF, IncidentState.CONFIRMED, GOOD_FRIDAY, Risk.HIGH, Role.CONTROLLER)
    return replace(plain, **changed)  # type: ignore[arg-type]


DECIDED = breach(fields=KNOWN, notified_at=TOLD, people_told_at=TOLD)


@pytest.mark.requirement("BRE-01", "BRE-06")
@pytest.mark.parametrize(
    ("aware", "due"),
    [
        ("2026-04-03T16:20:00+02:00", "2026-04-06T16:20:00+02:00"),  # Easter Monday
        ("2026-12-24T18:05:00+01:00", "2026-12-27T18:05:00+01:00"),
        ("2026-03-28T10:00:00+01:00", "2026-03-31T11:00:00+02:00"),  # the night of summer time
    ],
)
def test_seventy_two_hours_run_through_holidays_and_summer_time(aware: str, due: str) -> None:
    assert breach(aware_at=datetime.fromisoformat(aware)).due_at == datetime.fromisoformat(due).astimezone(UTC)


@pytest.mark.requirement("BRE-03")
def test_what_is_known_decided_and_done_may_be_closed() -> None:
    assert missing(DECIDED) == ()


@pytest.mark.requirement("BRE-03")
@pytest.mark.parametrize("name", KNOWN)
def test_each_field_of_the_notification_is_missed(name: str) -> None:
    assert missing(replace(DECIDED, fields={**KNOWN, name: "  "})) == (FIELDS[name],)


@pytest.mark.requirement("BRE-03")
def test_a_late_notification_needs_its_reason() -> None:
    late = replace(DECIDED, notified_at=DECIDED.due_at + timedelta(minutes=1))
    assert missing(late) == (FIELDS["late_reason"],)
    assert missing(replace(late, fields={**KNOWN, "late_reason": "de functionaris was ziek"})) == ()


@pytest.mark.requirement("BRE-04")
def test_people_hear_at_high_risk_and_only_a_reason_stands_in_for_it() -> None:
    untold = replace(DECIDED, people_told_at=None)
    assert missing(untold) == ("de mensen zelf inlichten, of opschrijven waarom dat niet hoeft",)
    assert missing(replace(untold, risk=Risk.RISK)) == ()
    assert missing(replace(untold, people_not_told_because="bestand was versleuteld")) == ()


@pytest.mark.requirement("BRE-03")
def test_a_reason_not_to_notify_the_authority_falls_when_the_risk_is_found_higher() -> None:
    unlikely = replace(DECIDED, risk=Risk.UNLIKELY, notified_at=None, not_notified_because="versleuteld bestand")
    assert not unlikely.authority_waits

    higher = replace(unlikely, risk=Risk.RISK)

    assert higher.authority_waits
    assert missing(higher) == ("melden bij de AP, of opschrijven waarom dat niet hoeft",)


@pytest.mark.requirement("BRE-05")
def test_as_processor_the_customer_hears_and_the_authority_is_his_to_notify() -> None:
    processor = breach(fields=KNOWN, role=Role.PROCESSOR)
    assert missing(processor) == ("de klant inlichten voor wie wij de boeken bewaren",)
    assert missing(replace(processor, controller_told_at=TOLD)) == ()


def test_a_field_that_no_notification_has_is_refused_with_those_that_exist() -> None:
    with pytest.raises(RefusedActError, match="known are nature, people"):
        require_field("wie")
