"""A mailbox that cannot be read: staff hear of it once, by another way, and once more when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.ground import free_port
from servers.office import Office, body, header
from servers.running import LiveOffice, until
from servers.smtp_sink import SmtpSink
from servers.webhook import Webhook

from bot.mail.errors import MailboxLostError
from bot.rooms import Rooms

ASKS = "Kunnen jullie mij sturen wat jullie allemaal over mij hebben opgeslagen?"
FATIMA = "fatima@kleinboek.example"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot, webhook: Webhook) -> Office:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, ALARM__WEBHOOK_URL=webhook.url)
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    return office


@contextmanager
def dead(dovecot: Dovecot) -> Iterator[None]:
    dovecot.server.stop()
    try:
        yield
    finally:
        dovecot.server.start()


async def step_in_vain(office: Office, minutes: float) -> None:
    with pytest.raises(MailboxLostError):
        await office.step(minutes=minutes)


def standing(office: Office) -> list[str]:
    return [task["text"] for task in office.json("tasks")["tasks"] if task["kind"] == "mailbox_unreadable"]


async def test_an_outage_is_told_once_by_mail_and_web_and_once_more_when_it_is_over(
    office: Office, dovecot: Dovecot, webhook: Webhook, capfd: pytest.CaptureFixture[str]
) -> None:
    await office.step()
    with dead(dovecot):
        await step_in_vain(office, 20)
        assert (office.letters(FATIMA), webhook.alarms, standing(office)) == ([], [], [])
        await step_in_vain(office, 11)
        for _ in range(3):
            await step_in_vain(office, 60)

        [mail] = office.letters(FATIMA)
        [alarm] = webhook.alarms
        [task] = standing(office)

    assert header(mail, "Subject") == "Het postvak kan niet worden gelezen"
    assert "kan sinds 26 november om 09:00 uur niet worden gelezen" in body(mail)
    assert "kan sinds 26 november om 09:00 uur niet worden gelezen" in task
    assert (alarm["event"], alarm["host"], alarm["schema"]) == ("mailbox_unreadable", dovecot.host, 1)
    assert alarm["since"].startswith("2026-11-26T08:00")

    office.write(office.people.sanne.address, ASKS)
    await office.step(minutes=5)
    await office.step(minutes=5)

    mails = [header(mail, "Subject") for mail in office.letters(FATIMA)]
    assert mails == ["Het postvak kan niet worden gelezen", "Het postvak wordt weer gelezen"]
    assert [alarm["event"] for alarm in webhook.alarms] == ["mailbox_unreadable", "mailbox_readable"]
    assert standing(office) == []
    assert len(office.cases()) == 1
    said = b"".join([*webhook.raw, capfd.readouterr().err.encode()]).decode()
    for words in (office.people.sanne.address, FATIMA, "opgeslagen", "geheim"):
        assert words not in said


async def test_an_alarm_that_the_web_address_refuses_is_offered_again(
    office: Office, dovecot: Dovecot, webhook: Webhook
) -> None:
    await office.step()
    webhook.answers += [500, 500]
    with dead(dovecot):
        await step_in_vain(office, 31)
        assert webhook.alarms == []
        await step_in_vain(office, 1)
        await step_in_vain(office, 1)

    assert [alarm["event"] for alarm in webhook.alarms] == ["mailbox_unreadable"]


async def test_with_alarm_minutes_zero_nobody_is_told(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__ALARM_MINUTES="0")
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    await office.step()
    with dead(dovecot):
        await step_in_vain(office, 600)

    assert (office.letters(FATIMA), standing(office)) == ([], [])


async def test_a_user_whose_address_is_no_address_keeps_nobody_else_from_being_told(
    office: Office, dovecot: Dovecot
) -> None:
    office.cli("user", "add", "aldo", "--role", "behandelaar", "--address", "geen adres")
    await office.step()
    with dead(dovecot):
        await step_in_vain(office, 31)

    assert len(office.letters(FATIMA)) == 1
    assert "alarm_mail" in [task["kind"] for task in office.json("tasks")["tasks"]]


async def test_a_large_first_sync_is_no_outage(office: Office, dovecot: Dovecot) -> None:
    """Mail that comes in is a sign of life, though no sync is complete."""
    office.write("winkel@elders.example", "Hoe werkt de import?", subject="Import")
    await office.step()
    office.now += timedelta(hours=2)
    rooms = Rooms(office.settings(), office._env_now())
    with rooms.archive.transaction() as tx:
        [mark] = [mark for mark in tx.folders.all() if mark.folder == "INBOX"]
        tx.folders.set(replace(mark, synced_at=rooms.clock() - timedelta(minutes=3)))
    rooms.watchkeeping.round()
    rooms.close_now()

    assert standing(office) == []


async def test_of_two_mailboxes_the_dead_one_is_told_and_reconcile_counts_the_other(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    second = {"HOST": "127.0.0.1", "PORT": str(free_port()), "TLS": "none", "USER": "klachten", "SINCE": "2026-11-01"}
    overrides = {f"MAILBOXES__KLACHTEN__{key}": value for key, value in second.items()}
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, IMAP_PASSWORD_KLACHTEN="geheim", **overrides)
    office.write("winkel@elders.example", "Hoe werkt de import?", subject="Import")
    await step_in_vain(office, 1)
    await step_in_vain(office, 31)
    await step_in_vain(office, 31)

    [task] = standing(office)
    told = office.json("reconcile", fails=True)

    assert "het postvak klachten kan" in task
    first, dead_one = told["mailboxes"]
    assert first["trouble"] is None
    assert sum(folder["in_mailbox"] for folder in first["folders"]) == 1
    assert (dead_one["mailbox"], dead_one["folders"]) == ("klachten", [])
    assert "no connection to 127.0.0.1" in dead_one["trouble"]


async def test_a_process_that_only_watches_writes_down_how_reading_goes(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = LiveOffice(tmp_path, smtp_sink, dovecot=dovecot, WATCH__POLL_SECONDS="0.2")
    service = office.begin("watch")
    try:
        until(lambda: _read_at(office) is not None, "a sync was written down")
    finally:
        service.stop()


def _read_at(office: Office) -> object:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            [mailbox] = rooms.mailboxes
            readings = tx.meta.readings(mailbox.name)
            return None if readings is None else readings.read_at
    finally:
        rooms.close_now()
