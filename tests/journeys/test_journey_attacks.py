"""What hostile and unlucky mail must never achieve."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from servers.office import Office, body, code_in
from servers.smtp_sink import DROP, SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
STRANGER = "kwaad@elders.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


def books(office: Office, statement: str) -> None:
    connection = sqlite3.connect(office.books_path)
    with connection:
        connection.execute(statement)
    connection.close()


async def challenged(office: Office) -> str:
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    [case] = office.cases()
    return str(case["ref"])


async def test_a_record_that_turns_up_later_gives_the_stranger_nothing(office: Office) -> None:
    office.write(STRANGER, f"{ASKS} Mijn klantnummer is KB999001.")
    await office.step()
    [case] = office.cases()
    books(office, f"UPDATE klanten SET klantnummer = 'KB999001' WHERE klant_id = {office.people.sanne.klant_id}")

    office.write(STRANGER, "Ik wil ook graag een bestand dat een ander programma kan inlezen. Klantnummer KB999001.")
    await office.step(minutes=1)
    for ref in [found["ref"] for found in office.cases()]:
        office.cli("label", ref, "--as", "fatima", "--set", "access,portability")
    await office.step(minutes=1)

    drafts = [draft for found in office.cases() for draft in office.case(found["ref"])["drafts"]]
    assert not [draft for draft in drafts if draft["files"] and draft["to"] == STRANGER]
    assert all(code_in(mail) is None for mail in office.letters(STRANGER))
    assert case["ref"] in {found["ref"] for found in office.cases()}


@pytest.mark.parametrize(
    "words",
    [
        "Dit heb ik niet aangevraagd! NIET IK. (uw code was {code})",
        "ik kreeg een mail met code {code}. Is dit phishing?",
        "{code} maar ik trek mijn verzoek in",
        "I did not request this. {code}",
    ],
)
async def test_a_no_wins_over_the_code_beside_it(office: Office, words: str) -> None:
    ref = await challenged(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.reply(challenge, office.people.sanne.address, words.format(code=code_in(challenge)))
    await office.step(minutes=1)

    [request] = office.case(ref)["requests"]
    assert (request["state"], request["level_reached"]) == ("needs_person", "L0")
    assert not [step for step in office.case(ref)["identity"] if step["open"]]


async def test_our_own_mail_copied_without_quote_marks_is_no_answer(office: Office) -> None:
    ref = await challenged(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.write(
        office.people.sanne.address,
        f"Uw vraag is geregistreerd onder ticket 48213.\n\n{body(challenge)}",
        subject="Ticket 48213",
        answers=challenge,
    )
    await office.step(minutes=1)

    [request] = office.case(ref)["requests"]
    assert request["level_reached"] == "L0"
    assert [task for task in office.case(ref)["tasks"] if task["done_at"] is None]


async def test_a_stranger_who_names_a_customer_number_learns_no_name(office: Office) -> None:
    number = office.people.sanne.customer_number
    office.write(STRANGER, f"Ik trek mijn toestemming voor de nieuwsbrief in. Mijn klantnummer is {number}.")
    await office.step()

    [case] = office.cases()
    found = office.case(case["ref"])

    assert not [draft for draft in found["drafts"] if draft["to"] == STRANGER]
    assert all("Sanne" not in body(mail) for mail in office.letters(STRANGER))


async def test_strangers_hold_no_challenge_of_the_customer_up(office: Office) -> None:
    sanne = office.people.sanne
    for number in range(3):
        office.write(f"kwaad{number}@elders.example", f"{ASKS} Mijn klantnummer is {sanne.customer_number}.")
        await office.step(minutes=1)
    before = len(office.letters(sanne.address))

    office.write(sanne.address, ASKS)
    await office.step(minutes=1)

    assert before == 1  # one challenge for all strangers together
    assert code_in(office.letters(sanne.address)[-1])
    own = next(case for case in office.cases() if office.case(case["ref"])["customer"]["sender"] == sanne.address)
    assert own["state"] == "awaiting_identity"


async def test_strangers_cannot_make_us_flood_a_customer(office: Office) -> None:
    sanne = office.people.sanne
    for number in range(6):
        office.write(f"kwaad{number}@elders.example", f"{ASKS} Mijn klantnummer is {sanne.customer_number}.")
    for _ in range(5):
        await office.step(days=4)

    assert len(office.letters(sanne.address)) <= 3


async def test_a_vacation_reply_with_an_empty_return_path_undoes_no_answer(office: Office) -> None:
    ref = await challenged(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)

    office.write(
        sanne,
        "Ik ben op vakantie.",
        subject="Automatisch antwoord",
        answers=office.letters(sanne)[-1],
        headers={"Auto-Submitted": "auto-replied", "Return-Path": "<>"},
    )
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "answered"}


async def test_a_receipt_of_unknown_outcome_is_not_sent_for_ever(office: Office, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer("END", *[DROP] * 60)
    office.write(office.people.sanne.address, ASKS)

    for _ in range(30):
        await office.step(hours=2)

    case = office.case(office.cases()[0]["ref"])
    assert {letter["state"] for letter in case["letters"]} == {"unknown"}
    assert [task for task in case["tasks"] if task["kind"] == "letter"]


async def test_guesses_outside_any_thread_count_as_tries(office: Office) -> None:
    ref = await challenged(office)
    sanne = office.people.sanne.address
    code = code_in(office.challenge_to(sanne)) or ""

    for guess in ("3AAA-AAAA", "4CCC-CCCC", "6DDD-DDDD", "7EEE-EEEE", "9FFF-FFFF", code):
        office.write(sanne, f"{guess}\n\nSanne", subject="code")
        await office.step(minutes=1)

    assert [request["level_reached"] for request in office.case(ref)["requests"]] == ["L0"]


async def test_a_draft_that_nobody_read_cannot_be_approved(office: Office) -> None:
    ref = await challenged(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    read = office.json("draft", ref)["hash"]
    office.cli("reject", ref, "--as", "femke", "--reason", "opnieuw")
    await office.step(minutes=1)

    assert office.json("draft", ref)["hash"] != read
    assert "changed" in office.cli("approve", ref, "--as", "fatima", "--hash", read, fails=True)


async def test_a_refused_letter_of_a_withdrawn_request_is_not_sent_again(office: Office, smtp_sink: SmtpSink) -> None:
    ref = await challenged(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    smtp_sink.answer("RCPT", "550 no such user")
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "undelivered"}

    office.cli("withdraw", ref, "--as", "fatima", "--reason", "Sanne belde")

    assert "answers nothing any more" in office.cli("send-again", ref, "--as", "fatima", fails=True)


async def test_people_whose_addresses_differ_in_case_are_told_apart_by_a_person(office: Office) -> None:
    first, _second = office.people.case_twins
    office.write(first.address, ASKS)
    await office.step()
    [case] = office.cases()
    assert case["state"] == "needs_person"

    records = office.json("choose", case["ref"])["records"]
    key = next(record["key"] for record in records if record["address"] == first.address)
    office.cli("choose", case["ref"], "--record", key, "--as", "fatima", "--note", "belde, is Pieter Mulder")
    await office.step(minutes=1)

    assert len(records) == 2
    assert [mail.to for mail in office.letters() if code_in(mail)] == [(first.address,)]


async def test_an_objection_to_advertising_needs_no_code(office: Office) -> None:
    tess = office.people.newsletter_only
    office.write(
        tess.address, "Ik maak bezwaar tegen reclame: gebruik mijn gegevens niet meer voor jullie nieuwsbrief."
    )
    await office.step()

    [case] = office.cases()

    assert {request["level_required"] for request in office.case(case["ref"])["requests"]} == {"L0"}
    assert all(code_in(mail) is None for mail in office.letters())


@pytest.mark.requirement("EXT-02", "EXT-04")
async def test_an_extension_wants_a_ground_and_comes_once_and_in_time(office: Office) -> None:
    ref = await challenged(office)
    office.write(office.people.sanne.address, ASKS)

    assert "unknown ground" in office.cli(
        "extend", ref, "--as", "fatima", "--reason", "wij hebben het druk", fails=True
    )
    office.cli("extend", ref, "--as", "fatima", "--reason", "volume: twaalf jaar aan boekingen")
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.cases()[0]["due"] > "2027-01-01"
    assert "at most once" in office.cli(
        "extend", ref, "--as", "fatima", "--reason", "volume: nog meer boekingen", fails=True
    )


@pytest.mark.requirement("EXT-01")
async def test_an_extension_after_the_term_is_lost(office: Office) -> None:
    ref = await challenged(office)
    await office.step(days=40)

    assert "extension is lost" in office.cli("extend", ref, "--as", "fatima", "--reason", "volume: veel", fails=True)


async def test_a_date_that_cannot_be_is_refused(office: Office, tmp_path: Path) -> None:
    words = tmp_path / "gesprek.txt"
    words.write_text(ASKS, encoding="utf-8")

    said = office.cli(
        *("open", "--as", "fatima", "--channel", "phone", "--received", "9999-12-31T10:00:00+0100"),
        *("--file", str(words)),
        fails=True,
    )

    assert "check the year" in said


async def test_a_challenge_says_what_is_asked_and_that_it_came_from_elsewhere(office: Office) -> None:
    sanne = office.people.sanne
    office.write(
        STRANGER,
        f"Mijn klantnummer is {sanne.customer_number}. Mijn nieuwe adres is Nepstraat 1, 9765 AB Paterswolde. "
        "Pas dat aan.",
        subject="verhuisd",
    )
    await office.step()

    letter = body(office.challenge_to(sanne.address))

    assert "wijzigen van uw gegevens" in letter
    assert "ander e-mailadres" in letter
    assert "Nepstraat" not in letter
    assert STRANGER not in letter
