"""The log is anchored every day, the anchor leaves the machine, and `verify-log` tells what was changed since."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from servers.office import Office, body
from servers.smtp_sink import SmtpSink
from servers.webhook import Webhook

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
OPERATOR = "beheer@kleinboek.nl"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


async def anchored(office: Office) -> dict[str, str]:
    """A case of two days; the hash of the anchor of each day."""
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    await office.step(days=1)
    files = sorted((office.home / "anchors").iterdir())
    return {path.stem: json.loads(path.read_bytes())["hash"] for path in files}


def tamper(office: Office, *statements: str) -> None:
    with closing(sqlite3.connect(office.home / "archive.sqlite")) as archive, archive:
        for statement in statements:
            assert archive.execute(statement).rowcount > 0


async def test_every_day_has_one_anchor_and_both_are_in_the_log(office: Office) -> None:
    anchors = await anchored(office)
    await office.step(minutes=5)

    assert sorted(anchors) == ["2026-11-26", "2026-11-27"]
    assert office.cli("verify-log").strip() == "2 anchors and 1 chains hold"
    for link in anchors.values():
        assert "hold" in office.cli("verify-log", "--hash", link.upper())


async def test_a67_a_case_taken_out_of_the_database_is_told_by_its_anchor(office: Office) -> None:
    await anchored(office)
    [case] = office.cases()
    assert office.json("verify-log")["faults"] == []

    tamper(office, *(f"DELETE FROM {table} WHERE chain = 1" for table in ("events", "event_values", "event_heads")))
    told = office.json("verify-log", fails=True)

    assert list(told["broken"]) == [case["ref"]]
    assert told["faults"][0]["anchor"] == "2026-11-27"
    assert f"{case['ref']}: the chain is gone" in office.cli("verify-log", fails=True)


async def test_a67_a_changed_event_is_told_with_case_and_link(office: Office) -> None:
    await anchored(office)
    [case] = office.cases()

    tamper(office, "UPDATE events SET actor = 'joris' WHERE chain = 1 AND seq = 2")

    assert office.json("verify-log", fails=True)["broken"] == {case["ref"]: [2]}


async def test_an_anchor_from_another_place_is_compared_too(office: Office, tmp_path: Path) -> None:
    anchors = await anchored(office)
    kept = shutil.copy(office.home / "anchors" / "2026-11-26.json", tmp_path / "usb.json")
    assert "3 anchors" in office.cli("verify-log", "--anchor", str(kept))

    (office.home / "anchors" / "2026-11-26.json").unlink()

    said = office.cli("verify-log", "--hash", anchors["2026-11-26"], fails=True)
    assert "anchors: the anchor of 2026-11-26 is missing" in said
    assert "no anchor has the hash" in said


async def test_staff_get_the_hash_by_mail_and_the_web_address_gets_it_every_day(
    tmp_path: Path, smtp_sink: SmtpSink, webhook: Webhook
) -> None:
    told_outside = {"ALARM__WEBHOOK_URL": webhook.url, "ANCHOR__WEBHOOK": "true", "ANCHOR__MAIL_DAYS": "7"}
    office = Office(tmp_path, smtp_sink, **told_outside)
    office.cli("user", "add", "otto", "--role", "beheerder", "--address", OPERATOR)
    anchors = await anchored(office)
    assert office.letters(OPERATOR) == []

    await office.step(days=6)
    [quiet] = office.letters(OPERATOR)
    await office.step(days=8)
    loud = office.letters(OPERATOR)[-1]

    told = {alarm["day"]: alarm["hash"] for alarm in webhook.alarms if alarm["event"] == "anchored"}
    assert anchors.items() <= told.items()
    assert "Controlegetal" in body(quiet)
    assert "termijn" in body(loud)
    for mail in (quiet, loud):
        found = re.search(r"^([0-9a-f]{64})$", body(mail), re.MULTILINE)
        assert found is not None
        assert "hold" in office.cli("verify-log", "--hash", found[1])


async def test_a_folder_that_cannot_be_written_is_a_task_until_it_can(office: Office) -> None:
    (office.home / "anchors").write_text("no folder")

    await office.step()
    stands = [task for task in office.json("tasks")["tasks"] if task["kind"] == "unanchored"]
    (office.home / "anchors").unlink()
    await office.step(minutes=1)

    assert len(stands) == 1
    assert [task for task in office.json("tasks")["tasks"] if task["kind"] == "unanchored"] == []
    assert "1 anchors" in office.cli("verify-log")


async def test_a_clock_that_ran_ahead_is_a_task_for_nothing_is_anchored_until_then(office: Office) -> None:
    await anchored(office)
    far = json.loads((office.home / "anchors" / "2026-11-27.json").read_bytes())["hash"]
    tamper(office, f"UPDATE meta SET value = '2099-01-01 {far}' WHERE name = 'anchored'")

    await office.step(days=1)

    [task] = [task for task in office.json("tasks")["tasks"] if task["kind"] == "unanchored"]
    assert "de klok" in task["text"]
    assert len(list((office.home / "anchors").iterdir())) == 2


async def test_an_anchor_that_a_killed_attempt_left_is_taken_as_it_is(office: Office) -> None:
    await anchored(office)
    path = office.home / "anchors" / "2026-11-27.json"
    before = path.read_bytes()
    first = json.loads((office.home / "anchors" / "2026-11-26.json").read_bytes())["hash"]
    tamper(office, f"UPDATE meta SET value = '2026-11-26 {first}' WHERE name = 'anchored'")

    await office.step(minutes=1)

    assert path.read_bytes() == before
    assert "2 anchors" in office.cli("verify-log")
