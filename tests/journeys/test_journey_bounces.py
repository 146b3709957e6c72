"""What becomes of an answer that came back, or of which somebody says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office, code_in, header
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
DAEMON = "MAILER-DAEMON@mx.klant.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, CASES__CLOSING_DAYS="5")


async def answered(office: Office) -> str:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    ref = str(office.cases()[0]["ref"])
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "answered"}
    return ref


def comes_back(office: Office, said: str, *, sender: str = DAEMON, path: str = "<>") -> None:
    """A report on our last letter, in plain words, with the header of that letter below."""
    returned = f"Message-ID: {header(office.letters()[-1], 'Message-ID')}\nSubject: uw gegevens"
    text = f"{said}\n\n--- Below this line is a copy of the message.\n\n{returned}\n"
    office.write(sender, text, subject="Undelivered Mail Returned to Sender", headers={"Return-Path": path})


async def test_an_answer_that_came_back_is_undelivered_until_it_is_sent_again(office: Office) -> None:
    ref = await answered(office)
    sanne = office.people.sanne.address

    comes_back(office, f"<{sanne}>:\n552 5.2.2 mailbox is full. Giving up.")
    await office.step(minutes=1)

    [task] = [task for task in office.case(ref)["tasks"] if task["kind"] == "bounce"]
    assert office.states(ref) == {"access": "undelivered"}
    assert "het postvak is vol (5.2.2)" in task["text"]
    assert sanne not in task["text"]
    assert office.json("breach", "list")["breaches"] == []  # believed: nobody has it

    before = office.letters()[-1].raw
    office.cli("send-again", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "answered"}
    assert office.letters()[-1].raw == before


async def test_a_delay_is_noted_and_undoes_nothing(office: Office) -> None:
    ref = await answered(office)

    comes_back(office, f"Your message to {office.people.sanne.address} has been delayed; we will keep trying.")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "answered"}
    assert "letter_reported" in {event["kind"] for event in office.case(ref)["events"]}
    assert not [task for task in office.case(ref)["tasks"] if task["kind"] == "bounce"]


@pytest.mark.requirement("BRE-02")
@pytest.mark.parametrize(
    ("sender", "path", "named"),
    [("joris@elders.example", "<joris@elders.example>", None), (DAEMON, "<>", "iemand.anders@elders.example")],
    ids=["from an outsider", "about another address"],
)
async def test_a_claim_that_an_export_came_back_is_looked_at_by_a_person_and_undoes_nothing(
    office: Office, sender: str, path: str, named: str | None
) -> None:
    ref = await answered(office)

    comes_back(office, f"<{named or office.people.sanne.address}>:\n550 5.1.1 user unknown", sender=sender, path=path)
    await office.step(minutes=1)

    [task] = [task for task in office.case(ref)["tasks"] if task["kind"] == "bounce"]
    assert office.states(ref) == {"access": "answered"}
    assert "er is niets veranderd" in task["text"]
    assert f"Dan is het een datalek: privacybot incident {ref}" in task["text"]
    assert office.json("breach", "list")["breaches"] == []  # a person judges: forwarded mailboxes bounce every day


async def test_an_answer_that_comes_back_after_its_case_was_closed_reopens_it(office: Office) -> None:
    ref = await answered(office)
    await office.step(days=9)
    assert office.states(ref) == {"access": "closed"}

    comes_back(office, f"<{office.people.sanne.address}>:\n550 5.1.1 user unknown")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "needs_person"}
    assert [task for task in office.case(ref)["tasks"] if task["kind"] == "bounce"]
