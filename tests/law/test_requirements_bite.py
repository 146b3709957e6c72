"""A test that is marked with a requirement fails once the behaviour is gone: shown by taking some of them out."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_requirements import shown

LAW = Path(__file__).parent
CHECKOUT = LAW.parents[1]


@dataclass(frozen=True)
class Bite:
    """With `removed` taken out of the program, `test`, which shows `requirement`, must fail."""

    requirement: str
    removed: str
    test: str


_APPROVING = "tests/cases/test_cases_approving.py"
_BREACH = "tests/cases/test_cases_incidents.py"
_FILING = "tests/cases/test_cases_filing.py"
_MASKING = "tests/cases/test_cases_masking.py"

BITES = (
    Bite("BRE-01", "the 72 hours", f"{_BREACH}::test_seventy_two_hours_run_through_holidays_and_summer_time"),
    Bite("BRE-03", "what a closed breach must know", f"{_BREACH}::test_each_field_of_the_notification_is_missed"),
    Bite(
        "ID-05",
        "the mask over a citizen service number",
        f"{_MASKING}::test_a_citizen_service_number_named_as_such_is_masked",
    ),
    Bite(
        "ID-06",
        "the mask over a citizen service number",
        f"{_MASKING}::test_the_old_vat_number_of_a_sole_trader_is_his_citizen_service_number",
    ),
    Bite("ID-09", "the look at the level", f"{_APPROVING}::test_no_export_is_approved_below_the_required_level"),
    Bite(
        "REF-03", "the second reader", f"{_APPROVING}::test_a_refusal_is_read_by_two_people_of_whom_one_is_the_officer"
    ),
    Bite("KLA-02", "the officer's letters", f"{_APPROVING}::test_a_complaint_is_decided_by_the_officer"),
    Bite(
        "ID-10",
        "the people who only people answer",
        f"{_FILING}::test_who_writes_for_another_is_read_by_a_person_first",
    ),
    Bite(
        "INT-10", "the gate", "tests/cases/test_cases_gate.py::test_a_second_receipt_to_one_address_in_a_day_is_dropped"
    ),
    Bite("INT-12", "the lawyers", "tests/triage/test_triage_mails.py::test_a_lawyer_gets_a_person"),
)


@pytest.mark.parametrize("bite", BITES, ids=lambda bite: bite.requirement)
def test_the_test_of_a_requirement_fails_without_it(bite: Bite) -> None:
    assert bite.test in shown()[bite.requirement]
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "removals", "-p", "no:cacheprovider", bite.test],
        cwd=CHECKOUT,
        env={**os.environ, "REMOVED": bite.removed, "PYTHONPATH": str(LAW)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout[-2000:] + found.stderr[-2000:]
    assert " failed" in found.stdout.splitlines()[-1]
