"""An alarm mail that does not arrive is told elsewhere: in the tasks, at the web address for alarms, and in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, header
from servers.smtp_sink import SmtpSink
from servers.webhook import Webhook

FATIMA = "fatima@kleinboek.example"
DAEMON = "MAILER-DAEMON@mx.kleinboek.example"
GONE = f"<{FATIMA}>:\n550 5.1.1 user unknown. Giving up."


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, webhook: Webhook) -> Office:
    return Office(tmp_path, smtp_sink, ALARM__WEBHOOK_URL=webhook.url)


async def alarmed(office: Office) -> None:
    """A term is near, and Fatima was told by mail."""
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    office.write("sanne@klant.example", "Graag een kopie van alle gegevens die u van mij heeft (artikel 15 AVG).")
    await office.step()
    await office.step(days=15)
    assert office.letters(FATIMA)


def comes_back(
    office: Office, said: str, *, sender: str = DAEMON, path: str = "<>", to: str = FATIMA, name_it: bool = True
) -> None:
    returned = f"Message-ID: {header(office.letters(to)[-1], 'Message-ID')}\n" if name_it else ""
    text = f"{said}\n\n--- Below this line is a copy of the message.\n\n{returned}Subject: termijn\n"
    office.write(sender, text, subject="Undelivered Mail Returned to Sender", headers={"Return-Path": path})


def told(office: Office, kind: str = "alarm_mail") -> list[dict[str, Any]]:
    return [task for task in office.json("tasks")["tasks"] if task["kind"] == kind]


@pytest.mark.parametrize("name_it", [True, False], ids=["with its id", "by its address alone"])
async def test_an_alarm_that_bounces_is_told_on_every_other_channel_once(
    office: Office, webhook: Webhook, capfd: pytest.CaptureFixture[str], *, name_it: bool
) -> None:
    await alarmed(office)

    for number in range(2):
        comes_back(office, f"{GONE} ({number})", name_it=name_it)
        await office.step(minutes=1)

    (task,) = told(office)
    assert "het adres bestaat niet (5.1.1)" in task["text"]
    assert FATIMA not in str(task)
    assert [alarm["event"] for alarm in webhook.alarms] == ["alarm_lost"]
    assert "user list" in webhook.alarms[0]["text"]
    said = capfd.readouterr().err
    assert said.count("an alarm mail did not arrive") == 1
    assert FATIMA not in said
    assert len(office.cases()) == 1


async def test_an_alarm_that_is_refused_at_the_door_is_told_at_the_web_address_too(
    office: Office, webhook: Webhook
) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    office.write("sanne@klant.example", "Graag een kopie van alle gegevens die u van mij heeft (artikel 15 AVG).")
    await office.step()
    office.sink.answer("RCPT", *["550 5.1.1 no such user"] * 2)
    await office.step(days=15)
    await office.step(minutes=5)

    assert [alarm["event"] for alarm in webhook.alarms] == ["alarm_lost"]


async def test_what_a_person_says_of_an_alarm_or_a_mail_system_of_another_address_is_no_lost_alarm_by_address(
    office: Office, webhook: Webhook
) -> None:
    await alarmed(office)

    comes_back(office, GONE, sender="joris@klant.example", path="<joris@klant.example>", name_it=False)
    comes_back(office, "<iemand@elders.example>:\n550 5.1.1 user unknown", name_it=False)
    await office.step(minutes=1)

    assert told(office) == []
    assert webhook.alarms == []


async def test_a_test_mail_that_bounces_is_a_task_and_no_alarm(office: Office, webhook: Webhook) -> None:
    await asyncio.to_thread(office.cli, "testmail", "--to", "proef@elders.example", "--wait", "0")

    comes_back(office, "<proef@elders.example>:\n552 5.2.2 mailbox is full", to="proef@elders.example")
    await office.step(minutes=1)

    (task,) = told(office, "test_mail")
    assert "het postvak is vol (5.2.2)" in task["text"]
    assert told(office) == []
    assert webhook.alarms == []
