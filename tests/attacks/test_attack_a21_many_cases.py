"""A21 by mail: one sender guesses codes in many cases, or in none at all."""

from __future__ import annotations

import email
import email.policy
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from servers.office import OUR_ADDRESS, Office, code_in, header
from servers.smtp_sink import SmtpSink, SunkMail

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
GUESSES = [f"3KDA-{left}7M{right}" for left in "ACDE" for right in "TQR"]
OURS = "mx.kleinboek.nl"
RESULTS = {
    "AUTHENTICATION__MODE": "results",
    "AUTHENTICATION__AUTHSERV_ID": OURS,
    "AUTHENTICATION__MX_HOST": OURS,
}


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


def customers(office: Office, most: int) -> list[tuple[str, str]]:
    """Customer numbers with one user each, and the address of that user."""
    query = (
        "SELECT klantnummer, min(gebruikers.email) FROM klanten JOIN gebruikers USING (klant_id) "
        "GROUP BY klantnummer HAVING count(*) = 1 AND min(gebruikers.email) LIKE '%@klant.example' LIMIT ?"
    )
    with closing(sqlite3.connect(office.books_path)) as books:
        return [(str(number), str(address)) for number, address in books.execute(query, (most,))]


def refs(office: Office) -> dict[str, str]:
    """The case of each sender."""
    return {office.case(case["ref"])["messages"][0]["sender"]: case["ref"] for case in office.cases()}


def guess(office: Office, asked: bytes, code: str) -> None:
    """He goes on in the thread of his own first mail."""
    first = email.message_from_bytes(asked, policy=email.policy.default)
    office.write(first["From"], f"De code is {code}.", headers={"In-Reply-To": first["Message-ID"]})


def events(office: Office, ref: str, kind: str) -> list[dict[str, Any]]:
    return [event["values"] for event in office.case(ref)["events"] if event["kind"] == kind]


def alarms(office: Office) -> list[str]:
    return [task["text"] for task in office.json("tasks")["tasks"] if task["kind"] == "guesses"]


def levels(office: Office, ref: str) -> set[str]:
    return {request["level_reached"] for request in office.case(ref)["requests"]}


async def test_a21_whoever_guesses_in_many_cases_is_stopped_over_all_of_them_and_told_once(office: Office) -> None:
    people = customers(office, 4)
    senders = [f"kwaad+{place}@elders.example" for place in range(4)]
    asked = [
        office.write(sender, f"{ASKS} Klantnummer {number}.")
        for sender, (number, _) in zip(senders, people, strict=True)
    ]
    await office.step()
    cases = refs(office)
    assert all(office.challenge_to(address) for _, address in people)

    for mail, first, most in zip(asked, (0, 4, 8, 11), (4, 4, 3, 1), strict=True):
        for code in GUESSES[first : first + most]:
            guess(office, mail, code)
        await office.step(minutes=1)

    tries = [[event["tries"] for event in events(office, cases[sender], "wrong_code")] for sender in senders]
    assert tries == [[1, 2, 3, 4], [1, 2, 3, 4], [1, 2], [1]]  # the tenth and all that follow kill the code at once
    assert [event["wrong"] for event in events(office, cases[senders[2]], "guesses_stopped")] == [10]
    [alarm] = alarms(office)
    assert "10 of meer verkeerde codes" in alarm
    assert "elders.example" not in alarm
    assert all(levels(office, ref) == {"L0"} for ref in cases.values())


async def test_a21_the_next_day_begins_anew_and_the_true_person_counts_on_the_same_day(office: Office) -> None:
    sanne, joris = office.people.sanne.address, office.people.joris.address
    for code in GUESSES[:10]:
        office.write(sanne, f"Hierbij de code {code}, groet.", subject="Code")
    await office.step()
    assert len(alarms(office)) == 1
    office.write(sanne, ASKS)
    office.write(joris, ASKS)
    await office.step()
    cases = refs(office)

    for address in (sanne, joris):
        challenge = office.challenge_to(address)
        office.reply(challenge, address, code_in(challenge) or "")
    await office.step(minutes=1)

    assert levels(office, cases[sanne]) == levels(office, cases[joris]) == {"L2"}
    await office.step(days=1)
    for code in GUESSES[:9]:
        office.write(sanne, f"Hierbij de code {code}, groet.", subject="Andere code")
    await office.step()
    assert len(alarms(office)) == 1


async def test_a21_after_guesses_outside_any_thread_a_case_of_somebody_else_needs_a_person(office: Office) -> None:
    sanne = office.people.sanne
    office.write("kwaad@elders.example", f"{ASKS} Klantnummer {sanne.customer_number}.")
    await office.step()
    challenge = office.challenge_to(sanne.address)
    ref = refs(office)["kwaad@elders.example"]
    for code in GUESSES[:10]:
        office.write(sanne.address, f"Hierbij de code {code}, groet.", subject="Code")
    await office.step()

    office.reply(challenge, sanne.address, code_in(challenge) or "")
    await office.step(minutes=1)

    assert levels(office, ref) == {"L0"}
    assert [event["why"] for event in events(office, ref, "code_in_doubt")] == ["guesses"]
    assert "bel (privacybot verify)" in " ".join(task["text"] for task in office.case(ref)["tasks"])


async def test_a21_a_mail_is_one_guess_however_many_codes_stand_in_it(office: Office) -> None:
    sanne, joris = office.people.sanne.address, office.people.joris.address
    office.write(joris, f"Hierbij de nummers {', '.join(GUESSES[:10])}.", subject="Facturen")
    office.write(sanne, ASKS)
    await office.step()
    challenge, ref = office.challenge_to(sanne), refs(office)[sanne]

    for first in (0, 4):
        office.reply(challenge, sanne, "\n".join(GUESSES[first : first + 10]))
        await office.step(minutes=1)
    wrong = [event["tries"] for event in events(office, ref, "wrong_code")]
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    assert wrong == [1, 2]
    assert alarms(office) == []
    assert "L2" in levels(office, ref)


async def test_a21_guesses_in_somebodys_name_are_shown_and_do_not_lock_him_out_of_his_own_case(office: Office) -> None:
    sanne = office.people.sanne.address
    for code in GUESSES[:10]:
        office.write(sanne, f"Hierbij de code {code}, groet.", subject="Code")
    office.write(sanne, ASKS)
    await office.step()
    challenge, ref = office.challenge_to(sanne), refs(office)[sanne]

    for code in GUESSES[:4]:
        office.reply(challenge, sanne, code)
    await office.step(minutes=1)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    [alarm] = alarms(office)
    assert "kijk in de mailbox wie raadt" in alarm
    assert [event["tries"] for event in events(office, ref, "wrong_code")] == [1, 2, 3, 4]
    assert [fact["what"] for fact in office.case(ref)["evidence"]].count("verkeerde code") == 4
    assert levels(office, ref) == {"L2"}


async def test_a21_whoever_is_seen_to_guess_in_anothers_name_costs_him_no_try_and_staff_hear_of_it(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, **RESULTS)
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge, ref = office.challenge_to(sanne), refs(office)[sanne]

    for code in GUESSES[:12]:
        forged(office, challenge, code)
    await office.step(minutes=1)
    told = [task["text"] for task in office.case(ref)["tasks"] if task["kind"] == "look"]
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    assert told == ["een verkeerde code (raadt iemand?) van een afzender die niet echt is telt niet: bel zo nodig"]
    assert events(office, ref, "wrong_code") == []
    assert {event["why"] for event in events(office, ref, "code_refused")} == {"sender"}
    assert levels(office, ref) == {"L2"}


def forged(office: Office, challenge: SunkMail, code: str) -> None:
    """A guess in Sanne's name; our own mail server saw that it is not hers."""
    lines = (
        f"Authentication-Results: {OURS}; dmarc=fail (p=reject dis=none) header.from=klant.example",
        f"Received: from mail.elders.example (mail.elders.example [203.0.113.9]) by {OURS} (Postfix)",
        f"Message-ID: <{code}@elders.example>",
        f"From: {office.people.sanne.address}",
        f"To: {OUR_ADDRESS}",
        "Subject: Re: Mijn gegevens",
        f"In-Reply-To: {header(challenge, 'Message-ID')}",
        f"Date: {office.now:%a, %d %b %Y %H:%M:%S %z}",
    )
    office.deliver("\r\n".join((*lines, "", code, "")).encode())
