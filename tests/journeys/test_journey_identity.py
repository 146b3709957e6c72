"""Who is asking: what raises a level, and everything that does not."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from servers.office import OUR_ADDRESS, Office, body, code_in
from servers.smtp_sink import SmtpSink

from bot.cases.model import CaseRef
from bot.cases.work import Work
from bot.mail.cage import Caged
from bot.proof import Proof
from bot.rooms import Rooms
from bot.store.records import Job
from bot.triage.reading import Reading

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
NEW_IBAN = "Ik heb een nieuwe rekening. Mijn nieuwe IBAN is NL91ABNA0417164300, willen jullie dat aanpassen?"
WRONG_CODES = ("3AAA-AAAA", "4CCC-CCCC", "6DDD-DDDD", "7EEE-EEEE", "9FFF-FFFF")


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def asked(office: Office, text: str = ASKS) -> str:
    """Sanne asked and was challenged; the reference of her case."""
    office.write(office.people.sanne.address, text)
    await office.step()
    [case] = office.cases()
    assert case["state"] == "awaiting_identity"
    return str(case["ref"])


def levels(office: Office, ref: str) -> list[str]:
    return [request["level_reached"] for request in office.case(ref)["requests"]]


async def test_a_wrong_code_gives_no_level_and_five_of_them_kill_the_right_one(office: Office) -> None:
    ref = await asked(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)

    for code in WRONG_CODES:
        office.reply(challenge, sanne, code)
        await office.step(minutes=1)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    assert levels(office, ref) == ["L0"]
    assert [step["tries"] for step in office.case(ref)["identity"]] == [5]


async def test_the_right_code_after_its_two_weeks_gives_no_level(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)
    code = code_in(challenge) or ""
    office.env["PRIVACYBOT_IDENTITY__REMINDER_DAYS"] = "90"

    await office.step(days=15)
    office.reply(challenge, office.people.sanne.address, code)
    await office.step(minutes=1)

    assert levels(office, ref) == ["L0"]


async def test_the_right_code_from_another_address_gives_no_level_and_is_shown(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.reply(challenge, office.people.joris.address, code_in(challenge) or "")
    await office.step(minutes=1)

    assert levels(office, ref) == ["L0"]
    assert "juiste code, ander adres" in " ".join(task["text"] for task in office.case(ref)["tasks"])


async def test_a_code_that_is_only_quoted_proves_nothing(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.reply(challenge, office.people.sanne.address, "Dank voor het bericht, ik kijk er later naar.")
    await office.step(minutes=1)

    assert levels(office, ref) == ["L0"]


@pytest.mark.parametrize("before_the_choice", [True, False], ids=["proved before", "answered afterwards"])
async def test_what_was_proved_of_one_record_proves_nothing_of_another_that_staff_choose(
    office: Office, before_the_choice: bool
) -> None:
    ref = await asked(office)
    sanne, joris = office.people.sanne, office.people.joris
    challenge = office.challenge_to(sanne.address)
    if before_the_choice:
        office.reply(challenge, sanne.address, code_in(challenge) or "")
        await office.step(minutes=1)
        assert levels(office, ref) == ["L2"]
    swap_addresses(office, sanne.address, joris.address)
    [record] = office.json("choose", ref)["records"]

    office.cli("choose", ref, "--record", record["key"], "--as", "fatima", "--note", "het andere record")
    if not before_the_choice:
        office.reply(challenge, sanne.address, code_in(challenge) or "")
    await office.step(minutes=1)

    assert record["name"] == joris.name
    assert levels(office, ref) == ["L0"]
    assert office.states(ref) == {"access": "awaiting_identity"}


def swap_addresses(office: Office, one: str, other: str) -> None:
    """The company's database turns out to have had two people's addresses the wrong way round."""
    with closing(sqlite3.connect(office.books_path)) as books, books:
        for old, new in ((one, "tussen@klant.example"), (other, one), ("tussen@klant.example", other)):
            books.execute("UPDATE gebruikers SET email = ? WHERE email = ?", (new, old))


async def test_an_answer_that_can_no_longer_be_read_goes_to_a_person(office: Office) -> None:
    ref = await asked(office)
    rooms = Rooms(office.settings(), office.env)

    async def killed(_: bytes) -> Reading | Caged:
        return Caged("crashed")

    with rooms.archive.reading() as tx:
        case = tx.cases.get(CaseRef(ref))
    proof = Proof(rooms.archive, killed, rooms.levelling, rooms.settings.identity)
    await proof.check_answer(Job(1, Work.CHECK_ANSWER, 1, case.id, rooms.clock(), attempts=1))
    await rooms.close()

    assert [task["kind"] for task in office.case(ref)["tasks"]] == ["read"]


async def test_an_out_of_office_that_repeats_the_code_on_top_proves_nothing(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.write(
        office.people.sanne.address,
        f"Ik ben er niet.\n\n{body(challenge)}",
        subject="Automatisch antwoord",
        answers=challenge,
        headers={"Auto-Submitted": "auto-replied"},
    )
    await office.step(minutes=1)

    assert levels(office, ref) == ["L0"]


async def test_a_code_sent_from_a_holiday_proves_as_much_as_any(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.reply(challenge, office.people.sanne.address, f"Ik ben op vakantie, hier is de code: {code_in(challenge)}")
    await office.step(minutes=1)

    assert levels(office, ref) == ["L2"]


async def test_a_code_below_what_reads_like_an_absence_note_proves_nothing_and_is_read_by_a_person(
    office: Office,
) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)

    office.reply(
        challenge, office.people.sanne.address, f"Ik ben op vakantie tot maandag 4 mei.\n\n{code_in(challenge)}"
    )
    await office.step(minutes=1)

    assert levels(office, ref) == ["L0"]
    assert [task["kind"] for task in office.case(ref)["tasks"]] == ["read"]


async def test_a_used_code_works_once_and_opens_no_other_case(office: Office) -> None:
    first = await asked(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    assert levels(office, first) == ["L2"]
    office.write(sanne, "Ik wil dat jullie alles van mij verwijderen en mijn account opheffen.", subject="wissen")
    await office.step(days=2)
    [second] = [case["ref"] for case in office.cases() if case["ref"] != first]

    office.reply(office.challenge_to(sanne), sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    assert levels(office, second) == ["L0"]


async def test_joris_who_names_sannes_number_gets_a_receipt_and_sanne_gets_the_challenge(office: Office) -> None:
    sanne, joris = office.people.sanne, office.people.joris
    text = f"{ASKS} Mijn klantnummer is {sanne.customer_number}. Groet, Sanne"

    office.write("joris.nep@elders.example", text)
    await office.step()

    assert [code_in(mail) for mail in office.letters("joris.nep@elders.example")] == [None]
    assert len(office.letters(joris.address)) == 0
    assert all(mail.to == (sanne.address,) for mail in office.letters() if code_in(mail))


@pytest.mark.requirement("INT-09")
async def test_known_and_unknown_senders_get_the_same_receipt_byte_for_byte(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS)
    office.write("niemand@elders.example", ASKS)

    await office.step()

    [known, *_] = office.letters(office.people.sanne.address)
    [unknown] = office.letters("niemand@elders.example")
    assert neutral(known.raw) == neutral(unknown.raw)


def neutral(raw: bytes) -> bytes:
    """The mail without what must differ: reference, ids, date and address."""
    raw = re.sub(rb"KB-\d{4}-\d{4}", b"REF", raw.replace(b"=\r\n", b""))
    raw = re.sub(rb"(?m)^(Message-ID|In-Reply-To|References|Date|To): [^\r]*", rb"\1", raw)
    return re.sub(rb"={2,}[^\r]*", b"BOUNDARY", raw)


async def test_nothing_found_speaks_of_the_senders_own_address_and_waits_for_an_approver(office: Office) -> None:
    office.write("niemand@elders.example", f"{ASKS} Ik ben Sanne de Vries van Atelier De Vries.")
    await office.step()

    [case] = office.cases()
    letter = office.cli("draft", case["ref"])

    assert office.states(case["ref"]) == {"access": "awaiting_approval"}
    assert "niemand@elders.example" in letter
    assert office.people.sanne.address not in letter
    assert len(office.letters()) == 1  # the receipt


AS_SHIPPED = {
    "APPROVAL__UNDO_SECONDS": "30",
    "APPROVAL__UNDO_RISK_SECONDS": "600",
    "APPROVAL__LEAD_DAYS": "2",
    "RELEASE__EVERY_SECONDS": "300",
}
"""Holds, undo and four eyes as they ship."""


async def test_as_shipped_a_new_iban_does_not_pass_at_l2(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, **AS_SHIPPED)
    marijke = office.people.owner_with_second_user
    office.write(marijke.address, NEW_IBAN)
    await office.step()
    await office.step(minutes=6)
    challenge = office.challenge_to(marijke.address)
    office.reply(challenge, marijke.address, code_in(challenge) or "")

    await office.step(minutes=6)

    [case] = office.cases()
    [request] = office.case(case["ref"])["requests"]
    assert (request["level_reached"], request["level_required"], request["state"]) == ("L2", "L3", "awaiting_identity")
    assert "has no such open draft" in office.cli("approve", case["ref"], "--as", "fatima", fails=True)


async def test_as_shipped_an_account_erasure_does_not_pass_at_l2(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, **AS_SHIPPED)
    marijke = office.people.owner_with_second_user
    office.write(marijke.address, "Wis mijn account en al mijn gegevens, ik stop ermee.", subject="wissen")
    await office.step()
    await office.step(minutes=6)
    challenge = office.challenge_to(marijke.address)
    office.reply(challenge, marijke.address, code_in(challenge) or "")

    await office.step(minutes=6)

    [case] = office.cases()
    [request] = office.case(case["ref"])["requests"]
    assert (request["level_reached"], request["level_required"], request["state"]) == ("L2", "L3", "awaiting_identity")


async def test_as_shipped_a_verified_iban_waits_for_its_hold_and_for_two_people(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, **AS_SHIPPED)
    marijke = office.people.owner_with_second_user
    office.write(marijke.address, NEW_IBAN)
    await office.step()
    await office.step(minutes=6)
    challenge = office.challenge_to(marijke.address)
    office.reply(challenge, marijke.address, code_in(challenge) or "")
    await office.step(minutes=6)
    [case] = office.cases()
    ref = case["ref"]
    office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "gebeld op het bekende nummer")
    await office.step(minutes=1)

    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=20)
    assert office.states(ref) == {"correction": "awaiting_approval"}
    office.cli("approve", ref, "--as", "femke")
    await office.step(hours=1)
    assert office.states(ref) == {"correction": "approved"}

    await office.step(hours=72)

    assert office.states(ref) == {"correction": "answered"}
    assert "NL91ABNA0417164300" in body(office.letters(marijke.address)[-1])


async def test_not_me_stops_the_case_and_kills_the_code(office: Office) -> None:
    ref = await asked(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)

    office.reply(challenge, sanne, "NIET IK")
    await office.step(minutes=1)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "needs_person"}
    assert levels(office, ref) == ["L0"]


async def test_an_unknown_or_disabled_user_is_refused(office: Office) -> None:
    ref = await asked(office)
    office.cli("user", "disable", "femke")

    assert "there is no user 'joris'" in office.cli("note", ref, "--as", "joris", "--text", "hoi", fails=True)
    assert "'femke' is disabled" in office.cli("note", ref, "--as", "femke", "--text", "hoi", fails=True)
    assert OUR_ADDRESS not in office.cli("user", "list")


async def test_who_says_after_his_code_that_he_never_asked_has_proved_nothing_any_more(office: Office) -> None:
    ref = await asked(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=5)
    assert levels(office, ref) == ["L2"]

    office.reply(challenge, sanne, "NIET IK")
    await office.step(minutes=5)

    assert office.states(ref) == {"access": "needs_person"}
    assert levels(office, ref) == ["L0"]
