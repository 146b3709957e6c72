"""A25: machines that answer each other, mail without a sender, and victims whose address was forged."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from servers.certificates import Certificates
from servers.office import Office, code_in, header
from servers.smtp_sink import SmtpSink, SunkMail

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
THEIRS = "info@kantoor.example"
OURS = "info@kleinboek.nl"
STRIPPED = re.compile(rb"^(auto-submitted|precedence|x-[a-z-]+|references|return-path)$", re.IGNORECASE)
BARE = re.compile(rb"^(auto-submitted|precedence|x-[a-z-]+|references|in-reply-to|return-path)$", re.IGNORECASE)


def knows_as_customer(office: Office, address: str) -> None:
    connection = sqlite3.connect(office.books_path)
    with connection:
        connection.execute("UPDATE gebruikers SET email = ? WHERE email = ?", (address, office.people.sanne.address))
    connection.close()


def carried(mail: SunkMail, taken: re.Pattern[bytes] | None) -> bytes:
    """The mail as it arrives: with the Return-Path that delivery adds, or with every sign taken from its header."""
    head, _, text = mail.raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", b"Return-Path: <" + mail.sender.encode() + b">\r\n" + head)
    kept = [field for field in fields if taken is None or not taken.match(field.partition(b":")[0])]
    return b"\r\n".join(kept) + b"\r\n\r\n" + text


async def passed_between(ours: Office, theirs: Office, taken: re.Pattern[bytes] | None) -> list[SunkMail]:
    """Everything that the two write to each other within a day, carried across as it comes."""
    seen: list[SunkMail] = []
    for _ in range(6):
        for office, other in ((ours, theirs), (theirs, ours)):
            await office.step(hours=1)
            new = [mail for mail in office.sink.mails if mail not in seen]
            seen += new
            for mail in new:
                other.deliver(carried(mail, taken))
    return seen


@pytest.mark.parametrize("taken", [None, STRIPPED, BARE], ids=["whole", "stripped", "without threads too"])
@pytest.mark.parametrize("known", [False, True], ids=["strangers", "customers of each other"])
async def test_a25_two_offices_stop_writing_to_each_other_after_two_messages(
    tmp_path: Path, smtp_sink: SmtpSink, certificates: Certificates, taken: re.Pattern[bytes] | None, known: bool
) -> None:
    other_sink = SmtpSink(certificates)
    try:
        ours = Office(tmp_path / "ours", smtp_sink)
        theirs = Office(tmp_path / "theirs", other_sink, ORGANISATION__ADDRESS=THEIRS)
        if known:
            knows_as_customer(ours, THEIRS)
            knows_as_customer(theirs, OURS)

        ours.write(THEIRS, ASKS)
        passed = await passed_between(ours, theirs, taken)
    finally:
        other_sink.close()

    assert 1 <= len(passed) <= 2
    assert {mail.to for mail in passed} == {(THEIRS,)}
    assert not [mail for mail in passed if header(mail, "Auto-Submitted") != "auto-replied" or mail.sender]
    assert len(ours.cases()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Return-Path": "<>"},
        {"Auto-Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List-Id": "<zzp.lijst.example>"},
        {"X-Auto-Response-Suppress": "All"},
    ],
    ids=lambda headers: next(iter(headers)),
)
async def test_a25_a_request_that_no_machine_may_answer_is_answered_by_a_person_and_never_dropped(
    tmp_path: Path, smtp_sink: SmtpSink, headers: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address

    office.write(sanne, ASKS, headers=headers)
    await office.step(hours=1)

    [case] = office.cases()
    opened = next(event for event in office.case(case["ref"])["events"] if event["kind"] == "opened")
    assert office.letters() == []
    assert case["letters_held"]
    assert opened["values"]["no_answer"]
    assert sanne not in capsys.readouterr().err


async def test_a25_an_out_of_office_that_quotes_the_code_answers_nothing_and_gets_nothing(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge = office.challenge_to(sanne)
    before = len(office.letters())

    for number in range(20):
        office.write(
            sanne,
            f"Ik ben met vakantie ({number}).\n\n{code_in(challenge)}",
            subject="Automatisch antwoord: uw verzoek",
            answers=challenge,
            headers={"Auto-Submitted": "auto-replied"},
        )
        await office.step(minutes=1)

    [case] = office.cases()
    assert office.states(case["ref"]) == {"access": "awaiting_identity"}
    assert len(office.letters()) == before


async def test_a25_a_bounce_of_a_challenge_that_quotes_the_code_answers_nothing(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge = office.challenge_to(sanne)
    before = len(office.letters())

    office.write(
        "MAILER-DAEMON@mx.klant.example",
        f"Hi. This is the mail program at mx.klant.example.\n<{sanne}>:\nuser unknown\n\n{challenge.raw.decode()}",
        subject="failure notice",
        headers={"Return-Path": "<>"},
    )
    await office.step(minutes=1)

    [case] = office.cases()
    [task] = [task for task in office.case(case["ref"])["tasks"] if task["kind"] == "bounce"]
    assert "het adres bestaat niet" in task["text"]
    assert office.states(case["ref"]) == {"access": "awaiting_identity"}
    assert len(office.letters()) == before
