"""Mail over SMTP through the real service: never lost, never twice, whatever the client or the archive does."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from servers.front_door import client_at, front_door, kept_by
from servers.office import Office
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

SANNE = "sanne.devries@klant.example"
ASKS = (
    f"From: {SANNE}\r\nMessage-ID: <1@klant.example>\r\nSubject: Gegevens\r\n\r\n"
    "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
).encode()


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, STORE__BUSY_SECONDS="0.2", PARSING__MAX_MAIL_MB="1")


async def test_a_mail_whose_answer_was_lost_is_known_when_it_comes_again(office: Office) -> None:
    async with front_door(office) as port:
        async with client_at(port) as client, asyncio.timeout(10):
            await client.envelope(SANNE)
            await client.say(b"DATA")
            client.writer.write(ASKS + b"\r\n.\r\n")
            while not kept_by(office).mails:
                await client.writer.drain()
                await asyncio.sleep(0)
        async with client_at(port) as client:
            again = await client.hand_over(b"Received: from ander\r\n" + ASKS, SANNE)
    await office.step()

    assert again.startswith(b"250")
    assert kept_by(office).mails == {"case": 1, "duplicate": 1}
    assert len(office.cases()) == 1


async def test_an_archive_that_cannot_write_leaves_the_mail_with_its_sender(office: Office) -> None:
    archive = sqlite3.connect(office.env["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)
    async with front_door(office) as port, client_at(port) as client:
        with closing(archive), capture_logs() as lines:
            archive.execute("BEGIN IMMEDIATE")
            refused = await client.hand_over(ASKS, SANNE)
        kept = await client.hand_over(ASKS, SANNE)

    assert refused == b"451 4.3.0 Local error, please try again later\r\n"
    assert kept.startswith(b"250")
    assert kept_by(office).mails == {"pending": 1}
    assert [line["event"] for line in lines] == ["mail could not be taken in or handed on"]


async def test_a_mail_too_large_to_read_becomes_a_case_by_its_top(office: Office) -> None:
    async with front_door(office) as port, client_at(port) as client:
        answer = await client.hand_over(ASKS + b"\r\n" + b"bijlage\r\n" * 200_000, SANNE)
    await office.step()

    [case] = office.cases()
    assert answer.startswith(b"250")
    assert "te groot" in str(office.case(case["ref"]))
    assert office.letters() == []


async def test_the_null_sender_of_the_envelope_makes_a_mail_automatic(office: Office) -> None:
    async with front_door(office) as port, client_at(port) as client:
        await client.hand_over(ASKS, "")
    await office.step()

    assert office.letters(SANNE) == []
