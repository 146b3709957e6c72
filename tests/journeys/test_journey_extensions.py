"""Terms are extended by exception; where that becomes a habit staff are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office, body
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
WHY = "volume: twaalf jaar aan boekingen"


def told(office: Office) -> list[str]:
    return [task["text"] for task in office.json("tasks")["tasks"] if task["kind"] == "extensions"]


@pytest.mark.requirement("EXT-01", "EXT-03")
async def test_more_than_one_case_in_ten_extended_is_told_once_a_month(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    people = [f"klant{number}@elders.example" for number in range(10)]
    for address in people:
        office.write(address, ASKS)
    await office.step()
    refs = [case["ref"] for case in office.cases()]
    alarms = []

    for ref in refs[:2]:
        draft = office.json("extend", ref, "--as", "fatima", "--reason", WHY)
        office.cli("approve", ref, "--as", "fatima", "--draft", str(draft["draft"]))
        await office.step(minutes=1)
        await office.step(minutes=1)
        alarms.append(told(office))

    [alarm] = alarms[1]
    assert alarms[0] == []
    assert alarm.startswith("in twaalf maanden zijn 2 van de 10 zaken verlengd, meer dan een tiende")
    notices = [body(mail) for mail in office.letters() if "twaalf jaar aan boekingen" in body(mail)]
    assert ["26 februari 2027" in notice for notice in notices] == [True, True]
    [task] = [task for task in office.json("tasks")["tasks"] if task["kind"] == "extensions"]
    office.cli("task", "done", str(task["id"]), "--as", "fatima")
    await office.step(days=1)
    assert told(office) == []
    await office.step(days=4)  # December
    assert told(office) == [alarm]
