"""A24: so much mail in a victim's name that we would flood the victim, or that real mail drowns in it."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from servers.office import OUR_ADDRESS, Office, code_in
from servers.smtp_sink import SmtpSink

from bot.mail.subaddress import untagged

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


def bomb(office: Office, count: int, sender: str = "", words: str = ASKS) -> None:
    """So many mails, each with a Message-ID of its own, from one address or each from another one: {} is a number."""
    folder = office.home / "bomb"
    folder.mkdir()
    for number in range(count):
        mail = EmailMessage(policy=SMTP)
        mail["From"] = (sender or "slachtoffer{}@elders.example").format(number)
        mail["To"], mail["Subject"], mail["Message-ID"] = OUR_ADDRESS, "gegevens", f"<{number}@kwaad.example>"
        mail.set_content(f"{words} ({number})")
        (folder / f"{number:03}.eml").write_bytes(mail.as_bytes())
    received = office.now.strftime("%Y-%m-%dT%H:%M:%S%z")
    office.cli("ingest", *(str(path) for path in sorted(folder.iterdir())), "--received", received)


async def test_a24_five_hundred_requests_in_one_name_are_one_case_with_one_receipt_and_one_alarm(
    tmp_path: Path, smtp_sink: SmtpSink, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne, other = office.people.sanne.address, office.people.newsletter_only.address
    first = office.now
    bomb(office, 500, sanne)
    office.write(other, ASKS, subject="gewone klant")
    await office.step(hours=1)

    genuine, flooded = sorted(office.cases(), key=lambda case: len(office.case(case["ref"])["messages"]))
    case = office.case(flooded["ref"])
    assert len(case["requests"]) == 1
    assert flooded["received_on"] == genuine["received_on"] == first.date().isoformat()
    assert len(case["messages"]) - len(office.letters(sanne)) == 500
    assert sorted(letter["letter"] for letter in case["letters"]) == ["challenge", "receipt"]
    assert len([task for task in office.json("tasks")["tasks"] if task["kind"] == "flood"]) == 1
    assert "receipt" in {letter["letter"] for letter in office.case(genuine["ref"])["letters"]}
    assert sanne not in capsys.readouterr().err


async def test_a24_above_the_hourly_cap_receipts_wait_for_staff_and_what_is_approved_leaves(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, GATE__AUTOMATIC_PER_HOUR="10")
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    bomb(office, 30)
    await office.step(minutes=1)

    assert len(office.letters()) == 10
    [task] = [task for task in office.json("tasks")["tasks"] if task["kind"] == "gate"]
    assert "10 automatische brieven" in task["text"]

    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(case["ref"]) == {"access": "answered"}

    waiting = [case["ref"] for case in office.json("cases", "--held")["cases"]]
    office.cli("release", *waiting, "--as", "fatima")
    await office.step(minutes=1)
    assert len(office.letters()) == 33
    assert not [task for task in office.json("tasks")["tasks"] if task["kind"] == "gate" and not task["done_at"]]


async def test_a24_one_address_opens_five_cases_a_day_and_a_person_looks_at_the_sixth(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, GATE__CASES_PER_SENDER="2")
    sender = "kwaad@elders.example"
    for words in (
        ASKS,
        "Verwijder al mijn gegevens.",
        "Ik dien een klacht in over hoe jullie met mijn gegevens omgaan.",
    ):
        office.write(sender, words, subject="vraag")
        await office.step(minutes=1)

    states = [case["state"] for case in sorted(office.cases(), key=lambda case: str(case["ref"]))]
    assert states[2] == "needs_person"
    assert "needs_person" not in states[:2]
    assert len(office.letters(sender)) == 1


async def test_a24_tags_and_dots_in_one_address_give_no_second_receipt_and_no_sixth_case_unseen(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    bomb(office, 8, "slachtoffer+{}@elders.example")
    office.write("slacht.offer+z@gmail.com", ASKS)
    office.write("slachtoffer@googlemail.com", ASKS)
    await office.step(hours=1)

    got = [untagged(letter.to[0]) for letter in office.letters()]
    assert sorted(got) == ["slachtoffer@elders.example", "slachtoffer@gmail.com"]
    cases = [office.case(case["ref"]) for case in office.cases()]
    assert [case["state"] for case in cases].count("needs_person") == 3
    events = [event for case in cases for event in case["events"] if event["kind"] == "receipt_skipped"]
    assert len(events) == 5
