"""Erasure as it ships, for people with an account that runs and books of their own: what goes, what stays, who acts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, body, code_in, files
from servers.smtp_sink import SmtpSink, SunkMail

from bot.cases.draft import DraftState
from bot.cases.model import CaseRef
from bot.cases.work import Work
from bot.rooms import Rooms
from bot.sources.demo import DemoPerson
from bot.store.records import ErasureLine

AS_SHIPPED = {
    "APPROVAL__UNDO_SECONDS": "30",
    "APPROVAL__UNDO_RISK_SECONDS": "600",
    "APPROVAL__LEAD_DAYS": "2",
    "RELEASE__EVERY_SECONDS": "300",
}
"""Holds, undo and four eyes as they ship."""

WIPE = "Wis mijn account en al mijn gegevens, ik stop ermee.\n\nSanne"
ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?\n\nSanne"
TAKE_ALONG = (
    "Ik stap over naar een ander pakket. Lever mijn gegevens aan in een formaat dat zij kunnen inlezen.\n\nSanne"
)


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, **AS_SHIPPED)


async def proved(office: Office, person: DemoPerson, text: str, subject: str, label: str = "") -> str:
    """The person wrote, staff gave it the label, if any, and the challenge was answered; the reference of the case."""
    known = {case["ref"] for case in office.cases()}
    office.write(person.address, text, subject=subject)
    await office.step()
    [ref] = [case["ref"] for case in office.cases() if case["ref"] not in known]
    if label:
        office.cli("label", ref, "--as", "fatima", "--set", label)
    await office.step(minutes=6)
    challenge = office.challenge_to(person.address)
    office.reply(challenge, person.address, code_in(challenge) or "")
    await office.step(minutes=6)
    return str(ref)


async def erased(office: Office, person: DemoPerson) -> tuple[str, SunkMail]:
    """Two people approved and the hold is over: the reference and the last letter."""
    ref = await proved(office, person, WIPE, "wissen")
    office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "gebeld op het bekende nummer")
    await office.step(minutes=1)
    office.cli("draft", ref)
    office.cli("approve", ref, "--as", "fatima")
    office.cli("approve", ref, "--as", "femke")
    for _ in range(8):  # a plan is carried out on the day that its letter names, or not at all
        await office.step(days=1)
    assert office.states(ref) == {"erasure": "answered"}
    return ref, office.letters(person.address)[-1]


def count(office: Office, table: str, where: str) -> int:
    with closing(sqlite3.connect(office.books_path)) as books:
        [(found,)] = books.execute(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found)


def tasks(office: Office, ref: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.case(ref)["tasks"]
    return found


async def ledger(office: Office) -> tuple[ErasureLine, ...]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            return tx.erasures.all()
    finally:
        await rooms.close()


async def test_sanne_is_erased_but_for_what_is_kept_and_can_still_be_found_and_reached(office: Office) -> None:
    sanne = office.people.sanne

    ref, letter = await erased(office, sanne)

    assert count(office, "tickets", f"gebruiker_id = {sanne.gebruiker_id}") == 0
    assert count(office, "nieuwsbrief", f"email = '{sanne.address}'") == 0
    assert count(office, "gebruikers", f"email = '{sanne.address}'") == 1
    assert count(office, "debiteuren", f"klant_id = {sanne.klant_id}") > 0
    gone, kept = " ".join(body(letter).split()).split("Wij bewaren nog:", 1)
    assert "- Gebruiker" not in gone
    assert "- Vragen aan de helpdesk" in gone
    assert "moeten wij u kunnen herkennen en bereiken. Wij bewaren dit tot en met 31 december 2034." in kept
    words = " | ".join(task["text"] for task in tasks(office, ref))
    assert "bied de export van de boekhouding aan" in words
    assert "scherm de bewaarde gegevens af: " in words
    lines = await ledger(office)
    assert {line.table: line.due_on for line in lines if line.executed_at is None} == {
        "klanten": date(2035, 1, 1),
        "gebruikers": date(2035, 1, 1),
        "licenties": date(2035, 1, 1),
        "betalingen": date(2033, 1, 1),
    }
    assert {line.table for line in lines if line.executed_at} >= {"tickets", "nieuwsbrief", "api_sleutels"}


async def examples(office: Office) -> int:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            return len(list(tx.examples.all()))
    finally:
        await rooms.close()


async def test_what_the_mails_of_an_erased_person_taught_goes_in_the_same_step_and_cannot_come_back(
    office: Office,
) -> None:
    sanne = office.people.sanne
    asked = await proved(office, sanne, ASKS, "inzage", "portability")
    office.cli("withdraw", asked, "--reason", "toch niet", "--as", "fatima")
    await proved(office, office.people.owner_with_second_user, ASKS, "inzage", "portability")
    await office.step(days=2)
    ref = await proved(office, sanne, WIPE, "wissen", "erasure")
    assert await examples(office) == 3

    office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "gebeld op het bekende nummer")
    await office.step(minutes=1)
    office.cli("draft", ref)
    office.cli("approve", ref, "--as", "fatima")
    office.cli("approve", ref, "--as", "femke")
    before = await examples(office)
    while office.states(ref) == {"erasure": "approved"}:
        await office.step(days=1)

    assert (before, await examples(office)) == (3, 1)
    for one in (asked, ref):
        forgotten = [event["values"] for event in office.case(one)["events"] if event["kind"] == "example_forgotten"]
        assert forgotten == [{"examples": 1, "erased": True}]

    await office.step(days=2)
    office.cli("reopen", ref, "--reason", "belde nog eens", "--as", "fatima")
    office.cli("label", ref, "--as", "fatima", "--set", "access")
    assert await examples(office) == 1


async def test_later_requests_for_access_and_portability_give_what_was_kept(office: Office) -> None:
    sanne = office.people.sanne
    await erased(office, sanne)

    ref = await proved(office, sanne, ASKS, "inzage")
    office.cli("draft", ref)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(hours=1)

    letter = office.letters(sanne.address)[-1]
    assert office.states(ref) == {"access": "answered"}
    assert "Ja, wij gebruiken persoonsgegevens van u." in body(letter)
    assert "Betalingen met iDEAL" in body(letter)
    assert "Vragen aan de helpdesk (" not in body(letter)
    assert sorted(Path(name).suffix for name in files(letter)) == [".pdf", ".zip"]

    await office.step(days=2)
    ref = await proved(office, sanne, TAKE_ALONG, "overstap")
    office.cli("draft", ref)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(hours=1)

    letter = office.letters(sanne.address)[-1]
    assert office.states(ref) == {"portability": "answered"}
    assert [Path(name).suffix for name in files(letter)] == [".zip"]
    assert "- Betalingen met iDEAL: 8 onderdelen" in body(letter)


async def test_of_a_shared_account_people_decide_what_others_hear_and_erase_by_hand(office: Office) -> None:
    marijke = office.people.owner_with_second_user
    second = office.people.second_user.address

    ref, _letter = await erased(office, marijke)

    found = tasks(office, ref)
    assert [task for task in found if "andere gebruikers of eigenaren" in task["text"]]
    by_hand = [task for task in found if task["text"].startswith("wis met de hand: ")]
    assert {task["text"].split(" (")[0] for task in by_hand} == {
        "wis met de hand: Klantgegevens: Telefoon van het bedrijf",
        "wis met de hand: Klantgegevens: Rekeningnummer",
    }
    assert all(task["due_at"] for task in by_hand)
    assert office.letters(second) == []


async def test_an_erasure_that_was_written_down_before_a_kill_is_not_written_down_again(office: Office) -> None:
    tess = office.people.newsletter_only
    ref = await proved(office, tess, WIPE.replace("Sanne", "Tess"), "wissen")
    office.cli("draft", ref)
    office.cli("approve", ref, "--as", "fatima")
    office.cli("pause", "sending")
    await office.step(minutes=11)
    assert office.states(ref) == {"erasure": "sending"}
    before = (len(await ledger(office)), len(tasks(office, ref)), len(office.case(ref)["events"]))

    await begun_again(office, ref)

    assert (len(await ledger(office)), len(tasks(office, ref)), len(office.case(ref)["events"])) == before
    assert before[0] == 1


async def test_a_correction_that_only_a_person_can_make_is_a_task_with_a_day(office: Office) -> None:
    text = "Mijn geboortedatum staat verkeerd, die moet 03-05-1980 zijn. Passen jullie dat aan?\n\nJoris"

    ref = await proved(office, office.people.joris, text, "Geboortedatum")

    found = [task for task in tasks(office, ref) if "naar de wijziging van: birthdate" in task["text"]]
    assert [task["due_at"][:10] for task in found] == ["2026-12-03"]  # five working days


async def test_a_correction_of_something_that_was_not_recognised_is_read_by_a_person(office: Office) -> None:
    text = "Er staat een fout in mijn gegevens. Wilt u mijn gegevens corrigeren?\n\nJoris"

    ref = await proved(office, office.people.joris, text, "Fout")

    assert office.states(ref) == {"correction": "awaiting_approval"}
    assert "lees wat er gewijzigd moet worden" in " ".join(task["text"] for task in tasks(office, ref))


async def test_the_event_of_a_correction_says_which_contact_field_it_was(office: Office) -> None:
    text = "Ik ben verhuisd. Mijn nieuwe adres is Dorpsstraat 12, 9765 AB Paterswolde. Past u dat aan?\n\nJoris"
    ref = await proved(office, office.people.joris, text, "Verhuisd")
    office.cli("draft", ref)
    office.cli("approve", ref, "--as", "fatima")

    await office.step(minutes=11)

    executed = [event["values"] for event in office.case(ref)["events"] if event["kind"] == "executed"]
    assert [values.get("field") for values in executed if "field" in values] == ["street", "postcode", "city"]


async def test_a_letter_announces_no_answer_that_was_given_before(office: Office) -> None:
    tess = office.people.newsletter_only
    ref = await proved(office, tess, ASKS.replace("\n", " Verwijder daarna al mijn gegevens.\n", 1), "inzage en wissen")
    office.cli("draft", ref)
    first = body_of_draft(office, ref)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(hours=1)
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "answered", "erasure": "awaiting_approval"}
    assert "krijgt u een apart bericht" in first
    assert "krijgt u een apart bericht" not in body_of_draft(office, ref)


async def test_a_letter_that_needed_no_proof_names_nobody(office: Office) -> None:
    tess = office.people.newsletter_only
    office.write(tess.address, "Ik trek mijn toestemming voor de nieuwsbrief in.", subject="nieuwsbrief")
    await office.step()
    [case] = office.cases()

    draft = office.json("draft", case["ref"])

    assert draft["to"] == tess.address
    assert (tess.name or "") not in body_of_draft(office, case["ref"])


def body_of_draft(office: Office, ref: str) -> str:
    return " ".join(office.cli("draft", ref, "--text").split())


async def begun_again(office: Office, ref: str) -> None:
    """The job was done and the process killed before it could say so."""
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.transaction() as tx:
            case = tx.cases.get(CaseRef(ref))
            [draft] = [draft for draft in tx.drafts.of_case(case.id) if draft.state is DraftState.APPROVED]
            tx.jobs.defer(Work.EXECUTE, draft.id, case_id=case.id)
    finally:
        await rooms.close()
    await office.step(minutes=1)
