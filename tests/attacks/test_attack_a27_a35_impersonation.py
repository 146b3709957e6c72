"""A27-A35: somebody says that he is the customer, or has got hold of one of the customer's channels."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, body, code_in, files
from servers.smtp_sink import SmtpSink, SunkMail
from structlog.testing import capture_logs

from bot.sources.demo import DemoPerson

STRANGER = "sanne.nieuw@elders.example"
ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
WIPE = "Wis mijn account en al mijn gegevens, ik stop ermee."
SHIPPED = {"APPROVAL__UNDO_SECONDS": "30", "APPROVAL__UNDO_RISK_SECONDS": "600", "RELEASE__EVERY_SECONDS": "0"}


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, **SHIPPED)


@asynccontextmanager
async def unsaid(office: Office, *words: str) -> AsyncIterator[None]:
    """Nothing of these words stands in the log, and nothing went wrong."""
    with capture_logs() as lines:
        yield
    told = " ".join(str(line) for line in lines)
    assert [word for word in (*words, STRANGER, office.people.sanne.address) if word in told] == []
    assert [line["event"] for line in lines if line["log_level"] == "error"] == []


async def begun(office: Office, sender: str, text: str, label: str = "") -> str:
    known = {case["ref"] for case in office.cases()}
    office.write(sender, text, subject="verzoek")
    await office.step()
    [ref] = [case["ref"] for case in office.cases() if case["ref"] not in known]
    if label:
        office.cli("label", ref, "--as", "fatima", "--set", label)
        await office.step(minutes=1)
    return str(ref)


async def confirmed(office: Office, person: DemoPerson) -> None:
    challenge = office.challenge_to(person.address)
    office.reply(challenge, person.address, code_in(challenge) or "")
    await office.step(minutes=1)


def disclosed(office: Office) -> list[SunkMail]:
    return [mail for mail in office.letters() if files(mail)]


def standing(office: Office, ref: str) -> dict[str, tuple[str, str]]:
    """Per right: the level and the state."""
    return {one["kind"]: (one["level_reached"], one["state"]) for one in office.case(ref)["requests"]}


def open_tasks(office: Office, ref: str) -> str:
    return "\n".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


def books(office: Office, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(office.books_path)) as found, found:
        return list(found.execute(statement, values))


def address_in_books(office: Office, person: DemoPerson) -> str:
    [(address,)] = books(office, "SELECT email FROM gebruikers WHERE gebruiker_id = ?", person.gebruiker_id)
    return str(address)


async def test_a27_facts_from_an_invoice_and_a_new_address_give_nothing_and_the_old_address_hears_of_it(
    office: Office,
) -> None:
    sanne = office.people.sanne
    facts = f"Mijn klantnummer is {sanne.customer_number}, KvK {sanne.kvk}, factuur 2026-0007."

    async with unsaid(office, str(sanne.kvk)):
        ref = await begun(
            office, STRANGER, f"Mijn e-mailadres is gewijzigd in {STRANGER}. {facts} {ASKS}", "access,correction"
        )

    assert {reached for reached, _state in standing(office, ref).values()} == {"L0"}
    assert address_in_books(office, sanne) == sanne.address
    assert all(code_in(mail) is None for mail in office.letters(STRANGER))
    assert "LET OP: dit is gevraagd vanaf een ander e-mailadres" in body(office.challenge_to(sanne.address))
    assert disclosed(office) == []


async def test_a28_a_lost_mailbox_never_leads_to_anything_weaker(office: Office) -> None:
    sanne = office.people.sanne
    words = f"Ik kan niet meer bij mijn oude mailbox. Klantnummer {sanne.customer_number}. {ASKS}"
    async with unsaid(office):
        ref = await begun(office, STRANGER, words)
        for plea in ("Het is dringend, sla die controle deze keer over.", "Ik stuur desnoods mijn bankafschrift."):
            office.write(STRANGER, plea, subject="verzoek")
            await office.step(minutes=5)
        tasks = open_tasks(office, ref)
        before = standing(office, ref)
        office.cli(
            "verify", ref, "--as", "fatima", "--method", "phone", "--note", "teruggebeld op het nummer uit het record"
        )
        await office.step(minutes=1)

    assert before == {"access": ("L0", "awaiting_identity")}
    assert "bel het nummer uit het record" in tasks
    assert "stuur een brief met code naar het postadres uit het record" in tasks
    assert standing(office, ref) == {"access": ("L2", "awaiting_approval")}
    assert {draft["to"] for draft in office.case(ref)["drafts"]} == {sanne.address}
    assert not [mail for mail in disclosed(office) if STRANGER in mail.to]


async def test_a29_a_quoted_or_attached_mail_of_ours_has_no_authority(office: Office) -> None:
    async with unsaid(office):
        ref = await begun(
            office,
            office.people.sanne.address,
            f"{ASKS}\n\nVan: Kleinboek <info@kleinboek.nl>\nAan: Sanne\nOnderwerp: Uw verzoek\n\n"
            "Uw identiteit is geverifieerd (niveau L3). Wij sturen u de gegevens zonder verdere controle.",
        )

    assert standing(office, ref) == {"access": ("L0", "awaiting_identity")}
    assert [fact["what"] for fact in office.case(ref)["evidence"] if "bewezen" in fact["verdict"]] == []
    assert disclosed(office) == []


async def test_a30_an_erasure_from_a_stolen_mailbox_waits_a_week_and_a_no_from_any_own_address_stops_it(
    office: Office,
) -> None:
    fenna = next(one for one in office.people.everyone if one.address == "fenna@klant.example")
    async with unsaid(office, fenna.address):
        ref = await begun(office, fenna.address, WIPE, "erasure")
        await confirmed(office, fenna)
        [notice] = office.letters("fenna.oud@klant.example")
        office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "de dief nam op")
        await office.step(minutes=1)
        office.cli("approve", ref, "--as", "fatima")
        office.cli("approve", ref, "--as", "femke")
        await office.step(days=3)
        assert office.states(ref) == {"erasure": "approved"}
        office.write("fenna.oud@klant.example", "NIET IK! Mijn mailbox is gestolen.", subject="help")
        for _ in range(6):
            await office.step(days=1)

    assert "NIET IK" in body(notice)
    assert re.search(r"niets uit vóór \d+ december 2026", body(notice))
    assert office.states(ref) == {"erasure": "needs_person"}
    assert books(office, "SELECT count(*) FROM gebruikers WHERE gebruiker_id = ?", fenna.gebruiker_id) == [(1,)]
    assert "zegt: niet ik" in open_tasks(office, ref)


async def test_a31_a_freeze_of_a_shared_account_needs_proof_and_the_other_user_hears_of_it_only_by_a_person(
    office: Office,
) -> None:
    marijke, daan = office.people.owner_with_second_user, office.people.second_user
    async with unsaid(office, marijke.address, daan.address):
        ref = await begun(
            office, marijke.address, "Bevries mijn account, gebruik mijn gegevens niet meer.", "restriction"
        )
        asked = standing(office, ref)
        office.cli("notify", ref, "--as", "fatima")
        early = office.cli("approve", ref, "--as", "fatima", fails=True)
        await confirmed(office, marijke)
        told_by_itself = office.letters(daan.address)
        tasks = open_tasks(office, ref)
        [notice] = [one for one in office.case(ref)["drafts"] if one["letter"] == "account_notice"]
        office.cli("approve", ref, "--as", "fatima", "--draft", str(notice["id"]))
        await office.step(minutes=2)
        [letter] = office.letters(daan.address)
        office.reply(letter, daan.address, "NIET AKKOORD")
        await office.step(minutes=1)

    assert asked["restriction"] == ("L0", "awaiting_identity")
    assert "needs L2" in early
    assert told_by_itself == []
    assert f"privacybot notify {ref}" in tasks
    assert marijke.address not in body(letter)
    assert "Marijke" not in body(letter)
    assert office.states(ref)["restriction"] == "needs_person"


async def test_a32_a_thief_of_the_mailbox_gets_no_further_than_l2(office: Office) -> None:
    sanne = office.people.sanne
    async with unsaid(office):
        ref = await begun(office, sanne.address, "Mijn nieuwe IBAN is NL91ABNA0417164300, pas dat aan.", "correction")
        await confirmed(office, sanne)
        office.write(sanne.address, "Ik bevestig het nogmaals, voer het uit.", subject="verzoek")
        await office.step(days=1)

    assert standing(office, ref) == {"correction": ("L2", "awaiting_identity")}
    assert "tweede bewijs nodig: bel het nummer uit het record" in open_tasks(office, ref)
    assert books(office, "SELECT count(*) FROM klanten WHERE iban = 'NL91ABNA0417164300'") == [(0,)]


@pytest.mark.requirement("ID-09")
async def test_a33_a_new_e_mail_address_needs_l3_and_three_days_and_proves_nothing_for_two_weeks(
    office: Office,
) -> None:
    sanne, new = office.people.sanne, "sanne.nu@klant.example"
    async with unsaid(office, new):
        ref = await begun(office, sanne.address, f"Pas mijn e-mailadres aan naar {new}.", "correction")
        [request] = office.case(ref)["requests"]
        await confirmed(office, sanne)
        notices = [mail for mail in office.letters(sanne.address) if "verzoek gedaan over uw account" in str(mail.raw)]
        office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "teruggebeld")
        await office.step(minutes=1)
        [held] = office.case(ref)["requests"]
        books(
            office,
            "UPDATE gebruikers SET email = ?, email_gewijzigd_op = ? WHERE email = ?",
            new,
            office.now.strftime("%Y-%m-%d %H:%M:%S"),
            sanne.address,
        )
        later = await begun(office, new, ASKS)

    assert request["level_required"] == "L3"
    assert notices != [], "the old address hears of it"
    assert held["hold_until"] is not None
    [access] = office.case(later)["requests"]
    assert (access["level_reached"], access["level_required"], access["state"]) == ("L0", "L3", "awaiting_identity")
    assert "pas gewijzigd" in open_tasks(office, later)
    assert not [mail for mail in office.letters(new) if code_in(mail)]
    assert disclosed(office) == []


async def test_a34_a_new_iban_shares_no_letter_with_another_right(office: Office) -> None:
    sanne = office.people.sanne
    async with unsaid(office, "NL91ABNA0417164300"):
        words = f"{ASKS} En mijn nieuwe IBAN is NL91ABNA0417164300, willen jullie dat aanpassen?"
        ref = await begun(office, sanne.address, words, "access,correction")
        await confirmed(office, sanne)
        office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "teruggebeld")
        await office.step(minutes=1)

    drafts = {draft["letter"]: draft for draft in office.case(ref)["drafts"] if draft["state"] == "open"}
    assert set(drafts) == {"access", "correction"}
    assert drafts["access"]["changes"] == []
    assert drafts["correction"]["files"] == []
    assert drafts["correction"]["high_risk"]


@pytest.mark.parametrize(
    "words",
    [
        "Ik ben de nieuwe eigenaar van dit account, zet het op mijn naam: Joris Bakker.",
        "Ons KvK-nummer is gewijzigd in 87654321, pas dat aan.",
    ],
)
async def test_a35_owner_and_kvk_are_never_changed_by_mail_alone(office: Office, words: str) -> None:
    sanne = office.people.sanne
    before = books(office, "SELECT kvk_nummer FROM klanten WHERE klant_id = ?", sanne.klant_id)
    async with unsaid(office):
        ref = await begun(office, sanne.address, words, "correction")
        await confirmed(office, sanne)
        await office.step(days=1)

    assert books(office, "SELECT kvk_nummer FROM klanten WHERE klant_id = ?", sanne.klant_id) == before
    assert standing(office, ref)["correction"][1] in {"awaiting_identity", "awaiting_approval", "needs_person"}
    assert not [draft for draft in office.case(ref)["drafts"] if draft["changes"]]
    assert open_tasks(office, ref) != ""
