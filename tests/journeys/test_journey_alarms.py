"""No term ends without an alarm: one standing task for each request, and a mail that names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.office import Office, body, code_in, header
from servers.smtp_sink import SmtpSink

from bot.service import Rooms
from bot.store.archive import Transaction
from bot.store.errors import MissingRowError
from bot.store.records import Task

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
FATIMA = "fatima@kleinboek.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@contextmanager
def archive_of(office: Office) -> Iterator[Transaction]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.transaction() as tx:
            yield tx
    finally:
        rooms.close_now()


async def asked(office: Office) -> str:
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    return str(office.cases()[-1]["ref"])


def standing(office: Office, ref: str) -> list[Task]:
    with archive_of(office) as tx:
        return [task for task in tx.tasks.open(tx.cases.get(ref).id) if task.kind == "deadline"]


async def test_one_alarm_stands_for_a_request_and_the_newer_one_takes_its_place(office: Office) -> None:
    ref = await asked(office)
    await office.step(days=15)
    [first] = standing(office, ref)
    await office.step(days=15)

    [second] = standing(office, ref)

    assert second.text == (
        "inzage: de streefdatum 24 december is voorbij; de wettelijke termijn eindigt op 28 december, over 2 dagen"
    )
    assert (first.due_at, second.due_at) != (None, None)
    assert str(second.due_at).startswith("2026-12-28")
    assert str(first.due_at).startswith("2026-12-24")


async def test_the_alarm_is_ticked_off_when_the_request_is_answered(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office)
    await office.step(days=13)
    assert standing(office, ref)

    office.reply(office.challenge_to(sanne), sanne, code_in(office.challenge_to(sanne)) or "")
    await office.step(minutes=1)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    await office.step(minutes=5)

    assert office.states(ref) == {"access": "answered"}
    assert standing(office, ref) == []


async def test_every_user_with_an_address_gets_one_mail_a_day_that_names_nobody(office: Office) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    sanne = office.people.sanne
    ref = await asked(office)
    await office.step(days=15)
    await office.step(hours=1)
    await office.step(days=1)

    [mail] = office.letters(FATIMA)

    assert header(mail, "Subject") == "1 termijn vraagt aandacht"
    assert f"- {ref}: inzage: de streefdatum 24 december is over 9 werkdagen" in body(mail)
    for words in (sanne.address, "Sanne", "opgeslagen"):
        assert words not in mail.raw.decode()
    assert header(mail, "Auto-Submitted") != "None"


async def test_a_new_alarm_makes_a_new_mail_with_all_that_stand(office: Office) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    first = await asked(office)
    await office.step(days=15)
    office.write("joris@klant.example", "Graag een kopie van alle persoonsgegevens die u van mij heeft (art. 15 AVG).")
    await office.step()
    await office.step(days=20)

    mail = office.letters(FATIMA)[-1]

    assert header(mail, "Subject") == "2 termijnen vragen aandacht"
    assert body(mail).count("\n- KB-2026-") == 2
    assert body(mail).index(first) > 0


async def test_a_disabled_user_gets_no_mail(office: Office) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    office.cli("user", "disable", "fatima-post")
    await asked(office)

    await office.step(days=15)

    assert office.letters(FATIMA) == []


async def test_an_alarm_mail_that_is_refused_is_told_on_the_first_channel_once(office: Office) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    await asked(office)
    office.sink.answer("RCPT", *["550 5.1.1 no such user"] * 2)  # the alarm, and the reminder of the same day
    await office.step(days=15)
    await office.step(minutes=5)
    await office.step(minutes=5)

    told = [task for task in office.json("tasks")["tasks"] if task["kind"] == "alarm_mail"]

    assert len(told) == 1
    assert FATIMA not in str(told)


async def test_a_mail_to_staff_is_not_kept_longer_than_an_export(office: Office) -> None:
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    await asked(office)
    await office.step(days=15)
    with archive_of(office) as tx:
        [event] = [event for event in tx.events.of(None) if event.kind == "alarms_mailed"]
        letter = event.values["outbox"]
        assert isinstance(letter, int)
        assert tx.outbox.raw(letter)

    await office.step(days=15)

    with archive_of(office) as tx, pytest.raises(MissingRowError):
        tx.outbox.raw(letter)
