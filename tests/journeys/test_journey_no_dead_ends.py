"""Whoever cannot be asked, or does not want to answer, still gets somewhere: a person's act, and a letter in time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, body, code_in
from servers.smtp_sink import SmtpSink

from bot.cases.filing import AddToCase, Decision, OpenCase, decided
from bot.triage.labels import RequestKind as Kind

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
WIPE = "Wis mijn account en al mijn gegevens, ik stop ermee."
STRANGER = "sanne.nieuw@elders.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


def change_books(office: Office, statement: str) -> None:
    with closing(sqlite3.connect(office.books_path)) as books, books:
        books.execute(statement)


async def asked(office: Office, sender: str, text: str) -> str:
    office.write(sender, text, subject="verzoek")
    await office.step()
    [case] = office.cases()
    return str(case["ref"])


def open_tasks(office: Office, ref: str) -> str:
    return "\n".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


async def test_a_record_without_an_e_mail_address_is_proved_by_phone_and_answered_on_paper(office: Office) -> None:
    sanne = office.people.sanne
    change_books(office, f"UPDATE gebruikers SET email = '' WHERE gebruiker_id = {sanne.gebruiker_id}")
    ref = await asked(office, STRANGER, f"{ASKS} Mijn klantnummer is {sanne.customer_number}.")
    before = open_tasks(office, ref)

    office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "teruggebeld")
    await office.step(minutes=1)

    assert "het record heeft geen e-mailadres" in before
    assert "bel het nummer uit het record" in before
    assert "geef het antwoord op papier" in open_tasks(office, ref)
    assert office.case(ref)["drafts"] == []
    office.cli("answered-elsewhere", ref, "--as", "fatima", "--note", "per aangetekende post")
    assert office.states(ref) == {"access": "closed"}


@pytest.fixture
def doubting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every new case may be a complaint as well."""

    def also_a_complaint(*seen: Any) -> Decision:
        decision = decided(*seen)
        return replace(decision, perhaps=frozenset({Kind.COMPLAINT})) if isinstance(decision, OpenCase) else decision

    monkeypatch.setattr("bot.intake.decided", also_a_complaint)


@pytest.mark.usefixtures("doubting")
async def test_a_right_in_doubt_beside_another_is_a_task_while_the_other_goes_its_way(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office, sanne, ASKS)
    tasks = open_tasks(office, ref)

    office.cli("label", ref, "--as", "fatima", "--add", "complaint")

    assert (
        f"vraagt misschien ook: klacht. Lees het bericht. Klopt het: privacybot label {ref} --add complaint." in tasks
    )
    assert code_in(office.challenge_to(sanne))
    assert office.states(ref)["access"] == "awaiting_identity"
    assert set(office.states(ref)) == {"access", "complaint"}
    assert "vraagt misschien ook" not in open_tasks(office, ref)
    assert "asks that already" in office.cli("label", ref, "--as", "fatima", "--add", "access", fails=True)
    assert "--role goes with --set" in office.cli(
        "label", ref, "--as", "fatima", "--add", "erasure", "--role", "mixed", fails=True
    )


@pytest.mark.usefixtures("doubting")
async def test_what_is_added_to_a_case_does_not_ask_again_what_was_answered(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office, sanne, ASKS)
    office.reply(office.challenge_to(sanne), sanne, code_in(office.challenge_to(sanne)) or "")
    await office.step(minutes=1)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    answered = [request for request in office.case(ref)["requests"] if request["kind"] == "access"]

    office.cli("label", ref, "--as", "fatima", "--add", "complaint")
    await office.step(minutes=1)

    requests = office.case(ref)["requests"]
    assert [request for request in requests if request["kind"] == "access"] == answered
    assert [request["kind"] for request in requests].count("complaint") == 1


async def test_what_is_read_in_a_later_mail_counts_from_that_mail(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def also_a_complaint(*seen: Any) -> Decision:
        decision = decided(*seen)
        return replace(decision, perhaps=frozenset({Kind.COMPLAINT})) if isinstance(decision, AddToCase) else decision

    sanne = office.people.sanne.address
    ref = await asked(office, sanne, ASKS)
    monkeypatch.setattr("bot.intake.decided", also_a_complaint)
    await office.step(days=5)
    office.reply(office.challenge_to(sanne), sanne, "Er lag vandaag een brief voor de buren in mijn bus.")
    await office.step(days=2)

    office.cli("label", ref, "--as", "fatima", "--add", "complaint")

    came = {request["kind"]: datetime.fromisoformat(request["received_at"]) for request in office.case(ref)["requests"]}
    assert timedelta(days=5) <= came["complaint"] - came["access"] < timedelta(days=6)


@pytest.mark.usefixtures("doubting")
async def test_letters_that_are_released_tick_no_reading_off(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS, headers={"Precedence": "list"})
    await office.step()
    [case] = office.cases()

    office.cli("release", case["ref"], "--as", "fatima")

    assert "vraagt misschien ook: klacht" in open_tasks(office, case["ref"])


@pytest.mark.requirement("ID-07")
async def test_who_proved_half_of_what_is_needed_gets_the_reasoned_letter_on_the_target_date(office: Office) -> None:
    sanne = office.people.sanne.address
    change_books(office, "UPDATE gebruikers SET mobiel = NULL")
    change_books(office, "UPDATE klanten SET straat = NULL, postcode = NULL, plaats = NULL")
    ref = await asked(office, sanne, WIPE)
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    tasks = open_tasks(office, ref)
    assert office.states(ref) == {"erasure": "awaiting_identity"}

    await office.step(days=29)

    letter = office.cli("draft", ref)
    assert "leg het voor aan de functionaris (verify --method decision, of refuse)" in tasks
    assert [mail for mail in office.letters(sanne) if "NIET IK" in body(mail) and not code_in(mail)], "the notice"
    assert office.states(ref) == {"erasure": "awaiting_approval"}
    assert "Voor dit verzoek is nog een tweede bewijs nodig" in letter
    assert "Autoriteit Persoonsgegevens" in letter


@pytest.mark.requirement("ID-01")
async def test_who_refuses_to_prove_himself_is_not_pressed_and_staff_read_what_is_left(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office, sanne, ASKS)
    challenge = office.challenge_to(sanne)

    office.reply(challenge, sanne, "Ik weiger mezelf te identificeren, ik stuur geen kopie van mijn paspoort.")
    await office.step(minutes=1)

    tasks = open_tasks(office, ref)
    assert "vraag nooit een identiteitsbewijs; bel het nummer uit het record" in tasks
    assert tasks.count("wil niet bewijzen wie hij is:") == 1
    assert office.states(ref) == {"access": "awaiting_identity"}


@pytest.mark.requirement("ID-08")
async def test_the_question_who_asks_leaves_at_once_and_only_then_a_pause_is_written_down(office: Office) -> None:
    ref = await asked(office, office.people.sanne.address, ASKS)

    [queued] = [event for event in office.case(ref)["events"] if event["values"].get("letter") == "challenge"][:1]
    assert office.now - timedelta(minutes=5) < datetime.fromisoformat(queued["at"]) <= office.now + timedelta(minutes=5)
    [sent] = [
        event for event in office.case(ref)["events"] if event["kind"] == "letter_sent" and "challenge" in str(event)
    ]
    assert sent["at"] >= queued["at"]
    await office.step(days=6)
    challenge = office.challenge_to(office.people.sanne.address)
    office.reply(challenge, office.people.sanne.address, code_in(challenge) or "")
    await office.step(minutes=1)
    assert office.case(ref)["paused_legal_due"] > office.case(ref)["legal_due"]


async def test_an_earlier_address_finds_the_record_and_is_no_address_of_record(office: Office) -> None:
    ref = await asked(office, "fenna.oud@klant.example", ASKS)

    assert [mail.to for mail in office.letters() if code_in(mail)] == [("fenna@klant.example",)]
    assert "vraagt vanaf een ander adres dan in het record" in open_tasks(office, ref)
    assert ("adres vergeleken", "ander adres dan in het record") in {
        (fact["what"], fact["verdict"]) for fact in office.case(ref)["evidence"]
    }


async def test_an_address_that_looks_like_the_record_is_flagged_with_both_spelled_out(office: Office) -> None:
    sanne = office.people.sanne
    ref = await asked(office, "sanne@kiant.example", f"{ASKS} Mijn klantnummer is {sanne.customer_number}.")

    assert f"sanne@kiant.example schreef, {sanne.address} staat in het record" in open_tasks(office, ref)
    assert [mail.to for mail in office.letters() if code_in(mail)] == [(sanne.address,)]
