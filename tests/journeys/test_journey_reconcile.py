"""The mailbox and the ledger are compared: nothing is in the one that is not in the other, and if so it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.dovecot import Dovecot
from servers.office import START, Office, body, header
from servers.smtp_sink import SmtpSink
from servers.wire import Wire
from sqlalchemy import create_engine, text

from bot.cases.work import Work
from bot.rooms import Rooms
from bot.store.records import Job
from bot.worker import Worker, handlers

ASKS = "Kunnen jullie mij sturen wat jullie allemaal over mij hebben opgeslagen?"
SAYS = "De import van mijn bankafschriften geeft een foutmelding. Weten jullie wat ik fout doe?"
FATIMA = "fatima@kleinboek.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot) -> Office:
    return Office(tmp_path, smtp_sink, dovecot=dovecot)


def sql(office: Office, statement: str, **values: object) -> None:
    engine = create_engine(office.env["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def lose_line(office: Office, uid: int) -> None:
    """As a fault of ours would: the mail is not in the ledger, and the mark is beyond it."""
    sql(office, "DELETE FROM mails WHERE uid = :uid AND folder = 'INBOX'", uid=uid)


def account(office: Office, *words: str, fails: bool = False) -> dict[str, Any]:
    """The INBOX as `reconcile` tells it."""
    told = office.json("reconcile", *words, fails=fails)
    assert told["schema"] == 1
    assert told["ok"] is not fails
    found: dict[str, Any] = next(each for each in told["mailboxes"][0]["folders"] if each["folder"] == "INBOX")
    return found


def counted(found: dict[str, Any]) -> dict[str, int]:
    return {
        name: count for name, count in found.items() if isinstance(count, int) and not isinstance(count, bool) and count
    }


async def test_every_mail_of_a_folder_stands_in_one_column(office: Office, dovecot: Dovecot) -> None:
    for number in (1, 2):
        office.now = START - timedelta(days=50 + number)
        office.write(f"vroeger-{number}@klant.example", SAYS, subject="Import")
    office.now = START
    await office.step()
    again = office.write(office.people.sanne.address, ASKS)
    office.write("winkel@elders.example", SAYS, subject="Import")
    office.write("weg@elders.example", SAYS + " Groet", subject="Import")
    office.write("afwezig@elders.example", "Ik ben er niet.", headers={"Auto-Submitted": "auto-replied"})
    office.deliver(again)
    await office.step(minutes=1)
    with dovecot.client() as person:
        person.select_folder("INBOX")
        person.delete_messages(person.search(["FROM", "weg@elders.example"]))
        person.expunge()
    office.write("zojuist@elders.example", SAYS, subject="Import")
    flags = dovecot.flags()

    found = account(office)

    kept = {"case": 1, "ordinary": 1, "automatic": 1, "duplicate": 1}
    assert counted(found) == kept | {"in_mailbox": 7, "before_start": 2, "waiting": 1, "gone": 1}
    table = office.cli("reconcile")
    assert "MISSING" in table
    assert "INBOX" in table
    assert dovecot.flags() == flags


async def test_a_mail_that_the_ledger_lost_is_named_and_a_repair_brings_it_with_the_date_of_its_arrival(
    office: Office,
) -> None:
    await office.step()
    arrived = office.now = office.now + timedelta(minutes=1)
    office.write(office.people.sanne.address, SAYS, subject="Import")
    office.write(office.people.joris.address, SAYS + " Dank", subject="Import")
    await office.step(minutes=1)
    sql(office, "UPDATE mails SET verdict = 'case' WHERE uid = 2")
    lose_line(office, 1)

    assert counted(account(office, fails=True)) == {"in_mailbox": 2, "case": 1, "missing": 1}
    assert "privacybot reconcile --repair" in office.cli("reconcile", fails=True)
    assert account(office, fails=True)["missing"] == 1  # looking alone changes nothing
    repaired = account(office, "--repair")
    assert counted(repaired) == {"in_mailbox": 2, "case": 1, "pending": 1, "taken_in": 1}
    await office.step(minutes=1)

    assert counted(account(office)) == {"in_mailbox": 2, "case": 1, "ordinary": 1}
    rooms = Rooms(office.settings(), office.env)
    with rooms.archive.reading() as tx:
        [kept] = [mail for mail in map(tx.mails.get, (3,)) if mail.arrival.uid == 1]
    rooms.close_now()
    assert kept.arrival.received_at == arrived


async def test_a_repair_gets_past_a_mail_at_which_the_server_breaks_off_and_a_person_hears_of_it(
    office: Office, dovecot: Dovecot
) -> None:
    await office.step()
    for number in (1, 2, 3):
        office.write("winkel@elders.example", SAYS + " Dank" * number, subject="Import")
    await office.step(minutes=1)
    sql(office, "DELETE FROM mails")
    dovecot.spoil(2)

    repaired = office.cli("reconcile", "--repair")
    await office.step(minutes=1)

    assert "taken in: 3" in repaired
    assert counted(account(office)) == {"in_mailbox": 3, "case": 1, "ordinary": 2}


async def test_mail_that_lies_unread_beyond_the_mark_is_missing_after_ten_minutes(office: Office) -> None:
    await office.step()
    office.now += timedelta(minutes=1)
    office.write("winkel@elders.example", SAYS, subject="Import")

    assert account(office)["waiting"] == 1
    office.now += timedelta(minutes=11)

    assert account(office, fails=True)["missing"] == 1


async def test_a_mailbox_that_the_service_never_read_is_not_taken_in_by_a_repair(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS)

    told = office.cli("reconcile", "--repair", fails=True)

    assert "was never read: start the service" in told
    rooms = Rooms(office.settings(), office.env)
    with rooms.archive.reading() as tx:
        assert sum(tx.mails.counts().values()) == 0
    rooms.close_now()


async def test_a_mail_whose_work_is_parked_makes_reconcile_fail_and_names_the_mend(office: Office) -> None:
    await office.step()
    office.write("winkel@elders.example", SAYS, subject="Import")
    await office.step(minutes=1)
    sql(office, "UPDATE mails SET verdict = 'pending'")

    assert counted(account(office, fails=True)) == {"in_mailbox": 1, "failed": 1, "failed_unseen": 1}
    assert "privacybot jobs" in office.cli("reconcile", fails=True)


async def test_at_night_a_lost_mail_is_taken_in_by_itself_and_staff_are_told_once(office: Office) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    await office.step()
    office.write(office.people.sanne.address, ASKS)
    office.now += timedelta(minutes=1)
    office.write("winkel@elders.example", SAYS, subject="Import")
    await office.step(minutes=1)
    sql(office, "DELETE FROM mails WHERE uid = 2")

    await office.step(hours=24)
    await office.step(hours=24)
    await office.step(hours=24)

    [task] = [task for task in office.json("tasks")["tasks"] if task["kind"] == "mailbox"]
    assert "map INBOX van info-" in task["text"]
    assert "1 bericht is niet ontvangen en alsnog opgehaald" in task["text"]
    mails = [mail for mail in office.letters(FATIMA) if "logboek" in header(mail, "Subject")]
    assert len(mails) == 1
    assert "alsnog opgehaald" in body(mails[0])
    assert office.people.sanne.address not in mails[0].raw.decode()
    assert counted(account(office))["ordinary"] == 1


async def test_the_comparison_waits_for_its_hour(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__RECONCILE_HOUR="23")
    await office.step()

    def days() -> list[str]:
        rooms = Rooms(office.settings(), office.env)
        with rooms.archive.reading() as tx:
            done = [f"{e.at:%m-%d}" for e in tx.events.of(None) if e.kind == "mailbox_reconciled"]
        rooms.close_now()
        return done

    assert days() == []
    await office.step(hours=13)
    assert days() == []
    await office.step(hours=1)
    assert len(days()) == 1


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    wire = Wire(dovecot.port)
    yield wire
    wire.close()


@pytest.fixture
def wired(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot, wire: Wire) -> Office:
    """An office that reads its mailbox through the wire."""
    return Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__PORT=str(wire.port), WATCH__TLS="none")


async def test_a_comparison_that_fails_is_made_again_after_an_hour_and_not_every_minute(
    wired: Office, wire: Wire
) -> None:
    wired.now -= timedelta(hours=9)
    wired.write("winkel@elders.example", SAYS, subject="Import")
    await wired.step()
    wired.now += timedelta(hours=9)
    wire.answers = {b"UID SEARCH UID 1:": b"NO not now"}

    async def connections(minutes: int) -> int:
        before = wire.connections
        await wired.step(minutes=minutes)
        return wire.connections - before

    made = [await connections(1), await connections(1), await connections(60)]

    assert made == [2, 1, 2]  # one that reads, and one that compares


def standing(office: Office) -> list[str]:
    tasks = office.json("tasks")["tasks"]
    return [task["text"] for task in tasks if task["kind"] == "mailbox_uncompared" and not task["done_at"]]


async def test_a_comparison_that_fails_for_three_nights_is_told_once_and_its_return_once(
    wired: Office, wire: Wire, smtp_sink: SmtpSink
) -> None:
    wired.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    wired.write("winkel@elders.example", SAYS, subject="Import")
    await wired.step()
    wire.answers = {b"UID SEARCH UID 1:": b"NO not now"}

    told = []
    for _ in range(5):
        await wired.step(hours=24)
        told.append(len(standing(wired)))
    [words] = standing(wired)
    wire.answers = {}
    await wired.step(hours=24)
    await wired.step(minutes=2)

    assert told == [0, 0, 1, 1, 1]
    assert "sinds 26 november om 09:00 uur niet met het logboek vergeleken" in words
    assert standing(wired) == []
    subjects = [header(mail, "Subject") for mail in wired.letters(FATIMA)]
    assert subjects == [
        "Het postvak kan niet met het logboek worden vergeleken",
        "Het postvak wordt weer met het logboek vergeleken",
    ]


async def test_after_a_long_stop_nobody_is_told_that_nothing_was_compared_before_it_was_tried(wired: Office) -> None:
    await wired.step()
    wired.now += timedelta(days=20)

    await wired.step()
    await wired.step(minutes=2)

    assert not [task for task in wired.json("tasks")["tasks"] if task["kind"] == "mailbox_uncompared"]


async def test_a_comparison_that_takes_long_keeps_no_request_waiting(wired: Office, wire: Wire) -> None:
    await wired.step()
    wired.write("winkel@elders.example", SAYS, subject="Import")
    await wired.step(minutes=1)
    sanne = wired.people.sanne.address
    wire.held_back = b"UID SEARCH UID 1:"
    rooms = Rooms(wired.settings(), wired.env)
    with rooms.archive.transaction() as tx:
        tx.jobs.defer(Work.RECONCILE, 0)
    working = asyncio.create_task(Worker(rooms).run(lambda: None))
    await asyncio.to_thread(wire.holding.wait)

    file = wired.home / "mail.eml"
    file.write_text(f"From: {sanne}\r\nMessage-ID: <1@klant.example>\r\nSubject: gegevens\r\n\r\n{ASKS}\r\n")
    wired.cli("ingest", str(file))
    await asyncio.to_thread(wired.sink.wait_for, 2)  # receipt and challenge
    working.cancel()
    await asyncio.wait([working])
    await rooms.close()

    assert {mail.to for mail in wired.letters()} == {(sanne,)}


async def test_what_a_comparison_took_in_before_it_failed_is_told(wired: Office, wire: Wire) -> None:
    await wired.step()
    wired.write("winkel@elders.example", SAYS, subject="Import")
    wired.write("klant@elders.example", SAYS + " Dank", subject="Import")
    wired.write("spam@elders.example", SAYS + " Groet", subject="Import", folder="Junk")
    await wired.step(minutes=1)
    lose_line(wired, 2)
    wire.answers = {b"UID SEARCH UID 1:1": b"NO not now"}  # only Junk holds but one

    await wired.step(hours=24)

    [task] = [task for task in wired.json("tasks")["tasks"] if task["kind"] == "mailbox"]
    assert "1 bericht is niet ontvangen en alsnog opgehaald" in task["text"]


async def test_a_service_that_stops_does_not_wait_for_a_comparison(wired: Office, wire: Wire) -> None:
    await wired.step()
    wired.write("winkel@elders.example", SAYS, subject="Import")
    wire.held_back = b"UID SEARCH UID 1:"
    rooms = Rooms(wired.settings(), wired.env)
    job = Job(1, Work.RECONCILE, 0, None, wired.now, 1, False, None)

    async def stopped() -> None:
        comparing = asyncio.ensure_future(handlers(rooms)[Work.RECONCILE](job))
        await asyncio.to_thread(wire.holding.wait)
        comparing.cancel()
        await asyncio.wait([comparing])

    async with asyncio.timeout(15):  # asyncio.run waits for threads that are left behind; an answer has 30 s
        await asyncio.to_thread(asyncio.run, stopped())
    rooms.close_now()


async def test_a_mailbox_that_cannot_be_reached_makes_reconcile_fail_with_the_reason(office: Office) -> None:
    office.env["PRIVACYBOT_IMAP_PASSWORD"] = "verkeerd"

    assert "refuses the login of watch.user" in office.cli("reconcile", fails=True)
