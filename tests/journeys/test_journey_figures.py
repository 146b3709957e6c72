"""`stats` counts the requests of a whole office, in words for staff and as JSON, and names nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office
from servers.smtp_sink import SmtpSink

from bot.cases.figures import Figures

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def test_answers_are_counted_by_kind_and_by_month_and_nobody_is_named(office: Office) -> None:
    assert "geen verzoeken" in office.cli("stats")
    for writer in ("elders@buiten.example", "nergens@buiten.example"):
        office.write(writer, ASKS)
    await office.step()
    answered, running = (case["ref"] for case in office.cases())
    office.cli("answered-elsewhere", answered, "--as", "fatima", "--note", "per telefoon")
    await office.step(days=45)

    found = office.json("stats")
    access = found["kinds"]["access"]
    assert set(access) == {*Figures.__dataclass_fields__, "extended_share"}
    assert (access["received"], access["open"], access["late"]) == (2, 1, 1)
    words = office.cli("stats")
    assert words.startswith("inzage: 2 ontvangen")
    assert "1 te laat" in words
    assert "buiten.example" not in words + str(found)
    assert running not in words + str(found)


async def test_what_came_before_the_day_asked_for_does_not_count(office: Office) -> None:
    office.write("elders@buiten.example", ASKS)
    await office.step()

    assert office.json("stats", "--since", "2026-11-01T00:00+01:00")["kinds"]["access"]["received"] == 1
    assert office.json("stats", "--since", "2026-12-01T00:00+01:00")["kinds"] == {}
