"""What a follow-up does in a running case: it presses, stops, reopens, or may be a breach; never a new clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, code_in
from servers.smtp_sink import SmtpSink, SunkMail

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
WAITS = "Ik wacht nog steeds op antwoord, wanneer hoor ik iets?"
JORIS = "joris@klant.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def asked(office: Office) -> str:
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    return str(office.cases()[0]["ref"])


async def awaits_approval(office: Office) -> str:
    ref, sanne = await asked(office), office.people.sanne.address
    office.reply(office.challenge_to(sanne), sanne, code_in(office.challenge_to(sanne)) or "")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "awaiting_approval"}
    return ref


async def answered(office: Office) -> tuple[str, SunkMail]:
    ref = await awaits_approval(office)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "answered"}
    return ref, office.letters(office.people.sanne.address)[-1]


def open_tasks(case: dict[str, Any]) -> list[str]:
    return [task["text"] for task in case["tasks"] if task["done_at"] is None]


@pytest.mark.requirement("INT-06")
@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_reminder_raises_the_priority_and_moves_no_date(office: Office, *, in_thread: bool) -> None:
    ref = await asked(office)
    before = office.case(ref)
    office.write(JORIS, "Graag een kopie van alle persoonsgegevens die u van mij heeft (art. 15 AVG).")
    await office.step(days=5)
    sanne = office.people.sanne.address

    office.write(sanne, WAITS if in_thread else ASKS, answers=office.challenge_to(sanne) if in_thread else None)
    await office.step(minutes=1)

    after = office.case(ref)
    assert (before["priority"], after["priority"]) == (2, 1)
    for name in ("received_on", "target", "due", "legal_due"):
        assert after[name] == before[name]
    assert any(text.startswith("herinnering: de klant wacht op antwoord") for text in open_tasks(after))
    assert len(office.cases()) == 2
    assert office.cases()[0]["ref"] == ref


@pytest.mark.requirement("BRE-02")
async def test_an_answer_to_an_export_from_another_address_may_be_a_breach(office: Office) -> None:
    ref, letter = await answered(office)

    office.reply(letter, JORIS, "Dank, maar wat moet ik hiermee?")
    await office.step(minutes=1)

    [line] = office.json("breach", "list")["breaches"]
    assert line["cause"] == "other_address"
    assert any("mogelijk datalek" in text for text in open_tasks(office.case(ref)))


@pytest.mark.requirement("BRE-02")
async def test_the_owner_may_answer_an_export_without_any_alarm(office: Office) -> None:
    _, letter = await answered(office)

    office.reply(letter, office.people.sanne.address, "Dank u wel, helder.")
    await office.step(minutes=1)

    assert office.json("breach", "list")["breaches"] == []


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("Ik kan de bijlage niet openen, het wachtwoord werkt niet.", "kan een bestand niet openen"),
        ("Dit klopt niet, jullie antwoord is onvolledig.", "ons antwoord wordt betwist"),
    ],
)
async def test_who_cannot_open_a_file_or_disputes_is_helped_by_a_person(
    office: Office, words: str, advice: str
) -> None:
    ref, letter = await answered(office)
    letters, due = len(office.letters()), office.case(ref)["due"]

    office.reply(letter, office.people.sanne.address, words)
    await office.step(minutes=1)

    case = office.case(ref)
    assert any(text.startswith(advice) for text in open_tasks(case))
    assert case["due"] == due
    assert len(office.letters()) == letters


async def test_a_reply_that_does_two_things_has_a_task_for_each(office: Office) -> None:
    ref, letter = await answered(office)

    office.reply(letter, office.people.sanne.address, "Ik kan de bijlage niet openen. En dit is niet alles.")
    await office.step(minutes=1)

    tasks = open_tasks(office.case(ref))
    for advice in ("kan een bestand niet openen", "ons antwoord wordt betwist"):
        assert any(text.startswith(advice) for text in tasks)


@pytest.mark.requirement("BRE-02")
async def test_a_no_that_also_tells_of_another_persons_data_is_both_in_the_register(office: Office) -> None:
    _, letter = await answered(office)
    words = "Dit heb ik niet aangevraagd. En er zitten gegevens van iemand anders bij, van ene Joris Bakker."

    office.reply(letter, office.people.sanne.address, words)
    await office.step(minutes=1)

    assert {line["cause"] for line in office.json("breach", "list")["breaches"]} == {"not_me", "wrong_recipient"}


async def test_a_withdrawal_stops_what_is_approved_and_a_person_confirms_it(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")
    ref, sanne = await awaits_approval(office), office.people.sanne.address
    office.cli("approve", ref, "--as", "fatima")
    letters = len(office.letters())

    office.reply(office.challenge_to(sanne), sanne, "Ik trek mijn verzoek in.")
    await office.step(minutes=20)
    await office.step(minutes=20)

    assert office.states(ref) == {"access": "needs_person"}
    assert len(office.letters()) == letters
    office.cli("withdraw", ref, "--as", "fatima", "--reason", "schreef het zelf")
    assert office.states(ref) == {"access": "withdrawn"}


async def test_a_withdrawal_in_a_new_mail_stops_the_case_of_the_same_sender(office: Office) -> None:
    ref, sanne = await awaits_approval(office), office.people.sanne.address

    office.write(sanne, "Goedemiddag, bij nader inzien trek ik mijn verzoek in. Groet, Sanne de Vries")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "needs_person"}
    assert len(office.cases()) == 1
